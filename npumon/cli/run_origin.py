"""Where a log comes from: npumon's own run logs have their records beside them, which say what was run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from npumon.cli.paths import shown
from npumon.core.run.report import RunInfo
from npumon.core.text import visible

if TYPE_CHECKING:
    from npumon.board.run.run_record import RunRecord


def run_info(path: str, record: RunRecord | None) -> RunInfo:
    """What a report says of the run whose log this is."""
    if record is None:
        return RunInfo(log=shown(path))
    return RunInfo(
        id=record.id,
        model=record.model,
        command=tuple(map(visible, record.command)),
        cwd=visible(record.cwd),
        started_at=record.started_at or None,
        log=shown(path),
    )


def record_beside(path: str) -> RunRecord | None:
    """The record of the run that wrote this log; None for a log that npumon did not write."""
    stem, suffix = os.path.splitext(path)
    if suffix != ".log" or not os.path.isfile(stem + ".json"):
        return None
    from npumon.board.run.run_record import read_record

    record = read_record(Path(stem + ".json"))
    return record if record is not None and record.id == os.path.basename(stem) else None
