"""Lines of other programs are counted in bulk: those, and no others, that mean nothing when they are read."""

from __future__ import annotations

import re
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log import events as ev
from npumon.core.log.foreign_lines import ForeignShapes
from npumon.core.log.grammar import VIVANTE
from npumon.core.log.line_reader import LineReader
from npumon.core.log.parser import ProfileParser
from tests.core.log.reading import events_of, line_by_line

Chunked = Callable[[st.DataObject, bytes], list[bytes]]

FOREIGN = (
    *(b"y", b"frame 12345 captured at 1764269537.120394", b"[INFO] fps=29.97 gain 8", b"12345", b"", b"  ", b"\t5"),
    *(b"\x1b[32mgreen 17\x1b[0m", b"10%\r20%\r", b"gr\xc3\xbcn 5", b"\xff\x00 9", b"caf\xe9", b"a\\5", b"https://x/5"),
)
#: Lines that mean something, or something else than their digits' zeros would, wherever they stand or after others.
TELLING = (
    *(b"Run the 1 time: 21.00ms or 21609.00us", b" --- Top5 ---", b"  2: 0.833984", b"31.126182, 278", b"..", b"8<"),
    *(b"--- 8< ---", b"<- 8\x1b[m< ->", b"8< snip", b"\\x1b]0;k@h: ~\\x07k@h:~$ ls", b"\x1b]0;k@h: ~\x07k@h:~$ ls"),
    *(b"khadas@Khadas5:~$ ./net", b"frame 5khadas@Khadas5:~$ ls", b"frame 5khadas@Khadas6:~$ ls", b"frame 3 ^C", b"^C"),
    *(b"[   25.253842] usb 1-1: new device 5", b"GPUTOTALCYCE [vnn_Run:90]warm", b"LES: 16697255", b"uid: 12345"),
    *(b"---Begin VerifyTiling ---", b"---End VerifyTiling ---", b"Total", b"21.00ms or 21625.00us", b"OSError: 5"),
    *(b"[     7] GPUTOTALCYCLES: 5", b"[    7] frame", b"[     7] GPUTOTALCYCLE: 5", b"GPUTOTALCYCLE: 5", b"Verify..."),
    *(b"Traceback (most recent call last):", b"execution tim: 5 us", b"\xef\xbb\xbfVerify...", b"100% of 5@8:/9 $"),
    *(b"class: 5, score: 0.5", b"--------------------------------------"),
)


@given(st.data())
def test_other_programs_lines_among_telling_ones_are_read_alike(chunked: Chunked, data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.sampled_from(FOREIGN * 2 + TELLING), max_size=25))
    text = b"\n".join(lines) + data.draw(st.sampled_from((b"\n", b"", b"\r\n")))
    assert events_of(*chunked(data, text)) == line_by_line(text)
    assert events_of(text) == line_by_line(text)


@given(st.lists(st.text("08<>$#%@:/.^C[]-* \\x1b\x1bt", max_size=20), max_size=12))
def test_signs_that_rules_ask_for_are_read_alike(lines: list[str]) -> None:
    text = "\n".join(("first", *lines, "last")).encode() + b"\n"
    assert events_of(text) == line_by_line(text)


@given(st.data())
def test_a_shape_stands_for_all_lines_that_differ_in_their_digits(data: st.DataObject) -> None:
    line = data.draw(st.sampled_from(FOREIGN + TELLING))
    if LineReader(VIVANTE).foreign(re.sub(rb"\d", b"0", line)) is None:
        return
    digits = data.draw(st.lists(st.sampled_from(b"0123456789"), min_size=len(line), max_size=len(line)))
    other = bytes(digit if 48 <= byte < 58 else byte for byte, digit in zip(line, digits, strict=True))
    assert all(isinstance(event, ev.ForeignText) for event in line_by_line(b"first\n" + other + b"\n"))


def test_no_rule_asks_for_a_digit_that_shapes_do_not_keep() -> None:
    """Zeros stand for themselves (`0x`); `LineReader.foreign` has an exception for each of the others."""
    literal = re.compile(r"(?<![{,x\d])[1-9](?![,}\d])|\\\\x[\da-f]{2}")
    found = {(rule.kind, text) for rule in VIVANTE.rules for text in literal.findall(rule.source.replace("0-9", ""))}
    assert found == {("cut", "8"), ("prompt", r"\\x1b"), ("prompt", r"\\x07")}


@pytest.mark.parametrize("line", [b"y", b"frame %d of 8, 29.97 fps", b"[INFO] gain %d", b"%d"])
def test_foreign_lines_in_a_row_are_one_event_with_the_first_ones_place(line: bytes) -> None:
    lines = [line.replace(b"%d", b"%d" % number) for number in range(1, 2_001)]
    events = ProfileParser().feed(b"\nVerify...\n\n" + b"\n".join(lines) + b"\nVerify...\n")
    assert events == [ev.VerifyStarted(), ev.ForeignText(4, lines[0].decode(), 2_000), ev.VerifyStarted()]


def test_a_line_of_a_known_shape_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = ProfileParser()
    parser.feed(b"first\nframe 12\n")
    with monkeypatch.context() as patch:
        patch.delattr(LineReader, "read")
        patch.delattr(LineReader, "foreign")
        assert parser.feed(b"\nframe 37\nframe 90\n")[0] == ev.ForeignText(4, "frame 37", 2)


def test_what_is_remembered_of_lines_that_are_all_different_is_bounded() -> None:
    parser = ProfileParser()
    line = b"%s " * 20 + b"\n"
    tracemalloc.start()
    try:
        for number in range(20):
            texts = (b"x" * (1 + each % 19) + b"%c" % (97 + each // 19 % 26) * (1 + each % 11) for each in range(2_000))
            parser.feed(b"".join(line % ((text + b"abcdefghij"[number % 10 :],) * 20) for text in texts))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20


def test_shapes_are_forgotten_in_bounds_and_long_ones_not_kept() -> None:
    judged: list[bytes] = []

    def judge(shape: bytes) -> int:
        judged.append(shape)
        return 1

    shapes = ForeignShapes(judge)
    for _ in range(2):
        assert shapes.judged(b"a") == 1
        assert shapes.judged(b"x" * 1_000) is None
    assert judged == [b"a"]
    for number in range(5_000):
        shapes.judged(b"a" * (number % 300) + b"b" * (number // 300))
    shapes.judged(b"a")
    assert judged.count(b"a") == 2


def test_lines_in_the_tiling_table_are_notes() -> None:
    (_, note, _, other) = ProfileParser().feed(
        b"\n---Begin VerifyTiling ---\nframe 5\n---End VerifyTiling ---\nframe 6\n"
    )
    assert note == ev.TilingNote("frame 5")
    assert other == ev.ForeignText(5, "frame 6")


def test_a_flood_takes_a_fraction_of_what_reading_takes() -> None:
    """A hundred times as fast on an idle machine."""
    text = b"frame 123 of 8, 29.97 fps\n" * 20_000
    begun = time.process_time()
    line_by_line(text)
    read = time.process_time()
    events_of(text)
    assert time.process_time() - read < (read - begun) / 4
