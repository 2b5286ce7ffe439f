"""The run logs that are kept: finding the last one, and removing the oldest ones beyond a number."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from npumon.board.run.run_record import RunRecord, read_record

#: A run's name as `board.run.runner` makes it: names sort by time. Other files in the folder are not npumon's.
_NAME = re.compile(r"(\d{8}T\d{6}-\d{3}-\d+-\d{4,})\.(?:log|json)")


def last_run(folder: Path) -> RunRecord | None:
    """Return the run in progress, else the newest one with a log, None if there is none."""
    newest_first = sorted(_names(folder), reverse=True)
    records = [record for name in newest_first if (record := _complete(folder, name)) is not None]
    return next((record for record in records if _goes_on(record)), records[0] if records else None)


def remove_old_runs(folder: Path, kept: int, spared: Iterable[str] = ()) -> int:
    """Remove log and record of the oldest runs until `kept` are left; return how many runs were removed.

    Runs named in `spared` are never removed (a board without a battery for its clock may have dated its newest run
    1970), nor are runs in progress: their record says so and their supervisor lives. What cannot be removed stays.
    """
    names = _names(folder)
    safe = set(spared)
    old = sorted(names)[: max(0, len(names) - kept)]
    return sum(_remove(folder, name) for name in old if name not in safe and not _under_way(folder / f"{name}.json"))


def _names(folder: Path) -> set[str]:
    try:
        return {found[1] for name in os.listdir(folder) if (found := _NAME.fullmatch(name))}
    except OSError:
        return set()


def _complete(folder: Path, name: str) -> RunRecord | None:
    """Return the record of a run whose log exists."""
    record, log = read_record(folder / f"{name}.json"), folder / f"{name}.log"
    return record._replace(log=str(log)) if record is not None and record.id == name and log.is_file() else None


def _under_way(path: Path) -> bool:
    record = read_record(path)
    return record is not None and _goes_on(record)


def _goes_on(record: RunRecord) -> bool:
    return record.exit is None and record.living_supervisor() is not None


def _remove(folder: Path, name: str) -> bool:
    """Remove the log first: a record without a log says more than a log without a record."""
    try:
        for ending in ("log", "json"):
            (folder / f"{name}.{ending}").unlink(missing_ok=True)
    except OSError:
        return False
    return True
