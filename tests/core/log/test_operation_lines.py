"""Operations in the text, and the text of operations: both ways over every log of the real grammar."""

from __future__ import annotations

from pathlib import Path

import pytest

from npumon.core.log import events as ev
from npumon.core.log.operation_lines import operation_around, operation_lines
from npumon.core.log.parser import ProfileParser
from npumon.core.log.scrollback import Scrollback, ScrollbackView
from npumon.core.monitor.log_places import line_of, operation_at, row_of
from npumon.core.profile import Cycles, Iteration, Operation
from npumon.core.run.analysis import profile_of
from npumon.core.run.splitter import RunSplitter

CASES = sorted((Path(__file__).parents[2] / "data" / "cases").glob("*.log"))
COUNTERS = next(path for path in CASES if path.stem == "graph_counters").read_bytes()


def operations_of(text: bytes) -> list[Operation]:
    parser = ProfileParser()
    events = [*parser.feed(text), *parser.close()]
    return [event.operation for event in events if isinstance(event, ev.OperationProfiled)]


def kept(text: bytes) -> ScrollbackView:
    log = Scrollback()
    log.feed(text)
    return log.page


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_each_operation_is_found_where_it_stands(path: Path) -> None:
    text = path.read_bytes()
    lines = text.split(b"\n")
    missed = 0
    for operation in operations_of(text):
        places = list(operation_lines(text, operation))
        missed += not places
        for place in places:
            assert operation_around(lines, place) == operation
            assert operation_around(lines, place + 2) == operation
    assert missed <= (path.stem == "elided")  # where lines were cut out of a block, its text says less


def test_the_mended_cycles_are_those_of_the_text() -> None:
    text = next(path for path in CASES if path.stem == "counter_wrap").read_bytes()
    splitter, parser = RunSplitter(), ProfileParser()
    splitter.feed(parser.feed(text))
    splitter.feed(parser.close())
    judged = profile_of(splitter.state.iterations[-1]).operations
    assert any(row.operation.cycles.wraps for row in judged)
    assert all([*operation_lines(text, row.operation)] for row in judged)


def test_the_line_is_that_of_the_log() -> None:
    log = kept(COUNTERS)
    first, *_, last = operations_of(COUNTERS)
    line = line_of(log, first)
    assert line is not None
    assert log.lines[line - 1].startswith(b"layer_id: 14 ")
    assert operation_at(log, line) == first
    assert operation_at(log, line + 5) == first
    assert operation_at(log, line - 1) is None
    twice = kept(COUNTERS + COUNTERS)
    assert line_of(twice, first) == line + COUNTERS.count(b"\n")
    shorter = ScrollbackView(log.lines[40:], log.ever, log.open_line)
    assert line_of(shorter, first) is None
    assert line_of(shorter, last) == line_of(log, last)
    assert operation_at(shorter, line) is None
    assert operation_at(log, log.ever + 7) is None


def test_lines_around_a_block_belong_to_no_operation() -> None:
    log = kept(COUNTERS)
    at = [number for number, line in enumerate(log.lines) if line.startswith((b"Run the", b"Start run", b"Verify"))]
    assert at
    assert [operation_around(log.lines, number) for number in at] == [None] * len(at)
    assert operation_around((b"",) * 100, 99) is None
    assert operation_around((), 0) is None


def test_a_block_of_counters_alone_begins_at_the_first_one() -> None:
    text = next(path for path in CASES if path.stem == "counters_alone").read_bytes()
    operation = operations_of(text)[1]
    (place,) = operation_lines(text, operation)
    assert b"[    10] TOTAL_READ_BANDWIDTH" in text.split(b"\n")[place]
    cut = b"GPUTOTALCYCLES: 733067\nGPUIDLECYCLES: 1\n"
    assert list(operation_lines(cut, Operation(cycles=Cycles(733_067, 1)))) == [0]
    assert list(operation_lines(b"other\n" * 60 + cut, Operation(cycles=Cycles(733_067, 1)))) == [60]
    assert list(operation_lines(cut, Operation())) == []


def test_an_announced_operation_is_not_a_profiled_one() -> None:
    head = (
        b"layer_id: 3 layer name:a operation[0]:VXNNE_OPERATOR_ACTIVATION target:VXNNE_OPERATION_TARGET_TP.\nuid: 2\n"
    )
    assert list(operation_lines(head + b"**********Show Command*****\n", Operation(layer_id=3))) == []
    assert operation_around(head.split(b"\n"), 0) is None


def test_rows_are_known_by_their_ids_and_then_by_their_figures() -> None:
    first, second = Operation(1, "a", 0, execution_us=5), Operation(2, "b", 0, execution_us=6)
    again = first._replace(execution_us=7)
    rows = profile_of(Iteration(1, operations=(first, second, again))).operations
    assert row_of(rows, second) is rows[1]
    assert row_of(rows, again) is rows[2]
    assert row_of(rows, first._replace(execution_us=99)) is rows[0], "of another iteration"
    assert row_of(rows, Operation(9)) is None
