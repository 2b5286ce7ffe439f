"""The files of a run, on real descriptors that refuse to be written."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from npumon.board.supervisor.run_files import RecordFile, RunLog


def test_a_full_device_loses_bytes_and_says_why() -> None:
    log = RunLog(os.open("/dev/full", os.O_WRONLY))
    log.write(b"one\n")
    log.write(b"two\n")
    log.close()
    assert (log.length, log.lost, log.reason) == (0, 8, os.strerror(errno.ENOSPC))


def test_what_comes_after_a_loss_is_kept_and_the_gap_is_marked() -> None:
    """A full pipe that is emptied stands for a full disk that is emptied; it also takes a part of a write."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    log = RunLog(writing)
    log.write(b"x" * 1_000_000)
    held = log.length
    assert 0 < held < 1_000_000
    log.write(b"also lost")
    assert (log.length, log.lost) == (held, 1_000_009 - held)
    taken = b""
    while len(taken) < held:
        taken += os.read(reading, 65536)
    log.write(b"after")
    note = b"\n[npumon: %d bytes were lost here: Resource temporarily unavailable]\n" % (1_000_009 - held)
    assert os.read(reading, 65536) == note + b"after"
    assert log.length == held + len(note) + len(b"after")
    assert log.lost == 1_000_009 - held
    log.close()
    os.close(reading)


def test_closing_twice_is_told_as_a_reason(tmp_path: Path) -> None:
    log = RunLog(os.open(tmp_path / "log", os.O_CREAT | os.O_WRONLY))
    log.close()
    log.close()
    assert log.reason == os.strerror(errno.EBADF)


def test_a_record_is_rewritten_in_place(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    record = RecordFile(str(path), {"state": "running", "pid": 7})
    before = path.stat()
    record.update({"state": "ended", "survivors": list(range(10**6, 10**6 + 64)), "error": "\udcff" * 400})
    record.close()
    after = path.stat()
    assert (before.st_ino, before.st_size, before.st_blocks) == (after.st_ino, after.st_size, after.st_blocks)
    found = json.loads(path.read_bytes())
    assert (found["state"], found["pid"], len(found["survivors"])) == ("ended", 7, 64)


def test_a_record_never_replaces_another(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        RecordFile(str(path), {})
    assert path.read_text() == "mine"
