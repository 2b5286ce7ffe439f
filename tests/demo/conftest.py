"""Demo boards in temporary folders, and ways to run their programs: on pipes and on a real pseudo-terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from npumon.core.log.parser import ProfileParser
from npumon.core.run.fold import reduce
from npumon.core.run.state import EMPTY, RunState
from npumon.demo.board import DemoBoard, create_board

#: A guard against hanging tests, in seconds; nothing is measured with it.
PATIENCE = 60.0

PROFILED = {"VIV_VX_PROFILE": "1", "VIV_VX_DEBUG_LEVEL": "1"}

MakeBoard = Callable[..., DemoBoard]
RunModel = Callable[..., "subprocess.CompletedProcess[bytes]"]


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without what the model programs read, and with `extra`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VIV_", "VNN_", "VSI_"))}
    return {**kept, **extra}


def fold_text(text: bytes) -> RunState:
    """The fold of a run's text."""
    parser = ProfileParser()
    state = EMPTY
    for event in [*parser.feed(text), *parser.close()]:
        state = reduce(state, event)
    return state


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait for the condition; fail the test when it does not come."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "the condition did not come"
        time.sleep(0.01)


def group_members(group: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                fields = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
            except OSError:  # ended meanwhile
                continue
            if int(fields[2]) == group and fields[0] not in "ZX":
                found.append(int(name))
    return found


class Terminal:
    """A program on a pseudo-terminal, in a session and process group of its own."""

    def __init__(self, board: DemoBoard, extra: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        self.text = b""
        try:
            self.process = subprocess.Popen(
                board.command,
                cwd=board.model_folder,
                env=environment(extra),
                stdin=slave,
                stdout=slave,
                stderr=slave,
                start_new_session=True,
            )
        finally:
            os.close(slave)

    def read_until(self, wanted: bytes, times: int = 1) -> bytes:
        """All the text so far, as soon as it holds `wanted` so many times."""
        end = time.monotonic() + PATIENCE
        while self.text.count(wanted) < times:
            assert self._read(end), f"the program ended without {wanted!r}: {self.text!r}"
        return self.text

    def read_all(self) -> bytes:
        """The text up to the end of the program and all that it started."""
        end = time.monotonic() + PATIENCE
        while self._read(end):
            pass
        return self.text

    def _read(self, end: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, end - time.monotonic()))
        assert ready, f"nothing came: {self.text!r}"
        try:
            data = os.read(self._master, 65536)
        except OSError:  # EIO: nobody has the terminal open any more
            return False
        self.text += data
        return bool(data)

    def close(self) -> None:
        """End everything that is left of the program."""
        for pid in group_members(self.process.pid):
            os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        os.close(self._master)


@pytest.fixture
def make_board(tmp_path: Path) -> MakeBoard:
    """Makes boards without delays, each in a folder of its own."""

    def make(scenario: str = "steady", seed: int = 0, speed: float = 0.0, name: str = "board") -> DemoBoard:
        return create_board(tmp_path / name, scenario, seed, speed)

    return make


@pytest.fixture
def run_model() -> RunModel:
    """Runs a board's model on pipes to its end, with the environment that asks for a profile unless told otherwise."""

    def run(board: DemoBoard, extra: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            board.command,
            cwd=board.model_folder,
            env=environment(PROFILED if extra is None else extra),
            capture_output=True,
            timeout=PATIENCE,
        )

    return run


@pytest.fixture
def open_terminal() -> Iterator[Callable[..., Terminal]]:
    """Starts a board's model on a pseudo-terminal; what is left of it is ended after the test."""
    opened: list[Terminal] = []

    def start(board: DemoBoard, extra: Mapping[str, str] | None = None) -> Terminal:
        opened.append(Terminal(board, PROFILED if extra is None else extra))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


@pytest.fixture
def read_state() -> Callable[[bytes], RunState]:
    """The fold of a run's text."""
    return fold_text


@pytest.fixture
def members() -> Callable[[int], list[int]]:
    """The living processes of a process group."""
    return group_members


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """Waits for a condition."""
    return wait_for
