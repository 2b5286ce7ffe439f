"""Where the module file is, and what modinfo says about it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.board.driver.module import (
    configured_options,
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
    fault = "is no kernel module (modinfo: ERROR: could not get modinfo from 'x')"
    assert read(board, board.module).fault == fault
    assert read(board, board.root / "no.ko").fault == "is not there"
    assert read(board, board.root / "lib").fault == "is no file"
    odd = board.put("lib/a b.ko", "x")
    assert read(board, odd).fault == "has characters in its path that do not belong there"
    assert read(board, board.root / "\x1b[2J.ko").path == f"{board.root}/\\x1b[2J.ko"


def test_a_dangerous_file_is_not_even_read(board: ScriptedBoard) -> None:
    board.module.chmod(0o666)
    danger = f"{board.module} is writable by everybody"
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
