"""What a model found, as text for people: classes and objects."""

from __future__ import annotations

from collections.abc import Iterator

from npumon.core import units
from npumon.core.layout import cell_width
from npumon.core.run.report import RunReport
from npumon.export.drawing import Style, bar, fitted, painted, plain, table

#: So many classes and objects are listed; the rest are counted.
_MOST_LINES = 10
#: Widest score of a class.
_WIDEST_SCORE = 26
_LEAST_BAR, _MOST_BAR = 8, 40
_INDENT = "  "


def top_lines(report: RunReport, style: Style) -> Iterator[str]:
    """Render the best classes, with labels if they are known and bars for scores that are shares."""
    entries, known = report.state.top, report.labels or (None,) * _MOST_LINES
    if not entries:
        return
    entries = entries[:_MOST_LINES]
    labels = [
        label or ("no class" if entry.class_index < 0 else "") for entry, label in zip(entries, known, strict=False)
    ]
    index = max(5, *(len(str(entry.class_index)) for entry in entries))
    wide = min(_WIDEST_SCORE, max(8, *(len(units.score(entry.score)) for entry in entries)))
    free = style.width - 11 - wide - index
    column = max(0, min(24, free, max(cell_width(plain(label, style)) for label in labels)))
    shares = all(0.0 <= (entry.score or 0.0) <= 1.0 for entry in entries)
    width = min(_MOST_BAR, free - column - 2) if shares else 0
    yield painted(f"Top-{report.state.top_size or len(entries)}", "dim", style)
    for entry, label in zip(entries, labels, strict=True):
        score = fitted(units.score(entry.score), wide, style, right=True)
        drawn = bar(entry.score or 0.0, width, style) if width >= _LEAST_BAR else ""
        row = f"{_INDENT}{entry.rank:>2}  {entry.class_index:>{index}}  {fitted(label, column, style)}  {score}"
        yield f"{row}  {painted(drawn.rstrip(), 'cyan', style)}".rstrip()


def detection_lines(report: RunReport, style: Style) -> Iterator[str]:
    """Render the objects of the last frame."""
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
                units.ABSENT if value is None else units.significant(value, 4)
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
