"""Boards that a killed npumon has left among the temporary files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from npumon.demo.board import temporary_board
from npumon.demo.leftovers import in_use, remove_leftovers

LONG_AGO = (0, 1_000_000_000)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def left(place: Path, name: str) -> Path:
    """A board that was made long ago."""
    folder = place / name
    (folder / "board/root").mkdir(parents=True)
    (folder / "board/BOARD").write_text("npumon demo board\n")
    os.utime(folder, LONG_AGO)
    return folder


def test_the_next_board_removes_it(place: Path) -> None:
    left(place, "npumon-demo-abc")
    with temporary_board(speed=0) as board:
        assert [*place.iterdir()] == [board.folder.parent]
    assert [*place.iterdir()] == []


def test_boards_in_use_stay(place: Path) -> None:
    with temporary_board(speed=0) as first:
        os.utime(first.folder.parent, LONG_AGO)
        with temporary_board(speed=0):
            assert first.root.is_dir()


def test_only_what_nobody_has_and_is_old_goes(place: Path) -> None:
    young, held, other = (left(place, name) for name in ("npumon-demo-young", "npumon-demo-held", "npumon-other"))
    os.utime(young)
    target = left(place, "target")
    (place / "npumon-demo-link").symlink_to(target)
    (place / "npumon-demo-file").write_text("a file\n")
    os.utime(place / "npumon-demo-file", LONG_AGO)
    before = sorted(place.iterdir())
    with in_use(held):
        remove_leftovers(place)
    assert sorted(place.iterdir()) == before
    assert (other / "board").is_dir()
    assert (target / "board").is_dir()


def test_no_place_at_all(tmp_path: Path) -> None:
    remove_leftovers(tmp_path / "missing")
    assert [*tmp_path.iterdir()] == []
