"""Regular blocks give the events of their lines, whatever the log and however it is cut."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log import events as ev
from npumon.core.log.grammar import VIVANTE, Grammar
from npumon.core.log.line_reader import LineReader
from npumon.core.log.lines import Line
from npumon.core.log.parser import ProfileParser
from npumon.core.log.regular_blocks import HeaderCache, RegularBlocks
from tests.core.log.reading import events_of, joined, line_by_line

Chunked = Callable[[st.DataObject, bytes], list[bytes]]

HEAD = (
    b"layer_id: %d layer name:ConvolutionLayer operation[0]:VXNNE_OPERATOR_CONVOLUTION "
    b"target:VXNNE_OPERATION_TARGET_NN."
)
NAMES = ("TOTAL_READ", "TOTAL_WRITE", "AXI_READ", "AXI_WRITE", "DDR_READ", "DDR_WRITE")
SHAPES = ("whole", "shader", "nine", "no window", "times", "counters", "nine counters", "announced", "note")


def block(shape: str, number: int, printed: int) -> list[bytes]:
    """The lines of one operation in one of the shapes that drivers print; `printed` is its first number in brackets."""
    counters = [
        *(
            b"[%6d] %s_BANDWIDTH%s(MByte): %d.%06d"
            % (printed + at, name.encode(), b" " * (2 - at % 2), number, printed * 7)
            for at, name in enumerate(NAMES)
        ),
        b"[%6d] GPUTOTALCYCLES: %d" % (printed + 6, 10_000 + printed),
        b"[%6d] GPUIDLECYCLES: %d" % (printed + 7, printed),
    ]
    if shape.startswith("nine"):
        counters.append(b"[%6d] GPUCYCLES: %d" % (printed + 8, 3 - printed))
    if "counters" in shape:
        return counters
    lines = [HEAD % number, b"uid: %d" % (number - 1), b"abs_op_id: %d" % number]
    if shape == "note":
        return [b"***********dump layer : %d***************" % number, *block("whole", number, printed)]
    if shape == "announced":
        return [*lines, b"info.vx_nn_general_cmd_info.inImageXSize:0x1fc"]
    if shape == "shader":
        lines.append(b"shader kernel name: vxSomething_I8toI8_opt")
    lines.append(b"execution time:%18d us" % (300 + number))
    if shape == "times":
        return lines
    window = [b"VPC_ELAPSETIME: %d" % (500 + number)] if shape != "no window" else []
    return [*lines, *counters, *window, b"*********"]


def graph(shape: str, operations: int, iterations: int = 1, printed: int = 1) -> list[bytes]:
    """A run of a graph, from its start to its totals."""
    lines = [b"Start run graph [%d] times..." % iterations]
    size = 9 if "nine" in shape else 8
    for iteration in range(iterations):
        for number in range(operations):
            lines += block(shape, number, printed)
            printed += size
        lines.append(b"Run the %d time: 6.00ms or 6282.00us" % (iteration + 1))
    return [
        *lines,
        b"vxProcessGraph execution time:",
        b"Total   6.00ms or 6282.00us",
        b"Average 6.28ms or 6282.00us",
    ]


#: Lines that may stand between any two others.
OTHERS = (
    *(b"..", b"^C", b"khadas@Khadas:~/net$ ./net", b"what?", b"E [vnn_Run:90]warm", b"GPUTOTALCYCE [vnn_Run:90]warm"),
    *(
        b"LES: 5",
        b"  2: 0.5",
        b" --- Top5 ---",
        b"---Begin VerifyTiling ---",
        b"---End VerifyTiling ---",
        b"Total",
        b"",
    ),
    *(b"21.00ms or 21625.00us", b"Traceback (most recent call last):", b"OSError: x", b"Total"),
    b"class: person, score: 0.9",
    *(b"[   12] HAL user version 6.4.3.p0.286725", b"[   900] gcSHADER_WriteBufferToFile: Failed", b"uid: 5"),
    *(b"execution time: 5 us", b"*********", b"Run segment 0. Type: 1, operations: [1, 1].", b"VPC_ELAPSETIM: 5"),
    *(b"[     5] TOTAL_READ_BANDWIDHT (MByte): 1.0", b"Start run graph [1] times...", b"VPC_ELAPSETIME: 5", b"Run the"),
    *(
        b"turned powerManagement on for CNN_PERF=1",
        b"***********dump layer : 5***************",
        b"10%\r20%",
        b"Run the",
    ),
    b"  0 NN [( 1 1 1 1, 1, 0x0x1(0x0x1, 0x(nil)) -> 1 1 1 1, 1, 0x0x1(0x0x1, 0x(nil))) k(1 1 1, 1) pad(0 0) "
    b"pool(0 0, 1 1)] C[  1]",
)


@st.composite
def graphs(draw: st.DrawFn) -> bytes:
    """Runs of graphs of all shapes: as printed, or with lines taken out, doubled, swapped, changed, put between."""
    lines: list[bytes] = []
    printed = 1
    for _ in range(draw(st.integers(1, 3))):
        shape = draw(st.sampled_from(SHAPES))
        operations, iterations = draw(st.integers(1, 7)), draw(st.integers(1, 3))
        lines += graph(shape, operations, iterations, printed)
        printed += draw(st.sampled_from((0, 1, 8, 9, 16, 40)))
        if draw(st.booleans()):
            lines += draw(st.lists(st.sampled_from(OTHERS), max_size=2))
    for _ in range(draw(st.integers(0, 4))):
        at, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(("drop", "cut", "double", "swap", "between", "change", "splice"))):
            case "drop" if len(lines) > 1:
                del lines[at]
            case "cut" if len(lines) > 30:
                del lines[at : at + draw(st.integers(1, 28))]
            case "double":
                lines.insert(at, lines[other])
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "between":
                lines.insert(at, draw(st.sampled_from(OTHERS)))
            case "change":
                lines[at] = lines[at].replace(*draw(st.sampled_from(((b"1", b"7"), (b": ", b":"), (b"_", b"-")))))
            case "splice":
                half = draw(st.integers(0, 20))
                lines[at : at + 1] = [lines[at][:half] + b"W [vsi_nn_Run:12]slow", lines[at][half:]]
            case _:
                pass
    return b"\n".join(lines) + draw(st.sampled_from((b"\n", b"")))


def taken(text: bytes, monkeypatch: pytest.MonkeyPatch) -> float:
    """The share of the text that is not read line by line."""
    read: list[int] = []
    by_line = LineReader.read

    def counted(reader: LineReader, line: Line) -> None:
        read.append(len(line.data) + 1)
        by_line(reader, line)

    with monkeypatch.context() as patch:
        parser = ProfileParser()
        parser.feed(b"\n" + text)  # heads are known now
        patch.setattr(LineReader, "read", counted)
        patch.setattr(LineReader, "read_known", lambda reader, data, number: False)
        parser.feed(b"\n" + text)
    return 1 - sum(read) / len(text)


@given(st.data())
def test_any_log_in_any_chunks_gives_the_events_of_their_lines(
    mixed_logs: st.SearchStrategy[bytes], chunked: Chunked, data: st.DataObject
) -> None:
    text = data.draw(mixed_logs)
    assert events_of(*chunked(data, text)) == line_by_line(text)


@given(st.data())
def test_graphs_of_all_shapes_give_the_events_of_their_lines(chunked: Chunked, data: st.DataObject) -> None:
    text = data.draw(graphs())
    assert events_of(*chunked(data, text)) == line_by_line(text)


@given(st.binary(max_size=300))
def test_garbage_gives_the_events_of_their_lines(text: bytes) -> None:
    assert events_of(text) == line_by_line(text)


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape not in ("announced", "note")])
def test_regular_operations_of_each_shape_take_the_pattern_and_keep_every_figure(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"\n".join(graph(shape, 20, 3)) + b"\n"
    assert taken(text, monkeypatch) > 0.8
    assert events_of(text) == line_by_line(text)


def test_the_real_run_takes_the_pattern(seed_run: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken(seed_run[seed_run.index(b"layer id") : seed_run.index(b" --- Top5")], monkeypatch) == 1.0
    assert events_of(seed_run) == line_by_line(seed_run)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"1.000063", b"1.7e1"),
        (b"1.000063", b"-1.000063"),
        (b"1.000063", b"nan"),
        (b"10001", b"99999999999999999"),
        (b"6282.00us", b"nanus"),
        (b"uid: 0\n", b"uid: 0\r\n"),
        (b"uid: 0\n", b"uid: 0\n\n"),
        (b"layer_id: 1", b"layer_id: one"),
        (b"VPC_ELAPSETIME", b"\x1b[1mVPC_ELAPSETIME"),
        (b"[    12]", b"[    99]"),
        (b"ConvolutionLayer", b"^C"),
    ],
)
def test_what_is_spelled_otherwise_takes_line_by_line(old: bytes, new: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    regular = b"\n".join(graph("whole", 5)) + b"\n"
    text = regular.replace(old, new)
    assert text != regular
    assert taken(text, monkeypatch) < taken(regular, monkeypatch)
    assert events_of(text) == line_by_line(text)


@pytest.mark.parametrize(
    "before",
    [
        b"\n".join(block("whole", 0, 1)[:9]) + b"\n",  # a block that was broken off
        b"class: person, score: 0.9\n",  # an object whose box may follow
        b"GPUTOTALCYCW [vnn_Run:90]slow\n",  # half a line whose other half may follow
        b" --- Top5 ---\n  2: 0.833984\n",
        b"---Begin VerifyTiling ---\nfree text\n",
        b"Total\n",
        b"Traceback (most recent call last):\n",
        b"khadas@Khadas:~$ ./net\n",
    ],
)
@pytest.mark.parametrize("after", [b"LES: 5\n", b"  3: 0.5\n", b"21.00ms or 21625.00us\n", b"?\n", b"uid: 3\n"])
@pytest.mark.parametrize("shape", SHAPES)
def test_an_operation_ends_what_was_pending_before_it(before: bytes, after: bytes, shape: str) -> None:
    operations = b"".join(line + b"\n" for number in range(2) for line in block(shape, number, 1 + 8 * number))
    assert events_of(before + operations + after) == line_by_line(before + operations + after)


@pytest.mark.parametrize(
    "lines",
    [
        [*block("whole", 0, 1), *block("times", 1, 9), *block("whole", 2, 17), *block("times", 3, 25)],
        [*block("whole", 0, 1), *block("times", 1, 9), *block("whole", 5, 49)[4:]],  # its counters are missing
        [*block("whole", 0, 1), *block("whole", 5, 41), *block("whole", 6, 57)],  # 6 follows 5, its counters do not
        [*block("whole", 5, 41)[:-1], *block("whole", 6, 57), *block("whole", 7, 65)],  # an open one before them
        [*block("counters", 0, 1), *block("whole", 1, 9), *block("counters", 0, 17), *block("counters", 0, 25)],
        [*block("times", 0, 1), *block("counters", 0, 1), *block("counters", 0, 9), *block("counters", 0, 17)],
    ],
)
def test_operations_of_which_parts_are_missing_give_the_events_of_their_lines(lines: list[bytes]) -> None:
    text = b"\n".join(lines) + b"\n"
    assert events_of(text) == line_by_line(text)


@pytest.mark.parametrize("shape", ["whole", "shader", "nine", "no window"])
def test_many_in_a_row_keep_every_figure(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In windows of the pattern that begin and end anywhere."""
    text = b"\n".join(graph(shape, 7, 40)) + b"\n"
    for before in (b"", b"x\n" * 701):
        assert events_of(before + text) == line_by_line(before + text)
    one_by_one: list[int] = []
    single = RegularBlocks.read

    def counted(blocks: RegularBlocks, match: re.Match[bytes]) -> object:
        one_by_one.append(match.start())
        return single(blocks, match)

    monkeypatch.setattr(RegularBlocks, "read", counted)
    events_of(text)
    assert len(one_by_one) < 10


