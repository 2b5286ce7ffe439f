"""The run logs that are kept: finding the last one, and removing the oldest ones beyond a number."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from npumon.board.run.run_record import RunRecord, read_record

#: The folder in a state folder that holds logs and records.
RUNS = "runs"

#: A run's name as `board.run.runner` makes it: names sort by time. Other files in the folder are not npumon's.
_NAME = re.compile(r"(\d{8}T\d{6}-\d{3}-\d+-\d{4,})\.(?:log|compacting|json)")
#: The files of a run, in the order in which they are removed: a record without a log says more than a log without a
#: record.
_ENDINGS = ("log", "compacting", "json")


def last_run(folder: Path) -> RunRecord | None:
    """Return the run in progress, else the newest one with a log, None if there is none."""
    newest_first = sorted(_names(folder), reverse=True)
    records = [record for name in newest_first if (record := _complete(folder, name)) is not None]
    return next((record for record in records if _goes_on(record)), records[0] if records else None)


class Removal(NamedTuple):
    """How many runs were removed, and the space that the rest takes on the disk."""

    removed: int
    left_bytes: int


def remove_old_runs(folder: Path, kept: int, kept_bytes: int | None = None, spared: Iterable[str] = ()) -> Removal:
    """Remove log and record of the oldest runs until `kept` are left, in `kept_bytes` of space.

    The newest run and those named in `spared` are never removed (a board without a battery for its clock may have dated
    its newest run 1970), nor are runs in progress: their supervisor lives. What cannot be removed stays.
    """
    names = sorted(_names(folder), reverse=True)
    safe = {*spared, *names[:1]}
    taken = sum(space_of(folder, name) for name in safe)
    removed = 0
    for number, name in enumerate(names, 1):
        if name in safe:
            continue
        size = space_of(folder, name)
        within = number <= kept and (kept_bytes is None or taken + size <= kept_bytes)
        if within or _under_way(folder / f"{name}.json") or not _remove(folder, name):
            taken += size
        else:
            removed += 1
    return Removal(removed, taken)


def space_of(folder: Path, name: str) -> int:
    """Return the space that a run takes on the disk, in bytes."""
    total = 0
    for ending in _ENDINGS:
        try:
            total += os.stat(f"{folder}/{name}.{ending}", follow_symlinks=False).st_blocks * 512
        except OSError:  # noqa: PERF203 - each may be missing
            continue
    return total


def clear_fallback(state_folder: Path, spared: Iterable[str]) -> None:
    """Remove what runs left in a folder that took the place of the state folder, but not the runs in `spared` or under
    way, and then the folder itself. One that is not this user's own is left alone."""
    folder = state_folder / RUNS
    if not (_is_own(state_folder) and _is_own(folder)):
        return
    safe = set(spared)
    for name in _names(folder):
        if name not in safe and not _under_way(folder / f"{name}.json"):
            _remove(folder, name)
    try:
        folder.rmdir()
        state_folder.rmdir()
    except OSError:  # something is left
        return


def _is_own(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


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
    return record is not None and record.living_supervisor() is not None


def _goes_on(record: RunRecord) -> bool:
    return record.exit is None and record.living_supervisor() is not None


def _remove(folder: Path, name: str) -> bool:
    try:
        for ending in _ENDINGS:
            (folder / f"{name}.{ending}").unlink(missing_ok=True)
    except OSError:
        return False
    return True
