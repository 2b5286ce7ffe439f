"""The run bar."""

from __future__ import annotations

from typing import Any

import pytest

from npumon.core.monitor.activity import Activity, SeriesProgress, Stage
from npumon.core.monitor.live import Latencies, Live, ShownPlace
from npumon.core.run.report import RunInfo, RunReport
from npumon.tui.paint import Area, span
from npumon.tui.panes.run_state import outcome_line, run_state_lines
from tests.core.run.judging import judged, operation, state
from tests.tui.moments import ROOMS, TEXT, fits, moments, roles, seed_run, texts, under_way
from tests.tui.stage import live, report


def drawn(shown: Live, width: int = 78, *, ascii_only: bool = False) -> str:
    (line,) = texts(run_state_lines(shown, Area(width, 1, ascii_only)))
    return line.rstrip()


def running(**more: Any) -> Live:
    return live(under_way(b"Verify Graph"), activity=Activity("running", "inceptionv3", 8)._replace(**more))


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("idle", "idle"),
        ("reloading", "reloading the driver"),
        ("starting", "starting"),
        ("creating", "creating"),
        ("verifying", "verifying"),
        ("running", "running"),
        ("finishing", "finishing"),
        ("stopping", "stopping"),
        ("no file", "waiting for the file"),
        ("following", "following"),
        ("restarted", "following"),
    ],
)
def test_every_stage_has_words(stage: Stage, words: str) -> None:
    assert drawn(live(activity=Activity(stage))) == words


def test_how_far_a_run_is() -> None:
    shown = running(iteration=4, iterations=20, elapsed_s=75.2, remaining_s=12.3)
    assert drawn(shown) == "running    inceptionv3  run 8  iteration 4/20    █▎──────    1:15  ETA  12.3 s"


SERIES = SeriesProgress(over=2, runs=10, elapsed_s=31.0, remaining_s=124.0)


def test_how_far_a_series_is() -> None:
    """Its times are the series', not those of the run that it is at."""
    shown = running(part=3, parts=10, elapsed_s=2.2, series_progress=SERIES)
    assert drawn(shown) == "running    inceptionv3  run 3/10          █▋────── series  31.0 s  ETA    2:04"
    wide = drawn(shown, 118)
    assert wide.startswith("running    inceptionv3  run 8 (3/10)  ")
    assert wide.endswith("─ this run   2.2 s  series  31.0 s  ETA    2:04")


def test_a_narrow_room_tells_when_a_series_ends() -> None:
    shown = running(part=3, parts=10, elapsed_s=2.2, series_progress=SERIES)
    assert drawn(shown, 58) == f"{'running    inceptionv3  run 3/10':<40}█▎──── ETA    2:04"


@pytest.mark.parametrize("width", [78, 118])
def test_the_bar_of_a_series_stays_where_it_is(width: int) -> None:
    steps = [
        running(part=3, parts=10, elapsed_s=0.1, series_progress=SERIES, stage="starting"),
        running(part=3, parts=10, elapsed_s=0.5, series_progress=SERIES, stage="creating"),
        running(part=3, parts=10, elapsed_s=1.5, series_progress=SERIES, stage="verifying"),
        running(part=3, parts=10, elapsed_s=9.5, series_progress=SERIES, iteration=1, iterations=20),
        running(part=3, parts=10, series_progress=SERIES._replace(over=3), stage="finishing"),
        running(part=1, parts=1, warmup=True, series_progress=SeriesProgress(0, 11, 0.1)),
    ]
    bars = {
        (min(places), max(places))
        for text in (drawn(step, width) for step in steps)
        if (places := [place for place, char in enumerate(text) if char in "█▏▎▍▌▋▊▉─"])
    }
    assert len(bars) == 1


def test_before_the_time_that_is_left_is_known_its_place_is_kept() -> None:
    unknown = drawn(running(iteration=1, iterations=20, elapsed_s=1.0))
    known = drawn(running(iteration=1, iterations=20, elapsed_s=1.0, remaining_s=5.0))
    assert known.startswith(unknown + "  ETA")


