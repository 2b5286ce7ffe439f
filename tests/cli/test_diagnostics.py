from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from npumon.cli.diagnostics import Diagnostics
from npumon.core.problems import Problem, ProblemError

UTF8 = {"LANG": "C.UTF-8", "TERM": "xterm"}
PROBLEM = Problem("x.y", "The thing is missing.", "Bring it.", "usage")


class Said:
    """A file that stands for standard error."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = os.open(path, os.O_WRONLY | os.O_CREAT)

    @property
    def text(self) -> str:
        return self.path.read_text()


@pytest.fixture
def said(tmp_path: Path) -> Iterator[Said]:
    said = Said(tmp_path / "stderr")
    yield said
    os.close(said.fd)


def test_each_message_is_one_line(said: Said) -> None:
    diagnostics = Diagnostics(fd=said.fd, environ=UTF8)
    diagnostics.error(PROBLEM)
    diagnostics.error(ProblemError(PROBLEM))
    diagnostics.warning(PROBLEM)
    diagnostics.note("Just so.")
    assert said.text == (
        "npumon: The thing is missing. Bring it.\n"
        "npumon: The thing is missing. Bring it.\n"
        "npumon: warning: The thing is missing. Bring it.\n"
        "npumon: Just so.\n"
    )


def test_control_characters_are_spelled_out(said: Said) -> None:
    Diagnostics(fd=said.fd, environ=UTF8).error("a\x1b[2J\nb\u202ec")
    assert said.text == "npumon: a\\x1b[2J\\x0ab\\u202ec\n"


def test_in_an_ascii_locale_everything_else_is_spelled_out(said: Said) -> None:
    Diagnostics(fd=said.fd, environ={"LC_ALL": "C"}).error("café")
    Diagnostics(fd=said.fd, environ=UTF8, ascii_only=True).error("café")
    Diagnostics(fd=said.fd, environ={}, ascii_only=False).error("café")
    assert said.text == "npumon: caf\\xe9\nnpumon: caf\\xe9\nnpumon: café\n"


def test_quiet_leaves_out_what_is_no_trouble(said: Said) -> None:
    diagnostics = Diagnostics(fd=said.fd, environ=UTF8, quiet=True)
    diagnostics.note("note")
    diagnostics.warning("odd")
    diagnostics.error("bad")
    assert said.text == "npumon: warning: odd\nnpumon: bad\n"


def raised() -> ProblemError:
    try:
        raise ProblemError(Problem("x", "bad \x1b[2J", ""))
    except ProblemError as error:
        return error


def test_a_traceback_only_when_asked_for(said: Said) -> None:
    Diagnostics(fd=said.fd, environ=UTF8).error(raised())
    assert said.text == "npumon: bad \\x1b[2J\n"
    Diagnostics(fd=said.fd, environ=UTF8, debug=True).error(raised())
    assert "Traceback (most recent call last):\n" in said.text
    assert "in raised\n" in said.text
    assert "\x1b" not in said.text
    assert said.text.endswith("npumon: bad \\x1b[2J\n")


@contextmanager
def broken() -> Iterator[list[int]]:
    """Descriptors that cannot be written to: a pipe without a reader, a full device, a closed one."""
    read, pipe = os.pipe()
    os.close(read)
    full = os.open("/dev/full", os.O_WRONLY)
    yield [pipe, full, 999]
    os.close(pipe)
    os.close(full)


def test_a_broken_standard_error_does_not_matter() -> None:
    with broken() as descriptors:
        for fd in descriptors:
            diagnostics = Diagnostics(fd=fd, environ=UTF8, debug=True)
            diagnostics.error(raised())
            diagnostics.warning("odd")
            diagnostics.status("line")
            assert diagnostics.terminal is False
            assert diagnostics.width == 80


def test_the_status_line_is_redrawn_in_place(terminal: Any) -> None:
    diagnostics = Diagnostics(fd=terminal.fd, environ=UTF8)
    diagnostics.status("12345")
    diagnostics.status("123")
    diagnostics.status("123")
    diagnostics.status("")
    diagnostics.status("")
    assert terminal.read() == "\r12345" + "\r123  \b\b" + "\r   \r"


def test_a_message_goes_above_the_status_line(terminal: Any) -> None:
    diagnostics = Diagnostics(fd=terminal.fd, environ=UTF8)
    diagnostics.status("12")
    diagnostics.note("n")
    assert terminal.read() == "\r12" + "\r  \r" + "npumon: n\n" + "\r12"


@pytest.mark.parametrize("environ", [{"LANG": "C.UTF-8", "TERM": "dumb"}, {}])
def test_no_status_line_on_a_terminal_that_cannot_redraw(terminal: Any, environ: dict[str, str]) -> None:
    Diagnostics(fd=terminal.fd, environ=environ).status("12")
    assert terminal.read() == ""


def test_no_status_line_elsewhere_or_when_quiet(said: Said, terminal: Any) -> None:
    Diagnostics(fd=said.fd, environ=UTF8).status("12")
    assert said.text == ""
    Diagnostics(fd=terminal.fd, environ=UTF8, quiet=True).status("12")
    assert terminal.read() == ""


def test_the_status_line_shows_no_control_characters(terminal: Any) -> None:
    Diagnostics(fd=terminal.fd, environ=UTF8).status("a\x1b[2Jb")
    assert terminal.read() == "\ra\\x1b[2Jb"


def test_show_prints_lines_as_they_are(said: Said) -> None:
    Diagnostics(fd=said.fd, environ=UTF8, quiet=True).show(["one", "  \x1b[2Jtwo"])
    assert said.text == "one\n  \\x1b[2Jtwo\n"


def test_nobody_can_be_asked_in_a_file(said: Said) -> None:
    assert not Diagnostics(fd=said.fd, environ=UTF8).can_ask
