"""Which lines make one operation: no head takes the counters of another, whatever is missing between them."""

from __future__ import annotations

import pytest

from npumon.core.log import events as ev
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Bandwidth, Cycles, Operation

HEAD = "layer_id: 2 layer name:LeakyReluLayer operation[0]:VXNNE_OPERATOR_ACTIVATION target:VXNNE_OPERATION_TARGET_SH."
#: What the lines of an operation's head say, by its number.
TIMED = ("uid", "op_abs_id", "execution_us")


def events_of(*lines: str) -> list[ev.Event]:
    parser = ProfileParser()
    return [*parser.feed("".join(line + "\n" for line in lines).encode()), *parser.close()]


def operations(*lines: str) -> list[ev.OperationProfiled]:
    return [event for event in events_of(*lines) if isinstance(event, ev.OperationProfiled)]


def head(number: int) -> list[str]:
    return [HEAD, f"uid: {number}", f"abs_op_id: {number}", f"execution time:            {300 + number} us"]


def counters(first: int, *, ninth: bool = False) -> list[str]:
    names = (f"{memory}_{way}_BANDWIDTH" for memory in ("TOTAL", "AXI", "DDR") for way in ("READ", "WRITE"))
    lines = [f"[{first + at:6}] {name} (MByte): {at}.500000" for at, name in enumerate(names)]
    lines += [f"[{first + 6:6}] GPUTOTALCYCLES: {1000 + first}", f"[{first + 7:6}] GPUIDLECYCLES: {first}"]
    return [*lines, f"[{first + 8:6}] GPUCYCLES: -3"] if ninth else lines


def measured(first: int) -> dict[str, object]:
    return {"bandwidth": Bandwidth(0.5, 1.5, 2.5, 3.5, 4.5, 5.5), "cycles": Cycles(1000 + first, first)}


def operation(number: int | None = None, first: int | None = None, window: int | None = None) -> Operation:
    known = Operation(window_us=window, **(measured(first) if first is not None else {}))  # type: ignore[arg-type]
    if number is None:
        return known
    layer = Operation(2, "LeakyReluLayer", 0, "VXNNE_OPERATOR_ACTIVATION", "VXNNE_OPERATION_TARGET_SH")
    return Operation(*layer[:5], number, number, 300 + number, *known[8:])


END = ["VPC_ELAPSETIME: 500", "*********"]


def whole(number: int, first: int) -> list[str]:
    return [*head(number), *counters(first), *END]


def test_a_whole_operation() -> None:
    assert operations(*whole(5, 41)) == [ev.OperationProfiled(operation(5, 41, 500))]


def test_the_shader_belongs_to_the_operation() -> None:
    lines = head(5)
    lines.insert(3, "shader kernel name: vxSomething_I8toI8_opt")
    (event,) = operations(*lines, *counters(1), *END)
    assert event.operation == operation(5, 1, 500)._replace(shader="vxSomething_I8toI8_opt")


def test_the_ninth_counter_says_nothing_new() -> None:
    lines = [*head(5), *counters(1, ninth=True), *END, *head(6), *counters(10, ninth=True), *END]
    assert [event.operation for event in operations(*lines)] == [operation(5, 1, 500), operation(6, 10, 500)]


def test_times_alone_are_complete_and_end_with_the_next_head_or_iteration() -> None:
    assert events_of(*head(1), *head(2), "Run the 1 time: 5.00ms or 5603.00us") == [
        ev.OperationProfiled(operation(1)),
        ev.OperationProfiled(operation(2)),
        ev.IterationEnded(1, 5603.0),
    ]


@pytest.mark.parametrize("after", ["khadas@Khadas:~$", "^C", "..", "E [main:1]x"])
def test_times_alone_are_complete_wherever_the_text_ends(after: str) -> None:
    assert operations(*head(1), after) == [ev.OperationProfiled(operation(1))]


def test_a_time_whose_counters_are_missing_is_incomplete() -> None:
    assert operations(*whole(1, 1), *head(2), *whole(3, 17)) == [
        ev.OperationProfiled(operation(1, 1, 500)),
        ev.OperationProfiled(operation(2), complete=False),
        ev.OperationProfiled(operation(3, 17, 500)),
    ]


def test_a_new_start_may_have_no_counters() -> None:
    assert operations(*whole(1, 1), "Start run graph [1] times...", *head(2))[1].complete
    assert operations(*whole(1, 1), "khadas@Khadas:~$ ./net", *head(2))[1].complete


def test_heads_without_times_are_announced() -> None:
    shown = ["**********Show Command*****", "===========================", *head(1)[:3]]
    info = ["info.vx_nn_general_cmd_info.inImageXSize:0x1fc ", "info.vx_nn_general_cmd_info.kernelAddress:0x9e03793f "]
    announced = ev.OperationAnnounced(operation(1)._replace(execution_us=None))
    assert events_of(*shown, *info, *shown, *info, "Verify Graph: 290ms or 290910us") == [
        *[ev.CommandsDumped(), announced] * 2,
        ev.GraphVerified(290910),
    ]


def test_a_note_about_a_layer_opens_none() -> None:
    note = "==layer_id: 30 abs_op_id: 29 imageNonZeroRatio: 0.7312012"
    assert events_of(note) == []
    assert operations(*head(5), note, *counters(1), *END) == [ev.OperationProfiled(operation(5, 1, 500))]


