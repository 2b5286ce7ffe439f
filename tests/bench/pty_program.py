"""A program on a pseudo-terminal of its own, 120 x 40, with the time of everything that it writes.

The terminal answers queries as xterm does (plus synchronized updates, which xterm-like terminals have by now), since
programs wait for the answers or draw otherwise without them. Nothing is interpreted while the program runs: what the
bytes show is worked out afterwards, so that measuring takes no processor time from the measured.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psutil

COLUMNS, ROWS = 120, 40

#: What xterm 388 answers to a query; for modes that are not here: "not recognized".
_ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[c": b"\x1b[?64;1;2;6;9;15;18;21;22c",
    b"\x1b[0c": b"\x1b[?64;1;2;6;9;15;18;21;22c",
    b"\x1b[>c": b"\x1b[>41;388;0c",
    b"\x1b[>0c": b"\x1b[>41;388;0c",
    b"\x1b[>q": b"\x1bP>|XTerm(388)\x1b\\",
    b"\x1b[>0q": b"\x1bP>|XTerm(388)\x1b\\",
    b"\x1b[5n": b"\x1b[0n",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[14t": b"\x1b[4;800;1200t",
    b"\x1b[16t": b"\x1b[6;20;10t",
    b"\x1b[18t": f"\x1b[8;{ROWS};{COLUMNS}t".encode(),
    b"\x1b]10;?\x07": b"\x1b]10;rgb:e5e5/e5e5/e5e5\x07",
    b"\x1b]10;?\x1b\\": b"\x1b]10;rgb:e5e5/e5e5/e5e5\x1b\\",
    b"\x1b]11;?\x07": b"\x1b]11;rgb:0000/0000/0000\x07",
    b"\x1b]11;?\x1b\\": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
}
_QUERY = re.compile(b"|".join(map(re.escape, _ANSWERS)) + rb"|\x1b\[\?(?P<mode>\d+)\$p")
_LONGEST_QUERY = 16


@dataclass(frozen=True)
class Chunk:
    """What one read gave, and when, in seconds of time.perf_counter()."""

    at: float
    data: bytes


class PtyProgram:
    """Starts the program at once; as a context it is ended, with whatever descends from it, at the block's end."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], cwd: Path, quit_keys: bytes = b"q") -> None:
        self.chunks: list[Chunk] = []
        self.size = 0
        self.ended = False
        self._quit_keys = quit_keys
        self._pending = b""
        self.terminal, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
        self.started = time.perf_counter()
        try:
            self._process = subprocess.Popen(
                argv,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            )
        except OSError:
            os.close(self.terminal)
            raise
        finally:
            os.close(slave)

    def __enter__(self) -> PtyProgram:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    def press(self, keys: bytes) -> float:
        """Type; returns when. Nobody reads it where the program has ended."""
        try:
            os.write(self.terminal, keys)
        except OSError:
            pass
        return time.perf_counter()

    def receive(self) -> None:
        """Take what there is, and answer what it asks."""
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            data = b""
        if not data:
            self.ended = True
            return
        self.chunks.append(Chunk(time.perf_counter(), data))
        self.size += len(data)
        text = self._pending + data
        done = 0
        for query in _QUERY.finditer(text):
            done = query.end()
            mode = query["mode"]
            self.press(_ANSWERS.get(query[0]) or b"\x1b[?%s;0$y" % mode)
        self._pending = text[max(done, len(text) - _LONGEST_QUERY) :]

    @property
    def silent_for(self) -> float:
        """Seconds since the last output, or since the start."""
        return time.perf_counter() - (self.chunks[-1].at if self.chunks else self.started)

    def family(self) -> list[psutil.Process]:
        """The program and its descendants."""
        try:
            first = psutil.Process(self._process.pid)
            return [first, *first.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def own_cpu_seconds(self) -> float:
        """Processor time of the program alone; 0 after its end."""
        return sum(_clock(process) for process in self.family()[:1])

    def supervisor_cpu_seconds(self) -> float:
        """Processor time of the processes of npumon's that own a run's terminal."""
        return sum(_clock(process) for process in self.family()[1:] if _is_supervisor(process))

    def reaped_cpu_seconds(self) -> float:
        """Processor time of the descendants that the program has waited for."""
        return sum(_reaped(process) for process in self.family()[:1])

    def cpu_seconds(self) -> float:
        """Processor time of the program, its living descendants and those that it has waited for."""
        return sum(map(_cpu_seconds, self.family()))

    def rss(self) -> int:
        """Resident bytes of the program and its descendants."""
        return sum(map(_rss, self.family()))

    def finish(self) -> None:
        """End it as its user would, then with less and less courtesy."""
        family = self.family()
        if self._process.poll() is None:
            self.press(self._quit_keys)
            pump([self], 3.0, lambda: self._process.poll() is not None)
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is None:
                try:
                    os.killpg(self._process.pid, number)
                except ProcessLookupError:
                    pass
                pump([self], 2.0, lambda: self._process.poll() is not None)
        os.close(self.terminal)
        self.ended = True
        self._process.wait()
        for process in family[1:]:
            _kill(process)


def _cpu_seconds(process: psutil.Process) -> float:
    return _clock(process) + _reaped(process)


def _clock(process: psutil.Process) -> float:
    """A process's own clock, which counts nanoseconds where /proc counts hundredths (clock_getcpuclockid(3))."""
    try:
        return time.clock_gettime(~process.pid << 3 | 2)
    except OSError:
        return 0.0


def _reaped(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.children_user + times.children_system)


def _is_supervisor(process: psutil.Process) -> bool:
    try:
        return any("supervisor" in word for word in process.cmdline())
    except psutil.Error:
        return False


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _kill(process: psutil.Process) -> None:
    """psutil refuses where the number belongs to another process by now."""
    try:
        process.kill()
    except psutil.NoSuchProcess:
        pass


def end_all_at(home: Path) -> None:
    """End what was started with this home and outlived its program."""
    for process in psutil.process_iter():
        try:
            here = process.environ().get("HOME") == str(home)
        except psutil.Error:
            continue
        if here:
            _kill(process)


def pump(programs: Sequence[PtyProgram], seconds: float, until: Callable[[], bool] | None = None) -> bool:
    """Read from all of them for so long, or until the condition holds: whether it did, looked at after each read."""
    end = time.perf_counter() + seconds
    while until is None or not until():
        left = end - time.perf_counter()
        if left <= 0:
            return False
        by_terminal = {program.terminal: program for program in programs if not program.ended}
        if not by_terminal and until is None:
            return False
        # A condition may wait for silence or an exit, which no read announces.
        for terminal in select.select(list(by_terminal), [], [], left if until is None else min(left, 0.01))[0]:
            by_terminal[terminal].receive()
    return True
