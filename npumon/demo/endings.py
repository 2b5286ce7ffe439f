"""How a model program can end other than by itself, for the scenarios `crash` and `hang`."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import NoReturn


def crash() -> NoReturn:
    """Die of a segmentation fault, without leaving a core file. Text in the output buffer is lost, as in C."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError("the signal has ended the process")


def resist(board: Path) -> None:
    """Ignore SIGTERM from now on, and have a child that does so too."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        hang(board)


def hang(board: Path) -> NoReturn:
    """Sleep for ever; until the board's folder is removed, so that a demo leaves no process behind."""
    while board.exists():
        time.sleep(0.5)
    os._exit(1)
