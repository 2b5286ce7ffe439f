"""A report that is made when somebody looks: of thousands of runs in a moment only the newest are ever shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from npumon.core.run.report import RunReport
from npumon.core.run.state import RunState


class LateReport:
    """The report of a run that has ended with that state. `make` makes it, at the first look.

    `operations` is about how many it keeps in memory until then.
    """

    def __init__(self, state: RunState, make: Callable[[RunState], RunReport]) -> None:
        newest = len(state.iterations[-1].operations) if state.iterations else 0
        self.operations = len(state.iterations) * (newest + 1) + len(state.operations) + len(state.tiling)
        # Nothing here refers to this object: one that is forgotten has to be freed at once, with its state.
        self._report: RunReport | Callable[[], RunReport] = partial(make, state)

    @classmethod
    def of(cls, report: RunReport) -> LateReport:
        """Return one that is made already."""
        return cls(report.state, lambda state: report)

    @property
    def report(self) -> RunReport:
        """The report; the same object each time."""
        if isinstance(self._report, RunReport):
            return self._report
        self._report = self._report()
        return self._report
