"""Any run and any iteration of it in place of the newest: which one is selected, and the moment as pages show it."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import NamedTuple

from npumon.core.log.scrollback import ScrollbackView
from npumon.core.monitor.live import History, Live, ShownPlace, run_with_figures
from npumon.core.profile import Iteration
from npumon.core.run.outcome import ExitInfo, StopReason
from npumon.core.run.report import RunReport

_STOPPED_BY: dict[str, StopReason] = {"timeout": "timeout", "cancelled": "cancelled"}


class Selection(NamedTuple):
    """What pages are to show: the run with this number, None for the newest; of it the iteration with this number, None
    for the last one with figures. Runs are numbered as in `numbered_runs`."""

    run: int | None = None
    iteration: int | None = None


NEWEST = Selection()


class NumberedRun(NamedTuple):
    """A run and its number. They count this session's runs from 1, forgotten ones included, warm-up runs left out."""

    number: int
    report: RunReport


def numbered_runs(live: Live) -> tuple[NumberedRun, ...]:
    """Return the ended runs that are kept, and the newest one if it is not among them; the newest last.

    A warm-up run is not among them, as it has no number.
    """
    ended = _ended(live)
    runs = tuple(map(NumberedRun, range(ended - len(live.runs) + 1, ended + 1), live.runs))
    run = live.snapshot.run
    if run is None or _is_kept(live) or live.activity.warmup:
        return runs
    return (*runs, NumberedRun(ended + 1, run))


def _ended(live: Live) -> int:
    """Count the runs that have ended and count."""
    run = live.snapshot.run
    under_way = run is not None and run.info.outcome == "running" and not live.activity.warmup
    return max(live.activity.run - under_way, len(live.runs))


def _is_kept(live: Live) -> bool:
    """Return whether the newest run is the last of `live.runs`, as it is once it has ended: the one before it is then
    an older one."""
    return bool(live.runs) and live.previous is not live.runs[-1]


def selected_run(live: Live, selection: Selection) -> NumberedRun | None:
    """Return the selected run; None if it is no longer kept, or a warm-up run, or there is none."""
    runs = numbered_runs(live)
    if selection.run is None:
        return runs[-1] if runs and runs[-1].report is _newest(live) else None
    return next((run for run in runs if run.number == selection.run), None)


def selected(
    live: Live,
    selection: Selection,
    iteration: Iteration | None = None,
    judge: Callable[[RunReport, Iteration], RunReport] | None = None,
) -> Live:
    """Return the moment with the selected run and iteration in the place of the newest; `Live.shown` names them.

    The report is judged anew for the selected iteration, by `judged` or a function that remembers its results, so that
    its metrics describe that one. `iteration` is the selected one where the run no longer holds it; without it the
    run's last one is shown. The newest is shown as it is.
    """
    here = selected_run(live, selection)
    if here is None or (selection.iteration is None and here.report is _newest(live)):
        return live
    report = here.report
    found = kept_iteration(report, selection.iteration) or iteration
    if found is not None:
        report = (judge or judged)(report, found)
    older = [run.report for run in numbered_runs(live) if run.number < here.number]
    return live._replace(
        snapshot=live.snapshot._replace(run=report),
        previous=older[-1] if older else None,
        history=_until(live, here, found),
        log=live.log if _same_log(report, _newest(live)) else _tail(report),
        shown=_shown(live, NumberedRun(here.number, report))._replace(newest=False),
    )


def _newest(live: Live) -> RunReport | None:
    """Return the newest run as `numbered_runs` has it."""
    return live.runs[-1] if _is_kept(live) else live.snapshot.run


def newest_shown(live: Live) -> ShownPlace:
    """Return the name of the newest run, or of the one before it while that one's figures are still shown."""
    here = selected_run(live, NEWEST)
    if here is not None and run_with_figures(live).held:
        here = NumberedRun(here.number - 1, live.runs[-1])
    runs = numbered_runs(live)
    return ShownPlace(runs=runs[-1].number if runs else 0) if here is None else _shown(live, here)


