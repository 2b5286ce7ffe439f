"""How the demo board's programs end other than by themselves, and what they look like to others until then."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import NoReturn


def name_process(name: str) -> None:
    """Show up in process lists under the program's name; if that is not possible, as python."""
    try:
        Path("/proc/self/comm").write_bytes(name.encode()[:15])
    except OSError:
        return


def crash() -> NoReturn:
    """Die of a segmentation fault, without leaving a core file. Text in the output buffer is lost, as in C."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError("the signal has ended the process")


def resist(board: Path) -> None:
    """Ignore SIGTERM from now on, and start a child that does so too."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        hang(board)


def hang(board: Path) -> NoReturn:
    """Sleep until the board's folder is removed, so that a demo leaves no process behind."""
    while board.exists():
        time.sleep(0.5)
    os._exit(1)
