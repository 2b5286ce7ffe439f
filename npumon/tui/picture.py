"""Pictures of the screen as SVG: text as text, and what frames, bars and graphs are made of as shapes.

Browsers and converters put the characters of frames and bars where the font at hand has them: lines do not meet, and
bars have seams. Shapes meet in every one of them. Text is placed word by word, because not every program heeds the
length that a text is said to have. The file needs no font and nothing else from outside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len
from rich.color import Color, blend_rgb
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME

from npumon.tui.textual_workarounds import screen_lines

if TYPE_CHECKING:
    from rich.color_triplet import ColorTriplet
    from textual.app import App

#: Pixels of a cell and of the font, whose characters are mostly 0.6 times as wide as it is high.
_WIDTH, _HEIGHT, _FONT = 12, 24, 20
#: Pixels from the top of a cell to the line on which its letters stand.
_BASELINE = 18
#: Pixels around the cells, and of the title above them.
_MARGIN, _TITLE = 10, 38
#: How much of its colour a dim text keeps, as Rich has it.
_DIM = 0.4

#: Lines by the arms that they have from the middle of the cell: left, right, up, down.
_ARMS = {
    "─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "rud", "┤": "lud", "┬": "lrd", "┴": "lru",
    "┼": "lrud", "╴": "l", "╵": "u", "╶": "r", "╷": "d",
}  # fmt: skip
#: Rounded corners: from which arm to which.
_CORNERS = {"╭": "dr", "╮": "dl", "╰": "ur", "╯": "ul"}
#: Blocks by the parts of the cell that they fill: left, top, right, bottom in eighths.
_BLOCKS: dict[str, tuple[tuple[int, int, int, int], ...]] = {
    "▀": ((0, 0, 8, 4),), "▐": ((4, 0, 8, 8),), "▔": ((0, 0, 8, 1),), "▕": ((7, 0, 8, 8),),
    **{chr(0x2580 + n): ((0, 8 - n, 8, 8),) for n in range(1, 9)},
    **{chr(0x2590 - n): ((0, 0, n, 8),) for n in range(1, 8)},
    "▖": ((0, 4, 4, 8),), "▗": ((4, 4, 8, 8),), "▘": ((0, 0, 4, 4),), "▝": ((4, 0, 8, 4),),
    "▙": ((0, 0, 4, 8), (4, 4, 8, 8)), "▚": ((0, 0, 4, 4), (4, 4, 8, 8)), "▛": ((0, 0, 8, 4), (0, 4, 4, 8)),
    "▜": ((0, 0, 8, 4), (4, 4, 8, 8)), "▞": ((4, 0, 8, 4), (0, 4, 4, 8)), "▟": ((4, 0, 8, 8), (0, 4, 4, 8)),
}  # fmt: skip
#: Blocks that fill the cell to a part.
_SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}


class _Ink(NamedTuple):
    """The colours of a segment, as `#rrggbb`; no background where it is the picture's."""

    color: str
    background: str | None


def picture_of(app: App[Any]) -> str:
    """Return the screen as it is now, as SVG."""
    return drawn(screen_lines(app), app.size.width, "npumon")


def drawn(lines: Sequence[Iterable[Segment]], columns: int, title: str) -> str:
    """Return lines of segments as SVG; `columns` is the width in cells."""
    picture = _Picture()
    for row, line in enumerate(lines):
        column = 0
        for segment in line:
            picture.add(segment, row, column)
            column += cell_len(segment.text)
    width, height = columns * _WIDTH + 2 * _MARGIN, len(lines) * _HEIGHT + _MARGIN + _TITLE
    theme = SVG_EXPORT_THEME
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
            f"<title>{escape(title)}</title>",
            "<style>text { font: "
            f"{_FONT}px 'Fira Code', 'DejaVu Sans Mono', Menlo, Consolas, monospace; white-space: pre }} "
            ".b { font-weight: bold } .i { font-style: italic } .u { text-decoration: underline } "
            ".l { fill: none; stroke-width: 1.5 }</style>",
            f'<rect width="{width}" height="{height}" rx="8" fill="{theme.background_color.hex}"/>',
            *(
                f'<circle cx="{22 + 22 * number}" cy="19" r="7" fill="{color}"/>'
                for number, color in enumerate(("#ff5f57", "#febc2e", "#28c840"))
            ),
            f'<text x="{width // 2}" y="25" text-anchor="middle" class="b" fill="{theme.foreground_color.hex}">'
            f"{escape(title)}</text>",
            f'<g transform="translate({_MARGIN},{_TITLE})">',
            *picture.elements(),
            "</g>\n</svg>\n",
        )
    )


