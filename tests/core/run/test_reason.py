"""Why a run failed or ended early, in one sentence."""

from __future__ import annotations

import pytest

from npumon.core.log import events as ev
from npumon.core.profile import Diagnostic, Operation
from npumon.core.run.fold import finish, reduce
from npumon.core.run.outcome import ExitInfo
from npumon.core.run.reason import position, reason_of
from npumon.core.run.state import EMPTY, End, RunState

PRODUCT = ev.ProductNamed("VIPNano-QI", "0x88")


def run(*events: ev.Event, how: End = "prompt") -> RunState:
    state = EMPTY
    for event in events:
        state = reduce(state, event)
    return finish(state, how)


def said(source: str, message: str) -> ev.Diagnosed:
    return ev.Diagnosed(Diagnostic(1, "error", source, message))


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        (
            [
                ("driver", "fail to read lcdt offset"),
                ("ovxlib", "[compute_node:379]Create node[0] NBG fail"),
                ("ovxlib", "[vnn_CreateNet:161]CHECK PTR 161"),
            ],
            "Create node[0] NBG fail (fail to read lcdt offset)",
        ),
        (
            [
                ("driver", 'Node 0x55("net_88"): No.3 parameter is required but not supplied'),
                ("ovxlib", "[vnn_VerifyGraph:85]CHECK STATUS(-4:The graph could not be verified.)"),
                ("ovxlib", "[main:237]CHECK STATUS(-4:The graph could not be verified.)"),
            ],
            'status -4: The graph could not be verified (Node 0x55("net_88"): No.3 parameter is required but not '
            "supplied)",
        ),
        (
            [
                ("driver", 'Node 0x55("net_88"): No.3 parameter is required but not supplied'),
                ("ovxlib", "[vnn_VerifyGraph:85]CHECK STATUS(-4:The given graph is invalid.)"),
                ("ovxlib", "[main:237]CHECK STATUS(-1:A generic error code)"),
            ],
            'status -4: The given graph is invalid (Node 0x55("net_88"): No.3 parameter is required but not supplied)',
        ),
        (
            [
                ("program", "terminate called after throwing an instance of 'std::logic_error'"),
                ("program", "what():  basic_string::_M_construct null not valid"),
                ("shell", "Aborted (core dumped)"),
            ],
            "std::logic_error: basic_string::_M_construct null not valid",
        ),
        (
            [("program", "python3: symbol lookup error: ./libs/libnn_net.so: undefined symbol: NPU_SetInput")],
            "symbol lookup error: ./libs/libnn_net.so: undefined symbol: NPU_SetInput",
        ),
        (
            [("program", "terminate called without an active exception"), ("shell", "Aborted (core dumped)")],
            "terminate called without an active exception",
        ),
        (
            [("program", "terminate called after throwing an instance of 'int'"), ("shell", "Aborted (core dumped)")],
            "terminate called after throwing an instance of 'int'",
        ),
        ([("program", "what():  std::bad_alloc")], "std::bad_alloc"),
        (
            [
                ("npumon", "a line of 70000 bytes was cut"),
                ("program", "terminate called recursively"),
                ("program", "what():"),
            ],
            "terminate called recursively",
        ),
        ([("shell", "Segmentation fault")], "Segmentation fault"),
        ([("ovxlib", "[vnn_Create:161]CHECK PTR 161")], "CHECK PTR 161"),
        ([("ovxlib", "[main:237]CHECK STATUS(-1)")], "CHECK STATUS(-1)"),
        ([("model", "Usage: ./net data_file inputs...")], "Usage: ./net data_file inputs"),
        ([("detect", "Detect_api:[det_set_model:58]dlopen libnn.so failed")], "dlopen libnn.so failed"),
        ([("ovxlib", "[a:1]" + "x " * 200 + "fail")], ("x " * 120).strip() + "…"),
    ],
)
def test_the_most_specific_message_is_the_reason(messages: list[tuple[str, str]], reason: str) -> None:
    assert reason_of(run(PRODUCT, *(said(*message) for message in messages))) == reason


def test_an_iteration_that_failed_is_the_reason_though_others_went_well() -> None:
    failed = ev.IterationFailed(2, "the graph could not be run", 7)
    state = run(ev.GraphStarted(2), ev.IterationEnded(1, 1.0), failed, ev.IterationEnded(3, 1.0), ev.AverageTimed(1.0))
    assert reason_of(state) == "iteration 2: the graph could not be run"


