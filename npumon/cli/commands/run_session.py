"""Headless runs, one after the other: their status lines, and the signals that end them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from npumon.cli.jobs import SingleRun
from npumon.cli.progress import Progress
from npumon.core.run.outcome import first_result_complete
from npumon.core.run.report import RunReport
from npumon.core.signals import KEYS, REQUESTS
from npumon.engine.reporting import started

if TYPE_CHECKING:
    from npumon.cli.commands.run_printer import OnUpdate, Printer
    from npumon.cli.context import CommandContext
    from npumon.engine.reporting import Context
    from npumon.engine.session import Session, Update
    from npumon.ports import ReadNetwork, RunRequest, StopReason

#: What each signal asks of a run. Keys are meant for the run; the others end npumon, which a run that is kept outlives.
_REASONS: dict[signal.Signals, StopReason] = {**dict.fromkeys(KEYS, "cancelled"), **dict.fromkeys(REQUESTS, "left")}
#: How often the status line is redrawn while the program says nothing.
_TICK_S = 0.5


def run_once(
    request: RunRequest, context: Context, ctx: CommandContext, network: ReadNetwork | None, patience_s: float | None
) -> SingleRun:
    """Run once without printing anything. `network` reads the model's file.

    A program that goes on for more than `patience_s` seconds after its first result is ended, or left if it is to be
    kept; None waits for its end.
    """

    async def once() -> SingleRun:
        session = ctx.session(context, network)
        enough = _FirstResult(patience_s, session, "left" if request.keep else "cancelled")
        with stopping_signals(session.stop):
            report = await with_progress(session, request, ctx, "", enough.take)
        enough.cancel()
        return SingleRun(report, enough.ended)

    return asyncio.run(once())


class _FirstResult:
    """Ends a run some time after its first result."""

    def __init__(self, patience_s: float | None, session: Session, reason: StopReason) -> None:
        self._patience_s = patience_s
        self._session = session
        self._reason: StopReason = reason
        self._timer: asyncio.TimerHandle | None = None
        self.ended = False

    def take(self, update: Update) -> None:
        """Start the time once the result is complete."""
        if self._patience_s is None or self._timer is not None or not first_result_complete(update.state):
            return
        self._timer = asyncio.get_running_loop().call_later(self._patience_s, self._end)

    def cancel(self) -> None:
        """Forget the time: the run has ended."""
        if self._timer is not None:
            self._timer.cancel()

    def _end(self) -> None:
        if self._session.stopped is None:
            self.ended = True
            self._session.stop(self._reason)


def run_often(
    count: int,
    request: RunRequest,
    context: Context,
    ctx: CommandContext,
    printer: Printer,
    network: ReadNetwork | None = None,
) -> list[RunReport]:
    """Run it `count` times and return the reports. A warm-up run is reported only if it fails. After that, after a
    signal, or if the program cannot be started, no further run is made."""
    return asyncio.run(_often(count, request, ctx, printer, ctx.session(context, network)))


async def _often(
    count: int, request: RunRequest, ctx: CommandContext, printer: Printer, session: Session
) -> list[RunReport]:
    warmup = ctx.settings.run_warmup
    reports: list[RunReport] = []
    with stopping_signals(session.stop):
        for number in range(1 - warmup, count + 1):
            label = f"warm-up {number + warmup} of {warmup}" if number < 1 else f"run {number} of {count}"
            report = await with_progress(
                session, request, ctx, label if warmup + count > 1 else "", printer.listener(number)
            )
            if number < 1 and report.info.outcome == "ok" and session.stopped is None:
                continue
            reports.append(report)
            printer.take(report, number)
            if number < 1 or session.stopped is not None or not started(report):
                break
    return reports


async def with_progress(
    session: Session, request: RunRequest, ctx: CommandContext, label: str, on_update: OnUpdate | None = None
) -> RunReport:
    """Run once, with a status line."""
    with Progress(ctx.diagnostics, label) as progress:
        latest: list[Update] = []

        def publish(update: Update) -> None:
            latest[:] = [update]
            progress.update(update.state, session.age_s, timed=not update.preexisting)
            if on_update is not None:
                on_update(update)

        ticking = asyncio.ensure_future(_tick(progress, session, latest))
        try:
            report = await session.run(request, publish)
        finally:
            ticking.cancel()
    return ctx.backend.outlasting(report)


async def _tick(progress: Progress, session: Session, latest: list[Update]) -> None:
    """Keep the elapsed time going while the program prints nothing."""
    while True:
        await asyncio.sleep(_TICK_S)
        if latest:
            progress.update(latest[0].state, session.age_s)


@contextmanager
def stopping_signals(stop: Callable[[StopReason], None]) -> Iterator[None]:
    """Let the signals that end npumon call `stop`, which ends what is under way so that its result is still reported.
    `nohup` is respected."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _REASONS}
    if before[signal.SIGHUP] == signal.SIG_IGN:
        del before[signal.SIGHUP]
    for number in before:
        loop.add_signal_handler(number, stop, _REASONS[number])
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
