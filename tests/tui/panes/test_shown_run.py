"""Which run a pane is about."""

from __future__ import annotations

from npumon.core.monitor.activity import Activity
from npumon.tui.panes.shown_run import ShownRun, figures_subject, results_subject
from tests.tui.moments import OTHER_TEXT, seed_run, under_way
from tests.tui.stage import live, report


def test_no_run() -> None:
    assert figures_subject(live()) == ShownRun()


def test_an_ended_run_and_the_one_before() -> None:
    run, before = seed_run(), report(OTHER_TEXT)
    assert figures_subject(live(run, previous=before)) == ShownRun(run, before)


def test_a_run_of_another_model_is_no_run_before() -> None:
    run, before = seed_run(), seed_run(model="yolov3")
    assert results_subject(live(run, previous=before)) == ShownRun(run)


def test_the_last_figures_stay_until_there_are_new_ones() -> None:
    last, older = seed_run(), report(OTHER_TEXT)
    shown = live(under_way(b"Verify Graph"), previous=last, runs=(older, last))
    assert figures_subject(shown) == ShownRun(last, older, held=True)
    shown = live(under_way(b"vxProcessGraph"), previous=last, runs=(older, last))
    assert figures_subject(shown) == ShownRun(shown.snapshot.run, last)
    assert results_subject(shown) == ShownRun(last, older, held=True)


def test_a_run_that_does_not_know_its_model_yet_is_of_the_one_that_was_started() -> None:
    last = seed_run()
    shown = live(under_way(b"Verify Graph", model=None), previous=last, runs=(last,))
    assert figures_subject(shown._replace(activity=Activity("starting", "inceptionv3"))).run is last
    assert figures_subject(shown._replace(activity=Activity("starting", "yolov3"))).run is shown.snapshot.run


def test_a_run_that_failed_has_no_figures_of_another() -> None:
    failed = report(b"E [model.c:1] no file\n")
    assert figures_subject(live(failed, previous=seed_run())).run is failed


def test_what_is_older_than_a_held_run_must_be_of_its_model() -> None:
    last, older = seed_run(), seed_run(model="yolov3")
    assert figures_subject(live(under_way(b"Verify"), previous=last, runs=(older, last))) == ShownRun(last, held=True)
