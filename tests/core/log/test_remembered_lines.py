"""Lines that are remembered as they were spelled mean what they mean wherever they come again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log.parser import ProfileParser
from tests.core.log.reading import events_of, line_by_line

LINES = (
    b"#productname=VIPNano-QI, pid=0x88",
    b"Create Neural Network: 59ms or 59455us",
    b"  2: 0.833984",
    b" --- Top5 ---",
    b"---Begin VerifyTiling ---",
    b"---End VerifyTiling ---",
    b"PreLoadWeightBiases = 1048576  100.000000%",
    b"what?",
    b"before khadas@Khadas:~/net$ ./net",
    b"khadas@Khadas:~/net$ ./net",
    b"GPUTOTALCYCW [vnn_Run:90]slow",
    b"LES: 5",
    b"E [vnn_Run:90]warm",
    b"^C",
    b"Total",
    b"21.00ms or 21625.00us",
    b"[   12] HAL user version 6.4.3.p0.286725",
    b"layer id: 0 layer name:n operation[0]:a target:b.",
    b"uid: 5",
    b"x" * 500,
    b"  0 NN [( 1 1 1 1, 1, 0x0x1(0x0x1, 0x(nil)) -> 1 1 1 1, 1, 0x0x1(0x0x1, 0x(nil))) k(1 1 1, 1) pad(0 0) "
    b"pool(0 0, 1 1)] C[  1]",
    b"  0 |   0 NN DD 0x00000000 [ 0 0 1 1] -> DD 0x00000000 [ 0 0 1 1] ( 54, 6, 8) ( 8, 5, 100.0%, 61.5%, DD) ( 0, 0)",
)


@given(st.lists(st.lists(st.sampled_from(LINES), max_size=12), max_size=4))
def test_any_lines_again_and_again(parts: list[list[bytes]]) -> None:
    text = b"\n" + b"".join(line + b"\n" for part in parts for line in part * 3)
    assert events_of(text) == line_by_line(text)


def test_a_prompt_that_was_not_known_when_the_line_was_remembered() -> None:
    table = b"---Begin VerifyTiling ---\nbefore khadas@Khadas:~/net$ ./net\n---End VerifyTiling ---\n"
    text = b"\n" + table * 2 + b"khadas@Khadas:~/net$ ./net\n" + table * 2
    assert events_of(text) == line_by_line(text)


@pytest.mark.parametrize("line", [b"Create Neural Network: 59ms or %dus\n", b"note %d\n"])
def test_what_is_remembered_is_bounded(line: bytes) -> None:
    parser = ProfileParser()
    parser.feed(b"\n---Begin VerifyTiling ---\n" + b"".join(line % number for number in range(5_000)))
    assert len(parser._reader._known) + len(parser._reader._notes) < 1_500
