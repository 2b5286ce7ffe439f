"""What a program's bytes showed: its updates one by one, played to a screen model (pyte) after the program has ended.

An update is what stands between the marks of a synchronized update; outside of such, what came without a pause.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import pyte

from tests.bench.pty_program import COLUMNS, ROWS, Chunk, PtyProgram

#: A screen with so many visible characters shows something worth reading.
CONTENT_CELLS = 100
#: One with so many shows at least that the program is there.
LINE_CELLS = 6
#: An update that writes this part of what is visible in the end is a full repaint.
FULL_REPAINT = 0.6
#: Seconds without output that part two updates of a program that does not mark them.
PAUSE_S = 0.02
#: Seconds without output after which a started program has settled.
SETTLED_S = 0.4

_SYNCHRONIZED = re.compile(rb"\x1b\[\?2026([hl])")
#: pyte has no second screen: programs that switch to it get an empty one.
_SECOND_SCREEN = re.compile(rb"\x1b\[\?(?:1049|1047|47)h")
_EMPTY_SCREEN = b"\x1b[H\x1b[2J"


@dataclass(frozen=True)
class Update:
    """One update: the times of its first and last bytes, the visible characters it wrote, and how many there are."""

    began: float
    ended: float
    size: int
    written: int
    visible: int


class _Screen(pyte.Screen):
    """Remembers the cells that got a visible character."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, ROWS)
        self.written: set[tuple[int, int]] = set()
        self._stream = pyte.ByteStream(self)

    def receive(self, data: bytes) -> None:
        """Show what a program has written."""
        self._stream.feed(_SECOND_SCREEN.sub(_EMPTY_SCREEN, data))

    def draw(self, data: str) -> None:
        row, column = self.cursor.y, self.cursor.x
        super().draw(data)
        self.written.update((row, column + at) for at, each in enumerate(data) if not each.isspace())

    @property
    def visible(self) -> int:
        """How many cells have a visible character."""
        return sum(bool(cell.data.strip()) for row in self.buffer.values() for cell in row.values())


@dataclass(frozen=True)
class Start:
    """A program's first moments. Seconds count from its start; bytes and repaints up to when it had settled."""

    line_s: float
    content_s: float
    settled_s: float
    size: int
    full_repaints: int


def _pieces(chunks: Sequence[Chunk]) -> Iterator[tuple[float, float, bytes]]:
    """The bytes of each update with the times of its first and last read."""
    text = b"".join(chunk.data for chunk in chunks)
    starts = [0, *accumulate(len(chunk.data) for chunk in chunks)][:-1]
    edges: list[int] = []
    inside = False
    at = 0
    for mark in _SYNCHRONIZED.finditer(text):
        if not inside:
            edges.extend(_pauses(chunks, starts, at, mark.start()))
        begins = mark[1] == b"h"
        edges.append(mark.start() if begins else mark.end())
        inside, at = begins, mark.end()
    if not inside:
        edges.extend(_pauses(chunks, starts, at, len(text)))
    begin = 0
    for end in [*edges, len(text)]:
        if end > begin:
            first, last = bisect_right(starts, begin) - 1, bisect_right(starts, end - 1) - 1
            yield chunks[first].at, chunks[last].at, text[begin:end]
            begin = end


def _pauses(chunks: Sequence[Chunk], starts: Sequence[int], begin: int, end: int) -> Iterator[int]:
    """The places between two bytes where the program paused."""
    for before, after, start in zip(chunks, chunks[1:], starts[1:], strict=False):
        if begin < start < end and after.at - before.at > PAUSE_S:
            yield start


def updates(chunks: Sequence[Chunk]) -> Iterator[Update]:
    """All updates in turn."""
    screen = _Screen()
    for began, ended, text in _pieces(chunks):
        screen.written.clear()
        screen.receive(text)
        yield Update(began, ended, len(text), len(screen.written), screen.visible)


def start(program: PtyProgram) -> Start | None:
    """The first moments of an ended program; None where it never showed anything worth reading."""
    line, content, seen = None, None, list[Update]()
    for update in updates(program.chunks):
        if content is not None and update.began - seen[-1].ended >= SETTLED_S:
            break
        seen.append(update)
        if line is None and update.visible >= LINE_CELLS:
            line = update.ended
        if content is None and update.visible >= CONTENT_CELLS:
            content = update.ended
    if line is None or content is None:
        return None
    whole = FULL_REPAINT * seen[-1].visible
    return Start(
        line - program.started,
        content - program.started,
        seen[-1].ended - program.started,
        sum(update.size for update in seen),
        sum(update.written >= whole for update in seen),
    )


def shown(chunks: Sequence[Chunk], marks: Sequence[tuple[float, str]]) -> list[float | None]:
    """Seconds from each mark's time until it was on the screen, None where it never was; marks in order of time.

    The screen counts, not the bytes: a program that writes only what changed may never write the whole mark.
    """
    screen = _Screen()
    found: dict[str, float] = {}
    for chunk in chunks:
        screen.receive(chunk.data)
        if awaited := [(at, mark) for at, mark in marks if at <= chunk.at and mark not in found]:
            text = "\n".join(screen.display)
            found.update((mark, chunk.at - at) for at, mark in awaited if mark in text)
    return [found.get(mark) for _, mark in marks]


def numbered(
    chunks: Sequence[Chunk], pattern: re.Pattern[str], steps: Sequence[tuple[float, int]]
) -> list[float | None]:
    """Seconds from each step's time until its number, or a later one, was on the screen, None where none ever was;
    steps in order. The pattern's group is a number."""
    screen = _Screen()
    ages: list[float | None] = []
    for chunk in chunks:
        screen.receive(chunk.data)
        if len(ages) == len(steps) or chunk.at < steps[len(ages)][0]:
            continue
        newest = max((int(found) for found in pattern.findall("\n".join(screen.display))), default=0)
        while len(ages) < len(steps) and steps[len(ages)][1] <= newest and steps[len(ages)][0] <= chunk.at:
            ages.append(chunk.at - steps[len(ages)][0])
    return [*ages, *[None] * (len(steps) - len(ages))]


def screen_text(chunks: Sequence[Chunk]) -> list[str]:
    """The lines of the screen at the end, without those that are empty."""
    screen = _Screen()
    for chunk in chunks:
        screen.receive(chunk.data)
    return [line.rstrip() for line in screen.display if line.strip()]
