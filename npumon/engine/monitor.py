"""The live side of the engine: runs models, watches files, reads the board, and publishes what there is to show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager

from npumon.core.log.scrollback import Scrollback
from npumon.core.monitor.activity import FINISHING, RELOADING, STARTING, Activity
from npumon.core.monitor.live import Live
from npumon.core.problems import Problem, ProblemError
from npumon.core.run.outcome import OK, RUNNING
from npumon.core.run.report import RunInfo
from npumon.core.run.splitter import IterationCompleted
from npumon.core.text import visible
from npumon.engine.board_poller import BoardPoller, BoardReading
from npumon.engine.eta import SeriesEta
from npumon.engine.job import Job, JobRun, runs_of
from npumon.engine.live_state import LiveState
from npumon.engine.log_following import BEHIND_BYTES, LogFollowing
from npumon.engine.reporting import Context, started
from npumon.engine.run_progress import RunProgress
from npumon.engine.session import Session, Update
from npumon.engine.throttle import Throttle
from npumon.ports import BoardProbe, Clock, LogFollower, LogTail, ModelRunner, StopReason

#: Operations of the run under way that are kept: 2 000 iterations of a network binary graph.
KEPT_OPERATIONS = 2_000


class Monitor:
    """Does one thing at a time: a series of runs, or following a file. Reading the board goes on beside it.

    All methods belong to the event loop's thread, and `publish` is called there: at once for the first change, at
    most ten times a second, and always for the last one.
    """

    def __init__(
        self,
        runner: ModelRunner,
        follower: LogFollower,
        probe: BoardProbe,
        clock: Clock,
        context: Context,
        publish: Callable[[Live], None],
    ) -> None:
        self._runner = runner
        self._follower = follower
        self._clock = clock
        self._publish = publish
        self._labels = context.labels
        self._live_state = LiveState(context, clock)
        self._poller = BoardPoller(probe, clock, self._on_reading)
        self._publisher = Throttle(self._deliver, clock.monotonic, _later)
        self._live: Live | None = None
        self._shown: Activity | None = None
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
        """Read the board and the driver once, in a thread of its own. Never waits for long; see `BoardPoller`."""
        await self._poller.poll()
        self.tick()

    def tick(self) -> None:
        """Time has passed: what is shown of it may have changed."""
        self._live_state.unanswered_s = self._poller.silent_s
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
        self._live_state.context = context = self._live_state.context._replace(labels=labels, network=None)
        self._session = session = Session(self._runner, self._follower, context, KEPT_OPERATIONS, job.network)
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
        self._live_state.context = self._live_state.context._replace(network=None)
        self._tail = tail = self._follower.follow(path)
        following = LogFollowing(path, self._live_state, self._clock, KEPT_OPERATIONS)
        try:
            self._changed()
            async with aclosing(tail.chunks()) as chunks:
                async for chunk in chunks:
                    following.take(chunk)
                    self._changed()
        finally:
            self._tail = None
            self._live_state.doing = self._live_state.doing._replace(source=None, note=None)
            self._release()

    @contextmanager
    def reloading(self) -> Iterator[None]:
        """While the driver is being reloaded: says so, and lets nothing else begin."""
        self._claim()
        self._live_state.doing = self._live_state.doing._replace(stage=RELOADING)
        try:
            self._changed()
            yield
        finally:
            self._release()

    async def close(self) -> None:
        """End everything; when this returns the model is gone, unless it is to be kept. Afterwards nothing is published
        and nothing begins."""
        self._closed = True
        self._end("left")
        if self._tail is not None:
            self._tail.finish(0)
        await self._free.wait()
        self._publisher.close()

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
        """One run. False when the next one would fare no better."""
        live_state = self._live_state
        now_s = self._clock.monotonic()
        run = RunProgress(now_s, began_s=now_s)
        model = _model_of(job)
        run.info = RunInfo(model=model)
        live_state.begin(run)
        live_state.log = Scrollback()
        live_state.doing = Activity(
            stage=STARTING,
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
                    live_state.session_history.iteration(model, item.iteration)
            if live_state.context.network is not session.network:
                live_state.context = live_state.context._replace(network=session.network)
            if update.data:
                live_state.log.feed(update.data)
                behind = update.behind if update.behind > BEHIND_BYTES else 0
                live_state.doing = live_state.doing._replace(behind_bytes=behind)
                run.update(update.state, self._clock.monotonic(), timed=not update.preexisting)
                self._changed()

        report = await session.run(job.request, on_update)
        self._left = report.info.outcome == RUNNING
        live_state.doing = live_state.doing._replace(stage=FINISHING)
        failed_warmup = job_run.warmup and report.info.outcome != OK
        live_state.end(report, counted=not job_run.warmup or failed_warmup)
        if live_state.series is not None:
            live_state.series.ended(self._clock.monotonic() - now_s, warmup=job_run.warmup)
        self._changed()
        return started(report) and not failed_warmup

    # -- what is shown -------------------------------------------------------------------------------------------

    def _claim(self) -> None:
        if self._closed:
            raise ProblemError(Problem("monitor.closed", "npumon is about to end.", "Start it again.", "usage"))
        if not self._free.is_set():
            what = "Something is under way already."
            raise ProblemError(Problem("monitor.busy", what, "Stop it first, or wait for its end.", "usage"))
        self._free.clear()

    def _release(self) -> None:
        self._live_state.rest()
        self._free.set()
        self._changed()

    def _on_reading(self, reading: BoardReading) -> None:
        if reading != self._live_state.reading or reading.driver.unseen_references != self._live_state.unseen:
            self._live_state.update(reading)
            self._changed()

    def _changed(self) -> None:
        self._live = None
        self._publisher.request()

    def _deliver(self) -> None:
        live = self.live
        self._shown = live.activity
        self._publish(live)


def _model_of(job: Job) -> str | None:
    return None if job.request.model is None else visible(job.request.model)


def _later(seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
    return asyncio.get_running_loop().call_later(seconds, call)
