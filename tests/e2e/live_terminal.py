"""npumon's live monitor on a terminal of its own, in the home of a user of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyte
import pytest

from npumon.board.procfs import descendants, read_process
from npumon.board.run.run_record import read_record
from tests.command_line import NOTHING, CommandLine, Environ, alive, until
from tests.tui.pty_app import PtyApp

#: So many looks, some 5 ms apart, at a program that does nothing.
_QUIET = 20

#: Becomes the program that its words name, so that npumon can be started behind a prefix.
_PREFIXED = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"

#: Two iterations, then silence; neither it nor its child heeds polite requests. Synthetic.
STUBBORN = r"""#!/bin/sh
trap '' TERM HUP INT
echo 'Start run graph [3] times...'
echo 'Run the 1 time: 21.00ms or 21609.00us'
echo 'Run the 2 time: 21.00ms or 21611.00us'
(
    trap '' TERM HUP INT
    while :; do sleep 0.1; done
) &
while :; do sleep 0.1; done
"""

#: What the driver sends: cursor movements, erasing, looks, and the modes and questions of the start and the end.
_SEQUENCES = re.compile(r"\x1b\[(?:[0-9;:]*[ACHJKm]|\?[0-9;]+[hl]|\?2026\$p|>[0-9]+u|<u)")
_LOOKS = re.compile(rb"\x1b\[([0-9;:]*)m")


class LiveTerminal(PtyApp):
    """npumon with these words on a pty. Further options are those of `PtyApp`; `prefix` is what npumon is started by,
    such as unshare; `command` is run instead of it."""

    def __init__(
        self,
        npumon: CommandLine,
        *words: str,
        prefix: Sequence[str] = (),
        command: Sequence[str] = (),
        environ: Environ = NOTHING,
        **options: Any,
    ) -> None:
        variables = {**npumon.environ, "TERM": "xterm-256color", "PYTHONDONTWRITEBYTECODE": None, **environ}
        argv = [*command] or [*prefix, npumon.python, "-m", "npumon", *words]
        self._state, self._text = (0, 0, 0), ""
        super().__init__(Path("-c"), npumon.folder, _PREFIXED, *argv, environ=variables, **options)

    def shown(self) -> str:
        """The screen as text, made anew only when something came, since tests ask often."""
        state = (len(self.read()), self.screen.columns, self.screen.lines)
        if state != self._state:
            self._state, self._text = state, super().shown()
        return self._text

    def until_done(self) -> None:
        """Wait until the demo board's run is over and all of it is shown."""
        self.until(lambda: all(part in self.shown() for part in ("ok in", "21.6", "71.70", "3.68")), "a run")

    def until_more(self, after: Callable[[], object], text: bytes = b"") -> None:
        """Do something and wait until more is sent, with a text in it."""
        before = len(self.read())
        after()
        self.until(lambda: len(self.read()) > before and text in self.output[before:], "more")

    def until_gone(self, text: str) -> None:
        """Wait until the screen no longer shows a text."""
        self.until(lambda: text not in self.shown(), f"no {text}")

    def settled(self) -> list[str]:
        """The screen, of which it is made sure that one drawn anew as a whole would be the same."""
        self.until_idle()
        self.type(b" ")
        self.until_shown("PAUSED")
        self.until_idle()
        shown, before = list(self.screen.display), len(self.output)
        self.until_more(lambda: self.type(b"\x0c"))
        self.until_idle()
        anew = pyte.Screen(self.screen.columns, self.screen.lines)
        pyte.ByteStream(anew).feed(self.output[before:])
        assert anew.display == self.screen.display == shown
        self.type(b" ")
        self.until_gone("PAUSED")
        self.until_idle()
        return shown

    def until_idle(self) -> None:
        """Wait until npumon has nothing to do but to wait: all its threads sleep for a while, and nothing is sent."""
        quiet = 0

        def idle() -> bool:
            nonlocal quiet
            before = len(self.output)
            quiet = quiet + 1 if self._sleeps() and len(self.read()) == before else 0
            return quiet == _QUIET

        self.until(idle, "nothing to do")

    def _sleeps(self) -> bool:
        states = [read_process(int(task.name), str(task.parent)) for task in Path(f"/proc/{self.pid}/task").iterdir()]
        return all(thread is not None and thread.state == "S" for thread in states)

    def family(self) -> list[int]:
        """The processes that descend from npumon: of a run its supervisor, the program, and what that started."""
        return [process.pid for process in descendants(self.pid)]

    def until_running(self, count: int) -> list[int]:
        """Wait until so many processes descend from npumon."""
        self.until(lambda: len(self.family()) >= count, f"{count} processes")
        return self.family()

    def memory_kb(self) -> int:
        """Resident memory, in KiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])


Live = Callable[..., LiveTerminal]


@pytest.fixture
def live(npumon: CommandLine) -> Iterator[Live]:
    """Starts npumon on a terminal and waits until it shows a text. All that was started has to end meanwhile."""
    started: list[LiveTerminal] = []

    def start(*words: str, shows: str = "npumon", **options: Any) -> LiveTerminal:
        started.append(LiveTerminal(npumon, *words, **options))
        started[-1].until_shown(shows)
        return started[-1]

    yield start
    running = [app for app in started if not app.ended()]
    for app in started:
        app.close()
    assert not running, "still runs"


def gone(pids: Sequence[int]) -> None:
    """Wait until none of these processes runs any more."""
    until(lambda: not any(map(alive, pids)))


def until_stopped_by(log: Path, *reasons: str) -> None:
    """Wait until the record of a run, beside its log, says that it was ended, and why."""

    def stopped_by() -> str | None:
        record = read_record(log.with_suffix(".json"))
        return None if record is None or record.exit is None else record.exit.stopped_by

    until(lambda: stopped_by() in reasons)


def only_drawing(output: bytes) -> str:
    """The text that was sent. It is whole, visible text between the sequences that draw a screen, and nothing else
    can be found in it that a terminal would act upon."""
    text = _SEQUENCES.sub("", output.decode()).replace("\r\n", "\n")
    acting = {char for char in text if char != "\n" and not char.isprintable()}
    assert not acting, f"{acting!r} in {text!r}"
    return text


def colors(output: bytes) -> set[int]:
    """The numbers of colours that were sent."""
    numbers = {int(number or 0) for looks in _LOOKS.findall(output) for number in re.split(rb"[;:]", looks)}
    return {number for number in numbers if number >= 30}
