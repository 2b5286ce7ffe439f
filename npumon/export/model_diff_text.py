"""Two model files compared, as text for people: the verdict, then the differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from npumon.core import units
from npumon.core.layout import cell_width
from npumon.export.drawing import PLAIN, Style, fitted, left_out, painted, plain, wrapped
from npumon.export.grid import GridColumn, grid
from npumon.modelfile.diff import SENTENCES, ContentChange, ModelDiff, SizeChange

_MOST_ROWS = 40
#: The digits of an MD5 that are shown: enough to tell two graphs apart.
_MD5_SHOWN = 12
_MOST_NAME = 32
#: Fewer columns than these do not show what a side says.
_LEAST_SIDE = 12
_INDENT = "  "


def model_diff_text(
    diff: ModelDiff, names: tuple[str, str], style: Style = PLAIN, sentences: Sequence[str] = ()
) -> str:
    """Render the whole comparison, ending in a newline.

    `names` are the files' names as visible text, `sentences` what the differences mean for the firmware.
    """
    blocks = (
        _headline(diff, names, style),
        _consequences(sentences, style),
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


def _consequences(sentences: Sequence[str], style: Style) -> Iterator[str]:
    if sentences:
        yield painted("Consequences", "dim", style)
        for sentence in sentences[:_MOST_ROWS]:
            yield from wrapped(sentence, style.width, style, _INDENT * 2, f"{_INDENT}- ")
    if len(sentences) > _MOST_ROWS:
        yield from left_out(len(sentences) - _MOST_ROWS, style, _INDENT)


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
        "" if size.percent is None else _percent(size.percent),
    )


def _percent(change: float) -> str:
    """Return a change with as many decimals as it takes to see it: `-0.04 %`, never `-0.0 %`."""
    text = f"{change:+.1f}"
    return f"{text if change == 0 or float(text) else format(change, '+.1g')} %"


def _contents(diff: ModelDiff, style: Style) -> Iterator[str]:
    if diff.identical or not diff.contents:
        return
    told = {"same": "the same", "added": "only after", "removed": "only before", "unknown": "cannot be compared"}
    names = max(len(content.role) for content in diff.contents)
    yield painted("Contents", "dim", style)
    for content in diff.contents:
        title = f"{_INDENT}{content.role:<{names}}  "
        text = told.get(content.kind) or _different(content)
        yield from wrapped(text, style.width, style, " " * len(title), title)


def _different(content: ContentChange) -> str:
    told = f"different from byte {units.grouped(content.equal_prefix_bytes)} on"
    count = content.different_bytes
    return told if count is None else f"{told}, {units.grouped(count)} byte{'' if count == 1 else 's'} differ"


def _tensors(diff: ModelDiff, style: Style) -> Iterator[str]:
    rows = [
        (f"{_INDENT}{change.name}", change.kind, change.before or "", change.after or "") for change in diff.tensors
    ]
    yield from _sides(("Tensors", ""), rows, style)


def _facts(diff: ModelDiff, style: Style) -> Iterator[str]:
    rows = [
        (f"{_INDENT}{fact.name}", *(_stated(fact.name, side) for side in (fact.before, fact.after)))
        for fact in diff.facts
    ]
    yield from _sides(("Also",), rows, style)


def _stated(name: str, value: str | None) -> str:
    if value is None:
        return units.ABSENT
    return value[:_MD5_SHOWN] + "..." if name == "pb_md5" and len(value) > _MD5_SHOWN else value


def _sides(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]], style: Style) -> Iterator[str]:
    """Render rows whose last two cells are before and after. Both stay: they are cut to fit, or stand in lines of their
    own where there is too little room to tell them apart."""
    shown = rows[:_MOST_ROWS]
    if not shown:
        return
    names = [
        max(cell_width(plain(text, style)) for text in column)
        for column in zip(titles, *(row[:-2] for row in shown), strict=True)
    ]
    room = style.width - sum(min(width, _MOST_NAME) + 2 for width in names) - 2
    if room >= 2 * _LEAST_SIDE:
        layout = [GridColumn(title, most=_MOST_NAME) for title in titles]
        layout += [GridColumn(side, most=style.width) for side in ("before", "after")]
        sides = _columns(shown, room, style)
        yield from grid(layout, [(*row[:-2], *pair) for row, pair in zip(shown, sides, strict=True)], style)
    else:
        yield from (painted(line, "dim", style) for line in wrapped(titles[0], style.width, style))
        for row in shown:
            yield from wrapped(" ".join(row[:-2]).strip(), style.width, style, _INDENT)
            for sign, side in zip("-+", row[-2:], strict=True):
                yield from wrapped(side or units.ABSENT, style.width, style, _INDENT * 3, f"{_INDENT * 2}{sign} ")
    if len(rows) > _MOST_ROWS:
        yield from left_out(len(rows) - _MOST_ROWS, style, _INDENT)


def _columns(rows: Sequence[tuple[str, ...]], room: int, style: Style) -> list[tuple[str, str]]:
    """Return both sides of each row, cut so that their two columns take at most `room` cells together."""
    sides = [(plain(row[-2], style), plain(row[-1], style)) for row in rows]
    before, after = (max(map(cell_width, column)) for column in zip(*sides, strict=True))
    if before + after > room:
        half = room // 2
        before = min(before, max(half, room - after))
        after = room - before
    return [_cut(one, other, before, after, style) for one, other in sides]


def _cut(before: str, after: str, most_before: int, most_after: int, style: Style) -> tuple[str, str]:
    """Return two texts of at most so many cells; where cutting hides their difference, what is around it."""
    cut = _start(before, most_before, style), _start(after, most_after, style)
    least = min(most_before, most_after)
    hidden = before != after and _start(before, least, style) == _start(after, least, style)
    if not hidden or cut == (before, after):
        return cut
    start = next((place for place, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    return _late(before, start, most_before, style), _late(after, start, most_after, style)


def _start(text: str, most: int, style: Style) -> str:
    return fitted(text, most, style).rstrip() if cell_width(text) > most else text


def _late(text: str, place: int, most: int, style: Style) -> str:
    """Return a text without its beginning, so that `place` is shown, with as much as there is room for."""
    narrow = cell_width(text) == len(text)
    start = max(0, min(place - 6, len(text) - most + 1 if narrow else place))
    return _start(("~" if style.ascii else "…") + text[start:], most, style)
