"""One run, from its start to its report: run, tail, parse, reduce, publish. And the job that asks for runs.

Only the log file feeds the parser. A session ends when both the exit record and the last log byte have arrived. By then
subscribers have received every completed iteration, in order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import NamedTuple

from npumon.core.log.parser import ProfileParser
from npumon.core.log.scrollback import Scrollback, last_lines
from npumon.core.profile import Diagnostic, GraphNode, Level, Network
from npumon.core.run.outcome import ExitInfo
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.splitter import Completed, RunSplitter, looks_like_a_run
from npumon.core.run.state import RunState
from npumon.core.text import visible
from npumon.engine.log_reading import LogReading
from npumon.engine.reporting import Context, report_of
from npumon.engine.sampling import BackgroundRead
from npumon.ports import ExitRecord, ModelRunner, ReadNetwork, RunningModel, RunRequest, StopReason

#: Lines of the log that a report ends with, and how many are kept to find them among empty ones.
_TAIL_LINES = 8
_TAIL_KEPT = 40
#: How long a run's report waits for the model's file. The program has just read it, so it is in memory.
NETWORK_PATIENCE_S = 2.0
#: How the names of the variables begin that the driver and OVXLIB read.
_VARIABLES = ("VIV_", "VSI_", "VNN_")


class Job(NamedTuple):
    """`repeat` runs that count, after `warmup` runs that do not. `labels` are the model's classes by index.

    `network` reads the model's file, None if it has none; it is called while the first run is under way.
    """

    request: RunRequest
    labels: tuple[str, ...] = ()
    repeat: int = 1
    warmup: int = 0
    network: ReadNetwork | None = None


def driver_variables(request: RunRequest) -> tuple[tuple[str, str], ...]:
    """Return the variables for the driver and OVXLIB that the run is given beside its caller's environment."""
    added = request.environment
    return tuple((visible(name), visible(value)) for name, value in added if name.startswith(_VARIABLES))


class JobRun(NamedTuple):
    """One run of a job: the `number`th (1-based) of `total` runs that count, or of those to warm up."""

    number: int
    total: int
    warmup: bool = False


def runs_of(job: Job) -> Iterator[JobRun]:
    """Yield the runs in their order."""
    for number in range(1, job.warmup + 1):
        yield JobRun(number, job.warmup, warmup=True)
    for number in range(1, job.repeat + 1):
        yield JobRun(number, job.repeat)


class Update(NamedTuple):
    """What has just become known: the state of the run now, what these bytes completed, and the bytes.

    `shown` is what views are given of the text (`LogChunk.ahead`), `behind` how many bytes of the log are still unread.
    `preexisting` says that the bytes were there before a run that goes on was taken up. `place` is the run's among
    those of its log.
    """

    state: RunState
    completed: tuple[Completed, ...]
    data: bytes = b""
    shown: bytes = b""
    behind: int = 0
    preexisting: bool = False
    place: int = 1