def _shown(live: Live, here: NumberedRun) -> ShownPlace:
    measured = here.report.state.measured
    return ShownPlace(
        run=here.number,
        runs=numbered_runs(live)[-1].number,
        iteration=None if measured is None else measured.number,
        iterations=iterations_of(here.report),
    )


def iterations_of(report: RunReport) -> int:
    """Return how many iterations the run has had, or was to have."""
    state = report.state
    last = state.iterations[-1].number if state.iterations else 0
    return max(state.iterations_ended, state.loops or 0, last)


def kept_iteration(report: RunReport, number: int | None) -> Iteration | None:
    """Return the iteration with this number if the run still holds it, None otherwise."""
    return next((each for each in reversed(report.state.iterations) if each.number == number), None)


def judged(report: RunReport, iteration: Iteration) -> RunReport:
    """Return the report with this iteration in the place of the one that its metrics describe."""
    if report.state.measured is iteration:
        return report
    from npumon.core.run.verdict import VerdictContext, assess  # of which the start of the monitor has no need

    info, metrics = report.info, report.metrics
    ending, read_only = None, info.command is None  # of a log that is only read the driver is not known
    if not read_only and info.outcome != "running":
        ending = ExitInfo(info.exit_status, info.signal, _STOPPED_BY.get(info.outcome))
    context = VerdictContext(
        outcome=info.outcome,
        ending=ending,
        profiling=None if read_only else report.conditions.profiling,
        nominal_clock_mhz=metrics.nominal_clock_mhz,
        roofs=metrics.facts.roofs,
        nodes=metrics.facts.nodes,
        elsewhere=read_only,
    )
    state = report.state._replace(iterations=(iteration,), operations=(), announced=None)
    return report._replace(state=state, metrics=assess(state, context, report.network, metrics.statistics))


def _until(live: Live, here: NumberedRun, iteration: Iteration | None) -> History:
    """Return the samples of the run and of those before it, up to the selected iteration, as far as they are kept."""
    known = (each for each in live.histories if any(sample.run == here.number for sample in each.samples))
    history = next(known, History())
    until = (here.number, inf if iteration is None else iteration.number)
    kept = tuple(each for each in history.samples if (each.run, each.iteration) <= until)
    return History(kept, history.ever - len(history.samples) + len(kept))


def _same_log(report: RunReport, newest: RunReport | None) -> bool:
    return newest is not None and report.info.log == newest.info.log


def _tail(report: RunReport) -> ScrollbackView:
    """Return what a report keeps of its log."""
    lines = tuple(line.encode() for line in report.tail)
    return ScrollbackView(lines, len(lines))


def step_run(live: Live, selection: Selection, step: int) -> Selection:
    """Return the selection of the run `step` places after the selected one; behind the last one is the newest."""
    runs = numbered_runs(live)
    here = selected_run(live, selection)
    there = max(0, (len(runs) if here is None else runs.index(here)) + step)
    return NEWEST if there >= len(runs) or runs[there].report is _newest(live) else Selection(runs[there].number)


def step_iteration(live: Live, selection: Selection, step: int) -> Selection:
    """Return the selection of the iteration `step` places after the selected one, of the same run.

    The last one of a run is that which its metrics describe; of the newest run it goes on with the run.
    """
    here = selected_run(live, selection)
    if here is not None and selection == NEWEST and run_with_figures(live).held:
        here = NumberedRun(here.number - 1, live.runs[-1])
    measured = None if here is None else here.report.state.measured
    if here is None or measured is None:
        return selection
    number = measured.number if selection.iteration is None else selection.iteration
    there = max(1, number + step)
    if there < measured.number:
        return Selection(here.number, there)
    return NEWEST if here.report is _newest(live) else Selection(here.number)
