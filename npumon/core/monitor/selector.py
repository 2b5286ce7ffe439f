"""What is selected, as it changes, with the iterations that were read for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from npumon.core.monitor.live import Live
from npumon.core.monitor.selection import NEWEST, Selection, judged, kept_iteration, selected, selected_run
from npumon.core.profile import Iteration
from npumon.core.run.report import RunReport

#: Operations of the iterations that are kept after they were looked at or read; one iteration is in any case.
KEPT_OPERATIONS = 8_000


class MissingIteration(NamedTuple):
    """A selected iteration that its run does not hold: the run's number in the session, its report, and which one."""

    run: int
    report: RunReport
    number: int


class Selector:
    """What is selected. It remembers its last result: a report is judged anew only if it or the iteration is another.

    The selected iteration is kept, so that it stays when its run forgets it.
    """

    def __init__(self) -> None:
        self._selection = NEWEST
        self._kept: dict[tuple[int, int], Iteration] = {}
        self._operations = 0
        self._note: str | None = None
        self._missing: MissingIteration | None = None
        self._judged: tuple[RunReport, Iteration, RunReport] | None = None
        self._last: tuple[Live, Live] | None = None

    @property
    def selection(self) -> Selection:
        """What is selected."""
        return self._selection

    @property
    def missing(self) -> MissingIteration | None:
        """The selected iteration if it has to be read, as of the last moment."""
        return self._missing

    def select(self, selection: Selection) -> None:
        """Select something else."""
        if selection != self._selection:
            self._selection = selection
            self._note = self._judged = self._last = None

    def note(self, text: str) -> None:
        """Say why the selected iteration is not shown."""
        self._note, self._last = text, None

    def take(self, run: int, iterations: Mapping[int, Iteration]) -> None:
        """Take iterations of the run with this number that were read, by their numbers."""
        self._last = None
        for number in sorted(iterations):
            self._keep((run, number), iterations[number])

    def _keep(self, place: tuple[int, int], iteration: Iteration) -> None:
        """Keep an iteration; those that were not used for longest go."""
        before = self._kept.pop(place, None)
        self._operations += _size(iteration) - (0 if before is None else _size(before))
        self._kept[place] = iteration
        while self._operations > KEPT_OPERATIONS and len(self._kept) > 1:
            self._operations -= _size(self._kept.pop(next(iter(self._kept))))

    def of(self, live: Live) -> Live:
        """Return the moment as it is selected; that of the newest run if the selected one is no longer kept."""
        if self._last is None or self._last[0] is not live:
            self._last = (live, self._of(live))
        return self._last[1]

    def _of(self, live: Live) -> Live:
        here = selected_run(live, self._selection)
        if here is None:
            self._selection = NEWEST
        number, found = self._selection.iteration, None
        self._missing = None
        if here is not None and number is not None:
            found = kept_iteration(here.report, number) or self._kept.get((here.number, number))
            if found is None:
                self._missing = MissingIteration(here.number, here.report, number)
            else:
                self._keep((here.number, number), found)
        shown = selected(live, self._selection, found, self._judge)
        if self._missing is None or self._note is None:
            return shown
        return shown._replace(shown=shown.shown._replace(note=self._note))

    def _judge(self, report: RunReport, iteration: Iteration) -> RunReport:
        last = self._judged
        if last is None or last[0] is not report or last[1] is not iteration:
            self._judged = last = (report, iteration, judged(report, iteration))
        return last[2]


def _size(iteration: Iteration) -> int:
    return len(iteration.operations) + 1
