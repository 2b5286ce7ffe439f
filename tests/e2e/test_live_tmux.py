"""The live monitor in tmux: a terminal that others can look into, leave, come back to and take away."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from npumon.board.procfs import descendants
from tests.command_line import PATIENCE, WITHIN_S, CommandLine
from tests.e2e.live_terminal import Live, gone

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="NOT TESTED: apt-get install tmux")


class Tmux:
    """A tmux server with one shell in it, 80 by 24, and nobody who looks."""

    def __init__(self, npumon: CommandLine, folder: Path) -> None:
        self._argv = ["tmux", "-L", "npumon", "-f", os.devnull]
        self._environ = npumon.environment({"TMUX_TMPDIR": str(folder), "TMUX": None, "PS1": "$ "})
        self._cwd = npumon.folder
        self("new-session", "-d", "-s", "monitor", "-x", "80", "-y", "24", "sh")
        self.server, self.shell = map(int, self("display-message", "-p", "#{pid} #{pane_pid}").split())

    def __call__(self, *words: str) -> str:
        """Give tmux an order; what it prints."""
        done = subprocess.run(
            [*self._argv, *words],
            env=self._environ,
            cwd=self._cwd,
            check=True,
            capture_output=True,
            timeout=PATIENCE,
        )
        return done.stdout.decode()

    @property
    def attach(self) -> list[str]:
        """The command that looks at it."""
        return ["env", f"TMUX_TMPDIR={self._environ['TMUX_TMPDIR']}", *self._argv, "attach-session"]

    def keys(self, *keys: str) -> None:
        """Press keys, by the names that tmux has for them."""
        self("send-keys", *keys)

    def shown(self) -> str:
        """What the pane shows."""
        return self("capture-pane", "-p")

    def until(self, condition: Callable[[str], object], what: str) -> str:
        """Wait until that is true of what the pane shows; all that it shows then. Each look costs a process."""
        end = time.monotonic() + PATIENCE
        while not condition(shown := self.shown()):
            assert time.monotonic() < end, f"waited in vain for {what} in:\n{shown}"
            time.sleep(0.05)
        return shown

    def until_shown(self, text: str) -> str:
        """Wait until the pane shows a text; all that it shows then."""
        return self.until(lambda shown: text in shown, text)

    def close(self) -> None:
        """End the server, if it still runs."""
        subprocess.run(
            [*self._argv, "kill-server"], env=self._environ, capture_output=True, check=False, timeout=PATIENCE
        )
        gone([self.server])


@pytest.fixture
def tmux(npumon: CommandLine) -> Iterator[Tmux]:
    """A tmux of its own. Its socket lies in a folder with a short name, since names of sockets are short."""
    with tempfile.TemporaryDirectory(prefix="npumon-tmux-") as folder:
        server = Tmux(npumon, Path(folder))
        try:
            yield server
        finally:
            server.close()


@pytest.fixture
def command(npumon: CommandLine) -> str:
    """npumon as it is typed into a shell."""
    return shlex.join([npumon.python, "-m", "npumon"])


@pytest.mark.slow
def test_pages_dialogs_and_sizes(tmux: Tmux, command: str) -> None:
    tmux.keys("echo before", "Enter")
    tmux.until_shown("before\n")
    tmux.keys(f"{command} --demo; echo status $?", "Enter")
    tmux.until_shown("71.70")
    tmux.until_shown("ok in")
    for key, text in (
        ("2", "network_binary"),
        ("4", "lenet_layers"),
        ("5", "Exit VX Thread"),
        ("?", "where the next run begins"),
        ("Escape", "Exit VX Thread"),
        (":", "Log: search"),
        ("Escape", "Exit VX Thread"),
        ("Tab", "latency"),
        ("3", "started"),
        ("1", "Compute-bound"),
    ):
        tmux.keys(key)
        tmux.until_shown(text)
    tmux("resize-window", "-x", "120", "-y", "40")
    tmux.until(lambda shown: "q quit" in shown.splitlines()[39], "the keys at the bottom")
    tmux("resize-window", "-x", "60", "-y", "15")
    tmux.until(lambda shown: "q quit" in shown.splitlines()[14], "the keys at the bottom")
    assert "71.70" in tmux.shown()
    tmux.keys("C-c")
    shown = tmux.until_shown("status 0")
    assert "before\n" in shown
    assert "npumon NPU" not in shown


def test_settings_and_modes_are_put_back(tmux: Tmux, npumon: CommandLine, command: str) -> None:
    tmux.keys(f"stty -a > before; {command} --demo; echo status $?; stty -a > after; echo all", "Enter")
    tmux.until_shown("71.70")
    modes = "#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{wrap_flag}"
    assert tmux("display-message", "-p", modes).split() == ["1", "0", "1", "0"]
    tmux.keys("C-c")
    tmux.until_shown("status 0\nall")
    assert tmux("display-message", "-p", modes).split() == ["0", "1", "0", "1"]
    assert (npumon.folder / "after").read_text() == (npumon.folder / "before").read_text() != ""


def test_left_alone_and_looked_at_again(tmux: Tmux, live: Live, command: str) -> None:
    tmux.keys(f"{command} --demo; echo status $?", "Enter")
    tmux.until_shown("71.70")
    for columns, rows in ((100, 31), (80, 25)):  # tmux keeps the last line for itself
        looker = live(command=tmux.attach, columns=columns, rows=rows, shows="71.70")
        looker.until_shown("q quit")
        looker.type(b"5")
        looker.until_shown("Exit VX Thread")
        looker.type(b"1")
        looker.until_shown("Compute-bound")
        tmux("detach-client")
        assert looker.next_state() == "ended 0"
        assert "71.70" in tmux.shown()  # nobody looks, and it goes on
    tmux.keys("r")
    tmux.until_shown("run 2")
    tmux.keys("C-c")
    tmux.until_shown("status 0")


@pytest.mark.slow
@pytest.mark.parametrize("order", ["kill-session", "kill-server"])
def test_taken_away_while_a_model_runs(tmux: Tmux, command: str, order: str) -> None:
    tmux.keys(f"{command} --scenario hang", "Enter")
    tmux.until_shown("AXI_READ")
    family = [process.pid for process in descendants(tmux.shell)]
    assert len(family) >= 5  # npumon, its supervisor, and the model with its own
    asked = time.monotonic()
    tmux(order)
    gone(family)
    assert time.monotonic() - asked < WITHIN_S