class Session:
    """Runs one program at a time. `kept_operations` bounds the iterations that a run keeps (`RunSplitter`).

    `network` reads the file of the model that is run. That is done once, beside the first run, whose start it must
    not delay.
    """

    def __init__(
        self,
        runner: ModelRunner,
        context: Context,
        kept_operations: int | None = None,
        network: ReadNetwork | None = None,
    ) -> None:
        self._runner = runner
        self._context = context
        self._kept_operations = kept_operations
        self._network: Network | None = None
        self._network_read = None if network is None else BackgroundRead("npumon-network", network, self._take_network)
        self._running: RunningModel | None = None
        self._info: RunInfo | None = None
        self._stopped: StopReason | None = None
        self._kept = False
        self._reading: LogReading | None = None

    def stop(self, reason: StopReason) -> None:
        """End the run under way, and start no further one. `run` then returns within seconds, with its report."""
        self._stopped = reason
        if self._running is not None:
            self._running.stop(reason)
        if self._reading is not None:
            self._reading.hurry()

    def keep(self) -> None:
        """Let the run under way go on when it is left (`stop` for the reason "left")."""
        self._kept = True
        if self._running is not None:
            self._running.keep()

    @property
    def stopped(self) -> StopReason | None:
        """Why no further run is to be started; None as long as none was asked to stop."""
        return self._stopped

    @property
    def info(self) -> RunInfo | None:
        """What is known of the newest run from its start on; None before the first."""
        return self._info

    @property
    def age_s(self) -> float:
        """Seconds that the run under way had been running when it was taken up; 0 for one that was started here."""
        return 0.0 if self._running is None else self._running.age_s

    @property
    def network(self) -> Network | None:
        """What is known of the model's file so far."""
        return self._network

    async def run(self, request: RunRequest, publish: Callable[[Update], None]) -> RunReport:
        """Run the program and return its report; `publish` hears of each step.

        Raises `ProblemError` when no run could be started.
        """
        running = await self._runner.start(request)
        self._running = running
        if self._network_read is not None and self._info is None:  # once, beside the first run
            self._network_read.begin()
        self._info = info = _begun(request, running)
        if self._kept:
            running.keep()
        if self._stopped is not None:
            running.stop(self._stopped)
        try:
            fold, record, log = await self._follow(running, request, publish)
        except BaseException:
            running.stop("cancelled")
            await running.wait()
            raise
        finally:
            self._running = None
        if self._network_read is not None:
            await self._network_read.wait(NETWORK_PATIENCE_S)
        context = self._context._replace(
            network=self.network, nodes=await self._nodes(request.cwd), environment=driver_variables(request)
        )
        return self._report(info, fold, record, context)._replace(tail=last_lines(log.page, _TAIL_LINES))

    async def _nodes(self, folder: str) -> tuple[GraphNode, ...]:
        """Read what the program may have written beside itself."""
        read = self._context.read_nodes
        known = self._context.nodes
        return known if known or read is None else await asyncio.to_thread(read, (folder,))

    def _take_network(self, network: Network | None) -> None:
        self._network = network

    async def _follow(
        self, running: RunningModel, request: RunRequest, publish: Callable[[Update], None]
    ) -> tuple[RunSplitter, ExitRecord, Scrollback]:
        tail = running.follow()
        ended = asyncio.ensure_future(running.wait())
        self._reading = reading = LogReading(tail, ended, request.timeout_s)
        if self._stopped is not None:
            reading.hurry()
        parser, fold = ProfileParser(), RunSplitter(kept_operations=self._kept_operations)
        log = Scrollback(_TAIL_KEPT)
        try:
            async with aclosing(tail.chunks()) as chunks:
                async for chunk in chunks:
                    log.feed(chunk.data)
                    completed = tuple(fold.feed(parser.feed(chunk.data)))
                    old = chunk.preexisting and running.age_s > 0
                    publish(Update(fold.state, completed, chunk.data, chunk.shown, chunk.behind, old, fold.number))
            rest = fold.feed(parser.close())
            record = await ended
            if fold.state.unread and record.stopped_by is None and self._stopped is not None:
                record = record._replace(stopped_by="cancelled")  # the program had ended, reading what it said had not
            rest += fold.finish("exit" if record.exit_status == 0 else "text")
            publish(Update(fold.state, tuple(rest)))
            return fold, record, log
        finally:
            self._reading = None
            if not ended.done():
                ended.cancel()

    @staticmethod
    def _report(info: RunInfo, fold: RunSplitter, record: ExitRecord, context: Context) -> RunReport:
        info = info._replace(
            duration_s=record.duration_s,
            exit_status=record.exit_status,
            signal=record.signal,
            log_complete=record.log_complete,
        )
        ending = ExitInfo(record.exit_status, record.signal, record.stopped_by, record.error)
        state = fold.state._replace(diagnostics=(*fold.state.diagnostics, *_losses(record)))
        return report_of(
            state,
            context,
            info,
            ending,
            number=fold.number,
            runs_in_log=fold.number if looks_like_a_run(state) else 0,
        )


def _begun(request: RunRequest, running: RunningModel) -> RunInfo:
    return RunInfo(
        id=running.id,
        model=request.model,
        command=tuple(map(visible, request.command)),
        cwd=visible(request.cwd),
        started_at=running.started_at,
        outcome="running",
        log=visible(running.log),
    )


def _losses(record: ExitRecord) -> list[Diagnostic]:
    """Return what went wrong around the program, to be listed with the program's own messages."""
    remarks: list[tuple[Level, str]] = []
    if record.left_out_bytes:
        left_out = f"{record.left_out_bytes} bytes of the program's output are left out of the log"
        remarks.append(("info", f"{left_out}, which is bounded by log.max_mib"))
    if record.lost_bytes:
        why = f" ({record.loss})" if record.loss else ""
        lost = f"{record.lost_bytes} bytes of the program's output could not be written to the log{why}"
        remarks.append(("error", f"{lost}; make room where run logs are kept"))
    if record.survivors:
        pids = ", ".join(map(str, record.survivors))
        hung = f"processes that do not end even when killed: {pids}"
        remarks.append(("error", f"{hung}; they hang in the kernel, reboot the board"))
    return [Diagnostic(None, level, "npumon", remark) for level, remark in remarks]
