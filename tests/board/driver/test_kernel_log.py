"""The kernel's messages, synthetic: from /dev/kmsg or from dmesg."""

from __future__ import annotations

from pathlib import Path

from npumon.board.driver.kernel_log import kernel_messages, newer_messages
from npumon.board.driver.system_tools import SystemTools
from npumon.board.roots import Roots
from tests.scripted_board import ScriptedBoard


def read(board: ScriptedBoard) -> tuple[str, ...]:
    roots = Roots(board.root)
    return kernel_messages(roots, SystemTools.of(roots))


def test_kmsg(tmp_path: Path) -> None:
    board = ScriptedBoard(tmp_path / "root")
    board.put(
        "dev/kmsg",
        "6,339,5140900,-;galcore irq number is 36.\n SUBSYSTEM=platform\n DEVICE=+platform:x\n"
        "4,340,69264789,-;\x1b[31mGalcore\x1b[0m version 6.4.6.2\nno head at all\n",
    )
    assert read(board) == (
        "[    5.140900] galcore irq number is 36.",
        "[   69.264789] Galcore version 6.4.6.2",
        "no head at all",
    )


def test_dmesg(tmp_path: Path) -> None:
    board = ScriptedBoard(tmp_path / "root")
    assert read(board) == ()
    board.put("dmesg", "[    1.0] one\n[    2.0] two\n")
    assert read(board) == ("[    1.0] one", "[    2.0] two")


def test_newer() -> None:
    before = ("a", "b", "c", "d")
    assert newer_messages(before, (*before, "e", "f"), 10) == ("e", "f")
    assert newer_messages(before, (*before, "e", "f"), 1) == ("f",)
    assert newer_messages(before, before, 10) == ()
    assert newer_messages(before, ("c", "d", "e"), 10) == ("c", "d", "e")
    assert newer_messages(before, ("b", "c", "d", "e"), 10) == ("e",)
    assert newer_messages((), ("x", "y"), 1) == ("y",)
    assert newer_messages(before, (), 3) == ()
