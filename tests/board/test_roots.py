from __future__ import annotations

from pathlib import Path

import pytest

from npumon.board.roots import Roots


def test_the_default_is_the_machine_itself() -> None:
    roots = Roots()
    assert (str(roots.sys), str(roots.proc), str(roots.dev)) == ("/sys", "/proc", "/dev")
    assert str(roots.lib_modules) == "/lib/modules"


def test_every_folder_lies_under_the_given_root(tree: Path) -> None:
    roots = Roots(tree)
    for path in (roots.sys, roots.proc, roots.dev, roots.lib_modules, roots.device_tree):
        assert path.is_relative_to(tree)


def test_roots_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Roots().root = Path("/elsewhere")  # type: ignore[misc]  # that is the point


def test_the_device_tree_is_taken_from_sysfs_where_it_is_there(tree: Path) -> None:
    assert Roots(tree).device_tree == tree / "proc/device-tree"
    (tree / "sys/firmware/devicetree/base").mkdir(parents=True)
    assert Roots(tree).device_tree == tree / "sys/firmware/devicetree/base"
