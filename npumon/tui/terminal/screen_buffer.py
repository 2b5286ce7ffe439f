"""What the terminal shows and what it should show; only the difference is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from npumon.tui.terminal.ascii_fallback import to_ascii
from npumon.tui.terminal.sgr import PLAIN, CellStyle, apply, diff, visible_on_blank

#: A control sequence (parameters, final byte); another escape sequence or control character; text.
_TOKEN = re.compile(
    "\x1b\\[([0-?]*)[ -/]*([@-~])"
    "|\x1b(?:[\\]P_^X][^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\\\|\x9c)?|[ -~]?)|[\x00-\x1a\x1c-\x1f\x7f-\x9f]"
    "|([^\x00-\x1f\x7f-\x9f]+)"
)

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")

#: Characters that each terminal shows in one column: Latin, Greek, Cyrillic, arrows, boxes, blocks, braille.
_SIMPLE = re.compile(
    "[ -~\u00a0-\u00ac\u00ae-\u02ff\u0391-\u03ff\u0400-\u0481\u2010-\u2027\u2190-\u21ff\u2500-\u259f\u2800-\u28ff]*"
)

#: So many unchanged columns cost less to write again than to jump over (`ESC [ n C`).
_GAP = 4


class ScreenBuffer:
    """A screen of cells. `draw` takes what a program would write to a terminal; `update` returns what to send to make
    the terminal show it.

    Only text, its look and its place get through: other escape sequences and control characters within what is
    drawn go nowhere, so that no text can reach the terminal's controls. With `ascii` characters beyond ASCII have
    stand-ins; without `color` colours are dropped (see `apply`).
    """

    def __init__(self, columns: int, rows: int, *, ascii: bool, color: bool) -> None:  # noqa: A002 - as in the settings
        self._ascii = ascii
        self._color = color
        self._cursor = self._sent_cursor = (0, 0)
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size. The buffer is empty afterwards, and what the terminal shows is unknown."""
        self.columns, self.rows = columns, rows
        self._text: list[list[str]] = [[" "] * columns for _ in range(rows)]
        self._looks: list[list[CellStyle]] = [[PLAIN] * columns for _ in range(rows)]
        self._drawn: set[int] = set()
        self._forget()

    def _forget(self) -> None:
        self._sent_text: list[list[str | None]] = [[None] * self.columns for _ in range(self.rows)]
        self._sent_looks: list[list[CellStyle]] = [[PLAIN] * self.columns for _ in range(self.rows)]
        self._sent_cursor = (0, 0)

    def repaint(self) -> None:
        """Assume that the terminal may show anything: the next update sends the whole screen."""
        self._forget()
        self._drawn = set(range(self.rows))

    def cleared(self, line: str = "") -> None:
        """Note that the terminal has been cleared, or shows only a plain line at its top, which stays until something
        else is drawn there: the next update sends everything that is not so."""
        self._sent_text = [[" "] * self.columns for _ in range(self.rows)]
        if line:
            self._put(0, 0, line, PLAIN)
            self._sent_text[0] = [*self._text[0]]
        self._sent_looks = [[PLAIN] * self.columns for _ in range(self.rows)]
        self._sent_cursor = (0, 0)
        self._drawn = set(range(self.rows))

    def draw(self, output: str) -> None:
        """Draw text with its SGR sequences and cursor positions (`ESC [ row ; column H`) into the buffer. A position
        at the end tells where the cursor rests."""
        x = y = 0
        style, placed = PLAIN, False
        for match in _TOKEN.finditer(output):
            parameters, final, text = match.groups()
            if text is not None:
                x, placed = self._put(x, y, text, style), False
            elif final == "m":
                style = apply(style, parameters, self._color)
            elif final == "H":
                row, _, column = parameters.partition(";")
                x, y, placed = _number(column) - 1, _number(row) - 1, True
        if placed:
            self._cursor = (x, y)

    def look(self, styled: str) -> CellStyle:
        """Return the look of a text's first character."""
        style = PLAIN
        for match in _TOKEN.finditer(styled):
            parameters, final, text = match.groups()
            if text is not None:
                break
            if final == "m":
                style = apply(style, parameters, self._color)
        return style

    def place(self, x: int, y: int, text: str, style: CellStyle) -> int:
        """Place a text in the buffer, without any control characters; return the column behind it."""
        if not text.isprintable():
            text = _CONTROL.sub("", text)
        return self._put(x, y, text, style)

    def update(self) -> str:
        """Return what to send to the terminal now; empty if it is up to date."""
        output: list[str] = []
        pen = PLAIN
        at: tuple[int, int] | None = None  # the terminal's cursor, None if unknown
        for y in sorted(self._drawn):
            for x, style, text in self._changes(y):
                output.append(_move(at, x, y))
                output.append(diff(pen, style))
                output.append(text)
                pen = style
                known = text != "\x1b[K" and x + len(text) < self.columns and _SIMPLE.fullmatch(text)
                at = (x + len(text), y) if known else None
            self._sent_text[y][:] = self._text[y]
            self._sent_looks[y][:] = self._looks[y]
        self._drawn.clear()
        if pen != PLAIN:
            output.append("\x1b[m")
        if self._cursor != self._sent_cursor or (output and self._cursor != (0, 0)):
            output.append(_move(None, *self._cursor))
        self._sent_cursor = self._cursor
        return "".join(output)

    def _put(self, x: int, y: int, text: str, style: CellStyle) -> int:
        """Place text; returns the column behind it."""
        if self._ascii:
            text = to_ascii(text)
        cells: Sequence[str] = text if text.isascii() or _SIMPLE.fullmatch(text) else list(_cells(text))
        if not text.strip(" "):
            style = visible_on_blank(style)
        end = x + len(cells)
        if 0 <= y < self.rows and 0 <= x < self.columns:
            cells = cells[: self.columns - x]
            stop = x + len(cells)
            row = self._text[y]
            if x and row[x] == "":  # the left half of a wide character is left over
                row[x - 1] = " "
            if stop < self.columns and row[stop] == "":
                row[stop] = " "
            row[x:stop] = cells
            self._looks[y][x:stop] = [style] * (stop - x)
            self._drawn.add(y)
        return end

    def _changes(self, y: int) -> Iterator[tuple[int, CellStyle, str]]:
        """Yield stretches of one look in a row that the terminal does not show yet. Blanks at the end of the row are
        erased instead (`ESC [ K`)."""
        text, styles, sent_text, sent_looks = self._text[y], self._looks[y], self._sent_text[y], self._sent_looks[y]
        if text == sent_text and styles == sent_looks:
            return
        end = self.columns
        while end and text[end - 1] == " " and styles[end - 1] == PLAIN:
            end -= 1
        erase = self.columns - end > _GAP and (
            text[end:] != sent_text[end:] or styles[end:] != sent_looks[end:]  # else the terminal shows them
        )
        x = 0
        limit = end if erase else self.columns
        while x < limit:
            if text[x] == sent_text[x] and styles[x] == sent_looks[x]:
                x += 1
                continue
            if x and text[x] == "":
                x -= 1
            style, blank = styles[x], visible_on_blank(styles[x])
            start, stop = x, x + 1
            while x < limit and x - stop < _GAP and (styles[x] == style or (styles[x] == blank and text[x] == " ")):
                simple = text[x].isascii() or _SIMPLE.fullmatch(text[x])
                if not simple and x > start:
                    break
                if text[x] != sent_text[x] or styles[x] != sent_looks[x] or text[x] == "":
                    stop = x + 1
                x += 1
                if not simple:  # terminals disagree about its width: position the cursor again behind it
                    stop = x = x + (x < limit and text[x] == "")
                    break
            x = stop
            yield start, style, "".join(text[start:stop])
        if erase:
            yield end, PLAIN, "\x1b[K"


def _cells(text: str) -> Iterator[str]:
    """Yield a text's cells: each with the marks that combine with it; an empty one behind a wide one."""
    cluster = ""
    for char in text:
        if cluster and (cell_len(char) == 0 or cluster[-1] == "\u200d"):
            cluster += char
            continue
        yield from _cluster_cells(cluster)
        cluster = char
    yield from _cluster_cells(cluster)


def _cluster_cells(cluster: str) -> Iterator[str]:
    columns = cell_len(cluster)
    if columns:
        yield cluster
        yield from [""] * (columns - 1)


def _move(before: tuple[int, int] | None, x: int, y: int) -> str:
    """Return the shortest sequence that moves the cursor from one position to another."""
    if before == (x, y):
        return ""
    if before is not None and before[1] == y and before[0] < x:
        distance = x - before[0]
        return "\x1b[C" if distance == 1 else f"\x1b[{distance}C"
    return f"\x1b[{y + 1}H" if x == 0 else f"\x1b[{y + 1};{x + 1}H"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 1
