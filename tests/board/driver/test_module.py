"""Where the module file is, and what modinfo says about it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.board.driver.module import (
    configured_options,
    find_danger,
    find_module_file,
    is_built_in,
    load_line,
    locate_module,
    read_module,
    reload_line,
)
from npumon.board.driver.system_tools import SystemTools
from npumon.board.roots import Roots
from npumon.core.driver.inputs import ModuleFile
from tests.scripted_board import KERNEL, ScriptedBoard

OWNERS = frozenset({0, os.geteuid()})


@pytest.fixture
def board(tmp_path: Path) -> ScriptedBoard:
    return ScriptedBoard(tmp_path / "root")


def locate(board: ScriptedBoard) -> str | None:
    roots = Roots(board.root)
    return locate_module(roots, SystemTools.of(roots), KERNEL)


def read(board: ScriptedBoard, path: Path) -> ModuleFile:
    roots = Roots(board.root)
    return read_module(path, roots, SystemTools.of(roots), OWNERS)


def test_modinfo_comes_first(board: ScriptedBoard) -> None:
    other = board.put("lib/modules/4.9.241/updates/galcore.ko", "synthetic")
    board.put("modinfo-n", f"{other}\n")
    assert locate(board) == str(other)


@pytest.mark.parametrize("answer", ["", "galcore.ko\n", "/no/such/galcore.ko\n", "two\nlines\n"])
def test_documented_places_come_next(board: ScriptedBoard, answer: str) -> None:
    board.put("modinfo-n", answer)
    assert locate(board) == str(board.module)
    newer = board.put(f"lib/modules/{KERNEL}/kernel/common_drivers/drivers/npu/galcore.ko", "synthetic")
    board.module.unlink()
    assert locate(board) == str(newer)
    newer.unlink()
    assert locate(board) is None


def test_built_in(board: ScriptedBoard) -> None:
    board.put("modinfo-n", "(builtin)\n")
    assert is_built_in(locate(board))
    assert not is_built_in(str(board.module))
    assert not is_built_in(None)


def test_what_modinfo_says(board: ScriptedBoard) -> None:
    names = ("gpuProfiler", "showArgs", "powerManagement", "recovery", "stuckDump", "contiguousSize")
    vermagic = "4.9.241 SMP preempt mod_unload aarch64"
    assert read(board, board.module) == ModuleFile(str(board.module), vermagic, names)
    board.put("vermagic", "")
    assert read(board, board.module).vermagic is None
    (board.root / "usr/sbin/modinfo").unlink()
    assert read(board, board.module) == ModuleFile(str(board.module))


def test_faults(board: ScriptedBoard) -> None:
    board.put("no-modinfo", "")
    fault = "is not a kernel module (modinfo: ERROR: could not get modinfo from 'x')"
    assert read(board, board.module).fault == fault
    assert read(board, board.root / "no.ko").fault == "does not exist"
    assert read(board, board.root / "lib").fault == "is not a file"
    odd = board.put("lib/a b.ko", "x")
    assert read(board, odd).fault == "has white space or invisible characters in its path"
    assert read(board, board.root / "\x1b[2J.ko").path == f"{board.root}/\\x1b[2J.ko"


def test_a_dangerous_file_is_not_even_read(board: ScriptedBoard) -> None:
    board.module.chmod(0o666)
    danger = f"{board.module} is writable by all users"
    assert read(board, board.module) == ModuleFile(str(board.module), danger=danger)


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("insmod /lib/dma.ko a=1\ninsmod /lib/galcore.ko.xz contiguousSize=0x1000000 x=1,2\n",
         (("contiguousSize", "0x1000000"), ("x", "1,2"))),
        ("insmod /lib/galcore.ko\n", ()),
        ("builtin galcore\n", ()),
        ("insmod /lib/dma.ko a=1\n", ()),
        ("insmod", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_what_modprobe_would_give(board: ScriptedBoard, said: str, options: tuple[tuple[str, str], ...]) -> None:
    tools = SystemTools.of(Roots(board.root))
    assert configured_options(tools) == ()  # there is no modprobe
    script = '#!/bin/sh\n[ "$*" = "--show-depends galcore" ] || exit 1\ncat <<.\n'
    board.put("usr/sbin/modprobe", f"{script}{said}.\n", 0o755)
    assert configured_options(tools) == options
    board.put("usr/sbin/modprobe", f"{script}{said}.\nexit 1\n", 0o755)
    assert configured_options(tools) == ()


Put = Callable[[str, "str | bytes"], Path]
LIB = "lib/modules/4.9.241"


def test_the_file_that_modules_dep_names_is_found(tree: Path, put: Put) -> None:
    expected = put(f"{LIB}/updates/npu/galcore.ko.xz", "")
    put(f"{LIB}/kernel/drivers/amlogic/npu/galcore.ko", "")
    put(
        f"{LIB}/modules.dep",
        "kernel/net/xgalcore.ko:\nkernel/a.ko: updates/npu/galcore.ko.xz\nupdates/npu/galcore.ko.xz:\n",
    )
    assert find_module_file(Roots(tree), "4.9.241") == expected


@pytest.mark.parametrize(
    "path", ["kernel/drivers/amlogic/npu/galcore.ko", "kernel/common_drivers/drivers/npu/galcore.ko"]
)
def test_the_documented_places_are_known(path: str, tree: Path, put: Put) -> None:
    expected = put(f"{LIB}/{path}", "")
    assert find_module_file(Roots(tree), "4.9.241") == expected


def test_a_file_that_is_only_listed_is_not_found(tree: Path, put: Put) -> None:
    put(f"{LIB}/modules.dep", "extra/galcore.ko:\n")
    assert find_module_file(Roots(tree), "4.9.241") is None


@pytest.mark.parametrize(
    "line", ["/etc/galcore.ko:", "../../../../outside/galcore.ko:", "\0/galcore.ko:", "\xff/galcore.ko:"]
)
def test_a_list_cannot_lead_out_of_the_kernels_folder(line: str, tree: Path, put: Put) -> None:
    put("outside/galcore.ko", "")
    put(f"{LIB}/modules.dep", line + "\n")
    assert find_module_file(Roots(tree), "4.9.241") is None


@pytest.mark.parametrize("kernel", [None, "", "..", "../4.9.241", "a/b", "4.9\n", "x" * 300])
def test_a_release_that_is_none_has_no_file(kernel: str | None, vim3: Path) -> None:
    assert find_module_file(Roots(vim3), kernel) is None


def test_the_commands_are_ready_to_copy() -> None:
    assert load_line(Path("/lib/modules/5.15/a b/galcore.ko")) == (
        "sudo insmod '/lib/modules/5.15/a b/galcore.ko' gpuProfiler=1 showArgs=1"
    )
    assert reload_line(None) == (
        "sudo rmmod galcore && sudo insmod /lib/modules/$(uname -r)/kernel/drivers/amlogic/npu/galcore.ko "
        "gpuProfiler=1 showArgs=1"
    )


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
    assert find_danger(module, tmp_path, OWNERS) == f"{tmp_path / name} is writable by all users"


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
    assert find_danger(module, tmp_path, OWNERS) == f"{open_to_all} is writable by all users"


def test_a_link_through_a_dangerous_place(module: Path, tmp_path: Path) -> None:
    """Both links point to safe files; the one in the middle lies where anybody may replace it."""
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    (open_to_all / "link").symlink_to(module)
    (tmp_path / "lib" / "first.ko").symlink_to(open_to_all / "link")
    assert find_danger(tmp_path / "lib" / "first.ko", tmp_path, OWNERS) == f"{open_to_all} is writable by all users"


def test_a_link_out_of_the_tree_is_examined_from_the_top(module: Path, tmp_path: Path) -> None:
    inner = tmp_path / "lib"
    (tmp_path / "outside.ko").write_text("x")
    (tmp_path / "outside.ko").chmod(0o666)
    (inner / "out.ko").symlink_to(tmp_path / "outside.ko")
    danger = find_danger(inner / "out.ko", inner, OWNERS)
    assert danger is not None
    assert danger.endswith(" is writable by all users")


def test_what_is_not_there(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    danger = find_danger(tmp_path / "no.ko", tmp_path, OWNERS)
    assert danger == f"{tmp_path}/no.ko cannot be examined: No such file or directory"


def test_links_in_a_circle(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert find_danger(tmp_path / "a", tmp_path, OWNERS) == f"{tmp_path}/a cannot be examined: too many links"
