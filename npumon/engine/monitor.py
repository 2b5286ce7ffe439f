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
        self._scene = LiveState(context, clock)
        self._lookout = BoardPoller(probe, clock, self._see)
        self._publisher = Throttle(self._deliver, clock.monotonic, _later)
        self._live: Live | None = None
        self._shown: Activity | None = None
        self._work: Job | None = None
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
            self._live = self._scene.live()
        return self._live

    @property
    def work(self) -> Job | None:
        """What was asked for last; None before the first time."""
        return self._work

    @property
    def left(self) -> bool:
        """Whether a run was left to itself, by `close`."""
        return self._left

    async def look(self) -> None:
        """Read the board and the driver once, in a thread of its own. Never waits for long; see `BoardPoller`."""
        await self._lookout.look()
        self.tick()

    def tick(self) -> None:
        """Time has passed: what is shown of it may have changed."""
        self._scene.unanswered_s = self._lookout.silent_s
        if self._scene.activity() != self._shown:
            self._changed()

    async def run(self, work: Job) -> None:
        """Make the runs, one after the other; returns when all are over, or the first that makes more pointless.

        Raises `ProblemError` when no run could be started, and (usage) while something else is under way. When
        the task is cancelled the run under way is ended, as by `stop`.
        """
        self._claim()
        self._work = work
        labels = work.labels or self._labels
        self._scene.context = context = self._scene.context._replace(labels=labels, network=None)
        self._session = session = Session(self._runner, self._follower, context, KEPT_OPERATIONS, work.network)
        self._series = series = asyncio.get_running_loop().create_task(self._make(session, work))
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
        self._scene.context = self._scene.context._replace(network=None)
        self._tail = tail = self._follower.follow(path)
        following = LogFollowing(path, self._scene, self._clock, KEPT_OPERATIONS)
        try:
            self._changed()
            async with aclosing(tail.chunks()) as chunks:
                async for chunk in chunks:
                    following.take(chunk)
                    self._changed()
        finally:
            self._tail = None
            self._scene.doing = self._scene.doing._replace(source=None, note=None)
            self._release()

    @contextmanager
    def reloading(self) -> Iterator[None]:
        """While the driver is being reloaded: says so, and lets nothing else begin."""
        self._claim()
        self._scene.doing = self._scene.doing._replace(stage=RELOADING)
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
            self._scene.stopping = True
            self._session.stop(reason)
            self._changed()

    # -- one series of runs --------------------------------------------------------------------------------------

    async def _make(self, session: Session, work: Job) -> None:
        scene, runs = self._scene, work.warmup + work.count
        scene.journal.begin(_model_of(work), work.count if runs > 1 else 0)
        if runs > 1:
            scene.series = SeriesEta(runs, self._clock.monotonic())
        try:
            for part in runs_of(work):
                if not await self._one(session, work, part) or session.stopped is not None:
                    break
        finally:
            self._series = self._session = None
            self._release()

    async def _one(self, session: Session, work: Job, part: JobRun) -> bool:
        """One run. False when the next one would fare no better."""
        scene = self._scene
        now_s = self._clock.monotonic()
        run = RunProgress(now_s, began_s=now_s)
        model = _model_of(work)
        run.info = RunInfo(model=model)
        scene.begin(run)
        scene.log = Scrollback()
        scene.doing = Activity(
            stage=STARTING,
            model=model,
            run=scene.journal.ended + (not part.warmup),
            part=part.number if part.of > 1 or part.warmup else None,
            parts=part.of if part.of > 1 or part.warmup else None,
            warmup=part.warmup,
        )
        self._changed()

        def hear(update: Update) -> None:
            if session.info is not None and session.info is not run.info:
                run.info = session.info
                scene.own(run.info.log)
                run.older(session.age_s)
            for item in update.completed:
                if isinstance(item, IterationCompleted) and not part.warmup:
                    scene.journal.iteration(model, item.iteration)
            if scene.context.network is not session.network:
                scene.context = scene.context._replace(network=session.network)
            if update.data:
                scene.log.feed(update.data)
                behind = update.behind if update.behind > BEHIND_BYTES else 0
                scene.doing = scene.doing._replace(behind_bytes=behind)
                run.heard(update.state, self._clock.monotonic(), timed=not update.old)
                self._changed()

        report = await session.run(work.request, hear)
        self._left = report.info.outcome == RUNNING
        scene.doing = scene.doing._replace(stage=FINISHING)
        failed_warmup = part.warmup and report.info.outcome != OK
        scene.end(report, counted=not part.warmup or failed_warmup)
        if scene.series is not None:
            scene.series.ended(self._clock.monotonic() - now_s, warmup=part.warmup)
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
        self._scene.rest()
        self._free.set()
        self._changed()

    def _see(self, sight: BoardReading) -> None:
        if sight != self._scene.sight or sight.driver.unseen_references != self._scene.unseen:
            self._scene.see(sight)
            self._changed()

    def _changed(self) -> None:
        self._live = None
        self._publisher.touch()

    def _deliver(self) -> None:
        live = self.live
        self._shown = live.activity
        self._publish(live)


def _model_of(work: Job) -> str | None:
    return None if work.request.model is None else visible(work.request.model)


def _later(seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
    return asyncio.get_running_loop().call_later(seconds, call)
