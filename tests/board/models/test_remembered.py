"""What is remembered of models, in a file that anybody may have written."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from npumon.board.models.remembered import NAME, RememberedModel, RememberedModels, own_entry
from npumon.core.problems import ProblemError
from tests import golden

OWN = RememberedModel("/here", ("./net", "a b"), line="A=1 ./net 'a b'", runs=20, warmup=1)
FOUND = RememberedModel("/models/VIM3", ("./run.sh",), environment="VNN_LOOP_TIME=10", labels="/l.txt")


@pytest.fixture
def remembered(tmp_path: Path) -> RememberedModels:
    return RememberedModels(tmp_path, lambda: tmp_path)


def written(tmp_path: Path, models: Any, schema: str = "npumon.remembered/1") -> None:
    (tmp_path / NAME).write_text(json.dumps({"schema": schema, "models": models}))
    (tmp_path / NAME).chmod(0o600)


def test_the_newest_comes_first_and_replaces_itself(remembered: RememberedModels, tmp_path: Path) -> None:
    assert remembered.all() == ()
    remembered.keep(OWN)
    remembered.keep(FOUND)
    remembered.keep(OWN._replace(runs=5))
    assert remembered.all() == (OWN._replace(runs=5), FOUND)
    assert remembered.of(*FOUND.key) == FOUND
    assert remembered.of("/x", ("y",)) == RememberedModel("/x", ("y",))
    other = OWN._replace(command=("./other",))
    remembered.keep(other, instead_of=OWN)
    assert remembered.all() == (other, FOUND)
    remembered.forget(other)
    assert remembered.all() == (FOUND,)
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == [NAME]


def test_bytes_that_are_no_text_survive(remembered: RememberedModels) -> None:
    model = RememberedModel("/\udcff\n", ("\x1b[2J", "日本"), line="\x1b[2J 日本")
    remembered.keep(model)
    assert remembered.all() == (model,)


def test_there_is_a_bound(remembered: RememberedModels) -> None:
    for number in range(210):
        remembered.keep(RememberedModel("/", (str(number),)))
    kept = remembered.all()
    assert (len(kept), kept[0].command, kept[-1].command) == (200, ("209",), ("10",))


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"schema": "other/1", "models": []}', b" " * (5 << 20)]
)
def test_a_file_of_something_else_holds_nothing(remembered: RememberedModels, tmp_path: Path, data: bytes) -> None:
    (tmp_path / NAME).write_bytes(data)
    (tmp_path / NAME).chmod(0o600)
    assert remembered.all() == ()
    remembered.keep(OWN)
    assert remembered.all() == (OWN,)


@pytest.mark.parametrize("mode", [0o666, 0o602, 0o620])
def test_a_file_that_others_may_write_holds_nothing(remembered: RememberedModels, tmp_path: Path, mode: int) -> None:
    remembered.keep(OWN)
    (tmp_path / NAME).chmod(mode)
    assert remembered.all() == ()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_another_user_holds_nothing(remembered: RememberedModels, tmp_path: Path) -> None:
    remembered.keep(OWN)
    os.chown(tmp_path / NAME, 12_345, 12_345)
    assert remembered.all() == ()


def test_a_pipe_in_its_place_is_not_waited_for(remembered: RememberedModels, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / NAME)
    assert remembered.all() == ()


@pytest.mark.parametrize(
    "item",
    [
        None,
        [],
        {},
        {"folder": "/", "command": []},
        {"folder": "/", "command": "x"},
        {"folder": 5, "command": ["x"]},
        {"folder": "/", "command": ["x", 5]},
        {"folder": "/", "command": ["x"], "line": 5},
        {"folder": "/", "command": ["x"], "environment": None},
        {"folder": "/", "command": ["x"], "labels": {}},
        {"folder": "/", "command": ["x" * 5_000]},
        {"folder": "/\0", "command": ["x"]},
    ],
)
def test_an_entry_that_is_none_is_left_out(remembered: RememberedModels, tmp_path: Path, item: object) -> None:
    written(tmp_path, [item, OWN._asdict()])
    assert remembered.all() == (OWN,)


@pytest.mark.parametrize(("runs", "kept"), [(0, None), (-1, None), (True, None), ("5", None), (10**9, None), (7, 7)])
def test_numbers_that_are_none(remembered: RememberedModels, tmp_path: Path, runs: object, kept: int | None) -> None:
    written(tmp_path, [{**FOUND._asdict(), "runs": runs}])
    assert remembered.all() == (FOUND._replace(runs=kept),)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    remembered = RememberedModels(tmp_path, lambda: tmp_path / "file" / "folder")
    with pytest.raises(ProblemError) as caught:
        remembered.keep(OWN)
    golden.problem(caught.value.problem, "models.state", folder=tmp_path)


def test_a_file_that_cannot_be_replaced_leaves_nothing(remembered: RememberedModels, tmp_path: Path) -> None:
    (tmp_path / NAME / "inner").mkdir(parents=True)
    with pytest.raises(ProblemError):
        remembered.keep(OWN)
    assert os.listdir(tmp_path) == [NAME]


def test_a_line_is_a_model(tmp_path: Path) -> None:
    (tmp_path / "net").write_bytes(b"\x7fELF")
    (tmp_path / "net").chmod(0o755)
    (tmp_path / "a.nb").write_bytes(b"VPMN")
    (tmp_path / "b.nb").write_bytes(b"VPMN")
    entry = own_entry(RememberedModel(str(tmp_path), ("x",), line="A=1 ./net a.nb c.nb ~/x", labels="/l"))
    assert entry is not None
    assert (entry.name, entry.kind, entry.folder, entry.environment) == ("net", "own", tmp_path, (("A", "1"),))
    assert entry.command == ("./net", "a.nb", "c.nb", os.path.expanduser("~/x"))
    assert (entry.files, entry.labels, entry.note) == (("a.nb",), "/l", None)


def test_what_is_missing_of_a_line(tmp_path: Path) -> None:
    assert own_entry(FOUND) is None
    assert own_entry(OWN._replace(line="'")) is None
    gone = own_entry(OWN._replace(folder="/no/such/\x1b"))
    assert gone is not None
    assert gone.note == "/no/such/\\x1b is gone"
    missing = own_entry(OWN._replace(folder=str(tmp_path)))
    assert missing is not None
    assert missing.note == "./net is missing"


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    long = "x" * 300 + ".nb"
    entry = own_entry(OWN._replace(folder=str(tmp_path), line=f"./{long} {long}"))
    assert entry is not None
    assert entry.files == ()
    gone = own_entry(OWN._replace(folder=f"/{long}/x"))
    assert gone is not None
    assert gone.note == f"/{long}/x is gone"
