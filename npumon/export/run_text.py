"""A run, or several, as text for people: the most important figure first, then the details."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from npumon.core import units
from npumon.core.layout import cell_width
from npumon.core.profile import BANDWIDTHS, Iteration, NetworkTensor, Operation
from npumon.core.run import figures as figure_table
from npumon.core.run.figures import value_of
from npumon.core.run.metrics import ddr_rate, utilization
from npumon.core.run.report import RunReport
from npumon.core.run.verdict import ddr_bound
from npumon.export.drawing import PLAIN, Style, bar, fitted, flowed, painted, plain, table, wrapped

#: Text for people lists this many layers, diagnostics and boxes; the rest are counted.
_MOST_LAYERS = 40
_MOST_LINES = 10
_MOST_TENSORS = 4
_INDENT = "  "
#: Column widths of the layers' table, with the name's minimum; the last two columns need a wide text.
_LAYER_WIDTHS = (-4, 8, -3, -9, -7, -7, -11, 9)
_WIDE = 72
#: Outcomes that the program's last lines do not explain: nothing went wrong, or not in the program.
_UNTROUBLED = ("ok", "running", "cancelled")
_BOUND = {True: "DDR-bound", False: "", None: ""}


def run_text(report: RunReport, style: Style = PLAIN) -> str:
    """Render the whole report, ending in a newline."""
    blocks = (
        _headline(report, style),
        _utilization(report, style),
        _bandwidth(report, style),
        _times(report, style),
        _layers(report, style),
        _unfinished(report, style),
        _top(report, style),
        _detections(report, style),
        _diagnostics(report, style),
        _log(report, style),
        _verdict(report, style),
    )
    return "\n\n".join("\n".join(lines) for block in blocks if (lines := list(block))) + "\n"


def _headline(report: RunReport, style: Style) -> Iterator[str]:
    info, state = report.info, report.state
    pieces = (
        ("DEMO" if report.demo else None, "yellow"),
        (info.model, ""),
        (_number(report), ""),
        (info.outcome, "green" if info.outcome == "ok" else "red"),
        (info.signal or (f"exit status {info.exit_status}" if info.exit_status else None), ""),
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
        return f"{state.frames} frame{'s' if state.frames != 1 else ''}"
    of = f" of {state.loops}" if state.loops is not None and state.loops != state.iterations_ended else ""
    return f"{state.iterations_ended}{of} iteration{'s' if state.iterations_ended != 1 or of else ''}"


def _utilization(report: RunReport, style: Style) -> Iterator[str]:
    metrics = report.metrics
    figures = metrics.figures
    if figures.utilization is None:
        return
    measured = report.state.measured or Iteration(0)
    gauge = bar(figures.utilization, max(10, min(40, style.width - 40)), style).rstrip()
    yield f"Utilization  {painted(units.percent(figures.utilization), 'bold', style)}  {painted(gauge, 'cyan', style)}"
    nominal = "" if metrics.nominal_clock_mhz is None else f" of {metrics.nominal_clock_mhz:g}"
    clock = units.ABSENT if figures.clock_mhz is None else f"{figures.clock_mhz:.0f}{nominal} MHz"
    window = units.microseconds(measured.vpc_elapsed_us)
    cycles = f"{units.quantity(figures.cycles.total)} cycles, {units.quantity(figures.cycles.idle)} idle"
    busy = f"busy {units.microseconds(figures.busy_us)} of a {window} window, clock {clock}"
    for fact in (busy, cycles):
        yield from wrapped(fact, style.width, style, _INDENT)


def _bandwidth(report: RunReport, style: Style) -> Iterator[str]:
    figures = report.metrics.figures
    amounts = {name: getattr(figures.bandwidth, name) for name in BANDWIDTHS}
    known = [amount for amount in amounts.values() if amount is not None]
    if not known:
        return
    rates = figures.bandwidth_per_s
    most = max(known) or 1.0
    width = max(8, min(40, style.width - 42))
    yield painted(f"{'Bandwidth':<16}{'MByte':>10}  {'MByte/s':>10}", "dim", style)
    for name, amount in amounts.items():
        memory, _, direction = name.partition("_")
        label = (memory if memory == "total" else memory.upper()) if direction == "read" else ""
        drawn = "" if amount is None else bar(amount / most, width, style)
        rate = units.rate(getattr(rates, name))
        moved = fitted(units.mbyte(amount), 10, style, right=True)
        row = f"{_INDENT}{label:<6}{direction:<8}{moved}  {fitted(rate, 10, style, right=True)}"
        yield f"{row}  {painted(drawn.rstrip(), 'cyan', style)}".rstrip()


def _times(report: RunReport, style: Style) -> Iterator[str]:
    state = report.state
    measured = state.measured or Iteration(0)
    times = {figure.times: figure for figure in figure_table.FIGURES if figure.times is not None}
    values = ((figure, figure.of(report)) for _, figure in sorted(times.items()))
    parts = [f"{figure.title} {figure.unit.value(value)}" for figure, value in values if value is not None]
    if parts:
        yield from wrapped(", ".join(parts), style.width, style, " " * len("Times  "), "Times  ")
    elapsed = [iteration.elapsed_us for iteration in state.iterations if iteration.elapsed_us is not None]
    if len(elapsed) > 1:
        kept = f"the last {len(state.iterations)} " if len(state.iterations) < state.iterations_ended else ""
        facts = f"{kept}iterations: {units.spread(elapsed)}"
        yield from wrapped(facts, style.width, style, _INDENT)
    if state.iterations and measured is not state.iterations[-1]:
        told = f"the figures are from iteration {measured.number}, the last with a profile"
        yield from wrapped(told, style.width, style, _INDENT)


def _layers(report: RunReport, style: Style) -> Iterator[str]:
    operations = (report.state.measured or Iteration(0)).operations
    if len(operations) > 1:
        yield from _table(report, operations, report.metrics.figures.execution_us, style)


def _unfinished(report: RunReport, style: Style) -> Iterator[str]:
    """Render the iteration in which the text breaks off, without shares because its total is unknown."""
    rest = report.state.open_iteration
    if rest is not None and rest.operations:
        yield painted(f"Iteration {rest.number}, unfinished", "dim", style)
        yield from _table(report, rest.operations, None, style)


def _table(report: RunReport, operations: Sequence[Operation], total: int | None, style: Style) -> Iterator[str]:
    roof = report.metrics.facts.roofs.ddr_mbyte_per_s
    peak = None if roof is None else roof.value
    rows = [_layer(operation, total, peak) for operation in operations[:_MOST_LAYERS]]
    head = ("id", "layer", "op", "time", "share", "util", "DDR MByte/s", "")
    shown = len(head) if style.width >= _WIDE else len(head) - 2
    others = sum(map(abs, _LAYER_WIDTHS[:shown])) + 2 * (shown - 1)
    name = max(_LAYER_WIDTHS[1], min(28, style.width - others + _LAYER_WIDTHS[1]))
    widths = (_LAYER_WIDTHS[0], name, *_LAYER_WIDTHS[2:shown])
    yield from table(head[:shown], [row[:shown] for row in rows], widths, style)
    if len(operations) > _MOST_LAYERS:
        yield f"{_INDENT}{len(operations) - _MOST_LAYERS} more; --format csv lists them all"


def _layer(operation: Operation, total_us: int | None, peak_mbyte_per_s: float | None) -> tuple[str, ...]:
    us = operation.execution_us
    return (
        units.ABSENT if operation.layer_id is None else str(operation.layer_id),
        operation.name or units.ABSENT,
        "" if operation.operation_index is None else str(operation.operation_index),
        units.microseconds(us),
        units.percent(us / total_us if us is not None and total_us else None),
        units.percent(utilization(operation.cycles)),
        units.rate(ddr_rate(operation)),
        _BOUND[ddr_bound(operation, peak_mbyte_per_s)],
    )


def _top(report: RunReport, style: Style) -> Iterator[str]:
    entries, known = report.state.top, report.labels or (None,) * _MOST_LINES
    if not entries:
        return
    entries = entries[:_MOST_LINES]
    labels = [
        label or ("no class" if entry.class_index < 0 else "") for entry, label in zip(entries, known, strict=False)
    ]
    index = max(5, *(len(str(entry.class_index)) for entry in entries))
    column = min(24, max(cell_width(plain(label, style)) for label in labels))
    width = max(8, min(40, style.width - 21 - index - column))
    yield painted(f"Top-{report.state.top_size or len(entries)}", "dim", style)
    for entry, label in zip(entries, labels, strict=True):
        score = fitted(units.score(entry.score), 8, style, right=True)
        drawn = bar(entry.score or 0.0, width, style)
        row = f"{_INDENT}{entry.rank:>2}  {entry.class_index:>{index}}  {fitted(label, column, style)}  {score}"
        yield f"{row}  {painted(drawn.rstrip(), 'cyan', style)}".rstrip()


def _detections(report: RunReport, style: Style) -> Iterator[str]:
    found = report.state.detections
    if not found:
        return
    yield painted(f"Detections  {len(found)} in the last frame", "dim", style)
    rows = [
        (
            str(number if detection.number is None else detection.number),
            detection.label or "",
            units.score(detection.score),
            *(
                units.ABSENT if value is None else f"{value:g}"
                for value in (detection.left, detection.top, detection.right, detection.bottom)
            ),
        )
        for number, detection in enumerate(found[:_MOST_LINES], 1)
    ]
    head = ("#", "label", "score", "left", "top", "right", "bottom")
    label = max(5, min(20, style.width - 55))
    yield from table(head, rows, (-4, label, -7, -8, -8, -8, -8), style)
    if len(found) > _MOST_LINES:
        yield f"{_INDENT}{len(found) - _MOST_LINES} more"


def _diagnostics(report: RunReport, style: Style) -> Iterator[str]:
    state = report.state
    said = [diagnostic for diagnostic in state.diagnostics if diagnostic.level in ("error", "warning")]
    if said:
        yield painted("Diagnostics", "dim", style)
    for diagnostic in said[:_MOST_LINES]:
        where = "" if diagnostic.line is None else f" (line {diagnostic.line})"
        color = "red" if diagnostic.level == "error" else "yellow"
        text = f"{diagnostic.level} {diagnostic.source}{where}: {diagnostic.message}"
        yield painted(fitted(_INDENT + text, style.width, style).rstrip(), color, style)
    if len(said) > _MOST_LINES:
        yield f"{_INDENT}{len(said) - _MOST_LINES} more; --format json lists them"
    if state.diagnostics_dropped:
        yield f"{_INDENT}{state.diagnostics_dropped} more were not kept"
    if state.unrecognized:
        yield f"{state.unrecognized} line{'s' if state.unrecognized > 1 else ''} of the text not recognised"


def _log(report: RunReport, style: Style) -> Iterator[str]:
    """Render the path of a failed run's log and its last lines, which usually say why it failed."""
    info = report.info
    if info.duration_s is None or info.outcome in _UNTROUBLED:  # only read, or still running
        return
    if info.log is not None:
        yield from wrapped(info.log, style.width, style, " " * len("Log  "), "Log  ")
    elif report.tail:
        yield painted("Log", "dim", style)
    for line in report.tail:
        yield fitted(_INDENT + line, style.width, style).rstrip()


