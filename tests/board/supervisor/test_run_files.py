"""The record of a run, on real files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from npumon.board.supervisor.run_files import RecordFile


def test_a_record_is_rewritten_in_place(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    record = RecordFile(str(path), {"state": "running", "pid": 7})
    before = path.stat()
    record.update({"state": "ended", "survivors": list(range(10**6, 10**6 + 64)), "error": "\udcff" * 400})
    os.close(record.descriptor)
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
