from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from npumon.cli.config_file import Entry, line_of, read_entries
from npumon.core.problems import ProblemError

GROUPS = frozenset({"run", "tui"})


def refused(path: Path | str) -> str:
    with pytest.raises(ProblemError) as raised:
        read_entries(str(path), GROUPS, required=True)
    assert raised.value.problem.kind == "usage"
    assert raised.value.problem.remedy
    return raised.value.problem.what.replace(str(path), "FILE")


def test_keys_come_in_their_order_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("# first\n[tui]\ntheme = 'x'\n\n[run]\nkeep = true\nenvironment.A = '1'\n[other]\nx = 1\n")
    assert read_entries(str(path), GROUPS, required=True) == [
        Entry("tui.theme", "x", f"{path}:3"),
        Entry("run.keep", True, f"{path}:6"),
        Entry("run.environment", {"A": "1"}, f"{path}:7"),
        Entry("other", {"x": 1}, f"{path}:8"),
    ]


def test_a_missing_file_is_fine_unless_it_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "none.toml", tmp_path / "file" / "none.toml"):
        assert read_entries(str(path), GROUPS, required=False) is None
        assert refused(path) == "The settings file FILE does not exist."


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("")
    assert read_entries(str(tmp_path / "c.toml"), GROUPS, required=False) == []


def test_a_byte_order_mark_and_crlf_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(b"\xef\xbb\xbf[run]\r\nkeep = true\r\n")
    assert read_entries(str(path), GROUPS, required=False) == [Entry("run.keep", True, f"{path}:2")]


def test_a_folder(tmp_path: Path) -> None:
    assert refused(tmp_path) == "The settings file FILE is a folder, not a file."


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("")
    (tmp_path / "c.toml").chmod(0)
    assert refused(tmp_path / "c.toml") == "The settings file FILE cannot be read: permission denied."


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    assert refused(tmp_path / ("x" * 300)) == "The settings file FILE cannot be read: File name too long."


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_bytes(b"[run]\n# caf\xe9\n")
    assert refused(tmp_path / "c.toml") == "The settings file FILE is not UTF-8 text (line 2)."


def test_a_file_without_end() -> None:
    assert refused("/dev/zero") == "The settings file FILE is larger than 1 MiB, so it is not a settings file."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[run]\nkeep = maybe\n", "line 2"),
        ("[run\n", "line 1"),
        ("[run]\nkeep = true\nkeep = true\n", "line 3"),
        ("x = \x1b\n", "line 1"),
        ("x = " + "[" * 100_000, "nested too deeply"),
        ("x = " + "9" * 5_000, "limit"),
    ],
)
def test_text_that_is_not_toml(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "c.toml").write_text(text)
    what = refused(tmp_path / "c.toml")
    assert what.startswith("The settings file FILE is not valid TOML: ")
    assert said in what
    assert what.isprintable()


@hypothesis(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("config") / "c.toml"
    path.write_bytes(data)
    try:
        said = str(read_entries(str(path), GROUPS, required=True))
    except ProblemError as error:
        said = str(error)
    assert said.isprintable()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("run.keep = true", 1),
        ("[run]\n  'keep'=true", 2),
        ('[ "run" ]\n\nkeep = true', 3),
        ("[run]\nx = 1\n[run.keep]\ny = 1", 3),
        ("[run]\nkeep.y = 1", 2),
        ("run = {keep = 1}", 1),
        ("[runs]\nkeep = 1\n[other.run]\nkeep = 2", None),
        ("", None),
    ],
)
def test_line_of(text: str, line: int | None) -> None:
    assert line_of(text, "run.keep") == line
