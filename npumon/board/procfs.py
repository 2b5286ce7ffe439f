"""The kernel's table of processes, for ending runs: which processes descend from which, and which are marked.

Belongs to the supervisor's program: only the standard library, and little of that, is imported here.
"""

from __future__ import annotations

import os

#: Set to the path of its log in the environment of every run, so that its processes can be told from others, whatever
#: their parent is. Not called NPUMON_…, since those are settings.
MARK = "_NPUMON_RUN"


class Process:
    """One row of the table. `started` is in clock ticks since boot; together with the pid it identifies a process for
    good."""

    __slots__ = ("group", "parent", "pid", "session", "started", "state")

    def __init__(self, pid: int, state: str, parent: int, group: int, session: int, started: int) -> None:
        self.pid = pid
        self.state = state
        self.parent = parent
        self.group = group
        self.session = session
        self.started = started

    @property
    def alive(self) -> bool:
        """Whether it still runs: a zombie only waits to be reaped."""
        return self.state not in ("Z", "X", "x")


def read_process(pid: int, proc: str = "/proc") -> Process | None:
    """Return the process of that pid, None if there is none. Format: proc(5), /proc/pid/stat."""
    data = _read(f"{proc}/{pid}/stat")
    # The second field is the program's name in brackets; it may itself hold brackets, spaces and newlines.
    fields = data[data.rfind(b")") + 1 :].split()
    if len(fields) < 20:
        return None
    state, parent, group, session = fields[0].decode(), int(fields[1]), int(fields[2]), int(fields[3])
    return Process(pid, state, parent, group, session, int(fields[19]))


def read_processes(proc: str = "/proc") -> list[Process]:
    """Return every visible process. Those that end meanwhile are left out."""
    found = (read_process(int(name), proc) for name in os.listdir(proc) if name.isdigit())
    return [process for process in found if process is not None]


def descendants(ancestor: int, proc: str = "/proc") -> list[Process]:
    """Return the living children of a process, their children and so on, without the process itself."""
    children: dict[int, list[Process]] = {}
    for process in read_processes(proc):
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    waiting = [ancestor]
    while waiting:
        for child in children.pop(waiting.pop(), ()):
            waiting.append(child.pid)
            found.append(child)
    return [process for process in found if process.alive]


def marked(log: str, proc: str = "/proc") -> list[Process]:
    """Return the living processes whose environment says that they belong to the run with that log."""
    mark = os.fsencode(f"{MARK}={log}")
    own = os.getpid()
    return [
        process
        for process in read_processes(proc)
        if process.alive and process.pid != own and mark in _read(f"{proc}/{process.pid}/environ").split(b"\0")
    ]


def session_of(leader: int, started: int, proc: str = "/proc") -> list[Process]:
    """Return the living processes of the session that a program led, even after the program itself has ended.

    `started` guards against a pid that was given to another process meanwhile: the kernel does not reuse a session's
    number while the session has members, so only a leader with another start time can be a stranger.
    """
    processes = read_processes(proc)
    if any(process.pid == leader and process.started != started for process in processes):
        return []
    return [process for process in processes if process.session == leader and process.alive]


def signal_each(processes: list[Process], *signals: int) -> None:
    """Send the signals to each process; those that have ended or belong to another user are skipped."""
    for process in processes:
        try:
            for number in signals:
                os.kill(process.pid, number)
        except (ProcessLookupError, PermissionError):  # noqa: PERF203 - each may be refused on its own
            continue


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read()
    except OSError:  # it ended meanwhile, or belongs to another user
        return b""
