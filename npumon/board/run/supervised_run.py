"""A run in progress, seen from npumon: a pipe to the supervisor and a pipe from it."""

from __future__ import annotations

import asyncio
import json
import marshal
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from npumon.board.procfs import Process, marked, session_of, signal_each
from npumon.board.run.run_log_tail import RunLogTail
from npumon.board.run.run_record import exit_record, read_record
from npumon.board.supervisor.control_channel import KEEP
from npumon.board.sysfs import length_of
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import decode
from npumon.ports import Clock, ExitRecord, StopReason

#: Seconds after which a supervisor that was asked to end the run, and should have needed less, is itself killed.
_PATIENCE_S = 4.5

#: Seconds that killing the leftovers of a lost supervisor may take, and between two looks at them.
_KILL_S = 2.0
_POLL_S = 0.02


class SupervisedRun:
    """An implementation of `ports.RunningModel`.

    Everything happens in callbacks of the loop until the supervisor's end of the pipe closes; then a task collects it.
    `wait` only waits for that, so the run is cleaned up even if nothing waits for it.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        name: str,
        base: Path,
        started_at: str,
        clock: Clock,
        loop: asyncio.AbstractEventLoop,
        spec: Mapping[str, object],
        overflow: int | None,
        *,
        keep: bool,
    ) -> None:
        """`overflow` is a descriptor of the memory for what the log does not take; it then belongs to the run."""
        assert process.stdin is not None  # noqa: S101 - both are pipes; this is for the type checker
        assert process.stdout is not None  # noqa: S101
        self._process = process
        self._stdin, self._stdout = process.stdin, process.stdout
        self._overflow = overflow
        self._keep = keep
        self._name = name
        self._base = base
        self._started_at = started_at
        self._clock = clock
        self._began = clock.monotonic()
        self._loop = loop
        self._incoming = b""
        self._outgoing = b""
        self._last_words = ""
        self._program: tuple[int, int] | None = None
        self._stop_reason: StopReason | None = None
        self._reported: ExitRecord | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._seen = False
        self._closing: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[int | None] = loop.create_future()
        self._over: asyncio.Future[ExitRecord] = loop.create_future()
        os.set_blocking(self._stdin.fileno(), False)
        os.set_blocking(self._stdout.fileno(), False)
        loop.add_reader(self._stdout.fileno(), self._read)
        run = marshal.dumps(dict(spec))
        self._send(b"%d\n" % len(run) + run)

    @property
    def id(self) -> str:
        """The run's name, unique in its folder; names sort by time."""
        return self._name

    @property
    def log(self) -> str:
        """Path of the log file."""
        return f"{self._base}.log"

    @property
    def record(self) -> str:
        """Path of the exit record, for `run_record.read_record`."""
        return f"{self._base}.json"

    @property
    def started_at(self) -> str:
        """ISO 8601, UTC."""
        return self._started_at

    @property
    def age_s(self) -> float:
        """0: the run was started here."""
        return 0.0

    def follow(self) -> RunLogTail:
        """Follow the run's text. To be called before anything else is awaited after the start."""
        overflow, self._overflow = self._overflow, None
        return RunLogTail(self.log, overflow)

    @property
    def supervisor(self) -> int:
        """Pid of the supervisor."""
        return self._process.pid

    def keep(self) -> None:
        """Let the run go on when npumon is gone."""
        if not self._keep and self._stop_reason is None:
            self._keep = True
            self._send(f"{KEEP}\n".encode())

    def stop(self, reason: StopReason) -> None:
        """Ask the supervisor to end the run, or leave it alone. Only the first reason counts; without a run nothing
        happens."""
        if self._stop_reason is not None:
            return
        if reason == "left" and self._keep:
            self._stop_reason = reason
            self._leave()
        else:
            self._stop_reason = reason = "cancelled" if reason == "left" else reason
            self._send(f"{reason}\n".encode())
            if not self._stdin.closed:
                self._patience = self._loop.call_later(_PATIENCE_S, self._process.kill)

    async def opened(self) -> int | None:
        """Wait until the program was started. Return None, or the errno with which the run's files were refused."""
        try:
            return await asyncio.shield(self._opened)
        finally:
            self._seen = True
            if self._over.done():  # after the caller's chance to follow
                self._loop.call_soon(self._forget_overflow)

    async def wait(self) -> ExitRecord:
        """Wait for the end. May be called by several tasks, at any time, and be cancelled without harm."""
        return await asyncio.shield(self._over)

    def _send(self, data: bytes) -> None:
        self._outgoing += data
        self._write()

    def _write(self) -> None:
        if self._stdin.closed:
            return
        try:
            sent = os.write(self._stdin.fileno(), self._outgoing)
        except BlockingIOError:
            sent = 0
        except OSError:  # the supervisor has ended: its last line, or the end of it, is on the way
            sent = len(self._outgoing)
        self._outgoing = self._outgoing[sent:]
        if self._outgoing:
            self._loop.add_writer(self._stdin.fileno(), self._write)
        else:
            self._loop.remove_writer(self._stdin.fileno())

    def _read(self) -> None:
        try:
            data = os.read(self._stdout.fileno(), 65536)
        except BlockingIOError:
            return
        if not data:
            self._hang_up()
            return
        *lines, self._incoming = (self._incoming + data).split(b"\n")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            event = json.loads(line)
            kind = event["event"]
        except (ValueError, LookupError, TypeError):
            self._last_words = decode(line)
            return
        if kind == "started":
            self._program = (event["pid"], event["pid_started"])
        elif kind == "ended":
            self._reported = exit_record(event)
        if not self._opened.done():
            self._opened.set_result(event["errno"] if kind == "refused" else None)

    def _hang_up(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._close_pipes()
        self._closing = self._loop.create_task(self._close())

    def _leave(self) -> None:
        """Let go of the run: the supervisor sees npumon go, as if it had been killed."""
        if not self._stdin.closed:  # otherwise it has ended already
            self._close_pipes()
            self._process.returncode = 0  # it will not be waited for, and Popen need not warn about that
            self._over.set_result(
                ExitRecord(duration_s=self._elapsed_s(), stopped_by="left", log_bytes=length_of(self.log))
            )
            self._forget_overflow()

    def _close_pipes(self) -> None:
        self._loop.remove_reader(self._stdout.fileno())
        self._loop.remove_writer(self._stdin.fileno())
        self._stdout.close()
        self._stdin.close()

    async def _close(self) -> None:
        """Reap the supervisor, and do its work if it was killed."""
        while self._process.poll() is None:  # noqa: ASYNC110 - it closed its pipe by ending: a matter of microseconds
            await asyncio.sleep(0.001)
        if not self._opened.done():
            self._opened.set_exception(ProblemError(self._failed_to_start()))
            self._opened.exception()  # seen here, since the caller may have been cancelled
        self._over.set_result(self._reported or await self._recover())
        if self._seen:
            self._forget_overflow()

    def _forget_overflow(self) -> None:
        """Free the memory, unless somebody follows the run."""
        overflow, self._overflow = self._overflow, None
        if overflow is not None:
            os.close(overflow)

    async def _recover(self) -> ExitRecord:
        """End the run in the supervisor's place and find out what can still be known about it."""
        found = read_record(Path(self.record))
        if self._program is None and (found is None or found.supervisor != self._process.pid):
            return self._best_guess([])  # it never had these files: if they exist, they are another run's
        try:
            survivors = await self._kill_leftovers()
        except OSError:  # the table of processes cannot be read; the hang-up of its terminal ends most programs anyway
            survivors = []
        return found.exit if found is not None and found.exit is not None else self._best_guess(survivors)

    async def _kill_leftovers(self) -> list[Process]:
        """Kill what the run left behind. Return what survived."""
        end = self._loop.time() + _KILL_S
        while (rest := self._leftover_processes()) and self._loop.time() < end:
            signal_each(rest, signal.SIGKILL)
            await asyncio.sleep(_POLL_S)
        return rest

    def _leftover_processes(self) -> list[Process]:
        found = {process.pid: process for process in marked(self.log)}
        if self._program is not None:
            found.update((process.pid, process) for process in session_of(*self._program))
        return list(found.values())

    def _best_guess(self, survivors: list[Process]) -> ExitRecord:
        """Return what is known about a run whose supervisor did not report its end."""
        supervisor = f"The supervisor of the run (process {self._process.pid})"
        return ExitRecord(
            duration_s=self._elapsed_s(),
            stopped_by=self._stop_reason,
            log_bytes=length_of(self.log),
            error=f"{supervisor} {self._exit_description()}; npumon ended the program.",
            survivors=tuple(process.pid for process in survivors),
        )

    def _elapsed_s(self) -> float:
        return round(self._clock.monotonic() - self._began, 6)

    def _failed_to_start(self) -> Problem:
        what = f"The supervisor of the run {self._exit_description()} before it could start anything."
        return Problem("run.supervisor", what, "Try again; if it happens again, npumon's installation is broken.")

    def _exit_description(self) -> str:
        code = self._process.returncode
        if code < 0:
            return f"was killed by signal {-code}"
        return f"failed ({self._last_words})" if self._last_words else f"ended with status {code}"
