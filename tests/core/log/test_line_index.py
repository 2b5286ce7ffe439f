"""The index of a log's lines: each is found, however the text is fed, and its size is bounded."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log.whole.line_index import LineIndex, LineMap

TEXTS = st.lists(st.sampled_from([b"", b"a", b"line", b"longer than the spacing of the marks"]), max_size=40).map(
    b"\n".join
)


def fed(text: bytes, cuts: list[int], spacing: int = 16, most: int = 1_000) -> LineIndex:
    index = LineIndex(spacing, most)
    marks = sorted({0, *(cut % (len(text) + 1) for cut in cuts), *range(0, len(text), spacing), len(text)})
    for begin, end in pairwise(marks):
        index.feed(text[begin:end], end)
    return index


def lines_of(text: bytes) -> list[bytes]:
    lines = text.split(b"\n")
    return lines if lines[-1] else lines[:-1]


def found(text: bytes, index: LineMap, number: int) -> bytes:
    """A line by the index, from the text of its block alone."""
    block = index.block(index.place_of(number))
    assert block.first <= number < block.first + block.lines
    return text[block.begin : block.end].split(b"\n")[number - block.first]


@given(TEXTS, st.lists(st.integers(0, 2_000), max_size=9), st.integers(2, 40))
def test_each_line_is_found(text: bytes, cuts: list[int], most: int) -> None:
    index = fed(text, cuts, most=most).map
    lines = lines_of(text)
    assert (index.lines, index.end) == (len(lines), len(text))
    assert [found(text, index, number) for number in range(1, len(lines) + 1)] == lines
    blocks = [index.block(place) for place in range(index.blocks)]
    assert sum(block.lines for block in blocks) == len(lines)
    assert all(before.end == behind.begin for before, behind in pairwise(blocks))
    assert len(index.numbers) <= most


@given(TEXTS, st.integers(2, 40))
def test_lines_are_within_reach(text: bytes, most: int) -> None:
    index = fed(text, [], most=most).map
    for place in range(index.blocks):
        block = index.block(place)
        last = text[block.begin : block.end].removesuffix(b"\n").rfind(b"\n") + 1
        assert last <= index.reach


@given(TEXTS, st.integers(0, 2_000))
def test_the_map_is_of_one_moment(text: bytes, cut: int) -> None:
    begun = text[: cut % (len(text) + 1)]
    index = fed(begun, [])
    before = index.map
    index.feed(b"more\n" * 3, index.end + 15)
    assert before.lines == len(lines_of(begun))
    assert index.map.lines == len(lines_of(begun + b"more\n" * 3))


def test_a_long_log_has_few_marks() -> None:
    index = LineIndex(16, 8)
    for number in range(1_000):
        index.feed(b"0123456789abcde\n", 16 * (number + 1))
    lines = index.map
    assert len(lines.numbers) <= 8
    assert (lines.lines, lines.reach) == (1_000, 3_072)
    assert lines.block(lines.place_of(500)).first <= 500


def test_an_empty_log_has_no_block() -> None:
    assert (LineMap().blocks, LineIndex().map.blocks, LineMap().place_of(5)) == (0, 0, 0)
    index = LineIndex()
    index.feed(b"", 0)
    assert index.map == LineMap()


def test_a_note_in_place_of_a_gap_is_a_line() -> None:
    index = LineIndex(16)
    index.feed(b"first line here\n", 16)
    index.feed(b"second\n", 23)
    index.feed(b"[npumon: 1000 bytes were left out]\nthird\n", 1_029)
    index.feed(b"fourth\n", 1_036)
    lines = index.map
    assert (lines.lines, lines.gap, lines.end) == (5, 3, 1_036)
    assert lines.block(lines.place_of(3)).begin == 23, "its text is read from where the gap begins"


def test_a_line_that_a_gap_breaks_off_is_ended_by_the_note() -> None:
    index = LineIndex(16)
    index.feed(b"begun", 5)
    index.feed(b" [...]\n[npumon: left out]\nnext\n", 1_000)
    assert (index.map.lines, index.map.gap) == (3, 2)
    assert index.map.block(0).begin == 0
