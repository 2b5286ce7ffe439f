"""The live monitor on terminals of all kinds, and where there is none."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from tests import golden
from tests.command_line import CommandLine, Environ, refused
from tests.e2e.live_terminal import Live, LiveTerminal, colors, only_drawing
from tests.tui.pty_app import finish, left_as_it_was

#: What each page shows of the demo board's run.
PAGES = {b"2": "network_binary", b"3": "started", b"4": "lenet_layers", b"5": "Exit VX Thread", b"1": "latency"}


def through_some(app: LiveTerminal, keys: bytes = b"51") -> None:
    """Some pages, one after the other."""
    app.until_done()
    for key in keys:
        app.type(bytes([key]))
        app.until_shown(PAGES[bytes([key])])


def through_all(app: LiveTerminal) -> None:
    """Every page and dialog once."""
    through_some(app, b"23451")
    for key, text in ((b"?", "run the last model again"), (b":", "run the last model again"), (b"R", "Warm-up")):
        app.type(key)
        app.until_shown(text)
        app.type(b"\x1b")
        app.until_gone(text)
    app.until_done()


@pytest.mark.parametrize("term", ["xterm-256color", "screen"])
def test_usual_terminals(live: Live, term: str) -> None:
    app = live("--demo", environ={"TERM": term})
    if term == "screen":
        through_all(app)
    through_some(app)
    assert colors(app.output)
    only_drawing(app.output)
    finish(app)


@pytest.mark.parametrize("term", ["vt100", "linux"])
def test_terminals_that_know_little(live: Live, term: str) -> None:
    app = live("--demo", environ={"TERM": term})
    through_some(app)
    assert bool(colors(app.output)) is (term == "linux")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"
    assert app.settings() == app.before
    assert app.output.isascii()
    if term == "vt100":  # it has no screen to go back to, so it gets a clean one
        assert app.shown().strip() == ""


@pytest.mark.parametrize(
    ("words", "environ"),
    [
        (["--ascii"], {}),
        ([], {"LC_ALL": "C"}),
        (["--seed", "0"], {"LANG": None}),
    ],
    ids=["--ascii", "LC_ALL=C", "no locale"],
)
def test_ascii(live: Live, words: list[str], environ: Environ) -> None:
    # env: without a locale, the interpreters that prepare the terminal set LC_CTYPE for what they start (PEP 538)
    app = live("--demo", *words, environ=environ, prefix=["env", "-u", "LC_CTYPE"])
    if not words:
        through_all(app)
    through_some(app)
    finish(app)
    assert app.output.isascii()


@pytest.mark.parametrize(
    ("words", "environ"), [(["--no-color"], {}), ([], {"NO_COLOR": "1"})], ids=["--no-color", "NO_COLOR"]
)
def test_without_colour(live: Live, words: list[str], environ: Environ) -> None:
    app = live("--demo", *words, environ=environ)
    if not words:
        through_all(app)
    through_some(app)
    finish(app)
    assert colors(app.output) == set()


def test_every_page_says_demo(live: Live) -> None:
    app = live("--demo")
    app.until_done()
    for key in b"23451":
        app.type(bytes([key]))
        app.until_shown(PAGES[bytes([key])])
        assert app.screen.display[0].startswith("npumon ")
        assert "DEMO" in app.screen.display[0]
        app.settled()
    finish(app)


def offered(app: LiveTerminal, word: str) -> bool:
    return word in app.shown().splitlines()[-1]


def test_the_mouse(live: Live) -> None:
    app = live("--demo")
    app.until_done()
    for word, text in (("help", "run the last model again"), ("quit", None)):
        app.until(partial(offered, app, word), word)
        column = app.screen.display[-1].index(word) + 1
        app.type(f"\x1b[<0;{column};24M\x1b[<0;{column};24m".encode())
        if text is not None:
            app.until_shown(text)
            app.type(b"\x1b")
            app.until_gone(text)
    assert app.next_state() == "ended 0"
    left_as_it_was(app)


def test_a_board_with_nothing_on_it(live: Live, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    app = live("--root", str(root), shows="no NPU driver")
    assert "DEMO" not in app.screen.display[0]
    app.type(b"4")
    app.until_shown("npumon --demo")
    app.type(b"2")
    app.until_gone("npumon --demo")
    app.type(b"1")
    finish(app)


@pytest.mark.parametrize(
    ("words", "key"),
    [(["--demo"], "monitor.terminal"), (["watch", "run.log"], "monitor.terminal watch")],
    ids=["demo", "watch"],
)
@pytest.mark.parametrize("term", ["dumb", "", None])
def test_a_terminal_that_cannot_be_drawn_on(npumon: CommandLine, term: str | None, words: list[str], key: str) -> None:
    app = LiveTerminal(npumon, *words, environ={"TERM": term})
    try:
        assert app.next_state() == "ended 2"
        told = app.output.decode()
        assert told.count("\n") == 1
        golden.printed(told, key)
        assert "\x1b" not in told
        assert app.settings() == app.before
    finally:
        app.close()


def test_no_terminal_at_all(npumon: CommandLine) -> None:
    refused(npumon("--demo"), 2, key="monitor.no_terminal")
    refused(npumon("watch", "run.log"), 2, key="monitor.no_terminal watch")
    assert os.listdir(npumon.folder) == []


def test_standard_output_elsewhere(npumon: CommandLine) -> None:
    process, screen = npumon.on_terminal("--demo")
    output, _ = process.communicate(timeout=60)
    assert (process.returncode, output) == (2, b"")
    golden.printed(screen.read().decode(), "monitor.no_terminal")


def test_standard_input_elsewhere(npumon: CommandLine) -> None:
    (npumon.folder / "keys").write_text("\x03")
    app = LiveTerminal(npumon, "--demo", stdin=npumon.folder / "keys")
    try:
        assert app.next_state() == "ended 2"
        golden.printed(app.output.decode(), "monitor.no_terminal")
        assert app.settings() == app.before
    finally:
        app.close()


def test_keys_typed_ahead_reach_what_they_were_meant_for(live: Live) -> None:
    app = live("--demo")
    app.until_done()
    app.type(b"5/Exit VX ox\r")  # on the page before, o and x would be commands
    app.until_shown("not found")
    assert "npumon: " not in app.shown()
    app.type(b"\x1b")
    app.until_gone("not found")
    finish(app)
