"""The pattern of text that goes on as it began."""

from __future__ import annotations

import re

import pytest

from npumon.core.log.profiler_lines import REGULAR
from npumon.core.log.steady_text import (
    AMOUNTS,
    BETWEEN,
    ELAPSED,
    EXECUTION,
    HEAD,
    IDLE,
    ITERATION,
    NINTH,
    NUMBERS,
    TOTAL,
    WINDOW,
    Likeness,
    SteadyText,
    end_of_iteration,
    ends_of_iterations,
    last_end_of_iteration,
    likeness,
)

BLOCK = """\
layer id: 0 layer name:n operation[0]:a target:b.
uid: -1
op_abs_id: 0
shader kernel name: vx_I8
execution time:             20845 us
[     1] TOTAL_READ_BANDWIDTH  (MByte): 71.703380
[     2] TOTAL_WRITE_BANDWIDTH (MByte): 0.000000
[     3] AXI_READ_BANDWIDTH  (MByte): 30.000000
[     4] AXI_WRITE_BANDWIDTH (MByte): 0.000100
[     5] DDR_READ_BANDWIDTH (MByte): 40.722075
[     6] DDR_WRITE_BANDWIDTH (MByte): 3.680220
[     7] GPUTOTALCYCLES: 16697255
[123456] GPUIDLECYCLES: 0
VPC_ELAPSETIME: 21124
*********
"""
END = "Run the 1 time: 21.00ms or 21609.00us\n"


def found_in(text: str, *between: Likeness) -> list[tuple[str, ...]]:
    return list(SteadyText(between).found_in(text, 0, len(text)))


def test_an_operation_is_found_with_its_figures_as_they_are_to_be_printed() -> None:
    (each,) = found_in(BLOCK)
    assert each[HEAD] == BLOCK[: BLOCK.index("execution")]
    assert [each[place] for place in (EXECUTION, TOTAL, IDLE, WINDOW)] == ["20845", "16697255", "0", "21124"]
    assert [each[place] for place in AMOUNTS] == ["71.70338", "0.0", "30.0", "0.0001", "40.722075", "3.68022"]
    assert [each[place] for place in NUMBERS] == [*"1234567", "123456"]
    assert [each[place] for place in (ITERATION, ELAPSED, BETWEEN)] == [""] * 3


def test_the_ninth_counter() -> None:
    nine = BLOCK.replace("VPC_", "[123457] GPUCYCLES: -5\nVPC_")
    head = BLOCK[: BLOCK.index("execution")]
    for text, number in ((BLOCK, ""), (nine, "123457")):
        for ninth in (None, bool(number)):
            (each,) = SteadyText((), (head,), ninth=ninth).found_in(text, 0, len(text))
            assert (each[NINTH], each[IDLE], each[WINDOW]) == (number, "0", "21124")
        assert not any(map(any, SteadyText((), (head,), ninth=not number).found_in(text, 0, len(text))))


