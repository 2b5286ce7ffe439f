"""Two model files compared, as text for people: the verdict, then the differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from npumon.core import units
from npumon.export.drawing import PLAIN, Style, painted, wrapped
from npumon.export.grid import GridColumn, grid
from npumon.modelfile.diff import SENTENCES, ModelDiff, SizeChange

_MOST_ROWS = 40
_INDENT = "  "


def model_diff_text(diff: ModelDiff, names: tuple[str, str], style: Style = PLAIN) -> str:
    """Render the whole comparison, ending in a newline. `names` are the files' names as visible text."""
    blocks = (
        _headline(diff, names, style),
        _sizes(diff, style),
        _contents(diff, style),
        _tensors(diff, style),
        _facts(diff, style),
    )
    return "\n\n".join("\n".join(lines) for block in blocks if (lines := list(block))) + "\n"


def _headline(diff: ModelDiff, names: tuple[str, str], style: Style) -> Iterator[str]:
    for sign, name in zip("-+", names, strict=True):
        yield from wrapped(name, style.width, style, _INDENT, f"{sign} ")
    sentence = SENTENCES[diff.verdict]
    yield from (painted(line, "bold", style) for line in wrapped(sentence, style.width, style))


def _sizes(diff: ModelDiff, style: Style) -> Iterator[str]:
    """Render the changed sizes as a table, and the names of the others."""
    changed = [size for size in diff.sizes if size.before != size.after]
    if changed:
        layout = (
            GridColumn("Bytes"),
            GridColumn("before", 2, right=True, most=20),
            GridColumn("after", 1, right=True, most=20),
            GridColumn("change", 3, right=True, most=20),
            GridColumn("", 4, right=True, most=12),
        )
        yield from grid(layout, [_size(size) for size in changed], style)
    same = [size.name for size in diff.sizes if size.before == size.after]
    if same and not diff.identical:
        yield from wrapped("the same: " + ", ".join(same), style.width, style, _INDENT)


def _size(size: SizeChange) -> tuple[str, ...]:
    return (
        _INDENT + size.name,
        *(units.ABSENT if value is None else units.grouped(value) for value in (size.before, size.after)),
        "" if size.delta is None else f"{'+' if size.delta > 0 else ''}{units.grouped(size.delta)}",
        "" if size.percent is None else f"{size.percent:+.1f} %",
    )


def _contents(diff: ModelDiff, style: Style) -> Iterator[str]:
    if diff.identical or not diff.contents:
        return
    told = {"same": "the same", "added": "only after", "removed": "only before", "unknown": "cannot be compared"}
    rows = [
        (
            f"{_INDENT}{content.role}",
            told.get(content.kind) or f"different from byte {units.grouped(content.equal_prefix_bytes)} on",
        )
        for content in diff.contents
    ]
    yield from grid((GridColumn("Contents"), GridColumn("", 1)), rows, style)


def _tensors(diff: ModelDiff, style: Style) -> Iterator[str]:
    rows = [
        (f"{_INDENT}{change.name}", change.kind, change.before or "", change.after or "") for change in diff.tensors
    ]
    layout = (GridColumn("Tensors", most=32), GridColumn("", 1), GridColumn("before", 3), GridColumn("after", 2))
    yield from _listed(layout, rows, style)


def _facts(diff: ModelDiff, style: Style) -> Iterator[str]:
    rows = [
        (f"{_INDENT}{fact.name}", units.ABSENT if fact.before is None else fact.before, fact.after or units.ABSENT)
        for fact in diff.facts
    ]
    yield from _listed((GridColumn("Also", most=32), GridColumn("before", 2), GridColumn("after", 1)), rows, style)


def _listed(layout: tuple[GridColumn, ...], rows: Sequence[tuple[str, ...]], style: Style) -> Iterator[str]:
    if rows:
        yield from grid(layout, rows[:_MOST_ROWS], style)
    if len(rows) > _MOST_ROWS:
        yield f"{_INDENT}{len(rows) - _MOST_ROWS} more; --format json lists them"
