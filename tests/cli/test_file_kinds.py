"""`npumon FILE`: what a file is, and which command reads it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from npumon.cli.file_kinds import kind_of
from npumon.core.problems import ProblemError
from tests import golden
from tests.command_line import SEED, CommandLine, refused


@pytest.mark.parametrize(
    ("name", "content", "command"),
    [
        ("a", SEED.read_bytes(), "parse"),
        ("a", b"", "parse"),
        ("a", b"\0\xff" * 5_000, "parse"),
        ("a.nb", b"VPMN" + bytes(500), "inspect"),
        ("a.h", b"static int total_size = 3; // execution time: 7\n", "inspect"),
        ("a", b"#define total_size 3\n", "inspect"),
        ("a", b"total_size 3\nexecution time: 7 us\n", "parse"),
        ("a", b'{"Inputs": {}}', "inspect"),
    ],
)
def test_the_content_decides(tmp_path: Path, name: str, content: bytes, command: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert kind_of(str(path)).command == command


def test_a_stored_result_and_what_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{\n  "schema": "npumon.run/1",\n')
    with pytest.raises(ProblemError) as caught:
        kind_of(str(path))
    golden.problem(caught.value.problem, "file.result", path=path)
    if os.geteuid() != 0:
        path.chmod(0)
        with pytest.raises(ProblemError, match="cannot be read"):
            kind_of(str(path))


def test_a_log_is_parsed_with_its_options_wherever_they_stand(npumon: CommandLine) -> None:
    (npumon.folder / "run.log").write_bytes(SEED.read_bytes())
    done = npumon("run.log")
    assert done.stdout == npumon("parse", "run.log").stdout
    golden.printed(done.stderr, "taken for a log")
    for words in (("--format", "csv", "run.log"), ("run.log", "--format", "csv"), ("-q", "run.log", "--format=csv")):
        done = npumon(*words)
        assert done.stdout == npumon("parse", "--format", "csv", "run.log").stdout
    assert done.stderr == ""


def test_a_pipe_is_not_read_to_tell_what_it_is(npumon: CommandLine) -> None:
    pipe = npumon.folder / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(SEED.read_bytes(),))
    writer.start()
    assert npumon("pipe").stdout.startswith("run 1 · ok")
    writer.join()


def test_a_folder_is_no_file(npumon: CommandLine) -> None:
    (npumon.folder / "models").mkdir(exist_ok=True)
    refused(npumon("nothing.log"), 2, "Unknown command 'nothing.log'")
