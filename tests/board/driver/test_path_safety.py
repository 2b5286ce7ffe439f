"""Who could change a file that root is about to load."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from npumon.board.driver.path_safety import find_danger

OWNERS = frozenset({0, os.geteuid()})


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A module file in some folders that only its owner may write to."""
    path = tmp_path / "lib" / "modules" / "galcore.ko"
    path.parent.mkdir(parents=True)
    path.write_text("synthetic")
    for place in (tmp_path, tmp_path / "lib", path.parent):
        place.chmod(0o755)
    path.chmod(0o644)
    return path


def test_safe(module: Path, tmp_path: Path) -> None:
    assert find_danger(module, tmp_path, OWNERS) is None


@pytest.mark.parametrize("mode", [0o757, 0o777, 0o1777])
@pytest.mark.parametrize("name", ["", "lib", "lib/modules", "lib/modules/galcore.ko"])
def test_writable_by_everybody(module: Path, tmp_path: Path, name: str, mode: int) -> None:
    (tmp_path / name).chmod(mode)
    assert find_danger(module, tmp_path, OWNERS) == f"{tmp_path / name} is writable by everybody"


def test_writable_by_a_group(module: Path, tmp_path: Path) -> None:
    module.parent.chmod(0o775)
    assert find_danger(module, tmp_path, OWNERS) == f"{module.parent} is writable by a group"


def test_somebody_elses(module: Path, tmp_path: Path) -> None:
    danger = find_danger(module, tmp_path, frozenset({4_000_000}))
    assert danger is not None
    assert danger.startswith(f"{tmp_path} belongs to user ")
    if os.geteuid() == 0:
        os.chown(module, 4_000_001, 0)
        assert find_danger(module, tmp_path, OWNERS) == f"{module} belongs to user 4000001"


def test_a_link_to_a_safe_place(module: Path, tmp_path: Path) -> None:
    (tmp_path / "lib64").symlink_to("lib")
    (tmp_path / "lib" / "absolute.ko").symlink_to(module)
    (tmp_path / "lib" / "dots.ko").symlink_to("../lib/./modules/galcore.ko")
    for name in ("lib64/modules/galcore.ko", "lib/absolute.ko", "lib/dots.ko", "lib64/dots.ko"):
        assert find_danger(tmp_path / name, tmp_path, OWNERS) is None


@pytest.mark.parametrize("absolute", [True, False])
def test_a_link_to_a_dangerous_place(module: Path, tmp_path: Path, absolute: bool) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    (open_to_all / "galcore.ko").write_text("evil")
    module.unlink()
    module.symlink_to(open_to_all / "galcore.ko" if absolute else "../../open/galcore.ko")
    assert find_danger(module, tmp_path, OWNERS) == f"{open_to_all} is writable by everybody"


def test_a_link_through_a_dangerous_place(module: Path, tmp_path: Path) -> None:
    """Both links point to safe files; the one in the middle lies where anybody may replace it."""
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    (open_to_all / "link").symlink_to(module)
    (tmp_path / "lib" / "first.ko").symlink_to(open_to_all / "link")
    assert find_danger(tmp_path / "lib" / "first.ko", tmp_path, OWNERS) == f"{open_to_all} is writable by everybody"


def test_a_link_out_of_the_tree_is_examined_from_the_top(module: Path, tmp_path: Path) -> None:
    inner = tmp_path / "lib"
    (tmp_path / "outside.ko").write_text("x")
    (tmp_path / "outside.ko").chmod(0o666)
    (inner / "out.ko").symlink_to(tmp_path / "outside.ko")
    danger = find_danger(inner / "out.ko", inner, OWNERS)
    assert danger is not None
    assert danger.endswith(" is writable by everybody")


def test_what_is_not_there(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    danger = find_danger(tmp_path / "no.ko", tmp_path, OWNERS)
    assert danger == f"{tmp_path}/no.ko cannot be examined: No such file or directory"


def test_links_in_a_circle(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert find_danger(tmp_path / "a", tmp_path, OWNERS) == f"{tmp_path}/a cannot be examined: too many links"
