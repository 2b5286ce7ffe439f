"""What the writer writes reads alike in bulk and line by line, damaged or not and wherever it is cut."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from npumon.core.run.state import RunState
from npumon.demo.dialect import Dialect
from npumon.demo.writer import write
from tests.core.log.reading import events_of, line_by_line
from tests.demo.test_writer import runs

PLACE = st.floats(0, 1)
DAMAGE = st.sampled_from(["lost", "twice", "half", "swapped"])


def damaged(text: bytes, place: float, damage: str) -> bytes:
    """The text with one of its lines lost, printed twice or in half, or swapped with the next one."""
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    at = int(place * (len(lines) - 1))
    line, rest = lines[at], lines[at + 1 :]
    match damage:
        case "lost":
            instead = []
        case "twice":
            instead = [line, line]
        case "half":
            instead = [line[: len(line) // 2], b"\n"]
        case _:
            instead, rest = [*rest[:1], line], rest[1:]
    return b"".join([*lines[:at], *instead, *rest])


def pieces(text: bytes, places: list[float]) -> list[bytes]:
    ends = [*sorted(int(place * len(text)) for place in places), len(text)]
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@settings(deadline=None)
@given(runs(), st.lists(PLACE, max_size=3), st.lists(st.tuples(PLACE, DAMAGE), max_size=3))
def test_both_read_the_same(
    run: tuple[RunState, Dialect], places: list[float], damages: list[tuple[float, str]]
) -> None:
    text = write(*run)
    for place, damage in damages:
        text = damaged(text, place, damage)
    assert events_of(*pieces(text, places)) == line_by_line(text)