def test_ends_of_iterations_alone_are_many_in_a_row() -> None:
    text = b"".join(b"Run the %d time: 6.00ms or %d.00us\n" % (number, 6_000 + number) for number in range(1, 900))
    assert events_of(text) == line_by_line(text)


LATER = 30 * len(block("whole", 0, 1))


@pytest.mark.parametrize(
    ("place", "old", "new"),
    [
        (6, b"243", b"943"),  # the numbers do not go on
        (3, b"us", b"us\r"),
        (0, b"operation[0]", b"operation[x]"),  # a head that is none
        (13, b"***", b"what?\n***"),
        (12, b"VPC_ELAPSETIME", b"[   249] GPUCYCLES: 5\nVPC_ELAPSETIME"),  # the ninth counter, of this one alone
    ],
)
def test_one_of_many_that_is_unlike_the_others(place: int, old: bytes, new: bytes) -> None:
    lines = [line for number in range(60) for line in block("whole", number, 1 + 8 * number)]
    assert old in lines[LATER + place]
    lines[LATER + place] = lines[LATER + place].replace(old, new, 1)
    text = b"\n".join(lines) + b"\n"
    assert events_of(text) == line_by_line(text)


def test_lines_that_are_missing_among_many() -> None:
    """Between an operation's head and its counters stood the counters of two others."""
    lines = [line for number in range(60) for line in block("whole", number, 1 + 8 * number + 16 * (number > 30))]
    text = b"\n".join(lines) + b"\n"
    assert events_of(text) == line_by_line(text)


