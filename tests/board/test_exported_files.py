"""Files that the monitor writes: their names, their folders, and pictures as pixels."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from npumon.board import exported_files
from npumon.board.exported_files import WITHOUT_PNG, png_of, stem, without_png, written
from npumon.core.problems import ProblemError
from npumon.core.text import visible
from tests import golden

AT = "2026-11-22T03:18:00.123+00:00"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0,0h4v4h-4z"/></svg>'


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("inceptionv3", "npumon-inceptionv3-20261122T031800"),
        (None, "npumon-20261122T031800"),
        ("../../etc/passwd", "npumon-etc_passwd-20261122T031800"),
        ("a b\n$(x)é模", "npumon-a_b_x-20261122T031800"),
        ("...", "npumon-20261122T031800"),
        ("m" * 300, f"npumon-{'m' * 60}-20261122T031800"),
    ],
)
def test_names(model: str | None, name: str) -> None:
    assert stem(model, AT) == name


def test_a_name_without_a_time_has_the_present_one() -> None:
    assert len(stem("m")) == len(stem("m", AT))


def test_the_chosen_folder_is_made_and_nothing_is_replaced(tmp_path: Path) -> None:
    folder = str(tmp_path / "a" / "b")
    paths = [written([folder], "x", ".json", data, visible) for data in ("1", b"2", "é")]
    assert [Path(path).name for path in paths] == ["x.json", "x-2.json", "x-3.json"]
    assert [Path(path).read_text() for path in paths] == ["1", "2", "é"]


def test_where_one_folder_takes_nothing_the_next_does(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = written([str(tmp_path / "file"), str(tmp_path / "folder")], "x", ".json", "1", visible)
    assert Path(path) == tmp_path / "folder" / "x.json"
    with pytest.raises(ProblemError) as caught:
        written([str(tmp_path / "file")], "x", ".json", "1", visible)
    golden.problem(caught.value.problem, "monitor.write", folder=str(tmp_path))


def test_too_many_files_of_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exported_files, "_MOST", 2)
    written([str(tmp_path)], "x", ".json", "1", visible)
    with pytest.raises(ProblemError) as caught:
        written([str(tmp_path)], "x", ".json", "1", visible)
    golden.problem(caught.value.problem, "monitor.write too many", folder=str(tmp_path))


def program(folder: Path, text: str) -> None:
    path = folder / "rsvg-convert"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_a_program_makes_the_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    program(tmp_path, "printf png:; cat")
    assert without_png() is None
    assert png_of(SVG) == b"png:" + SVG.encode()
    program(tmp_path, "exit 1")
    with pytest.raises(ProblemError) as caught:
        png_of(SVG)
    golden.problem(caught.value.problem, "monitor.png")


def test_a_package_makes_the_pixels_where_there_is_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    package = SimpleNamespace(svg2png=lambda bytestring: b"png:" + bytestring, __spec__=object())
    monkeypatch.setitem(sys.modules, "cairosvg", package)
    assert without_png() is None
    assert png_of(SVG) == b"png:" + SVG.encode()


def test_nothing_makes_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    monkeypatch.setattr(exported_files, "find_spec", lambda name: None)
    assert without_png() == WITHOUT_PNG
    with pytest.raises(ProblemError):
        png_of(SVG)
