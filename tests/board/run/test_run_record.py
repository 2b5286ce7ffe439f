"""Reading records back, whatever is in the file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from npumon.board.run.run_record import RunRecord, exit_record, parse_record, read_record
from npumon.core.text import visible
from npumon.ports import ExitRecord


def test_a_run_that_ended() -> None:
    text = {
        "id": "20261122T031800-123-42-0001",
        "state": "ended",
        "command": ["./run.sh", "\x1b[2J"],
        "cwd": "/models/inceptionv3",
        "model": "inceptionv3",
        "log": "/state/runs/20261122T031800-123-42-0001.log",
        "started_at": "2026-11-22T03:18:00.123+00:00",
        "overflow": 9,
        "supervisor": 43,
        "supervisor_started": 1000,
        "exit_status": None,
        "signal": "SIGSEGV",
        "duration_s": 1.5,
        "stopped_by": None,
        "log_bytes": 100,
        "left_out_bytes": 2,
        "lost_bytes": 3,
        "loss": "No space left on device",
        "error": None,
        "survivors": [77],
    }
    assert parse_record(json.dumps(text).encode().ljust(8191) + b"\n") == RunRecord(
        id="20261122T031800-123-42-0001",
        log="/state/runs/20261122T031800-123-42-0001.log",
        command=("./run.sh", "\x1b[2J"),
        cwd="/models/inceptionv3",
        model="inceptionv3",
        started_at="2026-11-22T03:18:00.123+00:00",
        supervisor=43,
        supervisor_started=1000,
        overflow=9,
        exit=ExitRecord(
            signal="SIGSEGV",
            duration_s=1.5,
            log_bytes=100,
            left_out_bytes=2,
            lost_bytes=3,
            loss="No space left on device",
            survivors=(77,),
        ),
    )


def test_a_run_that_goes_on() -> None:
    record = parse_record(b'{"id": "a", "state": "running"}')
    assert record is not None
    assert record.exit is None


def test_what_is_run_comes_back_byte_by_byte() -> None:
    command = ["run", "caf\u00e9", "\udcff.nb"]
    record = parse_record(json.dumps({"id": "a", "command": command, "cwd": "/\udcfe", "log": "/\udcfd"}).encode())
    assert record is not None
    assert [*map(os.fsencode, record.command)] == [b"run", "caf\u00e9".encode(), b"\xff.nb"]
    assert (os.fsencode(record.cwd), os.fsencode(record.log)) == (b"/\xfe", b"/\xfd")


def test_half_a_character_is_nothing() -> None:
    record = parse_record(b'{"id": "a", "command": ["\\ud800", 5], "cwd": "\\ud800"}')
    assert record is not None
    assert (record.command, record.cwd, record.log) == (("", ""), "", "")


def test_nothing_to_read(tmp_path: Path) -> None:
    assert read_record(tmp_path / "absent") is None
    assert read_record(tmp_path) is None
    (tmp_path / "other").write_bytes(b"[1, 2]")
    assert read_record(tmp_path / "other") is None


def test_escape_sequences_do_not_come_through() -> None:
    assert exit_record({"error": "a\x1b]0;b\x07", "stopped_by": "\x1b"}) == ExitRecord(error="a\\x1b]0;b\\x07")


@pytest.mark.parametrize(
    "data", [b"", b"\0\xff", b"[" * 100_000, b'{"id": 1}', b'"id"', b"{}", b'{"id": "a"', b"1" * 5000]
)
def test_what_is_no_record(data: bytes) -> None:
    assert parse_record(data) is None


@pytest.mark.parametrize("key", ExitRecord._fields)
@pytest.mark.parametrize(
    "value", ["null", "true", "-1", "1e999", "NaN", '"\\ud800\\u202e"', "[]", '[true, "x", null]', "{}"]
)
def test_fields_of_any_type(key: str, value: str) -> None:
    record = parse_record(f'{{"id": "a", "state": "ended", "{key}": {value}}}'.encode())
    assert record is not None
    assert record.exit is not None
    assert 0 <= record.exit.duration_s < 2
    assert record.exit.survivors == ()
    assert visible(repr(record)) == repr(record)
