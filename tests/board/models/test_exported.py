"""C projects of Acuity's exporter. The folders are synthetic."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from npumon.board.models.entry import ModelEntry
from npumon.board.models.finder import find_models, resolve_model

META = {"Inputs": {"data_0": {"shape": [1, 3, 224, 224]}}, "Outputs": {}}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that was built, with a picture beside the program."""
    top = tmp_path / "net_nbg_unify"
    (top / "bin_r").mkdir(parents=True)
    (top / "bin_r/net").write_bytes(b"\x7fELF\x02")
    (top / "bin_r/net").chmod(0o755)
    (top / "bin_r/main.o").write_bytes(b"\x7fELF\x02")
    (top / "bin_r/person.jpg").write_bytes(b"\xff\xd8")
    (top / "net.nb").write_bytes(b"VPMN")
    (top / "main.c").write_text("int main;")
    (top / "nbg_meta.json").write_text(json.dumps(META))
    return top


def only(project: Path) -> ModelEntry:
    (entry,) = find_models([project.parent], "VIM3")
    return entry


def test_a_program_with_its_network_and_its_input(project: Path) -> None:
    entry = only(project)
    assert (entry.name, entry.kind, entry.folder) == ("net", "exported", project / "bin_r")
    assert entry.command == ("./net", "../net.nb", "person.jpg")
    assert (entry.files, entry.note, entry.preferred) == (("../net.nb", "person.jpg"), None, True)
    for name in ("net", str(project), str(project / "bin_r")):
        assert resolve_model(name, (entry,), project.parent) == entry


def test_a_graph_that_is_compiled_at_each_start(project: Path) -> None:
    (project / "bin_r").rename(project / "bin_r_cv4")
    (project / "net.nb").rename(project / "net.export.data")
    (project / "other.nb").write_bytes(b"VPMN")
    entry = only(project)
    assert (entry.name, entry.command[1]) == ("net-cv4", "../net.export.data")


def test_each_set_of_libraries_is_an_entry(project: Path) -> None:
    (project / "bin_r_cv3").mkdir()
    (project / "bin_r_cv3/net").write_bytes(b"\x7fELF\x02")
    (project / "bin_r_cv3/net").chmod(0o755)
    assert [entry.name for entry in find_models([project], None)] == ["net", "net-cv3"]


def test_as_many_inputs_as_the_description_says(project: Path) -> None:
    (project / "nbg_meta.json").write_text(json.dumps({"Inputs": {"a": {}, "b": {}}}))
    entry = only(project)
    assert entry.command == ("./net", "../net.nb", "person.jpg")
    assert entry.note == "1 of 2 inputs beside it: put a picture or a .tensor file into bin_r"
    (project / "-iter_0.tensor").write_text("1\n")
    entry = only(project)
    assert (entry.command[2:], entry.note) == (("person.jpg", "../-iter_0.tensor"), None)


@pytest.mark.parametrize("meta", ["", "{", "[]", '{"Inputs": 5}', '{"Inputs": {}}', "[" * 100_000])
def test_a_description_that_says_nothing(project: Path, meta: str) -> None:
    (project / "nbg_meta.json").write_text(meta)
    assert only(project).command == ("./net", "../net.nb", "person.jpg")


def test_what_is_missing_is_said(project: Path) -> None:
    (project / "bin_r/net").chmod(0o644)
    (project / "bin_r/person.jpg").unlink()
    (project / "net.nb").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 4096\n")
    note = only(project).note
    assert note is not None
    assert "net is not executable: chmod +x " in note
    assert "../net.nb is a Git LFS pointer to 4 KiB: git lfs pull" in note
    assert "no input beside it: put a picture or a .tensor file into bin_r" in note


def test_what_is_no_project(project: Path) -> None:
    (project / "net.nb").unlink()
    assert find_models([project.parent], None) == ()


def test_hostile_names(project: Path) -> None:
    evil = "\x1b[2Jnet"
    (project / "bin_r/net").rename(project / "bin_r" / evil)
    entry = only(project)
    assert entry.name == "\\x1b[2Jnet"
    assert entry.command[0] == f"./{evil}"