@pytest.mark.parametrize("ninth", [False, True])
def test_counters_alone_are_operations(ninth: bool) -> None:
    size = 9 if ninth else 8
    lines = [line for number in range(3) for line in counters(1 + size * number, ninth=ninth)]
    count = "count=3 first=1 curr=1 min=1 max=1 avg=1 std=0"
    found = [ev.OperationProfiled(operation(None, 1 + size * number)) for number in range(3)]
    assert operations(*lines) == found
    assert events_of(*lines, count)[:3] == found
    assert operations(*lines[:-3]) == [
        *found[:2],
        found[2]._replace(complete=False, operation=operations(*lines[:-3])[2][0]),
    ]


def test_counters_without_numbers_are_told_by_their_repetition() -> None:
    lines = [line.partition("] ")[2] for line in (*counters(1), *counters(1))]
    assert operations(*lines) == [ev.OperationProfiled(operation(None, 1))] * 2


# -- what is missing between lines ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["..", "[...]", "khadas@Khadas:~$ ./net", "^C"])
def test_a_cut_ends_the_operation(mark: str) -> None:
    lines = [*whole(0, 1), *head(1), *counters(9)[:3], mark, *counters(25)[3:], *END]
    first, second, third = operations(*lines)
    assert first.complete
    assert (second.operation.op_abs_id, second.complete) == (1, False)
    assert third.operation.op_abs_id is None
    assert third.operation.cycles == Cycles(1025, 25)


@pytest.mark.parametrize("at", range(8))
def test_a_head_never_takes_the_counters_of_another_operation(at: int) -> None:
    """Whole operations are missing somewhere behind the head, and no mark says so."""
    for size in (8, 16):
        lines = [*whole(0, 1), *head(1), *counters(9)[:at], *counters(9 + size)[at:], *END]
        _, second, third = operations(*lines)
        assert second.operation.cycles.idle in (None, 9)
        assert (second.operation.op_abs_id, second.complete) == (1, False), at
        assert third.operation.op_abs_id is None
        assert third.operation.window_us == 500


@pytest.mark.parametrize("size", [8, 16])
def test_operations_that_are_missing_as_a_whole_leave_the_others_whole(size: int) -> None:
    assert operations(*whole(0, 1), *whole(size // 8 + 1, 9 + size)) == [
        ev.OperationProfiled(operation(0, 1, 500)),
        ev.OperationProfiled(operation(size // 8 + 1, 9 + size, 500)),
    ]


def test_counters_behind_missing_lines_may_repeat() -> None:
    lines = [*whole(0, 1), *head(1), *counters(9), *counters(17)[2:], *END]
    assert [event.operation.op_abs_id for event in operations(*lines)] == [0, 1, None]


def test_an_identity_behind_figures_is_another_operations() -> None:
    first, second = operations(*head(1), *counters(1), "uid: 7", "abs_op_id: 7", "execution time: 5 us", *END)
    assert (first.operation, first.complete) == (operation(1, 1), True)
    assert second.operation == Operation(uid=7, op_abs_id=7, execution_us=5, window_us=500)


def test_a_time_behind_counters_is_another_operations() -> None:
    first, second = operations(*counters(1), "execution time: 5 us", *END)
    assert (first.operation, first.complete) == (operation(None, 1), True)
    assert second.operation == Operation(execution_us=5, window_us=500)


@pytest.mark.parametrize("at", range(8))
def test_messages_with_numbers_and_lost_counters_do_not_break_an_operation(at: int) -> None:
    lines = counters(1)
    lines[at] = f"[{at + 1:6}] GPUTO"  # garbled
    (event,) = operations(*head(1), *lines, *END)
    assert (event.operation.op_abs_id, event.operation.window_us, event.complete) == (1, 500, True)
    shifted = [*counters(1)[:at], f"[{at + 1:6}] gcSHADER_WriteBufferToFile: Failed to open", *counters(2)[at:]]
    (event,) = operations(*head(1), *shifted, *END)
    assert event.operation.bandwidth == measured(1)["bandwidth"]


@pytest.mark.parametrize("at", range(14))
def test_a_message_in_the_middle_of_a_line_breaks_no_operation(at: int) -> None:
    lines = whole(5, 41)
    half = len(lines[at]) // 2
    lines[at : at + 1] = [lines[at][:half] + "E [vnn_Run:90]warm", lines[at][half:]]
    assert operations(*whole(4, 33), *lines)[1:] == [ev.OperationProfiled(operation(5, 41, 500))]


@pytest.mark.parametrize("line", ["[1000] of another program", "[1]+  Killed  ./x", "[ 1234] gst: frame", "[0]"])
@pytest.mark.parametrize("at", range(12))
def test_numbers_in_brackets_of_other_programs_break_no_operation(line: str, at: int) -> None:
    lines = whole(5, 41)
    lines.insert(at + 1, line)
    assert operations(*whole(4, 33), *lines)[1:] == [ev.OperationProfiled(operation(5, 41, 500))]


def test_another_process_counts_from_one_again() -> None:
    (_, event) = operations(*whole(1, 81), *whole(1, 1))
    assert event == ev.OperationProfiled(operation(1, 1, 500))