def test_the_end_of_an_iteration_and_the_lines_behind_it() -> None:
    lines = "Total   1.00ms or 2.00us\nok [5]\n"
    (each,) = found_in(BLOCK + END + lines, likeness(lines))
    assert [each[place] for place in (ITERATION, ELAPSED, BETWEEN)] == ["1", "21609.0", lines]
    other, *rest = found_in(BLOCK + END + lines)
    assert ([other[place] for place in (ITERATION, BETWEEN)], list(map(any, rest))) == (["1", ""], [False] * 2)
    whole = SteadyText()
    for many, end in ((0, 1), (1, 1 + len(BLOCK + END)), (2, len(BLOCK + END) + 26), (3, len(BLOCK + END + lines) + 1)):
        assert whole.end_of(many, "x" + BLOCK + END + lines, 1, 1_000) == end


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("71.703380", "71.7033801234567"),
        ("71.703380", "071.703380"),
        ("71.703380", "0.000050"),
        ("71.703380", "7e1"),
        ("16697255", "016697255"),
        ("16697255", "-5"),
        ("VPC_ELAPSETIME: 21124\n", ""),
        ("*********\n", ""),
        ("21609.00us", "21609.25us"),
        ("21609.00us", "021609.00us"),
        ("Run the 1", "Run the 01"),
        ("uid: -1\n", "uid: -1\r\n"),
    ],
)
def test_what_would_be_printed_otherwise_is_other_text(old: str, new: str) -> None:
    text = BLOCK + END
    assert old in text
    assert not all(each[HEAD] for each in found_in(text.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "operation"),
    [
        ("layer id: 0", "layer_id: 0", True),
        ("layer id: 0", "layer id:0", False),
        ("layer name:n", "layer name:" + "n" * 547, True),
        ("layer name:n", "layer name:" + "n" * 600, False),
        ("uid: -1", "uid: 1234567890", False),
        ("op_abs_id", "abs_op_id", True),
        ("op_abs_id: 0\n", "", False),
        ("shader kernel name: vx_I8\n", "", True),
        ("vx_I8", "v" * 300, True),
        ("vx_I8", "v" * 301, False),
        ("vx_I8", "vx^C", False),
        ("[     1]", "[1]", True),
        ("[     1]", "[      1]", False),
        ("[     1] ", "", False),
        ("READ_BANDWIDTH  (", "READ_BANDWIDTH (", True),
        ("READ_BANDWIDTH  (", "READ_BANDWIDTH   (", False),
        ("AXI_READ", "AXI_WRITE", False),
        ("GPUTOTALCYCLES: ", "GPUTOTALCYCLES:", False),
        ("GPUIDLECYCLES", "GPUCYCLES", False),
        ("VPC_", "[123457] GPUCYCLES: 5\nVPC_", True),
        ("VPC_", "[123457] GPUCYCLES: x\nVPC_", False),
        ("*********", "****", True),
        ("*********", "***", False),
    ],
)
def test_operations_are_spelled_as_regular_blocks_are(old: str, new: str, operation: bool) -> None:
    text = BLOCK.replace(old, new)
    assert text != BLOCK
    assert (re.fullmatch(REGULAR, text, re.ASCII) is not None) == operation
    assert (SteadyText().end_of(1, text, 0, len(text)) == len(text)) == operation
    assert [each[HEAD] for each in found_in(text) if each[HEAD]] == [text[: text.index("execution")]] * operation


def test_operations_that_are_compared_with_heads() -> None:
    head, other = (text[: text.index("execution")] for text in (BLOCK, BLOCK.replace("layer name:n", "layer name:nn")))
    for heads in ((head,), (head, other)):
        text = SteadyText((), heads)
        first, second = text.found_in(BLOCK + BLOCK.replace(head, other) + END, 0, 2_000)[:2]
        assert first == found_in(BLOCK)[0]
        assert second[HEAD] != head


@pytest.mark.parametrize(
    ("text", "same", "other"),
    [
        ("Created VX Thread: 0xa69a21c0\n", "Created VX Thread: 0x5\n", "Created VX Thread: x\n"),
        ("Exit VX Thread: 0xa69a21c0\n", "Exit VX Thread: 0xff\n", "Exit VX Thread: 0xff \n"),
        (
            "Create Neural Network: 59ms or 59455us\n",
            "Create Neural Network: 1ms or 2us\n",
            "Verify Graph: 1ms or 2us\n",
        ),
        ("Verify Graph: 0ms or 823us\n", "Verify Graph: 1ms or 1001us\n", "Verify Graph: nanms or 1us\n"),
        ("Total   21.00ms or 21625.00us\n", "Total   1.05ms or 1050.20us\n", "Total   1.05ms\n"),
        ("Average 21.62ms or 21625.00us\n", "Average 1.05ms or 1050.20us\n", "Average 1.05ms\n"),
        ("  2: 0.833984\n", "1000: 0.000000\n", "  2: 0.83\n"),
        (" 0x0x55ab(0x0x55, 0x(nil))\n", " 0x0x1(0x0xffff, 0x(nil))\n", " 0x0x1(0x0x, 0x(nil))\n"),
        ("Start run graph [1] times...\n", "Start run graph [1] times...\n", "Start run graph [2] times...\n"),
        ("pid=0x88\n", "pid=0x88\n", "pid=0x89\n"),
    ],
)
def test_lines_are_alike_but_for_figures_that_nothing_hangs_on(text: str, same: str, other: str) -> None:
    like = likeness(text * 2)
    for lines, whether in ((text * 2, True), (same + text, True), (other + text, False), (text + "x", False)):
        assert (re.fullmatch(like.pattern, lines, re.ASCII) is not None) == whether
        assert (SteadyText((like,)).between_at("x" + lines + "y", 1) == (lines, 0)) == whether


