from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from npumon.board.sysfs import LIMIT, changed_at, integer, names, read_bytes, read_integer, read_text


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "temp"
    path.write_text("41100\n")
    assert read_bytes(path) == b"41100\n"
    assert read_text(path) == "41100"
    assert read_integer(path) == 41100


def test_a_large_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"7" * 10_000_000)
    assert len(read_bytes(path) or b"") == LIMIT
    assert read_bytes(path, 5) == b"77777"
    assert read_integer(path) is None


@pytest.mark.parametrize("read", [read_bytes, read_text, read_integer])
def test_what_is_no_readable_file_is_absent(read: Callable[[Path], object], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    for name in ("missing", ".", "fifo", "loop", "file/below", "nul\0byte", "x" * 5000):
        assert read(tmp_path / name) is None


def test_a_file_of_another_user_is_absent(
    open_place: Path, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    path = open_place / "secret"
    path.write_text("1")
    path.chmod(0)
    with without_rights():
        assert read_bytes(path) is None


def test_a_file_whose_reading_fails_is_absent(tmp_path: Path) -> None:
    """A process's memory has nothing at address 0, so reading it there is a real I/O error."""
    (tmp_path / "broken").symlink_to("/proc/self/mem")
    assert read_bytes(tmp_path / "broken") is None


def test_text_is_made_visible(tmp_path: Path) -> None:
    path = tmp_path / "type"
    path.write_bytes(b"soc\x1b[31m\x07\xff\nnext\0\n")
    text = read_text(path)
    assert text == "soc\\x07\\xff\\x0anext"
    assert text.isprintable()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-1", -1),
        ("+7", 7),
        ("010", 10),
        ("0xff100000", 0xFF100000),
        ("", None),
        ("1.5", None),
        ("1 2", None),
        ("\u0663", None),
        ("9" * 30, None),
        ("9" * 100_000, None),
        ("0x", None),
        ("NaN", None),
    ],
)
def test_a_number_is_decimal_or_hexadecimal(text: str, value: int | None) -> None:
    assert integer(text) == value


def test_names_are_sorted_by_their_numbers(tmp_path: Path) -> None:
    for name in ("zone10", "zone2", "zone1", "a", "²"):
        (tmp_path / name).touch()
    assert names(tmp_path) == ("a", "zone1", "zone2", "zone10", "²")


def test_a_folder_that_cannot_be_read_has_no_names(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert names(tmp_path / "file") == names(tmp_path / "missing") == names(tmp_path / "nul\0") == ()


def test_when_a_file_was_changed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    os.utime(path, (1_658_689_920.9, 1_658_689_920.9))
    assert changed_at(str(path)) == "2022-07-24T19:12:00+00:00"
    assert changed_at(str(tmp_path / "missing")) is None
    assert changed_at("nul\0byte") is None
