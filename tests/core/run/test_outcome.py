"""How a run ended, from its text and from what its supervisor saw."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from npumon.core.run.outcome import ExitInfo, died, outcome
from npumon.core.run.state import RunState

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


def test_a_program_that_ended_well_is_believed_where_only_its_last_list_is_short(state_of: StateOf) -> None:
    text = "Start run graph [1] times...\nRun the 1 time: 1.00ms or 5.00us\n --- Top5 ---\n  2: 0.500000\n"
    assert outcome(state_of(text)) == "truncated"
    assert outcome(state_of(text), ExitInfo(exit_status=0)) == "ok"
    assert outcome(state_of(text.replace("[1]", "[2]")), ExitInfo(exit_status=0)) == "truncated"