def test_a_bar_in_ascii() -> None:
    text = drawn(running(iteration=11, iterations=20), 60, ascii_only=True)
    assert text == "running    inceptionv3  run 8  iteration 11/20       ###..."


def test_without_an_end_there_is_no_bar() -> None:
    assert drawn(running(iteration=4, elapsed_s=3.0)) == f"{'running    inceptionv3  run 8  iteration 4':<71}  3.0 s"


def test_the_bar_pushes_out_the_model_but_no_figure() -> None:
    shown = running(part=3, parts=10, iteration=4, iterations=20, elapsed_s=75.2, series_progress=SERIES)
    assert drawn(shown).startswith("running    run 3/10  iteration 4/20  ")
    assert "█" in drawn(shown)


def test_a_narrow_bar_keeps_the_stall() -> None:
    shown = running(part=3, parts=10, iteration=4, iterations=20, elapsed_s=75.2, remaining_s=3.0, silent_s=12.3)
    assert drawn(shown, 30).startswith("stalled for 12 s")


def test_a_stall_is_a_warning() -> None:
    lines = run_state_lines(moments()["stalled"], Area(78, 1))
    assert roles(lines, "stalled for 12 s") == {"warn"}
    assert not roles(lines, "running")


def test_a_stall_says_what_the_program_was_doing() -> None:
    assert drawn(running(silent_s=61.0, stage="verifying")).startswith("stalled for 61 s, verifying  inceptionv3")


def test_a_stalled_run_that_is_being_stopped_is_stopping() -> None:
    assert drawn(running(silent_s=12.3, stage="stopping")).startswith("stopping   inceptionv3")


def test_runs_to_warm_up_are_named() -> None:
    assert "warm-up 1/2" in drawn(running(warmup=True, part=1, parts=2))


def test_frames_are_counted() -> None:
    assert "frame 12" in drawn(running(frames=12))


def test_figures_of_the_run_before_are_named() -> None:
    assert "figures of the run before" in drawn(moments()["next run"], 118)


@pytest.mark.parametrize(
    ("info", "words", "role"),
    [
        (RunInfo(outcome="ok", duration_s=1.23), "ok in 1.2 s", "good"),
        (RunInfo(outcome="failed", exit_status=3, duration_s=75.0), "failed (exit status 3) after 1:15", "bad"),
        (RunInfo(outcome="failed", signal="SIGSEGV"), "crashed (SIGSEGV)", "bad"),
        (RunInfo(outcome="failed", exit_status=139, duration_s=1.0), "crashed (SIGSEGV) after 1.0 s", "bad"),
        (RunInfo(outcome="failed", exit_status=0), "failed", "bad"),
        (RunInfo(outcome="timeout", duration_s=30.0), "timed out after 30.0 s", "bad"),
        (RunInfo(outcome="cancelled"), "stopped", "warn"),
        (RunInfo(outcome="truncated"), "cut off", "warn"),
        (RunInfo(outcome="empty"), "no profile", "warn"),
    ],
)
def test_how_a_run_ended(info: RunInfo, words: str, role: str) -> None:
    assert outcome_line(info) == span(words, role)


def test_the_last_outcome_while_nothing_runs() -> None:
    assert drawn(moments()["done"]) == "ok in 0.4 s  inceptionv3  run 7"
    assert drawn(live(report(TEXT.replace(b"[1] times", b"[5] times")))).endswith("inceptionv3  iterations 1 of 5")
    assert drawn(moments()["detections"]) == "ok in 0.4 s  yolov3  run 3  frames 1"


def test_the_last_run_of_a_series_is_said_to_be_one() -> None:
    shown = live(seed_run(), activity=Activity(run=20), latencies=Latencies(20, 1.0, 2.0, 3.0, 20))
    assert drawn(shown) == "ok in 0.4 s  inceptionv3  run 20  series of 20"


