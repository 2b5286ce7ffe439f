"""How a run ended, from its text and from what its supervisor saw."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from npumon.core.log import events as ev
from npumon.core.profile import Cycles, Diagnostic, Level, Operation, Reported
from npumon.core.run.fold import finish, reduce
from npumon.core.run.outcome import ExitInfo, Outcome, died, outcome, outcome_words, signal_noticed
from npumon.core.run.state import EMPTY, End, RunState

StateOf = Callable[[str | bytes], RunState]

NOTICE = "run.sh: line 5: 14896 Segmentation fault  ./inceptionv3\n"


@pytest.mark.parametrize(
    ("ending", "word"),
    [
        (None, "ok"),
        (ExitInfo(0), "ok"),
        (ExitInfo(1), "failed"),
        (ExitInfo(signal="SIGSEGV"), "failed"),
        (ExitInfo(), "failed"),  # nobody saw how
        (ExitInfo(error="cannot be executed"), "failed"),
        (ExitInfo(signal="SIGKILL", stopped_by="timeout"), "timeout"),
        (ExitInfo(signal="SIGKILL", stopped_by="cancelled"), "cancelled"),
        (ExitInfo(0, stopped_by="watcher"), "cancelled"),
    ],
)
def test_the_end_of_the_program_goes_before_its_text(
    seed_run: bytes, state_of: StateOf, ending: ExitInfo | None, word: str
) -> None:
    assert outcome(state_of(seed_run), ending) == word


@pytest.mark.parametrize("ending", [None, ExitInfo(0)])
@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("hello\n", "empty"),
        ("Create Neural Network: 1ms or 1us\n", "truncated"),
        ("Run graph the 0 time fail\n", "failed"),
        ("Create Neural Network: 1ms or 1us\n" + NOTICE, "failed"),
        ("resultData.detect_num=0\n", "ok"),
    ],
)
def test_what_the_text_alone_says(state_of: StateOf, ending: ExitInfo | None, text: str, word: str) -> None:
    assert outcome(state_of(text), ending) == word


def test_a_death_alone_is_a_failure_only_of_a_program_that_was_not_seen_to_end_well(state_of: StateOf) -> None:
    assert outcome(state_of(NOTICE)) == "failed"
    assert outcome(state_of(NOTICE), ExitInfo(0)) == "empty"


def test_the_real_run_cut_after_any_line_is_truncated_until_its_classes_are_listed(
    seed_run: bytes, state_of: StateOf
) -> None:
    lines = seed_run.splitlines(keepends=True)
    words = [outcome(state_of(b"".join(lines[:count]))) for count in range(len(lines) + 1)]
    average, listed = 34, 40  # with so many lines the averages are told, and all classes
    assert words[0] == "empty"
    assert set(words[1:average]) == {"truncated"}
    assert words[average] == "ok"  # a demo without a list of classes ends here
    assert set(words[average + 1 : listed]) == {"truncated"}
    assert set(words[listed:]) == {"ok"}


def test_only_a_shells_notice_is_a_death(state_of: StateOf) -> None:
    assert died(state_of(NOTICE))
    assert not died(state_of("E [vnn_Run:90]Aborted\n"))


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        (NOTICE, "SIGSEGV"),
        ("Aborted (core dumped)\n", "SIGABRT"),
        ("Hangup\n", None),
        ("E [vnn_Run:90]Aborted\n", None),
        ("", None),
    ],
)
def test_a_notice_names_the_signal(state_of: StateOf, text: str, signal: str | None) -> None:
    assert signal_noticed(state_of(text)) == signal


def test_a_program_that_ended_well_is_believed_where_only_its_last_list_is_short(state_of: StateOf) -> None:
    text = "Start run graph [1] times...\nRun the 1 time: 1.00ms or 5.00us\n --- Top5 ---\n  2: 0.500000\n"
    assert outcome(state_of(text)) == "truncated"
    assert outcome(state_of(text), ExitInfo(exit_status=0)) == "ok"
    assert outcome(state_of(text.replace("[1]", "[2]")), ExitInfo(exit_status=0)) == "truncated"


def run(*events: ev.Event, how: End = "prompt") -> RunState:
    state = EMPTY
    for event in events:
        state = reduce(state, event)
    return finish(state, how)


def said(source: str, message: str, level: Level = "error") -> ev.Diagnosed:
    return ev.Diagnosed(Diagnostic(1, level, source, message))


PRODUCT, CREATED, VERIFIED = ev.ProductNamed("A", "0x88"), ev.NetworkCreated(1), ev.GraphVerified(1)
STARTED, ENDED = ev.GraphStarted(2), ev.IterationEnded(1, 5.0)
TOTALS = ev.TotalTimed(10.0), ev.AverageTimed(5.0)
WHOLE = (PRODUCT, CREATED, VERIFIED, STARTED, ENDED, ENDED, *TOTALS)
BENCHMARK = ev.StageReached("Running benchmark for at least 1 iterations")
COUNTED = ev.OperationProfiled(Operation(cycles=Cycles(9, 5)))
PIPELINE = ev.ProgramReported(Reported("nnstreamer"))
WARMUP = ev.ProgramReported(Reported("benchmark_model", 1), 1)


@pytest.mark.parametrize(
    ("events", "at_prompt", "at_start", "at_end"),
    [
        ((PRODUCT,), "failed", "truncated", "truncated"),
        ((ev.KsnnAnnounced("v1"),), "failed", "failed", "truncated"),
        ((PRODUCT, CREATED), "failed", "failed", "truncated"),
        ((PRODUCT, CREATED, VERIFIED), "failed", "failed", "truncated"),
        ((PRODUCT, CREATED, VERIFIED, STARTED), "failed", "failed", "truncated"),
        ((PRODUCT, CREATED, VERIFIED, STARTED, ENDED), "failed", "failed", "truncated"),
        # a program without totals, or without one of them
        ((PRODUCT, CREATED, VERIFIED, STARTED, ENDED, ENDED), "ok", "ok", "truncated"),
        ((PRODUCT, CREATED, VERIFIED, STARTED, ENDED, ENDED, TOTALS[0]), "ok", "ok", "truncated"),
        (WHOLE, "ok", "ok", "ok"),
        ((PRODUCT, CREATED, VERIFIED, STARTED, ENDED, *TOTALS), "ok", "ok", "ok"),  # lines of iterations were lost
        ((PRODUCT, CREATED, VERIFIED, STARTED, ENDED, ev.TextCut(), *TOTALS), "ok", "ok", "ok"),
        ((*WHOLE, ev.TopStarted(5)), "ok", "ok", "truncated"),
        # detection demos have no totals
        ((ev.DetectionsCounted(0),), "ok", "ok", "ok"),
        ((CREATED, VERIFIED, ev.DetectionsCounted(0)), "ok", "ok", "ok"),
        # other programs
        ((WARMUP,), "failed", "failed", "truncated"),
        ((BENCHMARK,), "failed", "failed", "truncated"),
        ((BENCHMARK, COUNTED, COUNTED), "ok", "ok", "truncated"),  # its own lines were filtered out
        ((BENCHMARK, COUNTED, WARMUP, BENCHMARK, COUNTED), "failed", "failed", "truncated"),
        ((ev.ProgramReported(Reported("tengine", 12)),), "ok", "ok", "ok"),
        # a pipeline creates its network, and says nothing of what it runs
        ((PIPELINE, CREATED), "ok", "ok", "truncated"),
        ((PIPELINE, CREATED, STARTED), "failed", "failed", "truncated"),
        ((PIPELINE, PRODUCT), "failed", "truncated", "truncated"),
        ((PIPELINE, CREATED, said("ovxlib", "[main:237]CHECK STATUS(-4)")), "failed", "failed", "failed"),
        # where lines were cut out, or mixed, nothing shows a failure
        ((PRODUCT, CREATED, ev.TextCut()), "truncated", "truncated", "truncated"),
        ((STARTED, STARTED), "truncated", "truncated", "truncated"),
        ((*WHOLE, ev.TextCut()), "ok", "ok", "ok"),
        # somebody stopped it
        ((PRODUCT, CREATED, ev.InterruptEchoed()), "cancelled", "cancelled", "cancelled"),
        ((ev.InterruptEchoed(),), "empty", "empty", "empty"),  # `^C` in a text of anything
        ((said("shell", "Aborted"), ev.InterruptEchoed()), "cancelled", "cancelled", "cancelled"),
        ((*WHOLE, ev.InterruptEchoed()), "cancelled", "cancelled", "cancelled"),
        ((PRODUCT, said("shell", "Aborted"), ev.InterruptEchoed()), "cancelled", "cancelled", "cancelled"),
    ],
)
def test_what_ends_a_text_decides(
    events: tuple[ev.Event, ...], at_prompt: Outcome, at_start: Outcome, at_end: Outcome
) -> None:
    assert outcome(run(*events, how="prompt")) == at_prompt
    assert outcome(run(*events, how="start")) == at_start
    assert outcome(run(*events, how="text")) == at_end


def test_ctrl_c_in_the_text_of_a_run_of_ours_is_not_what_ended_it() -> None:
    assert outcome(run(*WHOLE, ev.InterruptEchoed()), ExitInfo(0)) == "ok"


@pytest.mark.parametrize(
    ("source", "message", "inside", "whole"),
    [
        ("ovxlib", "[main:237]CHECK STATUS(-4:The graph could not be verified)", True, True),
        ("ovxlib", "[main:237]CHECK STATUS(0:VSI_SUCCESS)", False, False),
        ("ovxlib", "[vnn_Create:161]CHECK PTR 161", True, False),
        ("ovxlib", "[compute_node:379]Create node[0] NBG fail", True, False),
        ("ovxlib", "[g:1]the clock was set", False, False),
        ("driver", "fail to read lcdt offset", True, False),
        ("detect", "Detect_api:[det:1]dlopen failed", True, False),
        ("model", "Usage: ./net data_file inputs...", True, False),
        ("program", "what():  std::bad_alloc", True, True),
        ("shell", "Segmentation fault", True, True),
        ("kernel", "CHECK STATUS(-4)", False, False),
        ("npumon", "4096 bytes were lost here: fail", False, False),
    ],
)
def test_a_failure_needs_evidence(source: str, message: str, *, inside: bool, whole: bool) -> None:
    """A status and a death are always evidence, other errors only of a run that lacks figures."""
    assert (outcome(run(PRODUCT, said(source, message), how="text")) == "failed") == inside
    assert (outcome(run(*WHOLE, said(source, message), how="text")) == "failed") == whole
    assert (outcome(run(ev.DetectionsCounted(0), said(source, message), how="text")) == "failed") == whole
    assert outcome(run(PRODUCT, said(source, message, "warning"), how="text")) == "truncated"


def test_iterations_that_npumon_lost_are_not_missing() -> None:
    ended = ExitInfo(exit_status=0)
    whole = (PRODUCT, CREATED, VERIFIED, STARTED, ENDED, *TOTALS)
    assert outcome(run(*whole, how="exit"), ended) == "truncated"
    for what in ("lost", "left out", "not read"):
        gap = (said("npumon", f"9 bytes were {what} here: why"), ev.TextCut(lost=True))
        assert outcome(run(*whole[:5], *gap, *TOTALS, how="exit"), ended) == "ok"
        assert outcome(run(*whole[:4], *gap, how="exit"), ended) == "truncated", "there is no result"


@pytest.mark.parametrize(
    ("word", "signal", "shown"),
    [
        ("ok", None, "ok"),
        ("failed", None, "failed"),
        ("failed", "SIGSEGV", "crashed (SIGSEGV)"),
        ("timeout", "SIGKILL", "timed out"),
        ("cancelled", None, "stopped"),
        ("truncated", None, "cut off"),
        ("empty", None, "no profile"),
        ("running", None, "running"),
    ],
)
def test_the_words_for_people(word: Outcome, signal: str | None, shown: str) -> None:
    assert outcome_words(word, signal) == shown
