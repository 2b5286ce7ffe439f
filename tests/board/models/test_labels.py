from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from npumon.board.models.labels import find_labels, read_labels
from npumon.core.problems import ProblemError

USUAL = "imagenet_slim_labels.txt"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty model folder with an empty folder above it."""
    made = tmp_path / "inceptionv3/VIM3"
    made.mkdir(parents=True)
    return made


def labels_of(data: bytes, tmp_path: Path) -> tuple[str, ...]:
    path = tmp_path / "labels.txt"
    path.write_bytes(data)
    return read_labels(path)


def refusal(path: Path) -> tuple[str, str]:
    with pytest.raises(ProblemError) as caught:
        read_labels(path)
    assert caught.value.problem.remedy
    return caught.value.problem.id, caught.value.problem.kind


def test_the_usual_file_one_folder_up_is_found(folder: Path) -> None:
    (folder.parent / USUAL).touch()
    (folder.parent / "other_labels.txt").touch()
    assert find_labels(folder) == folder.parent / USUAL


def test_the_only_labels_file_is_found_and_the_nearest_wins(folder: Path) -> None:
    (folder.parent / USUAL).touch()
    (folder / "COCO_Labels.TXT").touch()
    assert find_labels(folder) == folder / "COCO_Labels.TXT"


def test_several_files_and_things_that_are_no_files_do_not_count(folder: Path) -> None:
    (folder / "a_labels.txt").touch()
    (folder / "b_labels.txt").touch()
    (folder.parent / "labels.txt").mkdir()
    (folder.parent / "labels_gone.txt").symlink_to("gone")
    (folder.parent / "labels.md").touch()
    assert find_labels(folder) is None


def test_a_folder_that_is_not_there_has_no_labels(tmp_path: Path) -> None:
    assert find_labels(tmp_path / "missing/folder") is None


def test_lines_are_counted_from_zero(tmp_path: Path) -> None:
    labels = labels_of(b"dummy\ntench\ngoldfish\n", tmp_path)
    assert labels == ("dummy", "tench", "goldfish")
    assert labels[2] == "goldfish"


@pytest.mark.parametrize(
    ("data", "labels"),
    [
        (b"a\r\nb\r\n", ("a", "b")),
        (b"\xef\xbb\xbfa\nb", ("a", "b")),
        (b"a\n\nc\n", ("a", "", "c")),
        (b"  a \t\n", ("a",)),
        ("günther\n日本\n".encode(), ("günther", "日本")),
        (b"caf\xe9\n", ("caf\\xe9",)),
        (b"\x1b[31mred\x1b[0m\x07\n", ("red\\x07",)),
        ("evil\u202etxt\n".encode(), ("evil\\u202etxt",)),
        (b"x" * 300, ("x" * 200,)),
        (b"x" * 1_000_000 + b"\nb", ("x" * 200, "b")),
    ],
)
def test_any_text_gives_visible_labels(data: bytes, labels: tuple[str, ...], tmp_path: Path) -> None:
    assert labels_of(data, tmp_path) == labels


@pytest.mark.parametrize("data", [b"", b"\n\n\r\n", b"\xef\xbb\xbf", b"   \n"])
def test_an_empty_file_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_bytes(data)
    assert refusal(tmp_path / "labels.txt") == ("labels.empty", "usage")


def test_a_binary_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.nb").write_bytes(b"VPMN\0\0\x01\0")
    assert refusal(tmp_path / "model.nb") == ("labels.binary", "usage")


def test_a_file_of_endless_size_is_refused(tmp_path: Path) -> None:
    (tmp_path / "huge").touch()
    os.truncate(tmp_path / "huge", 10**11)
    assert refusal(tmp_path / "huge") == ("labels.too_large", "usage")
    (tmp_path / "lines").write_bytes(b"\n" * 1_000_001)
    assert refusal(tmp_path / "lines") == ("labels.too_large", "usage")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    assert refusal(tmp_path / "missing") == ("labels.missing", "usage")
    assert refusal(tmp_path) == ("labels.folder", "usage")
    assert refusal(tmp_path / "fifo") == ("labels.unreadable", "usage")
    assert refusal(tmp_path / "loop") == ("labels.unreadable", "usage")
    (tmp_path / "broken").symlink_to("/proc/self/mem")  # reading it fails with an I/O error
    assert refusal(tmp_path / "broken") == ("labels.unreadable", "usage")
    assert refusal(tmp_path / "nul\0") == ("labels.unreadable", "usage")


def test_a_file_of_another_user_is_refused(
    open_place: Path, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    path = open_place / "labels.txt"
    path.write_text("a\n")
    path.chmod(0)
    with without_rights():
        assert refusal(path) == ("labels.unreadable", "usage")


def test_a_refusal_names_the_file_in_visible_characters(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match=r"a\\x1b\\x0ab does not exist"):
        read_labels(tmp_path / "a\x1b\nb")
