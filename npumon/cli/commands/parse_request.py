"""What `npumon parse` is asked for, and the status that it ends with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from npumon.cli import status
from npumon.core.problems import Problem, ProblemError
from npumon.core.run.outcome import outcome
from npumon.export.breakdown_text import View

if TYPE_CHECKING:
    from npumon.cli.logs import LogFile
    from npumon.core.run.report import RunReport
    from npumon.core.run.splitter import RunCompleted

#: Which run: its number, all, a list of them, or None for the usual ones.
Wanted = int | Literal["all", "list"] | None


class Request(NamedTuple):
    """What is asked for, apart from the files and the format."""

    wanted: Wanted
    view: View
    check: bool


def wanted_run(text: str | None) -> Wanted:
    """Read --run. Raises `ProblemError` (usage)."""
    if text is None:
        return None
    if text in ("all", "list"):
        return "all" if text == "all" else "list"
    if text.isascii() and text.isdecimal() and len(text) < 13 and int(text) > 0:
        return int(text)
    raise ProblemError(
        Problem("parse.run", f"--run must be a number from 1 up, all or list, not '{text}'.", "", "usage")
    )


class Worst:
    """Remembers the first status of the runs seen that is not 0."""

    def __init__(self, check: bool) -> None:
        self._check = check
        self.status = status.DONE

    def note(self, report: RunReport) -> None:
        """Take note of a run that is shown."""
        self.status = self.status or status.status_of_read(report, check=self._check)

    def note_row(self, file: LogFile, item: RunCompleted) -> None:
        """Take note of a run whose rows are shown; it is judged only to be checked."""
        if self._check:
            self.note(file.report(item, None))
        elif outcome(item.state) != "ok":
            self.status = self.status or status.FAILED

    def seen(self, reports: Iterable[RunReport]) -> Iterator[RunReport]:
        """Yield the reports as they are."""
        for report in reports:
            self.note(report)
            yield report