def test_a_message_that_is_no_evidence_is_no_reason() -> None:
    warned = run(PRODUCT, said("kernel", "oops"), how="prompt")
    assert reason_of(warned) == "the program ended while the network was being created"


@pytest.mark.parametrize(
    ("events", "ending", "reason"),
    [
        ((), None, None),
        ((ev.IterationEnded(1, 1.0), ev.AverageTimed(1.0)), None, None),
        ((ev.NetworkCreated(1),), ExitInfo(1), "the program exited with status 1 while the graph was being verified"),
        (
            (),
            ExitInfo(signal="SIGSEGV"),
            "SIGSEGV ended the program before it printed any profiler text",
        ),
        (
            (ev.GraphStarted(1),),
            ExitInfo(),
            "the program ended before the first iteration completed",
        ),
        ((), ExitInfo(error="./run.sh cannot be executed."), "./run.sh cannot be executed"),
        (
            (ev.GraphStarted(3), ev.IterationEnded(1, 1.0)),
            ExitInfo(signal="SIGKILL", stopped_by="timeout"),
            "ended by the time limit after iteration 1 of 3",
        ),
        ((ev.GraphStarted(3),), ExitInfo(stopped_by="cancelled"), "stopped before the first iteration completed"),
        (
            (ev.GraphStarted(3),),
            ExitInfo(stopped_by="watcher"),
            "npumon, which watched it, vanished before the first iteration completed",
        ),
        ((ev.GraphStarted(3),), ExitInfo(stopped_by="left"), None),
        ((ev.GraphStarted(3),), ExitInfo(0), "the program ended before the first iteration completed"),
    ],
)
def test_what_else_ends_a_run(events: tuple[ev.Event, ...], ending: ExitInfo | None, reason: str | None) -> None:
    assert reason_of(run(*events), ending) == reason


def test_a_text_that_stops_says_where() -> None:
    assert reason_of(run(ev.VerifyStarted(), how="text")) == "the text breaks off while the graph was being verified"
    assert (
        reason_of(run(ev.VerifyStarted(), ev.InterruptEchoed()))
        == "stopped with Ctrl-C while the graph was being verified"
    )


NAMED = Operation(3, "ConvolutionLayer", op_abs_id=7)


@pytest.mark.parametrize(
    ("events", "where"),
    [
        ((), "before it printed any profiler text"),
        ((ev.OperationAnnounced(NAMED),), "in layer 3 (ConvolutionLayer), in iteration 1"),
        ((ev.OperationProfiled(NAMED, complete=False),), "in layer 3 (ConvolutionLayer), in iteration 1"),
        ((ev.GraphStarted(1), ev.OperationProfiled(Operation(2))), "after layer 2, in iteration 1"),
        ((ev.GraphStarted(1), ev.OperationProfiled(Operation(op_abs_id=7))), "after operation 7, in iteration 1"),
        (
            (ev.GraphStarted(1), ev.OperationProfiled(Operation())),
            "after an operation without a number, in iteration 1",
        ),
        ((ev.IterationEnded(1, 1.0),), "after iteration 1"),
        ((ev.DetectionsCounted(1),), "after frame 1"),
        ((ev.ThreadCreated("0x1"),), "while the network was being created"),
        ((ev.GraphStarted(1),), "before the first iteration completed"),
    ],
)
def test_the_position(events: tuple[ev.Event, ...], where: str) -> None:
    assert position(run(*events)) == where


def test_the_position_in_a_text_that_was_not_all_read() -> None:
    """Iterations that were not read are not counted, but the others have numbers."""
    gap = (said("npumon", "9 bytes were not read here: the program printed faster"), ev.TextCut(lost=True))
    begun = (ev.GraphStarted(900), ev.IterationEnded(1, 1.0), *gap)
    assert position(run(*gap)) == "before it printed any profiler text that was read"
    assert position(run(*begun, ev.IterationEnded(700, 1.0))) == "after iteration 700 of 900"
    assert position(run(*begun, ev.IterationEnded(700, 1.0), ev.OperationAnnounced(NAMED))).endswith("in iteration 701")
