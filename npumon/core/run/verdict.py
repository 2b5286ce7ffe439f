"""What the figures mean: a table of rules, of which the first that holds is the verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from npumon.core.profile import Network
from npumon.core.run.analysis import facts_of, profile_of
from npumon.core.run.breakdown import by_operation, by_target
from npumon.core.run.checks import checks_of, memory_checks
from npumon.core.run.metrics import Figures, Metrics, figures_of
from npumon.core.run.rules import endings, figures_hold, limits, remarks
from npumon.core.run.rules.evidence import Evidence
from npumon.core.run.rules.evidence import VerdictContext as VerdictContext
from npumon.core.run.state import RunState
from npumon.core.run.statistics import Statistics, statistics_of


class Rule(NamedTuple):
    """A rule: its stable id, and what makes its sentence, None where it does not hold.

    `needs_figures` marks rules whose sentences rest on figures: they are not asked where figures contradict each other
    or operations are missing.
    """

    id: str
    of: Callable[[Evidence], str | None]
    needs_figures: bool = False


#: The rules whose sentence may be the verdict, in the order in which they go before each other. The last always holds.
RULES = (
    Rule("run.not_started", endings.not_started),
    Rule("run.failed", endings.failed),
    Rule("run.crashed", endings.crashed),
    Rule("run.timeout", endings.timed_out),
    Rule("run.cancelled", endings.cancelled),
    Rule("run.truncated", endings.truncated),
    Rule("run.empty", endings.empty),
    Rule("figures.contradict", figures_hold.contradict),
    Rule("operations.missing", figures_hold.missing),
    Rule("shader.convolution", limits.shader_convolution, True),
    Rule("dump.on", figures_hold.dump_on, True),
    Rule("profiling.off", figures_hold.profiling_off),
    Rule("detection.ok", endings.detections),
    Rule("run.cold", figures_hold.cold, True),
    Rule("clock.slow", figures_hold.slow_clock, True),
    Rule("ddr.bound", limits.ddr_bound, True),
    Rule("nn.padded", limits.padded, True),
    Rule("operation.dominates", limits.dominates, True),
    Rule("shader.busy", limits.shader_busy, True),
    Rule("host.bound", limits.host_bound, True),
    Rule("compute.bound", limits.compute_bound, True),
    Rule("npu.idle", limits.idle, True),
    Rule("run.running", endings.under_way),
    Rule("run.ok", endings.fine),
)
#: The rules whose sentences stand beside a verdict.
REMARKS = (
    Rule("npu.hung", remarks.hang),
    Rule("scores.garbage", remarks.garbage_scores),
    Rule("shader.part", limits.shader_part, True),
    Rule("run.first", remarks.first_iteration),
    Rule("profiling.cost", remarks.profiling_cost, True),
    Rule("nbg.block", remarks.one_block, True),
    Rule("operations.unnamed", remarks.unnamed, True),
)
_LAST = RULES[-1].id
#: Where one of these holds, nothing can be concluded from figures.
_UNSOUND = ("figures.contradict", "operations.missing")


def assess(
    state: RunState, context: VerdictContext, network: Network | None = None, statistics: Statistics | None = None
) -> Metrics:
    """Compute the metrics of the run's last complete iteration with a profile, and judge them.

    If the context has no nominal clock or roofs, the chip named in the text decides. The needs of a known network are
    compared with the device. `statistics` are those of a state that no longer holds all its times.
    """
    facts = facts_of(state, context.nominal_clock_mhz, context.roofs, context.nodes)
    measured, statistics = state.measured, statistics or statistics_of(state.times)
    profile = None if measured is None else profile_of(measured, facts)
    figures = Figures() if profile is None else figures_of(profile)
    checks = (
        *checks_of(state, profile, figures, facts.nominal_clock_mhz, over=context.outcome != "running"),
        *memory_checks(state, network),
    )
    findings = findings_of(Evidence(state, context, facts, profile, figures, checks, statistics, network))
    return Metrics(
        figures,
        facts.nominal_clock_mhz,
        checks,
        findings[0][1],
        findings[0][0],
        facts,
        profile,
        () if profile is None else by_target(profile),
        () if profile is None else by_operation(profile),
        statistics,
        findings,
    )


def findings_of(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    """Return id and sentence of all rules that hold, the verdict first."""
    found: list[tuple[str, str]] = []
    for rule in (*RULES, *REMARKS):
        ids = [known for known, _ in found]
        if (rule.needs_figures and any(known in _UNSOUND for known in ids)) or (rule.id == _LAST and ids):
            continue
        sentence = rule.of(evidence)
        if sentence is not None:
            found.append((rule.id, sentence))
    return tuple(found)
