"""Reading back what a supervisor recorded about a run.

The record is a JSON object in a file of fixed size, padded with spaces: `id`, `state` (running or ended), `command`,
`cwd`, `model`, `log`, `overflow`, `started_at`, `timeout_s`, `keep`, `supervisor` and `pid` (each with the start time
of the process, which tells it from a later one with the same pid), and, once ended, the fields of `ports.ExitRecord`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, cast

from npumon.board.procfs import Process, read_process
from npumon.core.text import visible
from npumon.ports import ExitRecord, StopReason


class RunRecord(NamedTuple):
    """What is on record about a run. `exit` is None while it runs, or if its supervisor was killed.

    `id`, `model` and `started_at` are visible text. `log`, `command` and `cwd` are what was really used: pass them
    through `core.text.visible` before you print them. `overflow` is the supervisor's descriptor of the memory for what
    its log does not take.
    """

    id: str
    log: str
    command: tuple[str, ...]
    cwd: str
    model: str | None
    started_at: str
    supervisor: int
    supervisor_started: int
    overflow: int | None
    exit: ExitRecord | None

    def living_supervisor(self) -> Process | None:
        """Return the supervisor's process, None if it has ended."""
        process = read_process(self.supervisor)
        if process is None or not process.alive or process.started != self.supervisor_started:
            return None
        return process


def exit_record(fields: Mapping[str, object]) -> ExitRecord:
    """Return the end of a run from its fields in JSON. A field that is missing or of another type counts as unknown."""
    survivors = fields.get("survivors")
    stopped_by = fields.get("stopped_by")
    known = stopped_by in ("timeout", "cancelled", "watcher")
    return ExitRecord(
        exit_status=_integer(fields.get("exit_status")),
        signal=_text(fields.get("signal")),
        duration_s=_seconds(fields.get("duration_s")),
        stopped_by=cast(StopReason, stopped_by) if known else None,
        log_bytes=_integer(fields.get("log_bytes")) or 0,
        left_out_bytes=_integer(fields.get("left_out_bytes")) or 0,
        lost_bytes=_integer(fields.get("lost_bytes")) or 0,
        loss=_text(fields.get("loss")),
        error=_text(fields.get("error")),
        survivors=tuple(pid for pid in survivors if type(pid) is int) if isinstance(survivors, list) else (),
    )


def parse_record(data: bytes) -> RunRecord | None:
    """Return the record in the bytes of its file, None if they are not one."""
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not isinstance(fields.get("id"), str):
        return None
    command = fields.get("command")
    return RunRecord(
        id=visible(fields["id"]),
        log=_wired(fields.get("log")),
        command=tuple(map(_wired, command)) if isinstance(command, list) else (),
        cwd=_wired(fields.get("cwd")),
        model=_text(fields.get("model")),
        started_at=_text(fields.get("started_at")) or "",
        supervisor=_integer(fields.get("supervisor")) or 0,
        supervisor_started=_integer(fields.get("supervisor_started")) or 0,
        overflow=_integer(fields.get("overflow")),
        exit=exit_record(fields) if fields.get("state") == "ended" else None,
    )


def read_record(path: Path) -> RunRecord | None:
    """Return the record in a file, None if the file cannot be read or holds none."""
    try:
        return parse_record(path.read_bytes())
    except OSError:
        return None


def _integer(value: object) -> int | None:
    return value if type(value) is int else None


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and 0 <= value < 1e12 else 0.0


def _text(value: object) -> str | None:
    return visible(value) if isinstance(value, str) else None


def _wired(value: object) -> str:
    """Return what the supervisor was given: its bytes in UTF-8, whatever the file system's encoding is here."""
    try:
        return os.fsdecode(value.encode("utf-8", "surrogateescape")) if isinstance(value, str) else ""
    except UnicodeEncodeError:  # half of a surrogate pair: not written by a supervisor
        return ""
