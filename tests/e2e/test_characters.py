"""Where ASCII or plain text is asked for, nothing else is printed."""

from __future__ import annotations

import json

import pytest

from tests import golden
from tests.command_line import PATIENCE, SEED, CommandLine

C_LOCALE = {"LC_ALL": "C", "LANG": None}
POSIX_LOCALE = {"LC_ALL": None, "LANG": None}

COMMANDS = [
    ("parse", str(SEED)),
    ("run", "--", "cat", str(SEED)),
    ("snapshot", "--demo"),
    ("models", "--demo"),
    ("driver", "status", "--demo"),
    ("doctor", "--demo"),
    ("doctor",),
    ("config",),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("environ", [C_LOCALE, POSIX_LOCALE, {}], ids=["C", "POSIX", "--ascii"])
def test_only_ascii(npumon: CommandLine, words: tuple[str, ...], environ: dict[str, str | None]) -> None:
    options = () if environ else ("--ascii",)
    for form in ("text", "json"):
        done = npumon(*options, "--format", form, *words, environ=environ)
        assert done.stdout
        assert done.stdout.isascii()
        assert done.stderr.isascii()
        assert "Traceback" not in done.stderr
        if form == "json":
            json.loads(done.stdout)


def test_foreign_letters_in_ascii(npumon: CommandLine) -> None:
    (npumon.folder / "größe.log").write_bytes("E [x:1]größe\nRun the 1 time: 21.00ms or 21609.00us\n".encode())
    text = npumon("parse", "--ascii", "größe.log")
    assert "gr\\xf6\\xdfe" in text.stdout
    document = json.loads(npumon("parse", "--ascii", "--format", "json", "größe.log").stdout)
    assert document["run"]["log"] == "größe.log"
    assert document["diagnostics"][0]["message"] == "[x:1]größe"
    missing = npumon("parse", "--ascii", "fehlt-größe")
    golden.printed(missing.stderr, "log.unreadable in ASCII")


def test_utf8_is_not_lost_where_there_is_utf8(npumon: CommandLine) -> None:
    (npumon.folder / "größe.log").write_bytes("E [x:1]größe\nRun the 1 time: 21.00ms or 21609.00us\n".encode())
    assert "größe" in npumon("parse", "größe.log").stdout
    assert "größe" in npumon("parse", "--format", "json", "größe.log").stdout


@pytest.mark.parametrize(
    ("options", "environ", "color"),
    [
        ((), {}, True),
        (("--no-color",), {}, False),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"TERM": "dumb"}, False),
        ((), {"NPUMON_OUTPUT_COLOR": "never"}, False),
        ((), {"NO_COLOR": "1", "NPUMON_OUTPUT_COLOR": "always"}, True),
    ],
)
def test_colour_on_a_terminal(
    npumon: CommandLine, options: tuple[str, ...], environ: dict[str, str], color: bool
) -> None:
    out = npumon.screen()
    process, messages = npumon.on_terminal("parse", *options, str(SEED), stdout=out, environ=environ)
    assert process.wait(timeout=PATIENCE) == 0
    printed = out.read()
    assert (b"\x1b[" in printed) is color
    assert b"98.2 %" in printed
    assert messages.read() == b""


def test_no_colour_elsewhere(npumon: CommandLine) -> None:
    assert "\x1b" not in npumon("parse", str(SEED)).stdout
    assert "\x1b[" in npumon("parse", str(SEED), environ={"NPUMON_OUTPUT_COLOR": "always"}).stdout


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_lines_keep_to_the_terminal(npumon: CommandLine, columns: int) -> None:
    out = npumon.screen(columns)
    process, _ = npumon.on_terminal("parse", "--no-color", str(SEED), stdout=out, columns=columns)
    assert process.wait(timeout=PATIENCE) == 0
    assert "98.2 %" in out.read().decode()
    if columns >= 60:
        assert max(map(len, out.read().decode().splitlines())) <= columns
