"""Bytes to lines: the same for any split, in bounded memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log.lines import LINE_LIMIT, Line, LineSplitter, lines_of


def split(*chunks: bytes) -> list[Line]:
    splitter = LineSplitter()
    lines = [line for chunk in chunks for line in splitter.feed(chunk)]
    return [*lines, *splitter.close()]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (b"", []),
        (b"a\nb\n", [Line(1, b"a"), Line(2, b"b")]),
        (b"a\n\n\nb", [Line(1, b"a"), Line(4, b"b", ended=False)]),
        (b"a\r\nb\r\n", [Line(1, b"a"), Line(2, b"b")]),
        (b"10%\r20%\r\nb\n", [Line(1, b"10%"), Line(1, b"20%"), Line(2, b"b")]),
        (b"\r\r\n\n", []),
        (b"a\r", [Line(1, b"a")]),
    ],
)
def test_lines_end_at_line_feeds_and_redraw_at_carriage_returns(text: bytes, lines: list[Line]) -> None:
    assert split(text) == lines
    assert split(*(bytes([byte]) for byte in text)) == lines


@given(st.data())
def test_any_split_of_the_bytes_gives_the_same_lines(
    chunked: Callable[[st.DataObject, bytes], list[bytes]], data: st.DataObject
) -> None:
    text = b"".join(data.draw(st.lists(st.sampled_from((b"a", b"bc", b"\r", b"\n", b"x" * 9_000)), max_size=12)))
    assert split(*chunked(data, text)) == split(text)


@pytest.mark.parametrize("size", [LINE_LIMIT - 1, LINE_LIMIT, LINE_LIMIT + 1, 3 * LINE_LIMIT])
def test_a_long_line_is_cut_and_what_is_lost_is_counted(size: int) -> None:
    (line, after) = split(b"x" * size + b"\nafter\n")
    assert len(line.data) == min(size, LINE_LIMIT)
    assert line.dropped == max(0, size - LINE_LIMIT)
    assert after == Line(2, b"after")


def test_a_line_of_100_mb_takes_bounded_memory() -> None:
    splitter = LineSplitter()
    chunk = b"x" * (1 << 20)
    tracemalloc.start()
    try:
        for _ in range(100):
            assert splitter.feed(chunk) == []
        (line,) = splitter.close()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(line.data) + line.dropped == 100 << 20
    assert not line.ended
    assert peak < 4 << 20


def test_lines_read_elsewhere_are_counted() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"a\nb\n") == [Line(1, b"a"), Line(2, b"b")]
    assert splitter.number == 3
    splitter.skip(18)
    assert splitter.feed(b"c\n") == [Line(21, b"c")]


@pytest.mark.parametrize("data", [b"", b"a", b"10%\r20%", b"\r", b"a\r", b"x" * (LINE_LIMIT + 1)])
def test_a_whole_line_is_what_the_splitter_makes_of_it(data: bytes) -> None:
    assert lines_of(1, data) == split(data + b"\n")
