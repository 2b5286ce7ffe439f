"""From a run's state and its ending to the report that views and exporters take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from npumon.core.profile import Diagnostic, GraphNode
from npumon.core.run.conditions import conditions_of
from npumon.core.run.outcome import ExitInfo, outcome, signal_noticed
from npumon.core.run.reason import reason_of
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.roofs import Roofs
from npumon.core.run.rules.remarks import scores_remark
from npumon.core.run.state import RunState
from npumon.core.run.verdict import VerdictContext, assess

if TYPE_CHECKING:
    from npumon.core.driver.driver_state import DriverState
    from npumon.core.profile import Network
    from npumon.ports import ReadNodes


class Context(NamedTuple):
    """What all reports of one command share.

    `labels` are the classes' names by index. `driver` is None if no driver is concerned (a log from elsewhere).
    `nominal_clock_mhz` is None and `roofs` are empty if only the text's chip is known. `network` is the model's, None
    if no file is known. `nodes` are those of its `graph.json`; without them `read_nodes` gives those of the one in a
    run's folder. `environment` are the variables that npumon set. `held_back` says whether the kernel is cooling or
    slowing the board down, None if that is not known. `here` says that the run is made here, whatever is known of the
    driver by then.
    """

    labels: Sequence[str] = ()
    driver: DriverState | None = None
    nominal_clock_mhz: float | None = None
    roofs: Roofs = Roofs()
    demo: bool = False
    network: Network | None = None
    nodes: tuple[GraphNode, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    held_back: bool | None = None
    read_nodes: ReadNodes | None = None
    here: bool = False


def report_of(
    state: RunState,
    context: Context,
    info: RunInfo,
    ending: ExitInfo | None = None,
    *,
    number: int = 1,
    runs_in_log: int | None = 1,
) -> RunReport:
    """Return the report of one run; `ending` is None for a log that was only read.

    Of `info`, outcome and reason are set here, and what the text tells of hangs, of gaps in the log, and of the signal
    that ended the program, if nothing else does.
    """
    info = info._replace(
        outcome=outcome(state, ending),
        signal=signal_noticed(state) if ending is None and info.signal is None else info.signal,
        reason=reason_of(state, ending),
        hung=info.hung or state.hung,
        log_complete=info.log_complete and not state.has_gap,
    )
    state = state._replace(diagnostics=(*state.diagnostics, *_on_scores(state), *_forgotten(state)))
    return _report(state, context, info, ending, number, runs_in_log)


def _forgotten(state: RunState) -> tuple[Diagnostic, ...]:
    """Remark that a report does not hold all iterations."""
    kept = len(state.iterations)
    if kept >= state.iterations_ended:
        return ()
    what = f"only the last {kept} of {state.iterations_ended} iterations are kept"
    return (Diagnostic(None, "info", "npumon", what),)


def _on_scores(state: RunState) -> tuple[Diagnostic, ...]:
    """Remark on scores that are no probabilities."""
    said = scores_remark(state)
    return () if said is None else (Diagnostic(None, "warning", "npumon", said.rstrip(".")),)


def with_all_iterations(report: RunReport) -> RunReport:
    """Return the report without the remark that iterations are missing: they were taken as they completed."""
    state = report.state
    remarks = _forgotten(state)
    kept = tuple(diagnostic for diagnostic in state.diagnostics if diagnostic not in remarks)
    return report._replace(state=state._replace(diagnostics=kept))


def running_report(state: RunState, context: Context, info: RunInfo, *, number: int = 1) -> RunReport:
    """Return the report of a run that is under way, from its text so far."""
    return _report(state, context, info._replace(outcome="running", hung=state.hung), None, number, None)


def _report(
    state: RunState, context: Context, info: RunInfo, ending: ExitInfo | None, number: int, runs_in_log: int | None
) -> RunReport:
    verdict_context = VerdictContext(
        outcome=info.outcome,
        ending=ending,
        profiling=None if context.driver is None else context.driver.profiling,
        nominal_clock_mhz=context.nominal_clock_mhz,
        roofs=context.roofs,
        nodes=context.nodes,
        held_back=context.held_back,
        elsewhere=context.driver is None and not context.here,
    )
    return RunReport(
        info=info,
        state=state,
        metrics=assess(state, verdict_context, context.network),
        labels=tuple(label_of(entry.class_index, context.labels) for entry in state.top),
        number=number,
        runs_in_log=runs_in_log,
        demo=context.demo,
        network=context.network,
        conditions=conditions_of(state, verdict_context.profiling, context.environment),
    )


def started(report: RunReport) -> bool:
    """Return whether there is anything to report: the command could be executed."""
    return report.metrics.verdict_id != "run.not_started" or report.state.has_profiler_text


def label_of(index: int, labels: Sequence[str]) -> str | None:
    """Return the name of a class, 0-based; None for a class that the list does not name, -1 among them."""
    return (labels[index] or None) if 0 <= index < len(labels) else None
