"""A run, or several, as text for people: the answer first, then the figures it rests on, then the details."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from npumon.core import units
from npumon.core.profile import BANDWIDTHS, Iteration, NetworkTensor, Reported
from npumon.core.run import figures as figure_table
from npumon.core.run.analysis import IterationProfile
from npumon.core.run.figures import value_of
from npumon.core.run.report import RunReport
from npumon.core.run.trust import tells_busy_share
from npumon.core.text import visible
from npumon.export.breakdown_text import (
    GROUPINGS,
    View,
    groups_table,
    iterations_table,
    operations_table,
    statistics_lines,
    whereabouts,
)
from npumon.export.drawing import PLAIN, Style, advice, bar, fitted, flowed, listed, painted, wrapped
from npumon.export.results_text import detection_lines, top_lines
from npumon.export.run_document import broken_profile, profiles_of

#: Text for people lists this many operations, rows of other tables, diagnostics and boxes; the rest are counted.
_MOST_OPERATIONS = 10
_MOST_ROWS = 40
_MOST_LINES = 10
_MOST_TENSORS = 4
_MOST_FINDINGS = 6
_INDENT = "  "
#: Outcomes that the program's last lines do not explain: nothing went wrong, or not in the program.
_UNTROUBLED = ("ok", "running", "cancelled")
_EVERYTHING = View()


def run_text(report: RunReport, style: Style = PLAIN, view: View = _EVERYTHING) -> str:
    """Render the whole report, ending in a newline; with `view.by` only what leads to that table."""
    head = (_headline(report, style), _verdict(report, style), _conditions(report, style))
    if view.by is not None:
        blocks: tuple[Iterator[str], ...] = (*head, _chosen(report, view, style))
    else:
        blocks = (
            *head,
            _whereabouts(report, style),
            _operations(report, view, style),
            _unfinished(report, view, style),
            _utilization(report, style),
            _bandwidth(report, style),
            _times(report, style),
            _reported(report.state.reported, style),
            top_lines(report, style),
            detection_lines(report, style),
            _diagnostics(report, style),
            _log(report, style),
            _checks(report, style),
        )
    return "\n\n".join("\n".join(lines) for block in blocks if (lines := list(block))) + "\n"


def _headline(report: RunReport, style: Style) -> Iterator[str]:
    info, state = report.info, report.state
    pieces = (
        ("DEMO" if report.demo else None, "yellow"),
        (info.model, ""),
        (_number(report), ""),
        (info.words, "green" if info.outcome == "ok" else "red"),
        (f"exit status {info.exit_status}" if info.exit_status and not info.signal else None, ""),
        (_iterations(report), ""),
        (f"{state.product} {state.pid or ''}" if state.product else None, ""),
    )
    yield from flowed([(text, color) for text, color in pieces if text], " - " if style.ascii else " · ", style)
    network = report.network
    if network is not None:
        sides = [f"in {_tensors(network.inputs, style)}"] if network.inputs else []
        sides += [f"out {_tensors(network.outputs, style)}"] if network.outputs else []
        text = ": ".join(filter(None, (network.name or "unnamed", ", ".join(sides))))
        yield from wrapped(text, style.width, style, " " * len("Network  "), "Network  ")


def _tensors(tensors: tuple[NetworkTensor, ...], style: Style) -> str:
    times = "x" if style.ascii else "×"
    told = [f"{units.shape(tensor.shape, times)} {tensor.dtype}" for tensor in tensors[:_MOST_TENSORS]]
    more = [f"{len(tensors) - _MOST_TENSORS} more"] if len(tensors) > _MOST_TENSORS else []
    return ", ".join(told + more)


def _number(report: RunReport) -> str | None:
    if report.runs_in_log is None:
        return f"run {report.number}"
    return f"run {report.number} of {report.runs_in_log}" if report.runs_in_log > 1 else None


def _iterations(report: RunReport) -> str:
    state = report.state
    if state.frames and not state.iterations_ended:
        return units.counted(state.frames, "frame")
    of = f" of {state.loops}" if state.loops is not None and state.loops != state.iterations_ended else ""
    return f"{state.iterations_ended}{of} iteration{'s' if state.iterations_ended != 1 or of else ''}"


def _verdict(report: RunReport, style: Style) -> Iterator[str]:
    """Render the answer, and what else is worth knowing."""
    metrics = report.metrics
    lines = advice(metrics.verdict, style)
    yield from (painted(line, "bold", style) for line in lines)
    others = [sentence for rule, sentence in metrics.findings if rule != metrics.verdict_id]
    for sentence in others[:_MOST_FINDINGS]:
        yield from advice(sentence, style, _INDENT, "- ")


def _conditions(report: RunReport, style: Style) -> Iterator[str]:
    """Render what changes the figures."""
    conditions = report.conditions
    named = (
        ("profiling", conditions.profiling),
        ("layer dump", conditions.layer_dump or None),
        ("command dump", conditions.command_dump or None),
        ("CNN_PERF", conditions.cnn_perf or None),
        ("power management", conditions.power_management),
    )
    facts = [f"{name} {'on' if value else 'off'}" for name, value in named if value is not None]
    facts += [f"{name}={value}" for name, value in conditions.environment]
    if facts:
        yield from listed(facts, style, "Conditions  ")


def _graph(report: RunReport) -> IterationProfile | None:
    """Return the measured iteration if it has several operations, whose times can be compared."""
    profile = report.metrics.profile
    return profile if profile is not None and len(profile.operations) > 1 else None


def _whereabouts(report: RunReport, style: Style) -> Iterator[str]:
    profile = _graph(report)
    if profile is None or profile.missing:
        return
    yield from wrapped(whereabouts(profile), style.width, style)
    yield from groups_table(profile, "target", None, style)


def _operations(report: RunReport, view: View, style: Style) -> Iterator[str]:
    profile = _graph(report)
    if profile is not None:
        yield from operations_table(profile, view, _MOST_OPERATIONS, style)


def _unfinished(report: RunReport, view: View, style: Style) -> Iterator[str]:
    """Render the iteration in which the text breaks off."""
    profile = broken_profile(report)
    if profile is not None and profile.operations:
        yield painted(f"Iteration {profile.iteration.number}, unfinished", "dim", style)
        yield from operations_table(profile, view, _MOST_OPERATIONS, style)


def _chosen(report: RunReport, view: View, style: Style) -> Iterator[str]:
    """Render the table that was asked for."""
    if view.by == "iteration":
        rows = list(iterations_table(profiles_of(report), view.top or _MOST_ROWS, style))
        yield from rows or ["The text has no iterations."]
        return
    profile = report.metrics.profile or broken_profile(report)
    if profile is None or not profile.operations:
        yield "The text has no operations."
    elif view.by is not None and view.by in GROUPINGS:
        if profile.missing:
            many = "Some" if profile.of is None else f"{profile.missing} of {profile.of}"
            what = f"{many} operations are missing, so nothing is added up."
            yield from wrapped(what, style.width, style)
            return
        yield from wrapped(whereabouts(profile), style.width, style)
        rows = list(groups_table(profile, view.by, view.top or _MOST_ROWS, style))
        yield from rows or [f"No operation names its {view.by}."]
    else:
        yield from operations_table(profile, view, len(profile.operations), style)


def _utilization(report: RunReport, style: Style) -> Iterator[str]:
    metrics = report.metrics
    figures = metrics.figures
    if figures.utilization is None or _graph(report) is not None:
        return
    measured = report.state.measured or Iteration(0)
    gauge = bar(figures.utilization, max(10, min(40, style.width - 40)), style).rstrip()
    yield f"Utilization  {painted(units.percent(figures.utilization), 'bold', style)}  {painted(gauge, 'cyan', style)}"
    nominal, window_us = metrics.nominal_clock_mhz, measured.vpc_elapsed_us
    facts = []
    if figures.busy_us is not None:
        within = "" if window_us is None else f" of a {units.microseconds(window_us)} window"
        facts.append(f"busy {units.microseconds(figures.busy_us)}{within}")
    if figures.clock_mhz is not None:
        of = "" if nominal is None else f" of {units.significant(nominal, 3, most_decimals=1)} MHz"
        facts.append(f"clock {units.megahertz(figures.clock_mhz)}{of}")
    cycles = f"{units.quantity(figures.cycles.total)} cycles, {units.quantity(figures.cycles.idle)} idle"
    graph = metrics.profile.operations if metrics.profile is not None else ()
    if nominal and figures.cycles.total and not all(tells_busy_share(each.operation, nominal) for each in graph):
        cycles += f"; they cover {units.microseconds(round(figures.cycles.total / nominal))} of the window only"
    for fact in filter(None, (", ".join(facts), cycles)):
        yield from wrapped(fact, style.width, style, _INDENT)


def _bandwidth(report: RunReport, style: Style) -> Iterator[str]:
    figures = report.metrics.figures
    amounts = {name: getattr(figures.bandwidth, name) for name in BANDWIDTHS}
    known = [amount for amount in amounts.values() if amount is not None]
    if not known:
        return
    rates = figures.bandwidth_per_s
    rated = any(rate is not None for rate in rates)
    most = max(known) or 1.0
    width = max(8, min(40, style.width - 42))
    yield painted(f"{'Bandwidth':<16}{'MByte':>10}" + (f"  {'MByte/s':>10}" if rated else ""), "dim", style)
    for name, amount in amounts.items():
        memory, _, direction = name.partition("_")
        label = (memory if memory == "total" else memory.upper()) if direction == "read" else ""
        drawn = "" if amount is None else bar(amount / most, width, style)
        row = f"{_INDENT}{label:<6}{direction:<8}{fitted(units.mbyte(amount), 10, style, right=True)}"
        if rated:
            row += f"  {fitted(units.rate(getattr(rates, name)), 10, style, right=True)}"
        yield f"{row}  {painted(drawn.rstrip(), 'cyan', style)}".rstrip()


def _times(report: RunReport, style: Style) -> Iterator[str]:
    state = report.state
    measured = state.measured or Iteration(0)
    times = {figure.times: figure for figure in figure_table.FIGURES if figure.times is not None}
    values = ((figure, figure.of(report)) for _, figure in sorted(times.items()))
    parts = [f"{figure.title} {figure.unit.value(value)}" for figure, value in values if value is not None]
    if parts:
        yield from listed(parts, style, "Times  ")
    statistics = report.metrics.statistics
    if statistics is not None and statistics.count > 1:
        yield from statistics_lines(statistics, style)
    if state.iterations and measured is not state.iterations[-1]:
        told = f"the figures are from iteration {measured.number}, the last with a profile"
        yield from wrapped(told, style.width, style, _INDENT)


def _reported(reported: Reported | None, style: Style) -> Iterator[str]:
    """Render what another program prints of its inferences itself."""
    if reported is None:
        return
    figures = (
        ("average", reported.average_us),
        ("min", reported.min_us),
        ("max", reported.max_us),
        ("first", reported.first_us),
        ("std", reported.std_us),
        ("init", reported.init_us),
    )
    facts = [] if reported.count is None else [f"{units.grouped(reported.count)} inferences"]
    facts += [f"{name} {units.microseconds(value)}" for name, value in figures if value is not None]
    told = [f"{reported.program}: {facts[0]}", *facts[1:]] if facts else [f"by {reported.program}, no figures"]
    yield from listed(told, style, "Reported  ")


def _diagnostics(report: RunReport, style: Style) -> Iterator[str]:
    state = report.state
    said = [diagnostic for diagnostic in state.diagnostics if diagnostic.level in ("error", "warning")]
    if said:
        yield painted("Diagnostics", "dim", style)
    for diagnostic in said[:_MOST_LINES]:
        where = "" if diagnostic.line is None else f" (line {diagnostic.line})"
        color = "red" if diagnostic.level == "error" else "yellow"
        times = "" if diagnostic.count == 1 else f" ({units.grouped(diagnostic.count)} times)"
        text = f"{diagnostic.level} {diagnostic.source}{where}{times}: {diagnostic.message}"
        yield painted(fitted(_INDENT + text, style.width, style).rstrip(), color, style)
    if len(said) > _MOST_LINES:
        yield f"{_INDENT}{len(said) - _MOST_LINES} more; --format json lists them"
    if state.diagnostics_dropped:
        yield f"{_INDENT}{state.diagnostics_dropped} more were not kept"
    if state.unrecognized:
        yield f"{state.unrecognized} line{'s' if state.unrecognized > 1 else ''} of the profiler not recognised"


def _log(report: RunReport, style: Style) -> Iterator[str]:
    """Render the path of a failed run's log and its last lines, which usually say why it failed."""
    info = report.info
    if info.duration_s is None or info.outcome in _UNTROUBLED:  # only read, or still running
        return
    if info.log is not None:
        yield from wrapped(visible(info.log), style.width, style, " " * len("Log  "), "Log  ")
    elif report.tail:
        yield painted("Log", "dim", style)
    for line in report.tail:
        yield fitted(_INDENT + line, style.width, style).rstrip()


