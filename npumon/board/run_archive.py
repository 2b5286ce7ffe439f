"""The run logs that are kept: which is the last one; the oldest beyond a number go, those of runs under way stay."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from npumon.board.exit_record import RunRecord, read_record
from npumon.board.process_table import read_process

#: A run's name as `board.runner` makes it: names sort by time. Other files in the folder are none of ours.
_NAME = re.compile(r"(\d{8}T\d{6}-\d{3}-\d+-\d{4,})\.(?:log|json)")


def last_run(folder: Path) -> RunRecord | None:
    """The run under way, else the newest one that there is a log of; None where there is none."""
    names = sorted(_names(folder), reverse=True)
    for name in sorted(names, key=lambda name: not _under_way(folder / f"{name}.json")):
        record = read_record(folder / f"{name}.json")
        if record is not None and record.id == name and (folder / f"{name}.log").is_file():
            return replace(record, log=str(folder / f"{name}.log"))
    return None


def remove_old_runs(folder: Path, kept: int, spared: Iterable[str] = ()) -> int:
    """Remove log and record of the oldest runs until `kept` are left; returns how many runs went.

    Never removed are runs named in `spared` (a board without a battery for its clock may have named its newest run
    1970) and runs under way: their record says so and their supervisor lives. What cannot be removed stays.
    """
    names = _names(folder)
    safe = set(spared)
    old = sorted(names)[: max(0, len(names) - kept)]
    return sum(_removed(folder, name) for name in old if name not in safe and not _under_way(folder / f"{name}.json"))


def _names(folder: Path) -> set[str]:
    try:
        return {found[1] for name in os.listdir(folder) if (found := _NAME.fullmatch(name))}
    except OSError:
        return set()


def _under_way(path: Path) -> bool:
    record = read_record(path)
    if record is None or record.exit is not None:
        return False
    supervisor = read_process(record.supervisor)
    return supervisor is not None and supervisor.alive and supervisor.started == record.supervisor_started


def _removed(folder: Path, name: str) -> bool:
    """The log first: a record without a log says more than a log without a record."""
    try:
        for ending in ("log", "json"):
            (folder / f"{name}.{ending}").unlink(missing_ok=True)
    except OSError:
        return False
    return True
