"""Boards that a killed npumon has left among the temporary files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from npumon.demo.board import temporary_board
from npumon.demo.leftovers import claimed_folder, remove_leftovers

LONG_AGO = (0, 1_000_000_000)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def left(place: Path, name: str) -> Path:
    """A board that nobody uses any more."""
    folder = place / name
    (folder / "board/root").mkdir(parents=True)
    (folder / "board/BOARD").write_text("npumon demo board\n")
    return folder


def test_the_next_board_removes_what_a_killed_npumon_left(place: Path) -> None:
    program = (
        "from npumon.demo.board import temporary_board\nwith temporary_board():\n    print(flush=True)\n    input()"
    )
    environ = {**os.environ, "TMPDIR": str(place), "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
    ) as killed:
        assert killed.stdout is not None
        killed.stdout.readline()
        with temporary_board(speed=0) as board:
            assert len([*place.iterdir()]) == 2
        killed.kill()
    assert len([*place.iterdir()]) == 1
    with temporary_board(speed=0) as board:
        assert [*place.iterdir()] == [board.folder.parent]
    assert [*place.iterdir()] == []


def test_boards_in_use_stay(place: Path) -> None:
    with temporary_board(speed=0) as first, temporary_board(speed=0):
        assert first.root.is_dir()


def test_only_what_nobody_has_goes(place: Path) -> None:
    left(place, "npumon-other")
    target = left(place, "target")
    (place / "npumon-demo-link").symlink_to(target)
    (place / "npumon-demo-file").write_text("a file\n")
    left(place, "npumon-demo-young.new")
    before = sorted(place.iterdir())
    os.utime(left(place, "npumon-demo-old.new"), LONG_AGO)
    left(place, "npumon-demo-left")
    held = place / "npumon-demo-held"
    with claimed_folder(held):
        remove_leftovers(place)
    assert sorted(place.iterdir()) == sorted([*before, held])
    assert (target / "board").is_dir()


def test_no_place_at_all(tmp_path: Path) -> None:
    remove_leftovers(tmp_path / "missing")
    assert [*tmp_path.iterdir()] == []