def _checks(report: RunReport, style: Style) -> Iterator[str]:
    metrics = report.metrics
    failed = [check for check in metrics.checks if check.ok is False]
    passed = sum(check.ok is True for check in metrics.checks)
    if passed or failed:
        unknown = len(metrics.checks) - passed - len(failed)
        yield f"Checks  {passed} passed, {len(failed)} failed" + (f", {unknown} without figures" if unknown else "")
    for check in failed:
        yield from wrapped(f"{check.id}: {check.detail}", style.width, style, _INDENT)


def series_text(runs: Sequence[tuple[str, RunReport]], style: Style = PLAIN) -> str:
    """Render the reports one below the other; a single one needs no summary."""
    texts = [f"{painted(name, 'bold', style)}\n{run_text(report, style)}" for name, report in runs]
    if len(runs) > 1:
        texts.append(series_summary([report for _, report in runs], style))
    return "\n".join(texts)


def series_summary(reports: Sequence[RunReport], style: Style = PLAIN) -> str:
    """Render one sentence about several runs."""
    lines = wrapped(_summary(reports), style.width, style)
    return "".join(painted(line, "bold", style) + "\n" for line in lines)


def _summary(reports: Sequence[RunReport]) -> str:
    outcomes = Counter(report.info.words for report in reports)
    facts = [f"{many} {outcome}" for outcome, many in outcomes.items()]
    times = [time for time in (value_of("latency", report) for report in reports) if time is not None]
    if len(times) > 1:
        facts.append(f"latency {units.spread(times)}")
    demo = "DEMO: " if any(report.demo for report in reports) else ""
    return f"{demo}{units.counted(len(reports), 'run')}: {', '.join(facts)}"
