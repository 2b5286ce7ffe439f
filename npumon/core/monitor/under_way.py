"""The iteration under way: its operations so far, and how far it is, by the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from npumon.core import units
from npumon.core.monitor.live import Live
from npumon.core.profile import Iteration, Operation
from npumon.core.run.analysis import RunFacts, whole_sum
from npumon.core.run.report import RunReport

#: Iterations that take less are shown when they are complete: nobody could read them as they come.
_SLOW_US = 2_000_000
#: A time for people: below so many seconds with a tenth, up to so many in seconds.
_TENTHS_S, _SECONDS_S = 10, 120


class UnderWay(NamedTuple):
    """An iteration that is not complete. Times are in microseconds, by the text's own figures.

    `of` is how many operations it will have, as the iteration before had (`as_before`), or by the VerifyTiling table;
    None if nothing tells. `remaining_us` is an estimate, at the pace of this one against the one before.
    """

    iteration: Iteration
    of: int | None = None
    as_before: bool = False
    elapsed_us: int | None = None
    remaining_us: float | None = None

    @property
    def words(self) -> str:
        """How far it is: `22 of 35 as last time, 31 s, about 18 s to go`."""
        done = len(self.iteration.operations)
        text = units.counted(done, "operation") if self.of is None else f"{done} of {self.of}"
        text += " as last time" if self.as_before else ""
        text += "" if self.elapsed_us is None else f", {_rough(self.elapsed_us)}"
        return text + ("" if self.remaining_us is None else f", about {_rough(self.remaining_us)} to go")


def under_way(live: Live) -> UnderWay | None:
    """Return the newest run's open iteration if it takes long enough to be watched; None without operations in it."""
    run = live.snapshot.run
    if run is None or run.info.outcome != "running" or not live.shown.newest or not run.state.operations:
        return None
    before = _before(live, run)
    elapsed_us = whole_sum(operation.execution_us for operation in run.state.operations)
    if before is not None and max(_length_us(before) or 0, elapsed_us or 0) < _SLOW_US:
        return None
    iteration = run.state.open_iteration
    if iteration is None or run.state.forgotten:
        return None
    done = len(iteration.operations)
    if before is not None and done <= len(before.operations):
        remaining_us = _remaining_us(iteration.operations, before)
        return UnderWay(iteration, len(before.operations), True, elapsed_us, remaining_us)
    tabulated = len({row.number for row in run.state.tiling})
    return UnderWay(iteration, tabulated if tabulated >= done else None, False, elapsed_us)


def facts_so_far(facts: RunFacts, iteration: Iteration) -> RunFacts:
    """Return the facts by which an open iteration is judged: what is yet to come by the table is not missing."""
    numbers = [operation.op_abs_id for operation in iteration.operations if operation.op_abs_id is not None]
    last = max(numbers, default=-1)
    return facts._replace(tiling=tuple(row for row in facts.tiling if row.number <= last))


def _before(live: Live, run: RunReport) -> Iteration | None:
    """Return the last complete iteration of the same model: of this run, or else of an ended one."""
    model = live.activity.model if run.info.model is None else run.info.model
    for report in (run, *reversed(live.runs)):
        measured = report.state.measured if report is run or report.info.model == model else None
        if measured is not None and measured.operations and measured.complete:
            return measured
    return None


def _length_us(iteration: Iteration) -> float | None:
    if iteration.latency_us is not None:
        return iteration.latency_us
    return whole_sum(operation.execution_us for operation in iteration.operations)


def _remaining_us(operations: Sequence[Operation], before: Iteration) -> float | None:
    """Estimate the rest: that of the iteration before, as much longer or shorter as its beginning was."""
    times = [operation.execution_us for operation in before.operations]
    done = len(operations)
    now_us, then_us = whole_sum(operation.execution_us for operation in operations), whole_sum(times[:done])
    rest_us = whole_sum(times[done:]) if done < len(times) else 0
    whole_us, length_us = whole_sum(times), _length_us(before)
    if now_us is None or not then_us or rest_us is None or not whole_us or length_us is None:
        return None
    return rest_us * (now_us / then_us) * max(1.0, length_us / whole_us)


def _rough(us: float) -> str:
    """Write a time as `4.2 s`, `31 s` or `2:05`."""
    duration_s = us / 1e6
    if duration_s < _TENTHS_S or duration_s >= _SECONDS_S:
        return units.seconds(duration_s)
    return f"{duration_s:.0f} s"
