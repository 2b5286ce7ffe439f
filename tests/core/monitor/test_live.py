from __future__ import annotations

import pytest

from npumon.core.board_state import BoardState, CoolingDevice, CpuCluster, Fan, ThermalZone
from npumon.core.driver.driver_state import DriverState, Holder
from npumon.core.log.scrollback import ScrollbackView
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import (
    History,
    Latencies,
    Live,
    ModelChoice,
    ShownPlace,
    ShownRun,
    Snapshot,
    npu_users_notice,
    run_with_figures,
    run_with_results,
)
from tests import golden
from tests.tui.moments import OTHER_TEXT, seed_run, under_way
from tests.tui.stage import live, report


def test_before_anything_has_happened() -> None:
    """Absent is None or empty, so a view can draw it as it is."""
    live = Live(Snapshot("2026-11-22T03:18:00.123+00:00", BoardState(), DriverState()))
    assert live.snapshot.run is None
    assert live[1:] == (Activity(), None, (), Latencies(), History(), ScrollbackView(), None, (), (), (), ShownPlace())
    assert live.latencies == (0, None, None, None, 0, 0)


def test_equal_moments_are_equal() -> None:
    """So that a view can leave alone what has not changed."""
    snapshot = Snapshot("2026-11-22T03:18:00.123+00:00", BoardState(), DriverState())
    assert Live(snapshot) == Live(snapshot)
    assert Live(snapshot) != Live(snapshot, Activity(elapsed_s=0.1))


def test_a_machine_of_which_nothing_is_known_says_nothing() -> None:
    assert {field for field in BoardState() if field != ()} == {None}
    driver = DriverState()
    assert (driver.name, driver.profiling, driver.accessible, driver.device_node) == (None, None, None, False)


@pytest.mark.parametrize(
    "value",
    [
        BoardState(),
        DriverState(),
        Holder(1, None, None),
        ThermalZone("soc", None),
        CoolingDevice("fan", 0, 3),
        CpuCluster("0-1", None, None),
        Fan(None, None, None),
        Snapshot("2026-11-22T03:18:00.123+00:00", BoardState(), DriverState()),
    ],
)
def test_values_cannot_be_changed(value: object) -> None:
    hash(value)
    with pytest.raises(AttributeError):
        value.taken_at = "later"  # type: ignore[attr-defined]  # that it cannot be set is the point


def test_what_is_not_known_is_absent() -> None:
    choice = ModelChoice("id", "inceptionv3", "inceptionv3/VIM3", "VIM3", "run.sh", "~/models", "sh run.sh", None)
    assert (choice.files, choice.networks, choice.preferred, choice.remarks) == ((), (), True, ())
    assert choice._replace(preferred=False) != choice
    assert hash(choice) == hash(choice._replace())


CAMERA = Holder(4711, "khadas", "/opt/camera/detect --fps 30")
OURS = Holder(12, "me", "./inceptionv3 model.nb", run="/state/1.log")


def driver(*holders: Holder) -> DriverState:
    return DriverState("galcore", holders=holders)


def test_nobody() -> None:
    assert npu_users_notice(driver(), ()) is None


def test_our_own_runs_do_not_count() -> None:
    assert npu_users_notice(driver(OURS), {"/state/1.log"}) is None
    golden.text("npu users", npu_users_notice(driver(OURS, CAMERA), {"/state/1.log"}) or "")


def test_the_run_of_another_npumon_does() -> None:
    assert "inceptionv3 (12)" in (npu_users_notice(driver(OURS), {"/state/2.log"}) or "")
    assert "inceptionv3 (12)" in (npu_users_notice(driver(OURS), {None}) or "")


def test_of_many_two_are_named() -> None:
    many = driver(*(CAMERA._replace(pid=pid) for pid in (1, 2, 3, 4)))
    golden.text("npu users of whom two are named", npu_users_notice(many, ()) or "")


@pytest.mark.parametrize(("command", "name"), [(None, "a program"), ("  ", "a program"), ("x" * 90, "x" * 24)])
def test_names(command: str | None, name: str) -> None:
    assert f" {name} (4711);" in (npu_users_notice(driver(CAMERA._replace(command=command)), ()) or "")


def test_what_cannot_be_looked_into_belongs_to_another_user() -> None:
    golden.text("npu users that cannot be looked into", npu_users_notice(driver(), (), 1) or "")
    golden.text("npu users", npu_users_notice(driver(CAMERA), (), 1) or "")


def test_no_run() -> None:
    assert run_with_figures(live()) == ShownRun()


def test_an_ended_run_and_the_one_before() -> None:
    run, before = seed_run(), report(OTHER_TEXT)
    assert run_with_figures(live(run, previous=before)) == ShownRun(run, before)


def test_a_run_of_another_model_is_no_run_before() -> None:
    run, before = seed_run(), seed_run(model="yolov3")
    assert run_with_results(live(run, previous=before)) == ShownRun(run)


def test_the_last_figures_stay_until_there_are_new_ones() -> None:
    last, older = seed_run(), report(OTHER_TEXT)
    shown = live(under_way(b"Verify Graph"), previous=last, runs=(older, last))
    assert run_with_figures(shown) == ShownRun(last, older, held=True)
    shown = live(under_way(b"vxProcessGraph"), previous=last, runs=(older, last))
    assert run_with_figures(shown) == ShownRun(shown.snapshot.run, last)
    assert run_with_results(shown) == ShownRun(last, older, held=True)


def test_a_run_that_does_not_know_its_model_yet_is_of_the_one_that_was_started() -> None:
    last = seed_run()
    shown = live(under_way(b"Verify Graph", model=None), previous=last, runs=(last,))
    assert run_with_figures(shown._replace(activity=Activity("starting", "inceptionv3"))).run is last
    assert run_with_figures(shown._replace(activity=Activity("starting", "yolov3"))).run is shown.snapshot.run


def test_a_run_that_failed_has_no_figures_of_another() -> None:
    failed = report(b"E [model.c:1] no file\n")
    assert run_with_figures(live(failed, previous=seed_run())).run is failed


def test_what_is_older_than_a_held_run_must_be_of_its_model() -> None:
    last, older = seed_run(), seed_run(model="yolov3")
    assert run_with_figures(live(under_way(b"Verify"), previous=last, runs=(older, last))) == ShownRun(last, held=True)
