"""Sentences laid out in lines."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, chop_cells, set_cell_size

from npumon.tui.paint import Area, Line, span

#: A sentence and its role.
Sentence = tuple[str, str]


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, broken between words; longer words are broken anywhere."""
    lines: list[str] = []
    line, used = "", 0
    for word in text.split():
        need = cell_len(word)
        if line and used + 1 + need <= width:
            line, used = f"{line} {word}", used + 1 + need
            continue
        if line:
            lines.append(line)
        if need > width:
            *whole, word = chop_cells(word, max(width, 2))
            lines.extend(whole)
            need = cell_len(word)
        line, used = word, need
    return [*lines, line] if line else lines


def prose(sentences: Iterable[Sentence], area: Area) -> list[Line]:
    """Each sentence on lines of its own, as many as there is room for; a mark where something is missing."""
    lines = [(line, role) for text, role in sentences for line in wrapped(text, area.width)]
    shown = [span(line, role) for line, role in lines[: area.height]]
    if len(lines) > area.height > 0:
        line, role = lines[area.height - 1]
        mark = "~" if area.ascii else "…"
        short = line if cell_len(line) < area.width else set_cell_size(line, area.width - 1)
        shown[-1] = span(short + mark, role)
    return shown
