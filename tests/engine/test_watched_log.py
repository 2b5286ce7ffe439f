"""A growing log's runs, each told once and as soon as nothing more is to come of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.log.parser import ProfileParser
from npumon.core.run.splitter import Completed, IterationCompleted, RunCompleted, RunSplitter, looks_like_a_run
from npumon.engine.watched_log import WatchedLog

BEGIN = b"#productname=VIPNano-QI, pid=0x88\nStart run graph [1] times...\n"
ITERATION = b"Run the 1 time: 21.00ms or 21609.00us\n"
TOTALS = b"Total   21.00ms or 21625.00us\nAverage 21.62ms or 21625.00us\n"
CLASSES = b" --- Top2 ---\n  2: 0.833984\n795: 0.009102\n"
EXIT = b"Exit VX Thread: 0xa69a21c0\n"


def told(completed: list[Completed]) -> list[tuple[str, int]]:
    return [("iteration" if isinstance(item, IterationCompleted) else "run", item.run) for item in completed]


def test_the_list_of_classes_completes_a_run() -> None:
    log = WatchedLog()
    assert told(log.feed(BEGIN + ITERATION)) == [("iteration", 1)]
    assert told(log.feed(TOTALS + CLASSES[:-5])) == []
    assert not log.between_runs
    (run,) = log.feed(CLASSES[-5:])
    assert isinstance(run, RunCompleted)
    assert [entry.class_index for entry in run.state.top] == [2, 795]
    assert log.between_runs
    assert told(log.feed(EXIT)) == []
    assert told(log.close()) == []


def test_the_end_of_its_driver_thread_completes_a_run() -> None:
    log = WatchedLog()
    assert told(log.feed(BEGIN + ITERATION + TOTALS)) == [("iteration", 1)]
    assert told(log.feed(EXIT)) == [("run", 1)]


def test_the_next_run_completes_one_without_end() -> None:
    log = WatchedLog()
    log.feed(BEGIN + ITERATION)
    assert told(log.feed(BEGIN)) == [("run", 1)]
    assert (log.number, log.between_runs) == (2, False)


def test_the_end_of_the_text_completes_the_last_run() -> None:
    log = WatchedLog()
    log.feed(BEGIN + ITERATION[:-1])
    assert told(log.close()) == [("iteration", 1), ("run", 1)]
    assert told(log.close()) == []


def test_other_text_is_no_run() -> None:
    log = WatchedLog()
    log.feed(b"hello\n")
    assert log.between_runs
    assert told(log.close()) == []


@pytest.mark.parametrize(("before", "tells", "number"), [(b"", [], 1), (b"hello\n", [], 1), (BEGIN, [("run", 1)], 2)])
def test_another_text_in_its_place(before: bytes, tells: list[tuple[str, int]], number: int) -> None:
    log = WatchedLog(kept_operations=1)
    log.feed(before)
    assert told(log.restart()) == tells
    assert log.number == number
    assert told(log.feed(BEGIN + ITERATION * 3)) == [("iteration", number)] * 3
    assert len(log.state.iterations) == 1, "the bound holds for the new text as well"


@given(data=st.data())
def test_each_run_is_told_once_and_none_is_missed(data: st.DataObject, mixed_logs: st.SearchStrategy[bytes]) -> None:
    """The same iterations and runs as in a finished log, in the same order, wherever it is cut."""
    text = data.draw(mixed_logs) + data.draw(mixed_logs)
    cut = data.draw(st.integers(0, len(text)))
    log = WatchedLog()
    seen = told(log.feed(text[:cut]) + log.feed(text[cut:]) + log.close())
    fold, parser = RunSplitter(), ProfileParser()
    whole = told([*fold.feed([*parser.feed(text), *parser.close()])])
    if looks_like_a_run(fold.state):
        whole += told(fold.close())
    assert [item for item in seen if item[0] == "run"] == [item for item in whole if item[0] == "run"]
    assert [item for item in seen if item[0] == "iteration"] == [item for item in whole if item[0] == "iteration"]