def _verdict(report: RunReport, style: Style) -> Iterator[str]:
    metrics = report.metrics
    failed = [check for check in metrics.checks if check.ok is False]
    passed = sum(check.ok is True for check in metrics.checks)
    if passed or failed:
        unknown = len(metrics.checks) - passed - len(failed)
        yield f"Checks  {passed} passed, {len(failed)} failed" + (f", {unknown} without figures" if unknown else "")
    for check in failed:
        yield from wrapped(f"{check.id}: {check.detail}", style.width, style, _INDENT)
    lines = wrapped(metrics.verdict, style.width, style)
    yield from (painted(line, "bold", style) for line in lines)


def series_text(runs: Sequence[tuple[str, RunReport]], style: Style = PLAIN) -> str:
    """Render the reports one below the other; a single one needs no summary."""
    texts = [f"{painted(name, 'bold', style)}\n{run_text(report, style)}" for name, report in runs]
    if len(runs) > 1:
        lines = wrapped(_summary([report for _, report in runs]), style.width, style)
        texts.append("".join(painted(line, "bold", style) + "\n" for line in lines))
    return "\n".join(texts)


def _summary(reports: Sequence[RunReport]) -> str:
    outcomes = Counter(report.info.outcome for report in reports)
    facts = [f"{many} {outcome}" for outcome, many in outcomes.items()]
    times = [time for time in (value_of("latency", report) for report in reports) if time is not None]
    if len(times) > 1:
        facts.append(f"latency {units.spread(times)}")
    demo = "DEMO: " if any(report.demo for report in reports) else ""
    return f"{demo}{len(reports)} runs: {', '.join(facts)}"
