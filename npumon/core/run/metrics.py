"""The documented figures of one iteration.

Cycles are counted over VPC_ELAPSETIME, not over `execution time`: total cycles / VPC_ELAPSETIME gives the NPU's clock
(790 to 799 MHz in the three public runs of an 800 MHz part).
"""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.profile import Bandwidth, Cycles, Iteration
from npumon.core.run.analysis import NO_FACTS, GroupTime, IterationProfile, RunFacts, sums_of
from npumon.core.run.operation_figures import per_second, utilization
from npumon.core.run.statistics import Statistics
from npumon.core.run.trust import may_wrap


class FigureCheck(NamedTuple):
    """A consistency check of the figures. `ok` is None if the figures it needs are absent, or not there yet."""

    id: str
    ok: bool | None
    detail: str


class Figures(NamedTuple):
    """Figures of one iteration, summed over its operations. Times in microseconds, bandwidth in MByte.

    `utilization` is 0 to 1, `busy_us` the time of the cycles that were not idle; `bandwidth_per_s` is MByte/s over
    `execution_us`. What the text does not say is None, and so is a sum of which a part is missing.
    """

    execution_us: int | None = None
    utilization: float | None = None
    busy_us: float | None = None
    clock_mhz: float | None = None
    cycles: Cycles = Cycles()
    bandwidth: Bandwidth = Bandwidth()
    bandwidth_per_s: Bandwidth = Bandwidth()


class Metrics(NamedTuple):
    """The figures of a run's last complete iteration with a profile, the checks on them, and what they mean.

    `profile` are its judged operations, None for a run without an iteration; `by_target` and `by_operation` add them
    up. `statistics` are over all iterations. The clock was compared with `nominal_clock_mhz`, rates with the `roofs`.
    `verdict` is one sentence that a developer can act on, `verdict_id` the stable name of its rule; `findings` are the
    sentences of all rules that hold with their ids, the verdict first.
    """

    figures: Figures = Figures()
    nominal_clock_mhz: float | None = None
    checks: tuple[FigureCheck, ...] = ()
    verdict: str = ""
    verdict_id: str = ""
    facts: RunFacts = NO_FACTS
    profile: IterationProfile | None = None
    by_target: tuple[GroupTime, ...] = ()
    by_operation: tuple[GroupTime, ...] = ()
    statistics: Statistics | None = None
    findings: tuple[tuple[str, str], ...] = ()


def figures_of(profile: IterationProfile) -> Figures:
    """Compute the figures of one iteration. With a layer dump there are no rates: they are those of writing files."""
    rates = Bandwidth() if profile.layer_dump else per_second(profile.bandwidth, profile.execution_us)
    return Figures(
        execution_us=profile.execution_us,
        utilization=utilization(profile.cycles),
        busy_us=profile.busy_us,
        clock_mhz=None if profile.clock_mhz is None else round(profile.clock_mhz, 1),
        cycles=profile.cycles,
        bandwidth=profile.bandwidth,
        bandwidth_per_s=rates,
    )


def rates_of(iteration: Iteration, *, layer_dump: bool = False) -> Figures:
    """Compute utilization and MByte/s as `figures_of` does, and nothing else.

    An iteration of one operation takes a fifth of the time: it lacks none, and most cannot have wrapped.
    """
    operation = iteration.operations[0] if len(iteration.operations) == 1 else None
    if operation is None or operation.op_abs_id or iteration.gap or may_wrap(operation):
        figures = figures_of(sums_of(iteration, RunFacts(layer_dump=layer_dump)))
        return Figures(utilization=figures.utilization, bandwidth_per_s=figures.bandwidth_per_s)
    summed = Bandwidth(*[None if amount is None else round(amount, 6) for amount in operation.bandwidth])
    rates = Bandwidth() if layer_dump else per_second(summed, operation.execution_us)
    return Figures(utilization=utilization(operation.cycles), bandwidth_per_s=rates)
