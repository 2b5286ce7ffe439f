from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log.scrollback import (
    KEPT_BYTES,
    KEPT_LINES,
    KEPT_TEXT,
    Scrollback,
    ScrollbackView,
    last_lines,
    line_text,
)

Chunked = Callable[[st.DataObject, bytes], list[bytes]]


def page(*pieces: bytes, kept: int = KEPT_LINES) -> ScrollbackView:
    scrollback = Scrollback(kept)
    for piece in pieces:
        scrollback.feed(piece)
    return scrollback.page


def test_an_empty_log() -> None:
    assert page() == ScrollbackView() == page(b"")
    assert page().first == 1


def test_lines_and_the_one_that_is_open() -> None:
    assert page(b"one\n\nthr") == ScrollbackView((b"one", b""), 2, b"thr")
    assert page(b"one\n\nthr", b"ee\n") == ScrollbackView((b"one", b"", b"three"), 3)


def test_the_last_lines_are_kept() -> None:
    last = page(b"".join(b"%d\n" % number for number in range(1, 101)), kept=3)
    assert last == ScrollbackView((b"98", b"99", b"100"), 100)
    assert last.first == 98


def test_a_million_lines_take_no_more_than_ten_thousand() -> None:
    scrollback = Scrollback()
    for _ in range(100):
        scrollback.feed(b"a line of the log\n" * 10_000)
    assert (len(scrollback.page.lines), scrollback.page.ever) == (KEPT_LINES, 1_000_000)


@pytest.mark.parametrize("line", [b"\n", b"a\n", b"a line of the log\n", b"x" * 200 + b"\n", b"50 %\rdone\n"])
@pytest.mark.parametrize("kept", [1, 40, KEPT_LINES])
def test_a_large_piece_is_kept_like_small_ones(line: bytes, kept: int) -> None:
    text = b"before\nand " + line * (300_000 // len(line)) + b"open"
    small = [text[at : at + 1_000] for at in range(0, len(text), 1_000)]
    assert page(b"older\n", text, kept=kept) == page(b"older\n", *small, kept=kept)


def test_long_lines_are_cut() -> None:
    long = b"x" * 10_000
    assert page(long + b"\n" + long) == ScrollbackView((b"x" * KEPT_BYTES,), 1, b"x" * KEPT_BYTES)


def test_a_line_without_end_does_not_grow() -> None:
    assert page(*[b"x" * 1_000] * 50).open_line == b"x" * KEPT_BYTES
    assert len(page(*[b"10 %\r"] * 5_000).open_line) < 10


def test_a_log_of_long_lines_is_bounded_too() -> None:
    kept = page(*[b"x" * 100_000 + b"\n"] * 2_000)
    assert (sum(map(len, kept.lines)), kept.ever) == (KEPT_TEXT, 2_000)
    assert kept.first == 2_001 - KEPT_TEXT // KEPT_BYTES


def test_of_a_redrawn_line_the_last_drawing_is_kept() -> None:
    assert page(b"10 %\r20 %\r", b"100 %\nnext\r\n") == ScrollbackView((b"100 %", b"next\r"), 2)
    assert page(b"10 %\r\r20 %").open_line == b"20 %"


def test_the_page_is_the_same_object_until_something_comes() -> None:
    scrollback = Scrollback()
    scrollback.feed(b"one\n")
    first = scrollback.page
    scrollback.feed(b"")
    assert scrollback.page is first
    scrollback.feed(b"t")
    second = scrollback.page
    assert second is not first
    assert scrollback.page is second


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"plain", "plain"),
        (b"dos\r", "dos"),
        (b"10 %\r20 %", "20 %"),
        (b"\x1b[31mred\x1b[0m", "red"),
        (b"\x1b]52;c;x\x07", "\\x1b]52;c;x\\x07"),
        (b"[bold]\xff", "[bold]\\xff"),
    ],
)
def test_a_line_as_text(line: bytes, text: str) -> None:
    assert line_text(line) == text


def test_the_last_lines_that_say_something() -> None:
    text = b"one\n\n  \ntwo\x1b[1m!\r\n10 %\r20 %"
    assert last_lines(page(text), 8) == ("one", "two!", "20 %")
    assert last_lines(page(text), 2) == ("two!", "20 %")
    assert last_lines(page(b"\n"), 2) == ()


@given(data=st.data())
def test_any_split_gives_the_same_page(
    data: st.DataObject, mixed_logs: st.SearchStrategy[bytes], chunked: Chunked
) -> None:
    text = data.draw(st.one_of(mixed_logs, st.text(alphabet="a\r\n", max_size=60).map(str.encode)))
    kept = data.draw(st.sampled_from((1, 3, KEPT_LINES)))
    assert page(*chunked(data, text), kept=kept) == page(text, kept=kept)
