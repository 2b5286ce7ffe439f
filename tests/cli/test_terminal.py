from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from npumon.cli import terminal as destination

Python = Callable[..., "subprocess.CompletedProcess[str]"]


def test_a_terminal_is_one_and_a_file_is_not(terminal: Any, tmp_path: Path) -> None:
    assert destination.is_terminal(terminal.fd)
    with (tmp_path / "file").open("w") as file:
        assert not destination.is_terminal(file.fileno())
    assert not destination.is_terminal(-1)


@pytest.mark.parametrize(
    ("columns", "width"),
    [
        ("", 40),
        ("0", 40),
        ("-5", 40),
        ("wide", 40),
        ("٣", 40),
        ("100", 100),
        ("999999999", 1_000),
        ("9" * 9_999, 40),
    ],
)
def test_width_of_a_terminal(terminal: Any, columns: str, width: int) -> None:
    assert destination.width(terminal.fd, {"COLUMNS": columns}) == width


def test_width_where_nothing_tells() -> None:
    assert destination.width(-1, {}) == 80
    serial, line = os.openpty()  # says 0 columns, as a serial line does
    assert destination.width(line, {}) == 80
    os.close(serial)
    os.close(line)


@pytest.mark.parametrize(
    ("setting", "chosen", "is_terminal", "environ", "color"),
    [
        ("auto", False, True, {"TERM": "xterm"}, True),
        ("auto", True, True, {"TERM": "xterm"}, True),
        ("auto", False, False, {"TERM": "xterm"}, False),
        ("auto", False, True, {"TERM": "dumb"}, False),
        ("auto", False, True, {}, False),
        ("auto", False, True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        ("auto", False, True, {"TERM": "xterm", "NO_COLOR": ""}, True),
        ("never", True, True, {"TERM": "xterm"}, False),
        ("always", True, False, {"NO_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_color(
    setting: Literal["auto", "always", "never"],
    chosen: bool,
    is_terminal: bool,
    environ: dict[str, str],
    color: bool,
) -> None:
    assert destination.wants_color(setting, chosen, is_terminal, environ) is color


@pytest.mark.parametrize(
    ("environ", "utf8"),
    [
        ({}, False),
        ({"LANG": "C"}, False),
        ({"LANG": "POSIX"}, False),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "C.utf8"}, True),
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "de_DE.utf8@euro"}, True),
        ({"LANG": "de_DE@euro"}, False),
        ({"LANG": "de_DE"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, False),
        ({"LC_CTYPE": "UTF-8"}, True),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, False),
        ({"LC_ALL": "", "LC_CTYPE": "C", "LANG": "en_US.UTF-8"}, False),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, True),
    ],
)
def test_utf8_locale(environ: dict[str, str], utf8: bool) -> None:
    assert destination.utf8_locale(environ) is utf8
    assert destination.wants_ascii("auto", False, environ) is not utf8
    assert destination.wants_ascii(True, False, environ) is True
    assert destination.wants_ascii(False, True, environ) is False


@pytest.mark.parametrize("kind", ["linux", "vt100", "vt220", "dumb", "linux-16color"])
def test_terminals_that_know_no_more_than_ascii(kind: str) -> None:
    environ = {"TERM": kind, "LANG": "C.UTF-8"}
    assert destination.wants_ascii("auto", True, environ)
    assert not destination.wants_ascii("auto", False, environ)
    assert not destination.wants_ascii("auto", True, {**environ, "TERM": "xterm-256color"})


ASCII = """
import os
from npumon.cli.terminal import locale_environment, wants_ascii
print(wants_ascii("auto", False, locale_environment(os.environ)))
"""


@pytest.mark.parametrize(
    ("environ", "ascii_only"),
    [
        ({}, True),
        ({"LC_ALL": "C"}, True),
        ({"LC_CTYPE": "C"}, True),
        ({"LANG": "C"}, True),
        ({"LC_CTYPE": "POSIX", "LANG": "C.UTF-8"}, True),
        ({"LC_CTYPE": "C.UTF-8"}, False),
        ({"LC_ALL": "C.UTF-8"}, False),
        ({"LANG": "C.UTF-8"}, False),
        # ssh passes on the locale of the user's machine; that it is not installed here says nothing of the terminal.
        ({"LANG": "xx_XX.UTF-8"}, False),
        ({"LC_CTYPE": "C.UTF-8", "PYTHONUTF8": "1"}, False),
        ({"LANG": "C", "PYTHONUTF8": "1"}, True),
        ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}, True),
    ],
)
def test_the_interpreters_own_idea_of_the_locale_does_not_count(
    python: Python, environ: dict[str, str], ascii_only: bool
) -> None:
    assert python(ASCII, **environ).stdout == f"{ascii_only}\n"


def test_where_the_kernel_does_not_show_the_environment(python: Python) -> None:
    program = """
import os
from npumon.cli.terminal import locale_environment
print(locale_environment(os.environ, "/nowhere/environ"))
"""
    assert python(program, LANG="C").stdout == "{'LANG': 'C'}\n"
