"""A log to its runs, holding only the current one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.core.log import events as ev
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Diagnostic, Hang, Operation, Reported
from npumon.core.run.iterations import MIXED, is_mixed
from npumon.core.run.outcome import outcome
from npumon.core.run.splitter import IterationCompleted, RunCompleted, RunSplitter
from npumon.core.run.state import EMPTY, RunState

PROMPT = ev.Prompted("./net a.nb")
DONE = (ev.ProductNamed("A", "0x88"), ev.IterationEnded(1, 5.0), ev.AverageTimed(5.0))
FAILURE = ev.Diagnosed(Diagnostic(1, "error", "shell", "Segmentation fault"))
OTHER = ev.ForeignText(1, "x")
HANG = ev.HangNoticed(Hang("1.0", False, "NP[0] hang, automatic recovery."))
BENCHMARK = (
    ev.StageReached("Running benchmark for at least 1 iterations"),
    ev.ProgramReported(Reported("benchmark_model", 1), 1),
    ev.StageReached("Running benchmark for at least 50 iterations"),
    ev.ProgramReported(Reported("benchmark_model", 50, average_us=2.0), 50),
    ev.ProgramReported(Reported("benchmark_model", init_us=3.0)),
)

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
        block = "layer id: 0 layer name:n operation[0]:a target:b.\nuid: 0\nexecution time: 5 us\n*********\n"
        text = (block * operations + "Run the 1 time: 1.00ms or 5.00us\n") * 9
        completed = fold.feed(parser.feed(text.encode()))
        assert len(completed) == fold.state.iterations_ended == 9
        assert fold.state.iterations == tuple(item.iteration for item in completed[-kept:])  # type: ignore[union-attr]


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
    assert within.unrecognized > 5
    assert within.other_lines > 10
    assert within.command is not None
    assert within._replace(unrecognized=0, unrecognized_lines=(), other_lines=0, command=None) == alone


def runs(*events: ev.Event) -> list[RunState]:
    """The runs of a log of these events."""
    fold = RunSplitter()
    completed = [*fold.feed(events), *fold.close()]
    assert [item.run for item in completed] == sorted(item.run for item in completed)
    return [item.state for item in completed if isinstance(item, RunCompleted)]


def test_a_prompt_ends_a_run_and_names_the_next_one() -> None:
    first, second = runs(ev.Prompted("./one"), *DONE, ev.Prompted("./two"), *DONE, ev.Prompted(None))
    assert (first.command, first.ended, second.command, second.ended) == ("./one", "prompt", "./two", "prompt")


def test_what_stands_before_the_first_prompt_is_no_run() -> None:
    (only,) = runs(OTHER, ev.Diagnosed(Diagnostic(1, "warning", "detect", "x")), PROMPT, OTHER, *DONE)
    assert (only.command, only.other_lines, only.diagnostics) == ("./net a.nb", 2, ())


def test_commands_that_do_not_use_the_npu_are_no_runs() -> None:
    idle = (
        ev.Prompted("ls"),
        OTHER,
        ev.Prompted(None),
        ev.InterruptEchoed(),
        ev.TextCut(),
        ev.Prompted("cat x"),
        OTHER,
    )
    (only,) = runs(*idle, PROMPT, *DONE, *idle, ev.Unrecognized(1, "y"))
    assert (only.command, only.ended, only.cancelled, only.cut) == ("./net a.nb", "prompt", False, False)
    first, second = runs(PROMPT, *DONE, *idle, ev.Unrecognized(1, "y"), PROMPT, *DONE)
    assert (first.other_lines, second.other_lines, second.unrecognized) == (0, 2, 1)


def test_a_session_without_any_run_is_an_empty_run() -> None:
    (only,) = runs(PROMPT, OTHER, ev.Prompted("ls"), OTHER)
    assert (only.has_profiler_text, only.other_lines, only.command) == (False, 2, "ls")


def test_a_failure_after_a_prompt_is_a_run_and_a_driver_s_word_alone_is_none() -> None:
    assert [state.command for state in runs(PROMPT, *DONE, ev.Prompted("./bad"), FAILURE)] == ["./net a.nb", "./bad"]
    word = ev.Diagnosed(Diagnostic(1, "error", "driver", "fail to load it"))
    assert len(runs(PROMPT, *DONE, ev.Prompted("./x"), word)) == 1
    no_device = ev.Diagnosed(Diagnostic(1, "error", "driver", "Failed to open device: No such file or directory"))
    assert len(runs(PROMPT, *DONE, ev.Prompted("./x"), no_device)) == 2


def test_ovxlib_s_own_failure_is_a_run() -> None:
    error = ev.Diagnosed(Diagnostic(1, "error", "ovxlib", "[compute_node:379]Create node[0] NBG fail"))
    assert len(runs(PROMPT, *DONE, ev.Prompted("./bad"), error)) == 2


def test_what_a_command_shows_of_a_file_is_no_failure_and_may_be_a_profile() -> None:
    assert len(runs(PROMPT, *DONE, ev.Prompted("cat crash.txt"), FAILURE)) == 1
    assert len(runs(PROMPT, *DONE, ev.Prompted("cat profile.txt"), *DONE)) == 2
    job = ev.Diagnosed(Diagnostic(1, "error", "shell", "[1]+  Terminated              ./net"))
    assert len(runs(PROMPT, *DONE, ev.Prompted(None), job)) == 1


@pytest.mark.parametrize(
    ("command", "hung"), [(None, True), ("./net", True), ("dmesg", False), ("sudo /bin/dmesg -T", False)]
)
def test_a_hang_noticed_after_the_prompt_is_the_run_s_unless_it_is_old_text(command: str | None, *, hung: bool) -> None:
    first, *_ = runs(*DONE, ev.Prompted(command), HANG, PROMPT, *DONE)
    assert (first.hung is not None) == hung


def test_iterations_that_a_prompt_ends_come_before_the_run() -> None:
    fold = RunSplitter()
    operation = ev.OperationProfiled(Operation(op_abs_id=0))
    completed = fold.feed([operation, operation, ev.Prompted(None)])
    assert [type(item) for item in completed] == [IterationCompleted, IterationCompleted]
    last = fold.close()
    assert [(type(item), item.run) for item in last] == [(RunCompleted, 1)]


def test_many_iterations_can_end_at_once() -> None:
    fold = RunSplitter(kept_operations=2)
    blocks = [ev.OperationProfiled(Operation())] * 6
    completed = fold.feed([*blocks, ev.ProgramReported(Reported("benchmark_model", 3), 3)])
    assert [item.iteration.number for item in completed if isinstance(item, IterationCompleted)] == [1, 2, 3]
    assert len(fold.state.iterations) == 1


@pytest.mark.parametrize(
    ("events", "many"),
    [
        ((*DONE, FAILURE, ev.ThreadCreated("0x1")), 2),
        ((ev.ProductNamed("A", "0x88"), FAILURE, ev.GraphStarted(1)), 2),
        ((ev.KsnnAnnounced("v1"), FAILURE, ev.NetworkCreated(1)), 2),
        ((ev.ProductNamed("A", "0x88"), ev.InterruptEchoed(), ev.NetworkCreated(1)), 2),
        ((*DONE, ev.PowerManagementSet(on=True), ev.PowerManagementSet(on=False), *DONE), 2),
        ((ev.PowerManagementSet(on=False), *DONE), 1),
        ((ev.ProgramReported(Reported("tengine", 3)), ev.ProgramReported(Reported("tengine", 3))), 2),
        ((ev.ProgramReported(Reported("tengine", 3)), ev.ProgramReported(Reported("benchmark_model", 3))), 2),
        ((ev.ProgramReported(Reported("nnstreamer")), ev.ProgramReported(Reported("tengine", 3))), 1),
        ((ev.ProgramReported(Reported("tengine", 3)), ev.ProgramReported(Reported("nnstreamer"))), 1),
        ((ev.ProgramReported(Reported("benchmark_model", 1)), ev.ProgramReported(Reported("benchmark_model", 3))), 1),
        ((ev.ProgramReported(Reported("benchmark_model", 1, init_us=2.0)), ev.OperationProfiled(Operation())), 2),
        ((ev.InterruptEchoed(), *DONE), 1),
        (BENCHMARK, 1),
        ((*BENCHMARK, *BENCHMARK), 2),
        ((*BENCHMARK[:-1], *BENCHMARK), 2),
        ((*BENCHMARK[:-1], ev.OperationProfiled(Operation())), 2),
    ],
)
def test_where_else_a_run_begins(events: tuple[ev.Event, ...], many: int) -> None:
    assert len(runs(*events)) == many


def test_a_run_that_begins_in_its_middle_is_said_to_be_mixed() -> None:
    lines = (ev.ProductNamed("A", "0x88"), ev.NetworkCreated(1), ev.VerifyStarted())
    mixed = runs(*(event for event in lines for _ in range(2)))
    assert [[said.message for said in state.diagnostics] for state in mixed] == [[], [MIXED], [MIXED]]
    assert [outcome(state) for state in mixed] == ["truncated"] * 3, "nothing shows that one of them has failed"
    apart = runs(*lines * 2, ev.Prompted(None), *lines[1:])
    assert [state.diagnostics for state in apart] == [(), (), ()]


def test_a_cut_between_the_prompt_and_the_run_is_of_the_run() -> None:
    _, second = runs(PROMPT, *DONE, PROMPT, ev.TextCut(), ev.GraphStarted(3), ev.Prompted(None))
    assert (second.cut, outcome(second)) == (True, "truncated")


def test_two_benchmarks_are_both_well() -> None:
    assert [outcome(state) for state in runs(*BENCHMARK, *BENCHMARK)] == ["ok", "ok"]


def test_what_follows_a_mixed_run_without_a_beginning_is_mixed_too() -> None:
    """Of a graph and a program without a profile, line by line."""
    product, created = ev.ProductNamed("VIPNano-QI", "0x88"), ev.NetworkCreated(1)
    verified, started = ev.GraphVerified(1), ev.GraphStarted(1)
    steps = [event for step in (product, created, verified, started) for event in (step, step)]
    operations = [ev.OperationProfiled(Operation(op_abs_id=number)) for number in range(3)]
    ended, totals = ev.IterationEnded(1, 5.0), (ev.TotalTimed(5.0), ev.AverageTimed(5.0))
    mixed = runs(*steps, operations[0], ended, *totals, *operations[1:], ended)
    assert is_mixed(mixed[-1])
    assert not is_mixed(runs(*steps, ended, *totals, product, created, ended)[-1])
