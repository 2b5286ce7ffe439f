"""Between the keys and the engine: starts and ends runs, and reports what went wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

if TYPE_CHECKING:
    from npumon.core.monitor.live import Live
    from npumon.core.run.report import RunReport
    from npumon.engine.session import Job
    from npumon.tui.backend import Engine, MonitorBackend

#: The first unexpected errors are kept for `--debug`.
MAX_UNEXPECTED = 10

Result = TypeVar("Result")


class RunController:
    """Owns the engine and its tasks. All methods are called on the event loop.

    `on_problem` is called with what went wrong; `unexpected` collects the errors that should never happen.
    """

    def __init__(
        self, backend: MonitorBackend, publish: Callable[[Live], None], on_problem: Callable[[Problem], None]
    ) -> None:
        self._refresh_s = backend.display.refresh_s
        self.unexpected: list[Exception] = []
        self._backend = backend
        self._publish = publish
        self._on_problem = on_problem
        self._engine: Engine | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closing: asyncio.Task[None] | None = None
        #: The run that was under way when everything was ended, as it is then.
        self.last: RunReport | None = None

    @property
    def refresh_s(self) -> float:
        """Seconds between two samples of the board."""
        return self._refresh_s

    @refresh_s.setter
    def refresh_s(self, seconds: float) -> None:
        self._refresh_s = seconds
        if self._engine is not None:
            self._engine.refresh_s = seconds

    @property
    def job(self) -> Job | None:
        """The last job that was run."""
        return None if self._engine is None else self._engine.job

    @property
    def can_repeat(self) -> bool:
        """Whether `again` has something to run."""
        return self.job is not None and self._backend.watched is None

    @property
    def busy(self) -> bool:
        """Whether a program is running."""
        return self._engine is not None and self._engine.live.activity.under_way

    @property
    def runs(self) -> bool:
        """Whether a program of ours is running that is not about to end; the writer of a watched log is none."""
        if self._engine is None or self._backend.watched is not None:
            return False
        activity = self._engine.live.activity
        return activity.under_way and activity.stage not in ("stopping", "finishing")

    @property
    def left(self) -> bool:
        """Whether a program keeps running after npumon has left."""
        return self._engine is not None and self._engine.left

    def start(self) -> None:
        """Create the engine, start sampling the board, and watch or run what the user asked for."""
        try:
            engine = self._engine = self._backend.monitor(self._publish)
        except ProblemError as error:
            self._on_problem(error.problem)
            return
        self.background(self._backend.warning, lambda problem: None if problem is None else self._on_problem(problem))
        engine.refresh_s = self._refresh_s
        self._own(engine.keep_sampling())
        watched = self._backend.watched
        self._own(self._run_first() if watched is None else engine.watch(watched))

    def poll(self) -> None:
        """Sample the board now."""
        if self._engine is not None:
            self._own(self._engine.poll())

    @contextmanager
    def reloading(self) -> Iterator[None]:
        """Block runs while the driver is reloaded. Raises `ProblemError` if a program is running."""
        if self._engine is None:
            yield
            return
        with self._engine.reloading():
            yield

    def run(self, job: Job) -> None:
        """Run this job, unless one is running."""
        if self._engine is not None and not self.busy:
            self._own(self._engine.run(job))

    def choose(self, make: Callable[[], Job]) -> None:
        """Run the job that `make` returns; it may read files, so it is called on a thread."""

        async def choose() -> None:
            self.run(await asyncio.to_thread(make))

        self._own(choose())

    def again(self, repeat: int = 1, warmup: int = 0) -> None:
        """Run the last job again."""
        if (job := self.job) is not None:
            self.run(job._replace(repeat=repeat, warmup=warmup))

    def stop(self) -> None:
        """Stop the running program."""
        if self._engine is not None:
            self._engine.stop()

    async def close(self, keep: bool | None = None) -> None:
        """End everything. When this returns, even from a second call, the running model is gone, or left running.

        `keep` says which of both; None what was asked for when npumon was started.
        """
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._close(keep))
        await asyncio.shield(self._closing)

    async def _close(self, keep: bool | None) -> None:
        try:
            if self._engine is not None:
                busy = self.busy and self._backend.watched is None
                await self._engine.close(keep)
                self.last = self._engine.live.snapshot.run if busy else None
        finally:
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def background(
        self,
        call: Callable[[], Result],
        then: Callable[[Result], None],
        failed: Callable[[Problem], None] | None = None,
    ) -> None:
        """Run `call` in a thread and `then(result)` on the event loop.

        If it raises a `ProblemError`, `failed` is called with the problem; without it the problem is shown as a notice.
        """

        async def both() -> None:
            try:
                result = await asyncio.to_thread(call)
            except ProblemError as error:
                (failed or self._on_problem)(error.problem)
            else:
                then(result)

        self._own(both())

    def _own(self, work: Coroutine[Any, Any, None]) -> None:
        if self._closing is not None:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Report whatever goes wrong, and keep the monitor running."""
        try:
            await work
        except ProblemError as error:
            self._on_problem(error.problem)
        except Exception as error:  # noqa: BLE001  # shown, and kept for --debug
            self.report_unexpected(error)

    def report_unexpected(self, error: Exception) -> None:
        """Show an error that should never happen, and keep it for `--debug`."""
        if len(self.unexpected) < MAX_UNEXPECTED:
            self.unexpected.append(error)
        what = f"Unexpected error: {visible(f'{type(error).__name__}: {error}')}."
        self._on_problem(Problem("monitor.unexpected", what, "Run with --debug for a traceback at the end."))

    async def _run_first(self) -> None:
        job = await asyncio.to_thread(self._backend.first_job)
        if job is not None:
            self.run(job)
