"""A log to its runs, holding only the current one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.core.log.parser import ProfileParser
from npumon.core.run.splitter import IterationCompleted, RunCompleted, RunSplitter
from npumon.core.run.state import EMPTY, RunState

RunsOf = Callable[[str | bytes], list[RunState]]

BLOCK = "layer id: 0 layer name:n operation[0]:a target:b.\nuid: 0\n*********\nRun the 1 time: 1.00ms or 5.00us\n"


def test_iterations_and_runs_come_in_order(seed_run: bytes) -> None:
    parser, fold = ProfileParser(), RunSplitter()
    completed = [*fold.feed(parser.feed(seed_run * 2)), *fold.close()]
    kinds = [(type(item).__name__, item.run) for item in completed]
    assert kinds == [
        ("IterationCompleted", 1),
        ("RunCompleted", 1),
        ("IterationCompleted", 2),
        ("RunCompleted", 2),
    ]
    first = completed[0]
    assert isinstance(first, IterationCompleted)
    assert first.iteration.elapsed_us == 21609.0


def test_a_log_without_profiler_text_is_one_empty_run() -> None:
    assert RunSplitter(first_run=3).close() == [RunCompleted(3, EMPTY._replace(ended="text"))]


def test_of_a_long_run_the_newest_iterations_are_kept_where_no_more_is_asked_for() -> None:
    """As many as have so many operations together, and at least one."""
    for operations, bound, kept in ((1, 5, 5), (2, 5, 2), (7, 5, 1), (0, 5, 5)):
        fold, parser = RunSplitter(kept_operations=bound), ProfileParser()
        block = "layer id: 0 layer name:n operation[0]:a target:b.\nuid: 0\n*********\n"
        text = (block * operations + "Run the 1 time: 1.00ms or 5.00us\n") * 9
        completed = fold.feed(parser.feed(text.encode()))
        assert len(completed) == fold.state.iterations_ended == 9
        assert fold.state.iterations == tuple(item.iteration for item in completed[-kept:])  # type: ignore[union-attr]


def test_runs_taken_elsewhere_are_counted() -> None:
    fold = RunSplitter()
    fold.skip(10)
    assert fold.close()[-1].run == 11


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        # a second header begins a second run, also where the first has no result
        ("#productname=A, pid=0x88\n#productname=A, pid=0x88\n", 2),
        ("Create Neural Network: 1ms or 1us\nCreate Neural Network: 1ms or 1us\n", 2),
        (" |--- KSNN Version: v1.3 +---|\n |--- KSNN Version: v1.3 +---|\n", 2),
        # one header after another is one run
        ("#productname=A, pid=0x88\nCreated VX Thread: 0x1\nCreate Neural Network: 1ms or 1us\n", 1),
        ("Created VX Thread: 0x1\n#productname=A, pid=0x88\nCreated VX Thread: 0x2\n", 1),
        # what is profiled belongs to the header before it, and to no header after it
        (BLOCK + "#productname=A, pid=0x88\n", 2),
        (BLOCK + "Create Neural Network: 1ms or 1us\n", 2),
        (BLOCK + " |--- KSNN Version: v1.3 +---|\n", 2),
        (BLOCK + "Created VX Thread: 0x1\n", 2),
        (BLOCK + "Start run graph [1] times...\n", 2),
        ("uid: 0\n****\n#productname=A, pid=0x88\n", 2),
        ("uid: 0\n****\nCreate Neural Network: 1ms or 1us\n", 2),
        ("uid: 0\n****\n |--- KSNN Version: v1.3 +---|\n", 2),
        # iterations go on until the totals
        (BLOCK * 3, 1),
        (BLOCK + "Total   1ms or 5us\n" + BLOCK, 2),
        (BLOCK + "Average 1ms or 5us\nVPC_ELAPSETIME: 5\n", 2),
        ("Total   1ms or 5us\nRun the 1 time: 1ms or 5us\n", 2),
        (BLOCK + "Total   1ms or 5us\nAverage 1ms or 5us\n --- Top1 ---\n  2: 0.5\nExit VX Thread: 0x1\n", 1),
        # KSNN starts the graph anew for each inference
        (
            " |--- KSNN Version: v1.3 +---|\n"
            + "Start run graph [1] times...\nuid: 0\n****\nDone. inference : 0.04\n" * 3,
            1,
        ),
    ],
)
def test_where_a_run_begins(text: str, runs: int, runs_of: RunsOf) -> None:
    assert len(runs_of(text)) == runs


def test_messages_after_a_run_belong_to_it(seed_run: bytes, runs_of: RunsOf) -> None:
    first, second = runs_of(seed_run + b"run.sh: line 5: 14896 Aborted   ./inceptionv3\n" + seed_run)
    assert [diagnostic.source for diagnostic in first.diagnostics] == ["shell"]
    assert second.diagnostics == ()


def test_a_markdown_document_around_the_run_is_one_run(data_folder: Path, seed_run: bytes, runs_of: RunsOf) -> None:
    document = (data_folder / "seed_document.md").read_bytes()
    (alone,), (within,) = runs_of(seed_run), runs_of(document)
    assert within.unrecognized > 10
    assert within._replace(unrecognized=0, unrecognized_lines=()) == alone
