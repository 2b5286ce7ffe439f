"""What the network found: the best classes, or the objects of the last frame, and what is new in them."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core import units
from npumon.core.monitor.live import Live, ShownRun, run_with_results
from npumon.core.profile import Detection
from npumon.core.run.report import RunReport
from npumon.core.run.result_diff import ClassChange, class_changes, object_changes
from npumon.tui.paint import Area, Line, Span, bar, clipped, fit, fit_right, paragraphs, span
from npumon.tui.widgets.canvas import Pane

_SCORE = 6
#: Cells for a score's change, and the width from which on it is shown.
_CHANGE, _WIDE = 8, 44
_LEAST_BAR, _MOST_BAR = 4, 24
_MOST_LABEL = 40
_MARKS = {False: {"new": "+", "up": "↑", "down": "↓"}, True: {"new": "+", "up": "^", "down": "v"}}


class ResultsPane(Pane):
    """The pane. Its title names the kind of result."""

    def sees(self, live: Live) -> tuple[object, ...]:
        shown_run = run_with_results(live)
        return (shown_run.run, shown_run.before)

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        return results_lines(live, area)

    def show(self, live: Live) -> None:
        title = results_title(live)
        if title != self.border_title:
            self.border_title = title
        super().show(live)


def results_title(live: Live) -> str:
    """Return the kind of result."""
    run = run_with_results(live).run
    if run is not None and (run.state.frames or run.state.detections) and not run.state.top:
        return "Detections"
    size = 5 if run is None else run.state.top_size or len(run.state.top) or 5
    return f"Top-{size}"


def results_lines(live: Live, area: Area) -> list[Line]:
    """Draw the pane's lines."""
    shown_run = run_with_results(live)
    run = shown_run.run
    if run is None:
        return paragraphs([("The best classes, or the objects found, appear here.", "label")], area)
    if run.state.top:
        return _top(run, shown_run, area)
    if run.state.frames or run.state.detections:
        return _detections(run, shown_run.before, area)
    if run.info.outcome == "running":
        return paragraphs([("They come at the end of the run.", "label")], area)
    return paragraphs([("The run printed no top-5.", "label")], area)


def _top(run: RunReport, shown_run: ShownRun, area: Area) -> list[Line]:
    entries = run.state.top[: area.height]
    labels = (*run.labels, *(None,) * len(entries))
    texts = [
        label or ("no class" if entry.class_index < 0 else "") for entry, label in zip(entries, labels, strict=False)
    ]
    before = () if shown_run.before is None else shown_run.before.state.top
    changes = class_changes(entries, before)
    index = max(3, *(len(str(entry.class_index)) for entry in entries))
    wide = area.width >= _WIDE and bool(before)
    free = area.width - 2 - index - 1 - 1 - _SCORE - (_CHANGE if wide else 0) - 1
    label_width = min(max(free - _LEAST_BAR, 0), max(free * 3 // 5, 8), _MOST_LABEL)
    bar_width = min(free - label_width, _MOST_BAR)
    lines: list[Line] = []
    for row, (entry, text, change) in enumerate(zip(entries, texts, changes, strict=True)):
        line = [
            _mark(change.move, area),
            Span(f"{entry.class_index:>{index}} ", "label"),
            Span(fit(text, label_width, area), "value" if not row else ""),
            Span(" " + fit_right(_score(entry.score), _SCORE, area), "value"),
        ]
        if wide:
            line.append(Span(fit_right(_moved(change), _CHANGE, area), "label"))
        if bar_width >= _LEAST_BAR:
            line.extend((Span(" "), *bar(entry.score, bar_width, area, "graph")))
        lines.append(clipped(tuple(line), area))
    if before and area.height > len(lines) + 1:
        lines.append(())
        marks = _MARKS[area.ascii]
        legend = f"{marks['new']} new  {marks['up']} up  {marks['down']} down since the run before"
        lines.append(clipped(span(legend, "label"), area))
    return lines


def _mark(move: str, area: Area) -> Span:
    """Return how a class or an object has changed since the previous run."""
    return Span(f"{_MARKS[area.ascii][move]} ", "accent") if move else Span("  ")


def _score(score: float | None) -> str:
    if score is None:
        return units.ABSENT
    spellings = (format(score, how) for how in (".4f", ".3f", ".2f", ".1f", ".0f", ".0e"))
    return next((text for text in spellings if len(text) <= _SCORE), format(score, ".0e"))


def _moved(change: ClassChange) -> str:
    """Return how much a score has changed."""
    text = "" if change.score is None else f"{change.score:+.4f}"
    return "" if text in ("+0.0000", "-0.0000") else text


def _detections(run: RunReport, before: RunReport | None, area: Area) -> list[Line]:
    found, frames = run.state.detections, run.state.frames
    changes = None if before is None else object_changes(found, before.state.detections)
    many = f"{len(found) or 'no'} object{'' if len(found) == 1 else 's'}"
    head = [Span(f"frame {frames}: {many}" if frames else many, "label")]
    if changes is not None:
        counts = ((sum(changes.new), "new"), (changes.gone, "gone"))
        head.extend(Span(f", {count} {word}", "accent") for count, word in counts if count)
    lines = [clipped(tuple(head), area)]
    new = (False,) * len(found) if changes is None else changes.new
    marks = 0 if changes is None else 2
    shown = found[: max(area.height - 1, 0)]
    if len(shown) < len(found) and len(shown) > 1:
        shown = shown[:-1]
    boxes = [_box(detection, area) for detection in shown]
    widest = max(map(len, boxes), default=0)
    scores = _SCORE + 1 if any(detection.score is not None for detection in shown) else 0
    label_width = max(min(area.width - marks - scores - widest - 1, _MOST_LABEL), 0)
    for number, (detection, box, came) in enumerate(zip(shown, boxes, new, strict=False), 1):
        name = detection.label or f"object {detection.number if detection.number is not None else number}"
        line = (
            *((_mark("new" if came else "", area),) if marks else ()),
            Span(fit(name, label_width, area), "value"),
            Span(fit_right(_score(detection.score), scores, area), "value"),
            Span(" " + fit_right(box, widest, area)),
        )
        lines.append(clipped(line, area))
    if len(shown) < len(found) and len(lines) < area.height:
        lines.append(span(f"{len(found) - len(shown)} more", "label"))
    return lines


def _box(detection: Detection, area: Area) -> str:
    """Return left, top, then right, bottom, those that are known."""
    edges = (detection.left, detection.top, detection.right, detection.bottom)
    if all(edge is None for edge in edges):
        return ""
    left, top, right, bottom = (
        "?" if edge is None else f"{edge:.2f}" if abs(edge) < 2 and edge != int(edge) else f"{edge:.0f}"
        for edge in edges
    )
    return f"{left},{top}{'>' if area.ascii else '→'}{right},{bottom}"
