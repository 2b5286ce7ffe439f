"""What the figures mean, in sentences."""

from __future__ import annotations

import pytest

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import Live
from npumon.core.profile import Diagnostic
from npumon.tui.paint import Area
from npumon.tui.panes.verdict import failed_checks, most_lines, role_of, verdict_lines, verdict_sentences
from tests.tui.moments import (
    MISSING,
    PROFILING_OFF,
    ROOMS,
    TEXT,
    board,
    fits,
    moments,
    seed_run,
    texts,
    under_way,
    without_counters,
)
from tests.tui.stage import live, report


def test_the_verdict_in_lines() -> None:
    assert texts(verdict_lines(live(seed_run()), Area(78, 2))) == [
        "Compute-bound: the NPU was busy 98.2 % of the window, so only a smaller model",
        "would run faster; DDR carried 2 130 MByte/s.",
    ]


def test_a_note_comes_first() -> None:
    sentences = verdict_sentences(live(seed_run(), activity=Activity(note="The board has not answered for 5 s.")))
    assert sentences[0] == ("The board has not answered for 5 s.", "warn")


def test_who_else_uses_the_npu_is_told_with_and_without_figures() -> None:
    words = "The NPU is in use by [bold]x (7); figures of other runs may be off."
    for shown in (live(), live(seed_run())):
        assert (words, "warn") in verdict_sentences(shown._replace(in_use=words))


def test_how_much_was_not_read_is_told_behind_the_verdict() -> None:
    said = "9 bytes were not read here: the program printed faster than npumon reads"
    run = seed_run()
    gap = run.state._replace(diagnostics=(Diagnostic(7, "error", "npumon", said),))
    sentences = verdict_sentences(live(run._replace(state=gap)))
    assert sentences[:2] == [(run.metrics.verdict, "value"), (f"{said}.", "warn")]


def test_failed_checks_are_told() -> None:
    run = report(TEXT.replace(b"[1] times", b"[5] times"))
    failed = [sentence for sentence, _ in verdict_sentences(live(run)) if sentence.startswith("Check")]
    assert failed == ["Check iterations.count failed: 1 of 5 iterations completed."]


def test_no_check_fails_because_a_run_is_not_over() -> None:
    run = under_way(b"Run the 1 time", TEXT.replace(b"[1] times", b"[5] times"))
    assert [sentence for sentence, _ in verdict_sentences(live(run)) if "failed" in sentence] == []


def test_what_the_verdict_tells_is_not_told_again() -> None:
    slow = moments()["slow clock"].snapshot.run
    assert slow is not None
    told = slow.metrics._replace(verdict_id="clock.slow")
    assert "clock.nominal" not in [check.id for check in failed_checks(told)]
    contradiction = report(TEXT.replace(b"GPUIDLECYCLES: 296080", b"GPUIDLECYCLES: 99999999")).metrics
    assert contradiction.verdict_id == "figures.contradict"
    assert failed_checks(contradiction) == []


def test_a_driver_that_is_gone_is_told_beside_old_figures() -> None:
    sentences = verdict_sentences(Live(board(MISSING, seed_run())))
    assert sentences[0] == ("No NPU driver is loaded.", "bad")
    assert sentences[-1] == ("Load it: sudo insmod x.ko", "")


def test_where_there_are_no_figures_another_pane_tells_of_the_driver() -> None:
    assert verdict_sentences(Live(board(MISSING))) == []
    told = [sentence for sentence, _ in verdict_sentences(Live(board(PROFILING_OFF, without_counters())))]
    assert "Profiling is off." not in told


@pytest.mark.parametrize(
    ("verdict_id", "role"),
    [
        ("run.ok", "value"),
        ("run.crashed", "bad"),
        ("figures.contradict", "bad"),
        ("clock.slow", "warn"),
        ("run.cold", "warn"),
    ],
)
def test_roles(verdict_id: str, role: str) -> None:
    assert role_of(verdict_id) == role


@pytest.mark.parametrize(
    ("columns", "rows", "most"),
    [
        (80, 15, 2),
        (80, 18, 3),
        (80, 24, 3),
        (80, 26, 5),
        (200, 60, 5),
        (60, 15, 1),
        (60, 24, 3),
        (50, 24, 2),
        (50, 40, 5),
    ],
)
def test_how_much_of_a_screen_is_for_sentences(columns: int, rows: int, most: int) -> None:
    assert most_lines(columns, rows) == most


@pytest.mark.parametrize("area", ROOMS, ids=str)
def test_every_moment_fits_every_room(area: Area) -> None:
    for name, shown in moments().items():
        assert fits(verdict_lines(shown, area), area) or (area.ascii and name == "hostile"), name