def test_which_lines_stand_between() -> None:
    text = SteadyText((likeness("a 1\n"), likeness("Total   1.00ms or 2.00us\n")))
    assert text.between_at("xa 1\n", 1) == ("a 1\n", 0)
    assert text.between_at("a 2\n", 0) is None
    assert text.which("a 1\n") == 0
    assert text.which("Total   3.00ms or 2.00us\n") == 1


def test_long_lines_are_no_part_of_the_pattern() -> None:
    lines = "".join(f"row {number} 0x0x55{number}\n" for number in range(500))
    text = SteadyText((likeness(lines), likeness("a 1\n")))
    assert text.found_in(BLOCK + END + "a 1\n", 0, 2_000)[0][BETWEEN] == "a 1\n"
    assert text.which("a 1\n") == 1
    first, second, *_ = text.found_in(BLOCK + END + lines, 0, 2_000)
    assert (first[BETWEEN], any(second)) == ("", False)
    assert text.between_at(lines.replace("0x0x55", "0x0xa"), 0) == (lines.replace("0x0x55", "0x0xa"), 0)
    again = "x\n" + lines.replace("0x0x55", "0x0xb")
    assert text.between_at(again, 2) == (again[2:], 0)
    assert text.between_at(again[2:], 0) == (again[2:], 0)
    assert text.between_at(lines.replace("row 7 ", "row 8 "), 0) is None
    assert text.between_at("row 8 0x0x5\n", 0) is None


def test_short_lines_end_before_the_next_operation() -> None:
    text, lines = BLOCK + END, "a 1\n"
    for behind, end in ((lines, len(text + lines)), ("", len(text)), ("b\n" * 5_000, len(text))):
        assert SteadyText((likeness(lines),)).with_lines_behind(text + behind + BLOCK, len(text)) == end
        assert SteadyText().with_lines_behind(text + behind + BLOCK, len(text)) == len(text)
    assert SteadyText((likeness(lines),)).with_lines_behind(text, len(text)) == len(text)


def test_which_of_several_short_ones() -> None:
    text = SteadyText((likeness("b 0x0x5 1\n"), likeness("a 1\n")))
    (each,) = text.found_in(BLOCK + END + "b 0x0x6 1\n", 0, 2_000)
    assert text.which(each[BETWEEN]) == 0
    (each,) = text.found_in(BLOCK + END + "a 1\n", 0, 2_000)
    assert text.which(each[BETWEEN]) == 1


def test_a_table_behind_other_lines_is_looked_for_behind_those() -> None:
    lines = "Verify Graph: 0ms or 1us\nrow 1 0x0x5 1\n"
    text = SteadyText((likeness(lines),))
    assert text.between_at("Verify Graph: 7ms or 9us\nrow 1 0x0xf 1\n", 0) is not None
    assert text.between_at("row 1 0x0xf 1\n", 0) is None


@pytest.mark.parametrize("before", ["", "x\n", "Run the \n", "see Run the 1 time: 1ms or 1us\n", "Run the 1 time:\n"])
def test_an_iteration_ends_behind_its_time(before: str) -> None:
    assert end_of_iteration(before + END + "x\n", 0) == len(before + END)
    assert end_of_iteration(before + END[:-1], 0) is None
    assert end_of_iteration(END + before, len(END)) is None


@pytest.mark.parametrize("behind", ["", "x\n", "Run the \n", "see Run the 1 time: 1ms or 1us\n", "Run the 1 time:\n"])
def test_the_last_iteration_ends_behind_its_time(behind: str) -> None:
    text = END + "x\n" + END + behind
    assert last_end_of_iteration(text, 0, len(text)) == len(END + "x\n" + END)
    assert last_end_of_iteration(text, 0, len(END + "x\n" + END) - 1) == len(END)
    assert last_end_of_iteration(text, len(END) + 3, len(text)) is None
    assert end_of_iteration(text, 1, len(END + "x\n" + END)) == len(END + "x\n" + END)
    assert end_of_iteration(text, 1, len(END + "x\n" + END) - 1) is None


def test_ends_of_iterations_are_counted() -> None:
    text = BLOCK + END + "x\n" + BLOCK + END
    assert ends_of_iterations(text, 0, len(text)) == 2
    assert ends_of_iterations(text, len(BLOCK + END), len(text)) == 1
