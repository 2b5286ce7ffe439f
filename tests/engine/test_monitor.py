"""Runs in the live monitor, on demo boards: real supervisors, programs and logs. All figures are synthetic."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest

from npumon.board.probe import HostProbe
from npumon.board.roots import Roots
from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.live import Live
from npumon.core.problems import ProblemError
from npumon.core.profile import Network
from npumon.demo.board import temporary_board
from npumon.engine import monitor
from npumon.engine.monitor import KEPT_OPERATIONS
from npumon.engine.reporting import Context
from npumon.engine.throttle import STEADY_S
from npumon.ports import RunRequest
from tests import golden
from tests.command_line import WITHIN_S
from tests.viewer import LIMIT, Viewer, children, own

Open = Callable[..., Viewer]
Beside = Callable[[Coroutine[object, object, None]], asyncio.Task[None]]

SEED_HEAD = "#productname=VIPNano-QI, pid=0x88\\nStart run graph [{}] times...\\n"


def stages_of(viewer: Viewer) -> list[str]:
    """The stages that were shown, each once for as long as it lasted."""
    seen = [live.activity.stage for live in viewer.seen]
    return [stage for number, stage in enumerate(seen) if number == 0 or stage != seen[number - 1]]


# -- runs ------------------------------------------------------------------------------------------------------------


async def test_before_anything_has_happened(viewer: Open) -> None:
    live = viewer().live
    assert (live.activity.stage, live.snapshot.run, live.previous, live.runs) == ("idle", None, None, ())
    assert live.snapshot.demo
    assert viewer().monitor.job is None


async def test_a_run(viewer: Open) -> None:
    shown = viewer()
    job = shown.job(loops=3, labels=("dummy", "tench", "goldfish"))
    await shown.monitor.run(job)
    live = await shown.until(lambda live: live.activity.stage == "idle")
    run = live.snapshot.run
    assert run is not None
    assert (run.info.outcome, run.info.model, run.info.exit_status) == ("ok", "inceptionv3", 0)
    assert [iteration.number for iteration in run.state.iterations] == [1, 2, 3]
    assert run.metrics.figures.utilization is not None
    assert run.labels[0] == "goldfish"
    assert live.history.ever == 3
    assert live.history.samples[-1].utilization == run.metrics.figures.utilization
    assert live.latencies.samples == 2, "the first one stands apart"
    assert live.log.ever > 50
    assert b"Exit VX Thread" in live.log.lines[-1]
    assert [len(ended.state.iterations) for ended in live.runs] == [1]
    assert live.runs[0].state.iterations[0] == run.state.iterations[-1]
    assert live.runs[0].metrics == run.metrics
    assert live.activity.run == 1
    assert shown.monitor.job == job
    assert shown.monitor.live == live


async def test_a_run_that_is_under_way(viewer: Open, beside: Beside) -> None:
    shown = viewer()
    script = f"printf '{SEED_HEAD.format(9)}Run the 1 time: 21.00ms or 21609.00us\\n'; exec sleep 1000"
    task = beside(shown.monitor.run(shown.shell(script)))
    live = await shown.until(lambda live: live.history.ever)
    run, activity = live.snapshot.run, live.activity
    assert run is not None
    assert (run.info.outcome, run.info.model, run.runs_in_log) == ("running", "shell", None)
    assert run.info.started_at is not None
    assert run.info.log is not None
    assert run.state.iterations[0].elapsed_us == 21609.0
    assert (activity.stage, activity.model, activity.iteration, activity.iterations) == ("running", "shell", 2, 9)
    assert (activity.run, activity.part, activity.parts, activity.warmup) == (1, None, None, False)
    assert activity.elapsed_s is not None
    assert activity.under_way
    assert live.runs == ()
    shown.monitor.stop()
    await asyncio.wait([task])


async def test_what_is_said_before_there_are_figures(viewer: Open, beside: Beside) -> None:
    shown = viewer()
    beside(shown.monitor.run(shown.shell("sleep 1000")))
    live = await shown.until(lambda live: live.snapshot.run and live.snapshot.run.info.id)
    assert live.activity.stage == "starting"
    assert live.snapshot.run is not None
    assert live.snapshot.run.metrics.verdict_id == "run.running"
    assert live.snapshot.run.metrics.verdict.startswith("The run is under way: the program has not printed")


async def test_a_run_that_is_made_here_is_of_no_other_board_though_the_driver_was_not_read_yet(viewer: Open) -> None:
    shown = viewer()
    await shown.monitor.run(shown.shell(f"printf '{SEED_HEAD.format(1)}Run the 1 time: 21.00ms or 21609.00us\\n'"))
    live = await shown.until(lambda live: live.activity.stage == "idle")
    assert live.snapshot.run is not None
    verdict = live.snapshot.run.metrics.verdict
    assert "for bandwidth and utilization reload galcore" in verdict
    assert "wrote this log" not in verdict


async def test_a_series_with_runs_to_warm_up(viewer: Open) -> None:
    shown = viewer("cold")
    await shown.monitor.run(shown.job(repeat=3, warmup=2))
    live = await shown.until(lambda live: live.activity.stage == "idle")
    parts = [(live.activity.warmup, live.activity.part, live.activity.parts) for live in shown.seen]
    assert set(parts) <= {(True, 1, 2), (True, 2, 2), (False, 1, 3), (False, 2, 3), (False, 3, 3), (False, None, None)}
    assert parts == sorted(parts, key=lambda part: (not part[0], part[1] or 9)), "in this order"
    courses = [live.activity.series_progress for live in shown.seen[:-1]]
    overs = [series_progress.over for series_progress in courses if series_progress is not None]
    assert len(overs) == len(courses)
    assert overs == sorted(overs)
    assert overs[0] == 0
    under_way = [live.activity for live in shown.seen[:-1]]
    done = [over - (0 if each.warmup else 2) - (each.part or 0) for over, each in zip(overs, under_way, strict=True)]
    assert set(done) <= {-1, 0}, "runs to warm up are a part of the way"
    assert {series_progress.runs for series_progress in courses if series_progress is not None} == {5}
    elapsed = [series_progress.elapsed_s for series_progress in courses if series_progress is not None]
    assert elapsed == sorted(elapsed), "the time of the series does not begin anew with each run"
    assert [
        series_progress.remaining_s
        for series_progress in courses
        if series_progress is not None and series_progress.over
    ].count(None) == 0
    assert live.activity.series_progress is None
    assert len(live.runs) == 3
    assert [run.metrics.verdict_id for run in live.runs] == ["compute.bound"] * 3, "the cold run does not count"
    assert live.history.ever == 3, "nor is it among the others in the graphs"
    assert (live.latencies.samples, live.latencies.runs) == (3, 3)
    assert live.activity.run == 3
    assert live.previous == live.runs[-2]
    assert live.snapshot.run is not None
    assert live.snapshot.run.info.id == live.runs[-1].info.id


async def test_the_statistics_of_a_series_are_its_own(viewer: Open) -> None:
    shown = viewer("cold")
    await shown.monitor.run(shown.job())
    cold_us = shown.live.latencies.median_us
    await shown.monitor.run(shown.job(repeat=4, warmup=1))
    latencies = shown.live.latencies
    assert (latencies.samples, latencies.runs) == (4, 4)
    assert cold_us is not None
    assert latencies.p95_us is not None
    assert latencies.p95_us < cold_us / 2


async def test_a_run_to_warm_up_that_fails_is_a_result(viewer: Open) -> None:
    shown = viewer()
    await shown.monitor.run(shown.shell("exit 3", repeat=5, warmup=1))
    live = shown.live
    assert [(run.info.outcome, run.info.exit_status) for run in live.runs] == [("failed", 3)]


async def test_a_command_that_cannot_be_executed_is_not_tried_again(viewer: Open) -> None:
    shown = viewer()
    job = shown.shell("")._replace(repeat=5, request=RunRequest(("./missing",), str(shown.board.folder)))
    await shown.monitor.run(job)
    (run,) = shown.live.runs
    assert run.metrics.verdict_id == "run.not_started"


async def test_what_changed_since_the_last_run(viewer: Open, beside: Beside) -> None:
    shown = viewer()
    await shown.monitor.run(shown.job())
    assert shown.live.previous is None
    first = shown.live.runs[-1]
    task = beside(shown.monitor.run(shown.shell("sleep 1000")))
    live = await shown.until(lambda live: live.activity.model == "shell")
    assert live.previous == first
    assert live.log.lines == (), "the log is the new run's"
    shown.monitor.stop()
    await asyncio.wait([task])
    assert shown.live.previous == first
    assert shown.live.latencies.samples == 0, "the other model has none"


async def test_latencies_are_those_of_the_model(viewer: Open) -> None:
    shown = viewer()
    await shown.monitor.run(shown.job(loops=4))
    await shown.monitor.run(shown.shell("true"))
    await shown.monitor.run(shown.job(loops=2))
    latencies = shown.live.latencies
    assert latencies.samples == 4, "the first of a start stands apart"
    assert latencies.least_us is not None
    assert latencies.median_us is not None
    assert latencies.p95_us is not None
    assert 0 < latencies.least_us <= latencies.median_us <= latencies.p95_us


async def test_a_crash(viewer: Open) -> None:
    shown = viewer("crash")
    await shown.monitor.run(shown.job(loops=3))
    (run,) = shown.live.runs
    assert (run.info.outcome, run.metrics.verdict_id) == ("failed", "run.crashed")
    assert "SIGSEGV" in run.metrics.verdict
    assert shown.live.activity.stage == "idle"


async def test_a_program_that_hangs_is_said_to_be_silent_and_is_gone_when_stopped(viewer: Open, beside: Beside) -> None:
    shown = viewer("hang")
    task = beside(shown.monitor.run(shown.job(repeat=3)))
    live = await shown.until(lambda live: live.activity.silent_s)
    assert live.activity.silent_s is not None
    assert live.activity.silent_s >= 5.0
    assert live.activity.stage == "running"
    shown.monitor.stop()
    shown.monitor.stop()
    stopping = shown.live.activity
    assert stopping.stage == "stopping"
    await asyncio.wait([task])
    assert shown.live.activity.stage == "idle"
    assert [run.info.outcome for run in shown.live.runs] == ["cancelled"], "no further run was begun"
    assert not children()


async def test_a_camera(viewer: Open, beside: Beside) -> None:
    shown = viewer("camera")
    task = beside(shown.monitor.run(shown.job()))
    live = await shown.until(lambda live: live.history.ever > 20)
    assert live.activity.stage == "running", "there is no telling which frame is the last one"
    assert live.snapshot.run is not None
    assert live.activity.iteration == live.snapshot.run.state.iterations_ended + 1
    assert live.activity.iterations is None
    shown.monitor.stop()
    await asyncio.wait([task])
    (run,) = shown.live.runs
    assert run.info.outcome == "cancelled"


async def test_one_thing_at_a_time(viewer: Open, beside: Beside) -> None:
    shown = viewer()
    task = beside(shown.monitor.run(shown.shell("sleep 1000")))
    await shown.until(lambda live: live.activity.under_way)
    for other in (shown.monitor.run(shown.shell("true")), shown.monitor.watch("/dev/null")):
        with pytest.raises(ProblemError) as caught:
            await other
        golden.problem(caught.value.problem, "monitor.busy")
        assert caught.value.problem.kind == "usage"
    with pytest.raises(ProblemError), shown.monitor.reloading():
        pass
    shown.monitor.stop()
    await asyncio.wait([task])
    await shown.monitor.run(shown.shell("true"))


async def test_a_run_that_cannot_be_started(viewer: Open) -> None:
    shown = viewer()
    state = shown.board.folder / "state"
    state.write_bytes(b"a file in the folder's place")
    with pytest.raises(ProblemError, match="cannot be written"):
        await shown.monitor.run(shown.job())
    assert shown.live.activity.stage == "idle"
    assert shown.live.runs == ()
    state.unlink()
    assert shown.monitor.job is not None
    await shown.monitor.run(shown.monitor.job)
    assert len(shown.live.runs) == 1


async def test_stop_without_a_run_does_nothing(viewer: Open) -> None:
    shown = viewer()
    shown.monitor.stop()
    await shown.monitor.run(shown.job())
    assert [run.info.outcome for run in shown.live.runs] == ["ok"]


async def test_stop_before_the_run_has_begun(viewer: Open, beside: Beside) -> None:
    shown = viewer()
    task = beside(shown.monitor.run(shown.shell("exec sleep 1000")))
    await asyncio.sleep(0)
    shown.monitor.stop()
    await asyncio.wait_for(asyncio.wait([task]), LIMIT)
    assert [run.info.outcome for run in shown.live.runs] == ["cancelled"]


@pytest.mark.parametrize("times", [1, 2])
async def test_a_cancelled_run_is_taken_down(viewer: Open, times: int) -> None:
    """Also when whoever cancels has no patience: closing waits for the end."""
    shown = viewer("hang")
    task = asyncio.get_running_loop().create_task(shown.monitor.run(shown.job()))
    await shown.until(lambda live: live.log.ever > 5)
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert times == 2 or not children()
    await shown.monitor.close()
    assert not children()


async def test_closing_takes_a_hanging_model_down(viewer: Open, beside: Beside) -> None:
    shown = viewer("hang")
    beside(shown.monitor.run(shown.job(repeat=9)))
    await shown.until(lambda live: live.log.ever > 5)
    begin_s = time.monotonic()
    await shown.monitor.close()
    assert time.monotonic() - begin_s < WITHIN_S
    assert not children()
    published = len(shown.seen)
    shown.monitor.tick()
    assert shown.seen[-1].runs, "the end was told"
    assert len(shown.seen) == published, "and nothing after it"


async def test_nothing_leaks(viewer: Open) -> None:
    shown = viewer()
    await shown.monitor.run(shown.job())
    before = own()
    for _ in range(3):
        await shown.monitor.run(shown.job(repeat=2))
        await shown.monitor.poll()
    await shown.until(lambda live: own() == before)
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    assert not tasks


async def test_memory_is_bounded(viewer: Open) -> None:
    """A run with more iterations, and a longer text, than are kept."""
    shown = viewer()
    iteration = "uid: 0\\n*********\\nRun the 1 time: 21.00ms or 21609.00us\\n"
    script = f"printf '{SEED_HEAD.format(9000)}'; i=0; while [ $i -lt 4500 ]; do printf '{iteration}'; i=$((i+1)); done"
    await shown.monitor.run(shown.shell(script))
    live = shown.live
    assert live.snapshot.run is not None
    assert live.snapshot.run.state.iterations_ended == live.history.ever == 4_500
    assert len(live.snapshot.run.state.iterations) == KEPT_OPERATIONS
    assert live.log.ever == 3 * 4_500 + 2
    assert len(live.log.lines) == 10_000


# -- what is published -------------------------------------------------------------------------------------------------


async def test_time_goes_on_while_the_program_says_nothing(viewer: Open, beside: Beside) -> None:
    shown = viewer()
    task = beside(shown.monitor.run(shown.shell("sleep 1000")))
    live = await shown.until(lambda live: (live.activity.elapsed_s or 0) > 0.5)
    assert live.activity.elapsed_s is not None
    assert live.activity.elapsed_s == round(live.activity.elapsed_s, 1)
    shown.monitor.stop()
    await asyncio.wait([task])


async def test_when_nothing_changes_nothing_is_published(viewer: Open) -> None:
    shown = viewer()
    await shown.monitor.run(shown.job())
    await shown.until(lambda live: live.activity.stage == "idle")
    published = len(shown.seen)
    for _ in range(5):
        shown.monitor.tick()
    assert len(shown.seen) == published


async def test_the_time_that_is_left(viewer: Open, beside: Beside) -> None:
    shown = viewer()
    line = "Run the 1 time: 21.00ms or 21609.00us\\n"
    script = f"printf '{SEED_HEAD.format(100)}'; while :; do printf '{line}'; sleep 0.05; done"
    task = beside(shown.monitor.run(shown.shell(script)))
    live = await shown.until(lambda live: live.activity.remaining_s)
    assert live.activity.remaining_s == round(live.activity.remaining_s or 0, 1)
    shown.monitor.stop()
    await asyncio.wait([task])
    assert shown.live.activity.remaining_s is None


async def test_a_run_that_only_goes_on_is_shown_four_times_a_second(viewer: Open, beside: Beside) -> None:
    """What the run reaches is shown sooner: its start, its stages, its first figures, its end."""
    shown = viewer()
    heard: list[tuple[float, Live]] = []
    shown.on_step = lambda live: heard.append((time.monotonic(), live))
    block = (
        "layer id: 0 layer name:network_binary_graph operation[0]:unkown operation type "
        "target:unkown operation target.\\n"
        "execution time: 21000 us\\n"
    )
    script = (
        f"printf '{SEED_HEAD.format(1000)}'; i=0; while :; do i=$((i+1));"
        f" printf '{block}Run the %s time: 21.00ms or 21609.00us\\n' $i; sleep 0.01; done"
    )
    task = beside(shown.monitor.run(shown.shell(script)))
    await shown.until(lambda live: live.snapshot.run is not None and live.snapshot.run.state.iterations_ended > 60)
    shown.monitor.stop()
    await asyncio.wait([task])
    steady = [
        later_s - earlier_s
        for (earlier_s, before), (later_s, after) in itertools.pairwise(heard)
        if _reached(before) == _reached(after)
    ]
    assert steady
    assert min(steady) >= STEADY_S - 0.001
    first = next(live for _, live in heard if live.snapshot.run and live.snapshot.run.state.iterations_ended)
    assert first.snapshot.run is not None
    assert first.activity.stage == "running"
    await shown.until(lambda live: live.activity.stage == "idle" and bool(live.runs))


def _reached(live: Live) -> tuple[object, ...]:
    state = None if live.snapshot.run is None else live.snapshot.run.state
    return (live.activity.stage, live.runs, state is not None and state.iterations_ended > 0)


async def test_a_view_that_fails_ends_the_run(viewer: Open) -> None:
    shown = viewer()

    def fail(live: Live) -> None:
        if b"now" in live.log.lines:
            raise ZeroDivisionError

    shown.on_step = fail
    with pytest.raises(ZeroDivisionError):
        await shown.monitor.run(shown.shell("sleep 0.3; printf 'now\\n'; exec sleep 1000"))
    assert not children()
    shown.on_step = lambda live: None


async def test_reloading(viewer: Open) -> None:
    shown = viewer()
    with shown.monitor.reloading():
        reloading = shown.live.activity
        assert reloading.stage == "reloading"
        with pytest.raises(ProblemError):
            await shown.monitor.run(shown.job())
    assert shown.live.activity.stage == "idle"


# -- the board ---------------------------------------------------------------------------------------------------------


async def test_the_board_is_read(viewer: Open) -> None:
    shown = viewer()
    await shown.monitor.poll()
    snapshot = shown.live.snapshot
    assert (snapshot.board.variant, snapshot.driver.name, snapshot.driver.profiling) == ("VIM3", "galcore", True)
    published = len(shown.seen)
    assert published == 1
    await shown.monitor.poll()
    assert len(shown.seen) == published, "nothing has changed"


async def test_runs_are_judged_by_the_driver_as_it_was_read(viewer: Open) -> None:
    shown = viewer("profiling-off", context=Context())
    await shown.monitor.poll()
    await shown.monitor.run(shown.job())
    (run,) = shown.live.runs
    assert run.metrics.verdict_id == "profiling.off"
    assert "profiling is off" in run.metrics.verdict
    assert run.metrics.nominal_clock_mhz == 800.0


class SlowProbe:
    """A probe that answers when the test lets it."""

    def __init__(self, board: HostProbe) -> None:
        self._board = board
        self.open = threading.Event()
        self.under_way = 0
        self.most = 0

    def board(self) -> BoardState:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self.open.wait(LIMIT)
        self.under_way -= 1
        return self._board.board()

    def driver(self) -> DriverState:
        return self._board.driver()


async def test_a_board_that_does_not_answer_holds_up_nothing(
    viewer: Open, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitor, "PATIENCE_S", 0.2)
    with temporary_board() as board:
        probe = SlowProbe(HostProbe(Roots(board.root)))
        shown = viewer(probe=probe)
        for _ in range(3):
            await asyncio.wait_for(shown.monitor.poll(), LIMIT)
        assert probe.most == 1
        live = await shown.until(lambda live: live.activity.note)
        assert live.activity.note is not None
        assert live.activity.note.startswith("The board has not answered for ")
        await shown.monitor.run(shown.job())
        assert [run.info.outcome for run in shown.live.runs] == ["ok"]
        probe.open.set()
        live = await shown.until(lambda live: live.snapshot.board.variant)
        assert live.activity.note is None or shown.live.activity.note is None
        await shown.monitor.poll()
        assert probe.most == 1


class SlowDriver(SlowProbe):
    """A probe whose driver answers when the test lets it."""

    def board(self) -> BoardState:
        return self._board.board()

    def driver(self) -> DriverState:
        self.open.wait(LIMIT)
        return self._board.driver()


async def test_a_driver_that_does_not_answer_leaves_the_board_to_be_seen(
    viewer: Open, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitor, "PATIENCE_S", 0.05)
    with temporary_board() as board:
        probe = SlowDriver(HostProbe(Roots(board.root)))
        shown = viewer(probe=probe)
        shown.monitor.refresh_s = 0.01
        sampling = beside(shown.monitor.keep_sampling())
        note = "The driver has not answered for "  # on a busy machine the board may not answer at once either
        live = await shown.until(
            lambda live: live.snapshot.board.variant and (live.activity.note or "").startswith(note)
        )
        assert live.snapshot.driver.name is None
        probe.open.set()
        live = await shown.until(lambda live: live.snapshot.driver.name and not live.activity.note)
        assert live.snapshot.driver.profiling
        sampling.cancel()
        await asyncio.wait([sampling])
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_every_listener_hears_of_every_moment(viewer: Open) -> None:
    heard: list[Live] = []
    shown = viewer(also=heard.append)
    await shown.monitor.poll()
    await shown.monitor.run(shown.job())
    assert heard
    assert heard == shown.seen


async def test_closing_does_not_wait_for_the_board(viewer: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor, "PATIENCE_S", 0.01)
    with temporary_board() as board:
        probe = SlowProbe(HostProbe(Roots(board.root)))
        shown = viewer(probe=probe)
        await shown.monitor.poll()
        await asyncio.wait_for(shown.monitor.close(), LIMIT)
        assert probe.under_way == 1
        probe.open.set()


def test_an_answer_that_comes_when_everything_is_over_is_forgotten() -> None:
    with temporary_board() as board:
        probe = SlowProbe(HostProbe(Roots(board.root)))

        async def look_and_leave() -> None:
            shown = Viewer(board, probe, Context(), 0.05)
            task = asyncio.get_running_loop().create_task(shown.monitor.poll())
            await asyncio.sleep(0)
            task.cancel()

        before = threading.active_count()
        asyncio.run(look_and_leave())
        probe.open.set()
        end_s = time.monotonic() + LIMIT
        while threading.active_count() > before:
            assert time.monotonic() < end_s
            os.sched_yield()


async def test_the_network_is_in_the_reports_of_its_own_model(viewer: Open, beside: Beside, tmp_path: Path) -> None:
    shown = viewer()
    network = Network("inception_v3", axi_sram_bytes=1)
    script = f"printf '{SEED_HEAD.format(2)}'; while :; do echo more; sleep 0.05; done"
    task = beside(shown.monitor.run(shown.shell(script)._replace(network=lambda: network)))
    live = await shown.until(lambda live: live.snapshot.run is not None and live.snapshot.run.network)
    assert live.snapshot.run is not None
    assert live.snapshot.run.info.outcome == "running"
    shown.monitor.stop()
    await asyncio.wait([task])
    assert shown.live.runs[-1].network is network
    await shown.monitor.run(shown.shell("echo other"))
    assert shown.live.runs[-1].network is None
    log = tmp_path / "run.log"
    log.write_text(SEED_HEAD.format(1).replace("\\n", "\n"))
    await shown.monitor.run(shown.shell("echo again")._replace(network=lambda: network))
    watching = beside(shown.monitor.watch(str(log)))
    live = await shown.until(
        lambda live: live.activity.source and live.snapshot.run and live.snapshot.run.state.product
    )
    assert live.snapshot.run is not None
    assert live.snapshot.run.network is None, "nobody knows which model writes a log"
    watching.cancel()
    await asyncio.wait([watching])