class _Picture:
    """Collects what is to be drawn: all shapes of one colour become one path."""

    def __init__(self) -> None:
        self._backgrounds: dict[str, list[str]] = defaultdict(list)
        self._blocks: dict[tuple[str, float], list[str]] = defaultdict(list)
        self._lines: dict[str, list[str]] = defaultdict(list)
        self._texts: list[str] = []

    def add(self, segment: Segment, row: int, column: int) -> None:
        """Add a segment whose first cell is this one."""
        style = segment.style or Style.null()
        ink = _ink(style)
        if ink.background is not None:
            box = _rectangle(column * _WIDTH, row * _HEIGHT, cell_len(segment.text) * _WIDTH, _HEIGHT)
            self._backgrounds[ink.background].append(box)
        for kind, some in groupby(segment.text, _kind):
            piece = "".join(some)
            if kind == "text":
                self._add_text(piece, row, column, style, ink)
            elif kind:
                self._add_shapes(piece, row, column, ink)
            column += cell_len(piece)

    def _add_text(self, text: str, row: int, column: int, style: Style, ink: _Ink) -> None:
        looks = "".join(letter for letter, on in (("b", style.bold), ("i", style.italic), ("u", style.underline)) if on)
        names = f' class="{" ".join(looks)}"' if looks else ""
        cells = cell_len(text)
        length = f' textLength="{cells * _WIDTH}" lengthAdjust="spacingAndGlyphs"' if cells > 1 else ""
        place = f'x="{column * _WIDTH}" y="{row * _HEIGHT + _BASELINE}"'
        self._texts.append(f'<text {place}{length}{names} fill="{ink.color}">{escape(text, quote=False)}</text>')

    def _add_shapes(self, text: str, row: int, column: int, ink: _Ink) -> None:
        for char, some in groupby(text):
            many = len(list(some))
            x, y = column * _WIDTH, row * _HEIGHT
            if char in _SHADES:
                self._blocks[ink.color, _SHADES[char]].append(_rectangle(x, y, many * _WIDTH, _HEIGHT))
            elif char in _BLOCKS:
                self._blocks[ink.color, 1.0] += _filled(char, x, y, many)
            elif char == "─":
                self._lines[ink.color].append(f"M{x},{y + _HEIGHT // 2}h{many * _WIDTH}")
            else:
                self._lines[ink.color] += [_line(char, x + each * _WIDTH, y) for each in range(many)]
            column += many

    def elements(self) -> Iterator[str]:
        """Return what lies below first."""
        for color, shapes in self._backgrounds.items():
            yield f'<path fill="{color}" d="{"".join(shapes)}"/>'
        for (color, share), shapes in self._blocks.items():
            opacity = "" if share == 1 else f' opacity="{share}"'
            yield f'<path fill="{color}"{opacity} shape-rendering="crispEdges" d="{"".join(shapes)}"/>'
        for color, shapes in self._lines.items():
            yield f'<path class="l" stroke="{color}" d="{"".join(shapes)}"/>'
        yield from self._texts


def _kind(char: str) -> str:
    if char == " ":
        return ""
    return "shape" if char in _ARMS or char in _CORNERS or char in _BLOCKS or char in _SHADES else "text"


def _filled(char: str, x: int, y: int, many: int) -> Iterator[str]:
    """Return the rectangles of blocks that stand side by side; of those as wide as a cell one for all."""
    for left, top, right, bottom in _BLOCKS[char]:
        height = (bottom - top) * _HEIGHT // 8
        if right - left == 8:
            yield _rectangle(x, y + top * _HEIGHT // 8, many * _WIDTH, height)
        else:
            for each in range(many):
                start = x + each * _WIDTH + left * _WIDTH / 8
                yield _rectangle(start, y + top * _HEIGHT // 8, (right - left) * _WIDTH / 8, height)


def _line(char: str, x: int, y: int) -> str:
    middle_x, middle_y = x + _WIDTH // 2, y + _HEIGHT // 2
    ends = {"l": (x, middle_y), "r": (x + _WIDTH, middle_y), "u": (middle_x, y), "d": (middle_x, y + _HEIGHT)}
    if char in _CORNERS:
        (from_x, from_y), (to_x, to_y) = (ends[arm] for arm in _CORNERS[char])
        return f"M{from_x},{from_y}Q{middle_x},{middle_y} {to_x},{to_y}"
    return "".join(f"M{middle_x},{middle_y}L{ends[arm][0]},{ends[arm][1]}" for arm in _ARMS[char])


def _rectangle(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:g},{y:g}h{width:g}v{height:g}h{-width:g}z"


def _ink(style: Style) -> _Ink:
    theme = SVG_EXPORT_THEME

    def hexadecimal(color: Color | None, default: ColorTriplet) -> ColorTriplet:
        return default if color is None or color.is_default else color.get_truecolor(theme)

    front = hexadecimal(style.color, theme.foreground_color)
    back = hexadecimal(style.bgcolor, theme.background_color)
    if style.reverse:
        front, back = back, front
    if style.dim:
        front = blend_rgb(front, back, _DIM)
    return _Ink(front.hex, None if back == theme.background_color else back.hex)
