"""What the rules look at, and words that several of them use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from npumon.core.profile import GraphNode, Network
from npumon.core.run.analysis import DDR_BEYOND, NO_FACTS, IterationProfile, OperationProfile, RunFacts
from npumon.core.run.metrics import FigureCheck, Figures
from npumon.core.run.outcome import ExitInfo, Outcome
from npumon.core.run.roofs import Roofs
from npumon.core.run.state import RunState
from npumon.core.run.statistics import Statistics
from npumon.core.run.trust import WRAP
from npumon.core.units import mbyte, rate

#: How to get a profile; the variables are those of the vendor's interface document.
PROFILED = "run with VIV_VX_PROFILE=1 VIV_VX_DEBUG_LEVEL=1"

#: Longest name of a layer in a sentence.
_LONGEST_NAME = 60


class VerdictContext(NamedTuple):
    """What a verdict takes into account apart from the text.

    `profiling` is the driver's gpuProfiler, None if unknown. `roofs` are those of the board and `nodes` those of the
    model's `graph.json`, as far as they are known. `ending` is None for a log that is only read. `held_back` says
    whether the kernel was cooling or slowing anything down during the run, None if that is not known. `elsewhere` says
    that only the log is here, which another board may have written.
    """

    outcome: Outcome
    ending: ExitInfo | None = None
    profiling: bool | None = None
    nominal_clock_mhz: float | None = None
    roofs: Roofs = Roofs()
    nodes: tuple[GraphNode, ...] = ()
    held_back: bool | None = None
    elsewhere: bool = False


class Evidence(NamedTuple):
    """All that is known of a run. `profile` is the measured iteration's, None without one."""

    state: RunState
    context: VerdictContext
    facts: RunFacts = NO_FACTS
    profile: IterationProfile | None = None
    figures: Figures = Figures()
    checks: tuple[FigureCheck, ...] = ()
    statistics: Statistics | None = None
    network: Network | None = None

    @property
    def operations(self) -> tuple[OperationProfile, ...]:
        """The measured iteration's operations; none where some are missing: then nothing is known of their shares."""
        return () if self.profile is None or self.profile.missing else self.profile.operations

    @property
    def whole(self) -> OperationProfile | None:
        """The measured iteration's only operation, None where there are several: a graph that is profiled as one."""
        return self.operations[0] if len(self.operations) == 1 else None

    @property
    def busy_certain(self) -> bool:
        """Whether the busy time holds: no counter has wrapped so that the busy cycles may also be 2^32 more."""
        return not any(
            each.operation.cycles.wraps and (each.busy_cycles or 0) + WRAP <= (each.operation.cycles.total or 0)
            for each in self.operations
        )

    @property
    def timed(self) -> bool:
        """Whether times are those of the work; with a layer dump they are those of writing files."""
        return not self.facts.layer_dump


def busy_part(operations: Iterable[OperationProfile], chosen: Iterable[OperationProfile]) -> float:
    """Return which part of all busy time the chosen operations take at least; 0 where that is not known.

    An operation whose busy cycles are not known may have been busy all the time.
    """
    known = 0
    for each in operations:
        most = each.busy_cycles if each.busy_cycles is not None else each.operation.cycles.total
        if most is None or most < 0:
            return 0.0
        known += most
    return sum(each.busy_cycles or 0 for each in chosen) / known if known else 0.0


def layer(each: OperationProfile) -> str:
    """Name an operation's layer, or the operation itself by its place where the text has no head for it."""
    operation = each.operation
    name = f" ({short(operation.name)})" if operation.name else ""
    if operation.layer_id is not None:
        return f"layer {operation.layer_id}{name}"
    return f"operation {each.order if operation.op_abs_id is None else operation.op_abs_id}"


def short(name: str) -> str:
    """Cut a name that would drown its sentence."""
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def carried(evidence: Evidence) -> str:
    """Describe the traffic to and from DDR memory, or say what is missing."""
    moved, rates = evidence.figures.bandwidth, evidence.figures.bandwidth_per_s
    if moved.ddr is None:
        return "the text has no DDR traffic"
    if rates.ddr is None:
        return f"DDR carried {mbyte(moved.ddr)} MByte, without an execution time to divide by"
    roof = evidence.facts.roofs.ddr_mbyte_per_s
    if roof is not None and rates.ddr > DDR_BEYOND * roof.value:
        return f"its DDR traffic, {rate(rates.ddr)} MByte/s, is more than {roof.name or 'the memory'} can carry"
    return f"DDR carried {rate(rates.ddr)} MByte/s"


def how_to_profile(evidence: Evidence) -> str:
    """Say how to get figures."""
    if evidence.context.profiling:
        return PROFILED
    where = "on the board that wrote this log, " if evidence.context.elsewhere else ""
    return f"{where}reload galcore with gpuProfiler=1 and {PROFILED}"
