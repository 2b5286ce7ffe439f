"""The loop of one run from start to end: the terminal's bytes go into the log, limits are kept, nothing is left behind.

Belongs to the supervisor's program: only the standard library, and little of that, is imported here. One thread, one
loop: it wakes for output, for npumon's commands, for signals and for deadlines.
"""

from __future__ import annotations

import os
import select
import time

from npumon.board.procfs import MARK, read_process
from npumon.board.supervisor.control_channel import ControlChannel
from npumon.board.supervisor.gathered_text import GatheredText
from npumon.board.supervisor.process_tree import ProcessTree
from npumon.board.supervisor.pseudo_terminal import PseudoTerminal, spawn
from npumon.board.supervisor.run_files import RunFiles

TYPE_CHECKING = False  # what `typing` would say; importing it takes longer than all the rest here
if TYPE_CHECKING:
    import signal
    from typing import Literal

    #: "lingering": the program has ended, processes that it started have not.
    Phase = Literal["running", "lingering", "terminating", "killing", "over"]
else:
    import _signal as signal  # without the enumerations around it

#: Seconds. What the program left in the background may finish within LINGER_S; then, as after a stop, it is asked
#: to end, given GRACE_S, killed, and given up after KILL_S. All of it together stays under 5 s.
LINGER_S = 0.3
GRACE_S = 1.5
KILL_S = 2.0

#: Seconds between two looks at what is still alive while a run is being ended, or at a terminal that is hung up.
_POLL_S = 0.05

#: A limit that poll(2) can still count in milliseconds: ten days.
_FOR_EVER_S = 864000.0

#: Bytes copied before deadlines and commands are looked at again: a flood of output must not put them off.
_COPY_BUDGET = 1 << 20

_STOPPING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Supervision:
    """The loop, which leads a run through its phases."""

    def __init__(self, files: RunFiles, keep: bool, limit_s: float | None, channel: ControlChannel) -> None:
        self._files = files
        self._keep = keep
        self._limit = None if limit_s is None else min(limit_s, _FOR_EVER_S)
        self._channel = channel
        self._text = GatheredText(files.log.write)
        self._wakeup = _wake_on_signals()
        self._tree = ProcessTree(files.path)
        self._poller = select.poll()
        self._polling_terminal = False
        self._phase: Phase = "running"
        self._child_ended = False
        self._started = time.monotonic()
        self._deadline: float | None = None
        self._stopped_by: str | None = None
        self._survivors: list[int] = []

    def watch(self, command: list[str], cwd: str, environment: dict[str, str]) -> dict[str, object]:
        """Start the program and stay until nothing of it is left. Return the fields that say how it ended."""
        try:
            terminal = PseudoTerminal()
            self._started = time.monotonic()
            leader, error = spawn(command, cwd, {**environment, MARK: self._files.path}, terminal.slave)
        except OSError as trouble:
            return self._fields(f"No pseudo-terminal or process could be created: {os.strerror(trouble.errno or 0)}.")
        self._tree.set_leader(leader)
        if error is None:
            self._announce(leader)
        if self._limit is not None:
            self._deadline = self._started + self._limit
        for descriptor in (self._channel.commands, self._wakeup):
            self._poller.register(descriptor, select.POLLIN)
        try:
            self._request_stop(self._channel.pending_stop())
            while self._phase != "over":
                self._wait(terminal)
                terminal.copy(self._text.add, _COPY_BUDGET)
                self._text.pass_on_due()
                if self._child_ended or self._phase != "running":
                    self._child_ended = False
                    self._tree.reap()
                self._advance()
            while terminal.copy(self._text.add, _COPY_BUDGET) and time.monotonic() < self._tree.ended + 5:
                pass  # limited, since a survivor may print for ever
            self._text.pass_on()
        except BaseException:  # a defect here: do not leave the program running
            self._tree.kill()
            raise
        return self._fields(error)

    def _announce(self, leader: int) -> None:
        program = read_process(leader)
        fields: dict[str, object] = {"pid": leader, "pid_started": program.started if program else 0}
        self._channel.send("started", fields)
        try:
            self._files.record.update(fields)
        except OSError:
            pass  # the file keeps its previous text; the end tries again

    def _wait(self, terminal: PseudoTerminal) -> None:
        """Sleep until something happens or is due."""
        if self._polling_terminal == terminal.dead:
            self._polling_terminal = not terminal.dead
            if terminal.dead:
                self._poller.unregister(terminal.master)
            else:
                self._poller.register(terminal.master, select.POLLIN)
        dues = [due for due in (self._deadline, self._text.due) if due is not None]
        timeout = max(0.0, min(dues) - time.monotonic()) if dues else _FOR_EVER_S
        if self._phase != "running" or terminal.dead:
            timeout = min(timeout, _POLL_S)
        for descriptor, _ in self._poller.poll(timeout * 1000 + 1):
            if descriptor == self._wakeup:
                numbers = os.read(self._wakeup, 4096)
                self._child_ended = self._child_ended or signal.SIGCHLD in numbers
                if any(number in _STOPPING_SIGNALS for number in numbers):
                    self._request_stop("cancelled")
            elif descriptor == self._channel.commands:
                reason, gone = self._channel.read_stop()
                self._request_stop(reason)
                if gone:
                    self._poller.unregister(self._channel.commands)
                    self._request_stop(None if self._keep or self._channel.kept else "watcher")

    def _request_stop(self, reason: str | None) -> None:
        """Begin to end the run if there is a reason, unless it is ending already."""
        if reason is not None and self._phase == "running" and self._tree.status is None:
            self._stopped_by = reason
            self._terminate()

    def _terminate(self) -> None:
        self._phase = "terminating"
        self._deadline = time.monotonic() + GRACE_S
        self._tree.terminate()

    def _advance(self) -> None:
        """Take the next step of ending the run when it is due."""
        now = time.monotonic()
        due = self._deadline is not None and now >= self._deadline
        ended = self._tree.status is not None
        if ended and self._tree.all_exited():
            self._phase = "over"
        elif self._phase == "running" and ended:
            self._phase = "lingering"
            self._deadline = now + LINGER_S
        elif self._phase == "running" and due:
            self._request_stop("timeout")
        elif self._phase == "lingering" and due:
            self._terminate()
        elif self._phase == "terminating" and due:
            self._phase = "killing"
            self._deadline = now + KILL_S
            self._tree.kill()
        elif self._phase == "killing" and due:
            self._survivors = [process.pid for process in self._tree.alive()]
            self._phase = "over"
        elif self._phase == "killing":
            self._tree.kill()

    def _fields(self, error: str | None) -> dict[str, object]:
        status = self._tree.status
        code = None if error or status is None else os.waitstatus_to_exitcode(status)
        return {
            "exit_status": code if code is not None and code >= 0 else None,
            "signal": _signal_name(-code) if code is not None and code < 0 else None,
            "duration_s": round((time.monotonic() if status is None else self._tree.ended) - self._started, 6),
            "stopped_by": self._stopped_by,
            "error": error,
            "survivors": self._survivors[:64],
        }


def _wake_on_signals() -> int:
    """Return a descriptor that becomes readable, one byte a signal, when a child ends or a signal asks to stop."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, *_STOPPING_SIGNALS):
        signal.signal(number, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    return reading


def _signal_name(number: int) -> str:
    from signal import Signals  # only where a signal ended the program

    try:
        return Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"
