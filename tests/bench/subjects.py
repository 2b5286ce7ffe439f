"""Who is measured: npumon and its yardsticks, each with its command, its keys and what makes it busy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.pty_program import PtyProgram

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Press:
    """One key; not every one is measured: a lone Esc is only an Esc after a program's waiting time."""

    keys: bytes
    measured: bool = True


@dataclass(frozen=True)
class Subject:
    """A program under measurement. `absent` says why it cannot be measured here."""

    name: str
    argv: tuple[str, ...]
    presses: tuple[Press, ...]
    quit_keys: bytes = b"q"
    env: dict[str, str] = field(default_factory=dict)
    #: What makes it show that something runs: keys typed each second, a variable set, or nothing at all.
    can_be_busy: bool = False
    busy_keys: bytes = b""
    busy_env: dict[str, str] = field(default_factory=dict)
    #: The command that follows a file; its name is appended.
    watch_argv: tuple[str, ...] = ()
    #: The command that runs the models of the current folder.
    models_argv: tuple[str, ...] = ()
    absent: str = ""

    def start(
        self, folder: Path, *, busy: bool = False, watch: Path | None = None, models: Path | None = None
    ) -> PtyProgram:
        """Start it in an environment of its own; folder becomes its home."""
        temporary = folder / "tmp"
        temporary.mkdir(exist_ok=True)
        env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            "TMPDIR": str(temporary),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            **self.env,
            **(self.busy_env if busy else {}),
        }
        argv = self.argv if models is None else self.models_argv
        if watch is not None:
            argv = (*self.watch_argv, str(watch))
        return PtyProgram(argv, env, folder if models is None else models, self.quit_keys)


def npumon(command: tuple[str, ...], watch_command: tuple[str, ...], models_command: tuple[str, ...]) -> Subject:
    """The program under test: change pages, search the log, help, themes, pause and go on; `r` runs a model."""
    escape = Press(b"\x1b", measured=False)
    presses = (
        *map(Press, (b"2", b"1", b"3", b"4", b"5", b"/")),
        *(escape, Press(b"\t"), Press(b"?"), escape, Press(b"T"), Press(b" "), Press(b" ")),
    )
    return Subject(
        "npumon",
        command,
        presses,
        quit_keys=b"\x03",  # q asks what becomes of a run
        can_be_busy=True,
        busy_keys=b"r",
        watch_argv=watch_command,
        models_argv=models_command,
    )


def minimal(python: str) -> Subject:
    """The minimal Textual app, by the interpreter that runs npumon. It is always busy."""
    argv = (python, str(HERE / "minimal_app.py"))
    return Subject("minimal Textual", argv, (Press(b"p"), Press(b"p")), can_be_busy=True)


def htop() -> Subject:
    """Debian's htop at one refresh a second."""
    found = shutil.which("htop")
    return Subject(
        "htop",
        (found or "htop", "-d", "10"),
        (Press(b"\x1b[B"), Press(b"\x1b[A")),
        absent="" if found else "apt install htop",
    )


def nvitop(folder: Path) -> Subject:
    """nvitop at one refresh a second on a GPU that a stub of NVIDIA's library makes up; folder gets the stub."""
    beside = Path(sys.executable).parent / "nvitop"
    found = str(beside) if beside.exists() else shutil.which("nvitop")
    compiler = shutil.which("cc")
    if found is None:
        absent = "pip install nvitop"
    elif compiler is None:
        absent = "its stub of NVIDIA's library needs a C compiler"
    else:
        absent = ""
        library = folder / "libnvidia-ml.so.1"
        source = HERE / "stub_nvml" / "nvml.c"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source)], check=True)
    return Subject(
        "nvitop",
        (found or "nvitop", "--monitor", "full", "--interval", "1"),
        (Press(b"h"), Press(b"h")),  # help, and any key to leave it
        env={"LD_LIBRARY_PATH": str(folder)},
        can_be_busy=True,
        busy_env={"STUB_NVML_BUSY": "1"},
        absent=absent,
    )
