"""A run as Markdown: a report to paste into an issue or a wiki. Tables are those of GitHub Flavored Markdown.

Text from outside (names, messages, log lines) stands in code, or with each of its signs escaped, so that none of it can
be markup, a link or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from npumon import __version__
from npumon.core import units
from npumon.core.profile import BANDWIDTHS
from npumon.core.run import figures as figure_table
from npumon.core.run.analysis import GroupTime, IterationProfile, OperationProfile
from npumon.core.run.breakdown import name_of, operator_of
from npumon.core.run.outcome import outcome_words
from npumon.core.run.report import RunReport
from npumon.core.run.statistics import Statistics
from npumon.core.text import visible
from npumon.export.breakdown_text import ordered_operations, whereabouts
from npumon.export.run_document import broken_profile

#: So many operations, classes, objects and messages are listed; the rest are counted.
_MOST = 10
#: What Markdown may take for a sign of its own: anywhere, at the beginning of a text, in what looks like a link.
_SIGNS = re.compile(r"([\\`*_\[\]<>&~|$@^{}]|^[#+\-=]|(?<=^\d)[.)]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
#: What cannot stand in code within a table, or would end it.
_NO_CODE = re.compile(r"[`|\\]|^\s|\s$")
#: Outcomes that the program's last lines do not explain.
_UNTROUBLED = ("ok", "running", "cancelled")


def run_markdown(report: RunReport) -> str:
    """Render the report, ending in a newline."""
    blocks = (
        _head(report),
        _verdict(report),
        _facts(report),
        _whereabouts(report),
        _operations(report),
        _bandwidth(report),
        _results(report),
        _messages(report),
        _log(report),
    )
    texts = ["\n".join(lines) for block in blocks if (lines := list(block))]
    return "\n\n".join([*texts, f"<sub>npumon {__version__}</sub>"]) + "\n"


def foreign(text: str) -> str:
    """Render text from outside so that it is nothing but text: as code, or with its signs escaped."""
    text = visible(text)
    if not text:
        return ""
    return _SIGNS.sub(r"\\\1", text) if _NO_CODE.search(text) else f"`{text}`"


def _head(report: RunReport) -> Iterator[str]:
    info = report.info
    yield f"# {'DEMO: ' if report.demo else ''}{foreign(info.model or 'a run')}"
    pieces = [outcome_words(info.outcome, info.signal)]
    if info.started_at:
        pieces.append(foreign(info.started_at))
    if report.runs_in_log and report.runs_in_log > 1:
        pieces.append(f"run {report.number} of {report.runs_in_log}")
    if report.state.iterations_ended:
        pieces.append(units.counted(report.state.iterations_ended, "iteration"))
    yield f"\n{', '.join(pieces)}"


def _verdict(report: RunReport) -> Iterator[str]:
    """Render the answer, and what else is worth knowing. Sentences may name what the text names."""
    metrics = report.metrics
    if metrics.verdict:
        yield f"**{_sentence(metrics.verdict)}**"
    others = [sentence for rule, sentence in metrics.findings if rule != metrics.verdict_id]
    if others:
        yield ""
        yield from (f"- {_sentence(sentence)}" for sentence in others)


def _sentence(text: str) -> str:
    return _SIGNS.sub(r"\\\1", visible(text))


def _facts(report: RunReport) -> Iterator[str]:
    """Render times, statistics and conditions."""
    rows = [
        (figure.title, figure.unit.value(value))
        for figure in figure_table.FIGURES
        if figure.times is not None and (value := figure.of(report)) is not None
    ]
    figures = report.metrics.figures
    if figures.utilization is not None:
        rows.append(("utilization", units.percent(figures.utilization)))
    if figures.clock_mhz is not None:
        rows.append(("clock", units.megahertz(figures.clock_mhz)))
    if report.metrics.statistics is not None and report.metrics.statistics.count > 1:
        rows += _statistics(report.metrics.statistics)
    conditions = report.conditions
    switches = (
        ("profiling", conditions.profiling),
        ("layer dump", conditions.layer_dump or None),
        ("command dump", conditions.command_dump or None),
        ("CNN_PERF", conditions.cnn_perf or None),
        ("power management", conditions.power_management),
    )
    rows += [(name, "on" if value else "off") for name, value in switches if value is not None]
    rows += [(foreign(name), foreign(value)) for name, value in conditions.environment]
    yield from _table(("figure", "value:"), rows)


def _statistics(statistics: Statistics) -> Iterator[tuple[str, str]]:
    about = "about " if statistics.approximate else ""
    apart = ", the first apart" if statistics.without_first else ""
    yield "iterations", f"{units.grouped(statistics.count)}{apart}"
    if statistics.without_first:
        yield "first iteration", units.microseconds(statistics.first_us)
    for name in ("min", "median", "mean", "p95", "p99", "max", "std"):
        value = getattr(statistics, f"{name}_us")
        if value is not None:
            yield f"{name} of iterations", about + units.microseconds(value)


def _graph(report: RunReport) -> IterationProfile | None:
    profile = report.metrics.profile or broken_profile(report)
    return profile if profile is not None and len(profile.operations) > 1 else None


def _whereabouts(report: RunReport) -> Iterator[str]:
    profile = _graph(report)
    if profile is None or profile.missing or not report.metrics.by_target:
        return
    yield "## Where the time goes\n"
    yield f"{_sentence(whereabouts(profile))}\n"
    yield from _groups("target", report.metrics.by_target)


def _groups(title: str, groups: Iterable[GroupTime]) -> Iterator[str]:
    head = (title, "operations:", "time:", "of time:", "busy:", "of busy:", "DDR MByte:", "MAC:")
    rows = [
        (
            foreign(group.key) if group.key else "unknown",
            str(group.operations),
            units.microseconds(group.execution_us),
            units.percent(group.share),
            units.microseconds(group.busy_us),
            units.percent(group.busy_share),
            units.mbyte(group.ddr_mbyte),
            units.quantity(group.macs),
        )
        for group in groups
    ]
    yield from _table(head, rows)


def _operations(report: RunReport) -> Iterator[str]:
    profile = _graph(report)
    if profile is None:
        return
    operations = ordered_operations(profile, None)
    yield "## Operations\n"
    if len(operations) > _MOST:
        yield f"The first {_MOST} of {len(operations)} by what they take.\n"
    head = ("#:", "operation", "operator", "on", "time:", "of time:", "busy:", "DDR MByte:", "MAC/cycle:", "bound by")
    yield from _table(head, [_operation(each) for each in operations[:_MOST]])
    if any(each.doubt or not each.trusted for each in operations[:_MOST]):
        yield "\n? some of its counters are doubtful"


def _operation(each: OperationProfile) -> tuple[str, ...]:
    rate = each.mac_per_cycle
    number = each.order if each.operation.op_abs_id is None else each.operation.op_abs_id
    return (
        f"{number}{'?' if each.doubt or not each.trusted else ''}",
        foreign(name_of(each)),
        foreign(operator_of(each) or ""),
        each.target_kind or "",
        units.microseconds(each.operation.execution_us),
        units.percent(each.share),
        units.microseconds(each.busy_us),
        units.mbyte(each.operation.bandwidth.ddr),
        units.ABSENT if rate is None else units.significant(rate, 3, most_decimals=2),
        each.limit or units.ABSENT,
    )


def _bandwidth(report: RunReport) -> Iterator[str]:
    figures = report.metrics.figures
    rows = [
        (name.replace("_", " "), units.mbyte(amount), units.rate(getattr(figures.bandwidth_per_s, name)))
        for name in BANDWIDTHS
        if (amount := getattr(figures.bandwidth, name)) is not None
    ]
    if rows:
        yield "## Bandwidth\n"
        yield from _table(("", "MByte:", "MByte/s:"), rows)


def _results(report: RunReport) -> Iterator[str]:
    state = report.state
    if state.top:
        labels = report.labels or (None,) * len(state.top)
        yield f"## Top-{state.top_size or len(state.top)}\n"
        rows = [
            (str(entry.rank), str(entry.class_index), foreign(label or ""), units.score(entry.score))
            for entry, label in zip(state.top[:_MOST], labels, strict=False)
        ]
        yield from _table(("rank:", "class:", "label", "score:"), rows)
    if state.detections:
        yield f"## Detections\n\n{len(state.detections)} in the last frame.\n"
        boxes = [(foreign(each.label or ""), units.score(each.score)) for each in state.detections[:_MOST]]
        yield from _table(("label", "score:"), boxes)


def _messages(report: RunReport) -> Iterator[str]:
    said = [each for each in report.state.diagnostics if each.level in ("error", "warning")]
    if said:
        yield "## Messages\n"
    for each in said[:_MOST]:
        times = "" if each.count == 1 else f" ({units.grouped(each.count)} times)"
        yield f"- {each.level} of {foreign(each.source)}{times}: {foreign(each.message)}"
    if len(said) > _MOST:
        yield f"- {len(said) - _MOST} more"


def _log(report: RunReport) -> Iterator[str]:
    """Render the last lines of a run that failed, which usually say why."""
    if report.info.outcome in _UNTROUBLED or not report.tail:
        return
    fence = "`" * max(3, 1 + max((len(found) for line in report.tail for found in re.findall("`+", line)), default=0))
    yield "\n".join(("## Last lines\n", f"{fence}text", *map(visible, report.tail), fence))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Render a table without the columns that hold nothing; a title that ends in `:` aligns its column to the right."""
    used = [index for index in range(len(head)) if any(row[index] not in ("", units.ABSENT) for row in rows)]
    if not used:
        return
    titles = [head[index] for index in used]
    yield _row(title.rstrip(":") for title in titles)
    yield _row("--:" if title.endswith(":") else "---" for title in titles)
    yield from (_row(row[index] for index in used) for row in rows)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
