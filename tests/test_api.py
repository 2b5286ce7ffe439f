"""npumon as a library: its examples, and what it does with wrong input."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from pathlib import Path

import pytest

from npumon import api
from npumon.core.problems import ProblemError
from tests.model_writers import NbgSpec, NbgTensorSpec

SEED = Path(__file__).parent / "data/seed_run.txt"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the files of the examples."""
    (tmp_path / "run.log").write_bytes(SEED.read_bytes())
    [run] = api.parse_log(SEED)
    (tmp_path / "run.json").write_text(json.dumps(api.document_of(run)))
    (tmp_path / "network.nb").write_bytes(NbgSpec(inputs=[NbgTensorSpec(shape=(1, 3, 299, 299))]).data())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_examples(folder: Path) -> None:
    result = doctest.testmod(api, optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL)
    assert result.failed == 0
    assert result.attempted >= 15


def test_everything_that_is_promised_is_documented() -> None:
    for name in api.__all__:
        assert getattr(api, name).__doc__, name
    assert sorted(api.__all__) == api.__all__


def test_bytes_and_files_say_the_same(folder: Path) -> None:
    text = SEED.read_bytes()
    [from_file], [from_bytes] = api.parse_log(folder / "run.log"), api.parse_log(text)
    assert from_file == from_bytes._replace(info=from_bytes.info._replace(log=str(folder / "run.log")))
    first, second = api.parse_log(text + text)
    assert (first.number, second.number, second.runs_in_log) == (1, 2, 2)
    assert api.read_document((folder / "run.json").read_bytes()) == api.read_document("run.json")
    assert api.inspect_model((folder / "network.nb").read_bytes()) == api.inspect_model("network.nb")


def test_a_hole_in_a_log_is_a_gap(folder: Path) -> None:
    """Its supervisor was killed before it could write the log without it."""
    text = (folder / "run.log").read_bytes()
    with (folder / "hole.log").open("wb") as file:
        file.write(text)
        file.seek(1 << 20)
        file.write(b"\n" + text)
    first, second = api.parse_log(folder / "hole.log")
    assert (first.info.log_complete, second.info.log_complete) == (False, True)
    assert [run.state.total_us for run in (first, second)] == [21625.0, 21625.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is not strict JSON"),
        (b"\xff", "is not strict JSON"),
        (b'{"schema": "npumon.run/1", "loops": NaN}', "is not strict JSON"),
        (b"[" * 100_000, "is not strict JSON"),
        (b'{"schema": "npumon.iteration/1"}', "is not a document of the schema npumon.run/1"),
        (b'{"schema": "npumon.run/1"}', "lacks the key npumon_version"),
    ],
)
def test_other_documents_are_refused(text: bytes, said: str) -> None:
    with pytest.raises(ProblemError) as caught:
        api.read_document(text)
    assert caught.value.problem.id == "document.schema"
    assert said in caught.value.problem.what


def test_what_cannot_be_read(tmp_path: Path) -> None:
    for call in (api.parse_log, api.read_document, api.inspect_model):
        for path in (tmp_path, tmp_path / "missing", "a\0b"):
            with pytest.raises(ProblemError) as caught:
                call(path)
            assert caught.value.problem.id == "api.unreadable"
    with pytest.raises(ProblemError) as caught:
        api.inspect_model(b"no model")
    assert caught.value.problem.id == "inspect.unknown"


def test_a_machine_without_an_npu(tmp_path: Path) -> None:
    assert api.read_board(tmp_path).variant is None
    driver = api.read_driver(tmp_path)
    assert (driver.name, [problem.id for problem in driver.problems]) == (None, ["driver.missing"])


def test_importing_the_library_brings_no_terminal_and_no_threads() -> None:
    program = "import sys, npumon.api; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"asyncio", "textual", "rich", "psutil", "watchdog", "npumon.cli"}
