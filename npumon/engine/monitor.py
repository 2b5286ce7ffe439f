"""The live side of the engine: runs models, watches files, reads the board, and publishes what there is to show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.log.scrollback import Scrollback
from npumon.core.monitor.activity import BEHIND_BYTES, Activity
from npumon.core.monitor.live import Live
from npumon.core.problems import Problem, ProblemError
from npumon.core.run.report import RunInfo
from npumon.core.run.splitter import IterationCompleted
from npumon.core.text import visible
from npumon.engine.late_report import LateReport
from npumon.engine.live_state import LiveState, Milestone
from npumon.engine.log_following import LogFollowing
from npumon.engine.reporting import Context, started
from npumon.engine.run_progress import RunProgress, SeriesEta
from npumon.engine.sampling import SampledSource
from npumon.engine.session import Job, JobRun, Session, Update, driver_variables, runs_of
from npumon.engine.throttle import Change, Throttle, change_by
from npumon.ports import (
    BoardProbe,
    Clock,
    LogFollower,
    LogTail,
    ModelRunner,
    Sampler,
    StopReason,
)

#: Operations of the run under way that are kept: 800 iterations of a network binary graph, which a camera program makes
#: in half a minute. Twice as many may be in memory (`core.growing`).
KEPT_OPERATIONS = 800
#: How long an answer of the kernel is waited for. It gives one within milliseconds.
PATIENCE_S = 2.0
#: Samples of several sources that come within this time are shown together.
TOGETHER_S = 0.05
#: While a program runs, the figures that change by themselves are shown no more often than this.
_TIMING_TICK_S = 1.0

Listener = Callable[[Live], None]


class Monitor:
    """Does one thing at a time: a series of runs, or following a file. Reading the board goes on beside it.

    All methods belong to the event loop's thread, and the listeners are called there: at once for the first change, at
    most ten times a second (four times while a run only goes on, less if text comes faster than it can be read), and
    always for the last one. `refresh_s` is how often `keep_sampling` reads the board; there is none to read without a
    `probe`, for logs of other machines.
    """

    def __init__(
        self,
        runner: ModelRunner,
        follower: LogFollower,
        probe: BoardProbe | None,
        clock: Clock,
        context: Context,
        listeners: Iterable[Listener] = (),
        refresh_s: float = 1.0,
    ) -> None:
        self._runner = runner
        self._follower = follower
        self._clock = clock
        self.refresh_s = refresh_s
        self._listeners = tuple(listeners)
        self._labels = context.labels
        self._live_state = LiveState(context, clock)
        self._sources: list[SampledSource[Any]] = []
        if probe is not None:
            board = SampledSource(Sampler("board", probe.board, PATIENCE_S), clock, self._on_board)
            self._driver = SampledSource(Sampler("driver", probe.driver, PATIENCE_S, kept=2), clock, self._on_driver)
            self._sources = [board, self._driver]
        self._throttle = Throttle(self._deliver, clock.monotonic, _later)
        self._live: Live | None = None
        self._shown: Activity | None = None
        self._milestone: Milestone | None = None
        self._new_bytes = 0
        self._job: Job | None = None
        self._session: Session | None = None
        self._series: asyncio.Task[None] | None = None
        self._tail: LogTail | None = None
        self._closed = self._left = False
        self._free = asyncio.Event()
        self._free.set()

    @property
    def live(self) -> Live:
        """The newest moment."""
        if self._live is None:
            self._live = self._live_state.live()
        return self._live

    @property
    def job(self) -> Job | None:
        """What was asked for last; None before the first time."""
        return self._job

    @property
    def left(self) -> bool:
        """Whether a run was left to itself, by `close`."""
        return self._left

    async def poll(self) -> None:
        """Take one sample of every source. Never waits for long; see `SampledSource.sample`."""
        await asyncio.gather(*(source.sample() for source in self._sources))
        if self._throttle.waiting:  # for a source that had nothing new to say
            self._throttle.request()
        self.tick()

    async def keep_sampling(self) -> None:
        """Sample every source at its own pace, and show the time that passes, until cancelled."""
        await self.poll()
        loops: list[Coroutine[object, object, None]] = [self._keep_ticking()]
        loops += [source.keep_sampling(lambda: self.refresh_s, lambda: self.timing) for source in self._sources]
        tasks = [asyncio.get_running_loop().create_task(loop) for loop in loops]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    @property
    def timing(self) -> bool:
        """Whether a program is under way, whose times what npumon does would change."""
        return self._live_state.activity().under_way

    async def _keep_ticking(self) -> None:
        while True:
            await asyncio.sleep(max(self.refresh_s, _TIMING_TICK_S) if self.timing else self.refresh_s)
            self.tick()

    def tick(self) -> None:
        """Show the time that has passed, and which source is silent."""
        silent = ((source.name, source.silent_s) for source in self._sources)
        self._live_state.unanswered = next(((name, for_s) for name, for_s in silent if for_s is not None), None)
        if self._live_state.activity() != self._shown:
            self._changed()

    async def run(self, job: Job) -> None:
        """Make the runs, one after the other; returns when all are over, or the first that makes more pointless.

        Raises `ProblemError` when no run could be started, and (usage) while something else is under way. When
        the task is cancelled the run under way is ended, as by `stop`.
        """
        self._claim()
        self._job = job
        labels = job.labels or self._labels
        self._live_state.context = context = self._live_state.context._replace(
            labels=labels, network=None, environment=driver_variables(job.request), here=True
        )
        self._session = session = Session(self._runner, context, KEPT_OPERATIONS, job.network)
        self._series = series = asyncio.get_running_loop().create_task(self._make(session, job))
        try:
            await asyncio.shield(series)
        except asyncio.CancelledError:
            self.stop()
            await asyncio.wait([series])
            raise

    def stop(self) -> None:
        """End the run under way, and the series with it. `run` returns within seconds."""
        self._end("cancelled")

    async def watch(self, path: str) -> None:
        """Show what another program writes to that file, until cancelled. It need not be there yet.

        Raises `ProblemError` when it cannot be read, and (usage) while something else is under way.
        """
        self._claim()
        self._live_state.context = self._live_state.context._replace(network=None, environment=(), here=False)
        self._tail = tail = self._follower.follow(path)
        written_at = self._follower.written_at(path)
        following = LogFollowing(path, self._live_state, self._clock, KEPT_OPERATIONS, written_at)
        try:
            self._changed()
            async with aclosing(tail.chunks()) as chunks:
                async for chunk in chunks:
                    following.take(chunk)
                    self._text_came(len(chunk.data), chunk.behind)
        finally:
            self._tail = None
            self._live_state.doing = self._live_state.doing._replace(source=None, note=None)
            self._live_state.log_board = None
            self._release()

    @contextmanager
    def reloading(self) -> Iterator[None]:
        """Show that the driver is being reloaded, and let nothing else begin meanwhile."""
        self._claim()
        self._live_state.doing = self._live_state.doing._replace(stage="reloading")
        try:
            self._changed()
            yield
        finally:
            self._release()

    async def close(self, keep: bool | None = None) -> None:
        """End everything; when this returns the model is gone, unless it is to be kept.

        `keep` says so, or where it is None the run's request. Afterwards nothing is published and nothing begins.
        """
        self._closed = True
        if keep and self._session is not None:
            self._session.keep()
        self._end("cancelled" if keep is False else "left")
        if self._tail is not None:
            self._tail.finish(0)
        await self._free.wait()
        self._throttle.close()

    def _end(self, reason: StopReason) -> None:
        if self._session is not None and self._session.stopped is None:
            self._live_state.stopping = True
            self._session.stop(reason)
            self._changed()

    # -- one series of runs --------------------------------------------------------------------------------------

    async def _make(self, session: Session, job: Job) -> None:
        live_state, runs = self._live_state, job.warmup + job.repeat
        live_state.session_history.begin(_model_of(job), job.repeat if runs > 1 else 0)
        if runs > 1:
            live_state.series = SeriesEta(runs, self._clock.monotonic())
        try:
            for job_run in runs_of(job):
                if not await self._one(session, job, job_run) or session.stopped is not None:
                    break
        finally:
            self._series = self._session = None
            self._release()

    async def _one(self, session: Session, job: Job, job_run: JobRun) -> bool:
        """Make one run. Return False if the next one would fare no better."""
        live_state = self._live_state
        now_s = self._clock.monotonic()
        run = RunProgress(now_s, began_s=now_s)
        model = _model_of(job)
        run.info = RunInfo(model=model)
        live_state.begin(run)
        live_state.log = Scrollback()
        live_state.doing = Activity(
            stage="starting",
            model=model,
            run=live_state.session_history.ended + (not job_run.warmup),
            part=job_run.number if job_run.total > 1 or job_run.warmup else None,
            parts=job_run.total if job_run.total > 1 or job_run.warmup else None,
            warmup=job_run.warmup,
        )
        self._changed()

        def on_update(update: Update) -> None:
            if session.info is not None and session.info is not run.info:
                run.info = session.info
                live_state.add_log(run.info.log)
                run.began_earlier(session.age_s)
            for item in update.completed:
                if isinstance(item, IterationCompleted) and not job_run.warmup:
                    dumped = update.state.layer_dump
                    live_state.session_history.iteration(model, item.iteration, layer_dump=dumped)
            if live_state.context.network is not session.network:
                live_state.context = live_state.context._replace(network=session.network)
            if update.data:
                live_state.log.feed(update.shown)
                behind = update.behind if update.behind > BEHIND_BYTES else 0
                live_state.doing = live_state.doing._replace(behind_bytes=behind)
                run.place = update.place
                run.update(update.state, self._clock.monotonic(), timed=not update.preexisting)
                if not job_run.warmup and not update.preexisting:
                    live_state.note_frames(run, model)
                self._text_came(len(update.data), update.behind)

        report = await session.run(job.request, on_update)
        self._left = report.info.outcome == "running"
        live_state.doing = live_state.doing._replace(stage="finishing")
        failed_warmup = job_run.warmup and report.info.outcome != "ok"
        live_state.end(LateReport.of(report), counted=not job_run.warmup or failed_warmup)
        if job_run.warmup:
            live_state.session_history.groups.warm_up(model, report)
        if live_state.series is not None:
            live_state.series.ended(self._clock.monotonic() - now_s, warmup=job_run.warmup)
        self._changed()
        return started(report) and not failed_warmup

    # -- what is shown -------------------------------------------------------------------------------------------

    def _claim(self) -> None:
        if self._closed:
            raise ProblemError(Problem("monitor.closed", "npumon is shutting down.", "Start it again.", "usage"))
        if not self._free.is_set():
            what = "Something else is still running."
            raise ProblemError(Problem("monitor.busy", what, "Stop it first, or wait until it ends.", "usage"))
        self._free.clear()

    def _release(self) -> None:
        self._live_state.rest()
        self._free.set()
        self._changed()

    def _on_board(self, board: BoardState) -> None:
        if board != self._live_state.board:
            self._live_state.update_board(board)
            self._sampled()

    def _on_driver(self, driver: DriverState) -> None:
        # One sample may fall between a program's end and the driver's knowing; two tell.
        samples = self._driver.samples
        unseen = min(sample.unseen_references for sample in samples) if len(samples) > 1 else 0
        unseen = self._live_state.of_others(driver.unseen_references, unseen)
        if driver != self._live_state.driver or unseen != self._live_state.unseen:
            self._live_state.update_driver(driver, unseen)
            self._sampled()

    def _sampled(self) -> None:
        """Publish what a source has changed, together with what is about to come."""
        self._live = None
        self._throttle.request(TOGETHER_S if any(source.pending for source in self._sources) else 0.0)

    def _changed(self, change: Change | None = None) -> None:
        self._live = None
        steady = self._live_state.milestone == self._milestone
        self._throttle.request(change=change or ("steady" if steady else "news"))

    def _text_came(self, size: int, behind: int) -> None:
        """Show what so many bytes have changed, while as many are unread."""
        self._new_bytes += size
        self._changed(change_by(self._new_bytes, behind))

    def _deliver(self) -> None:
        live = self.live
        self._milestone = self._live_state.milestone
        self._new_bytes = 0
        self._shown = live.activity
        for listener in self._listeners:
            listener(live)


def _model_of(job: Job) -> str | None:
    return None if job.request.model is None else visible(job.request.model)


def _later(seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
    return asyncio.get_running_loop().call_later(seconds, call)