def test_lines_read_the_pattern_are_counted() -> None:
    text = b"\n".join(graph("whole", 3)) + b"\n"
    *_, last = events_of(text * 2 + b"what?\n")
    assert last == ev.ForeignText(text.count(b"\n") * 2 + 1, "what?")


def test_an_overlong_line_that_goes_on_with_a_block_is_no_block() -> None:
    text = b"x" * 100_000 + b"\n".join(block("whole", 1, 1)) + b"\n"
    chunks = [text[:70_000], text[70_000:100_000], text[100_000:]]
    assert events_of(*chunks) == line_by_line(text)


def test_another_dialect_is_another_value() -> None:
    rules = tuple(rule._replace(source=rule.source.replace("uid: ?", "unique: ?")) for rule in VIVANTE.rules)
    dialect = Grammar.of(rules, regular=VIVANTE.regular.replace("uid: ", "unique: "))
    text = b"\n".join(graph("whole", 3)).replace(b"uid: ", b"unique: ") + b"\n"
    events = joined(ProfileParser(dialect).feed(text))
    assert events == line_by_line(text, dialect)
    assert [event.operation.uid for event in events if isinstance(event, ev.OperationProfiled)] == [-1, 0, 1]


def test_heads_are_read_once_for_each_spelling_and_forgotten_in_bounds() -> None:
    heads = HeaderCache(VIVANTE)
    head = b"layer id: %d layer name:n operation[0]:a target:b.\nuid: 0\nop_abs_id: 0\n"
    first = heads.operation(head % 0)
    assert heads.operation(head % 0) is first
    for number in range(5_000):
        operation = heads.operation(head % number)
        assert operation is not None
        assert operation.layer_id == number
    assert heads.operation(head % 0) is not first
    assert heads.operation(b"layer id: 0\nuid: 0\nop_abs_id: 0\n") is None