def test_a_watched_file_and_how_far_behind_it_is() -> None:
    lines = run_state_lines(moments()["behind"], Area(78, 1))
    assert texts(lines)[0].startswith("done  run.log  figures 128.00 MiB behind  ok in 0.4 s")
    assert roles(lines, "behind") == {"warn"}


def test_a_watched_file_that_began_anew_has_no_run_yet() -> None:
    shown = live(seed_run(), activity=Activity("restarted", source="/tmp/t.log", run=1))
    assert drawn(shown) == "following  t.log  no run yet  figures of the run before"


def test_a_little_behind_is_not_worth_a_word() -> None:
    assert "behind" not in drawn(live(activity=Activity("following", source="x", behind_bytes=4096)))


def test_long_names_leave_room() -> None:
    assert drawn(live(seed_run(model="m" * 200))) == f"ok in 0.4 s  {'m' * 26}.."


@pytest.mark.parametrize("area", ROOMS, ids=str)
def test_every_moment_fits_every_room(area: Area) -> None:
    for name, shown in moments().items():
        assert fits(run_state_lines(shown, area), area) or (area.ascii and name == "hostile"), name


def ended(**info: Any) -> Live:
    run = seed_run()
    run = run._replace(info=run.info._replace(duration_s=None, **info))
    return live(run, activity=Activity("following", source="/tmp/t.log", run=3))


def test_a_failed_run_has_its_reason_in_red() -> None:
    shown = ended(outcome="failed", reason="Create node[0] NBG fail (fail to read lcdt offset)")
    assert drawn(shown) == "done  failed  inceptionv3  Create node[0] NBG fail (fail to read lcdt offset)"
    assert roles(run_state_lines(shown, Area(78, 1)), "Create node") == {"bad"}
    assert drawn(shown, 60).endswith("NBG fail (fail to…")
    assert "Create" not in drawn(shown, 30)
    assert roles(run_state_lines(ended(outcome="cancelled", reason="stopped"), Area(99, 1)), "stopped") == {"warn"}


def graph(*, dump: bool) -> Live:
    run = state(operation(0, us=9_000_000), operation(1, us=900_000), elapsed=9_958_894.0, layer_dump=dump)
    run = run._replace(create_us=779_000, verify_us=388_000)
    return live(RunReport(RunInfo(), run, judged(run)), activity=Activity("following", source="/tmp/t.log", run=1))


def test_what_the_whole_run_took_stands_in_the_line_where_operations_fill_the_page() -> None:
    assert drawn(graph(dump=False), 110) == (
        "done  t.log  ok  run 1  iteration 9.96 s  create 779 ms  verify 388 ms  unaccounted 58.9 ms"
    )
    assert drawn(graph(dump=True), 130).endswith("  NN_LAYER_DUMP was on: most of this is file writing")
    assert drawn(graph(dump=True), 110).endswith("  NN_LAYER_DUMP was on")
    assert drawn(graph(dump=True), 88).endswith("  dump on")


def test_what_is_shown_is_named_if_it_is_not_the_newest() -> None:
    run = seed_run()
    shown = live(run, activity=Activity(run=5))._replace(shown=ShownPlace(3, 5, 7, 100, newest=False))
    assert drawn(shown) == "ok in 0.4 s  inceptionv3  run 3 of 5  iteration 7 of 100  0 newest"
    assert roles(run_state_lines(shown, Area(78, 1)), "0") >= {"key"}
    one = shown._replace(shown=ShownPlace(3, 5, 1, 1, newest=False))
    assert drawn(one) == "ok in 0.4 s  inceptionv3  run 3 of 5  0 newest"
    warm = shown._replace(shown=ShownPlace(None, 5, newest=False))
    assert drawn(warm) == "ok in 0.4 s  inceptionv3  0 newest"
    while_running = shown._replace(activity=Activity("running", "inceptionv3", 6, elapsed_s=3.0))
    assert "run 3 of 5  iteration 7 of 100  0 newest" in drawn(while_running)
