"""The driver, in a program of its own on a real terminal: what is shown, what is sent, what is typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from npumon.tui.terminal.traits import TerminalTraits, traits_for
from tests.tui.pty_app import Start, finish, starting


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the program on a terminal of its own."""
    with starting(Path(__file__).with_name("driven_program.py"), tmp_path) as start:
        yield start


def test_what_is_shown_and_how_the_terminal_is_left(start: Start, tmp_path: Path) -> None:
    app = start()
    assert app.screen.display[0].startswith("first ┌─┐ 日")
    assert app.screen.display[2].startswith("size 80x24")
    assert app.raw()
    assert b"\x1b[?25l" in app.output
    finish(app)
    assert app.shown().rstrip().endswith("the end")
    sent = app.output.partition(b"the end")[0]
    assert len(sent) == int((tmp_path / "written").read_text())


def test_keys_mouse_and_pasting(start: Start) -> None:
    app = start()
    for typed, shown in [
        (b"a", "key a a"),
        ("é".encode(), "key é é"),
        (b"\x1b", "key escape"),
        (b"\x1b[A", "key up"),
        (b"\x1b[97;5u", "key ctrl+a"),
        (b"\x05", "key ctrl+e"),
        (b"\x1b[200~some text\x1b[201~", "pasted some text"),
        (b"\x1b[<0;5;3M\x1b[<0;5;3m", "mouse 4,2"),
    ]:
        app.type(typed)
        app.until_shown(shown)
    app.type("ü".encode()[:1])
    app.type("ü".encode()[1:])
    app.until_shown("key ü")
    finish(app)


def test_a_changed_letter_costs_a_few_bytes(start: Start) -> None:
    app = start("mono")
    app.type(b"a")
    app.until_shown("key a a")
    before = len(app.output)
    app.type(b"b")
    app.until_shown("key b b")
    assert app.output[before:] == b"\x1b[1;5Hb b"
    finish(app)


def test_a_settled_screen_sends_nothing_and_a_repaint_all(start: Start) -> None:
    app = start()
    app.type(b"a")
    app.until_shown("key a a")
    before = len(app.output)
    app.type(b"a")  # the same picture again
    app.type(b"r")
    app.until(lambda: b"marked" in app.read()[before:])
    assert app.output[before:].count(b"key a a") == 1
    finish(app)


def test_large_updates_are_synchronized_where_the_terminal_knows_how(start: Start) -> None:
    app = start(columns=200, rows=50)
    assert b"\x1b[?2026$p" in app.output
    app.type(b"\x1b[?2026;2$ya")
    app.until_shown("key a a")
    assert b"\x1b[?2026h" not in app.output
    app.type(b"r")
    app.until(lambda: b"\x1b[?2026l" in app.read())
    assert app.output.count(b"\x1b[?2026h") == 1
    finish(app)


def test_the_clipboard_is_passed_on(start: Start) -> None:
    app = start()
    app.type(b"c")
    app.until(lambda: b"\x1b]52;c;dGV4dA==\x07" in app.read())
    finish(app)


def test_ascii_is_all_that_is_sent(start: Start) -> None:
    app = start("ascii", environ={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"})
    assert app.screen.display[0].startswith("first +-+ ???? cafe")
    app.type("é日█".encode())
    app.until_shown("key")
    finish(app)
    assert app.output.isascii()


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}])
def test_without_colour_none_is_sent(start: Start, environ: dict[str, str]) -> None:
    app = start("mono", environ=environ)
    app.type(b"a")
    app.until_shown("key a")
    finish(app)
    for parameters in re.findall(rb"\x1b\[([0-9;:]*)m", app.output):
        assert all(int(number or 0) < 30 for number in re.split(rb"[;:]", parameters)), parameters


def test_without_colour_a_mark_is_still_seen(start: Start) -> None:
    app = start("mono")
    app.type(b"a")
    app.until_shown("key a")
    assert app.screen.buffer[1][0].data == "m"
    assert app.screen.buffer[1][0].reverse
    assert not app.screen.buffer[0][0].reverse
    finish(app)


@pytest.mark.parametrize("term", ["vt100", "vt220", "ansi"])
def test_a_vintage_terminal_gets_nothing_it_does_not_know(start: Start, term: str) -> None:
    app = start(environ={"TERM": term})
    app.type(b"a")
    app.until_shown("key a")
    app.type(b"q")
    assert app.next_state() == "ended 0"
    assert set(re.findall(rb"\x1b\[\?[0-9;]+.", app.output)) == {b"\x1b[?7l", b"\x1b[?7h"}
    assert set(re.findall(rb"\x1b(?:[^[]|\[[^0-9;?ACHJKhlm])", app.output)) == set()
    assert app.settings() == app.before
    assert app.screen.display[0].startswith("the end")  # on a clean page
    if term != "ansi":
        assert not re.search(rb"\x1b\[[0-9;]*(?:3|4|9)[0-9]", app.output.replace(b"\x1b[4", b""))


@pytest.mark.parametrize("term", ["linux", "screen", "screen-256color"])
def test_a_plain_terminal_is_asked_nothing(start: Start, term: str) -> None:
    app = start(environ={"TERM": term})
    finish(app)
    assert b"\x1b[>" not in app.output
    assert b"$p" not in app.output
    assert b"\x1b[?1049h" in app.output


@pytest.mark.parametrize(
    ("term", "traits"),
    [
        ("xterm-256color", TerminalTraits(False, True, False)),
        ("tmux-256color", TerminalTraits(False, True, False)),
        ("vte-256color", TerminalTraits(False, True, False)),
        ("xterm-mono", TerminalTraits(False, False, False)),
        ("screen.xterm", TerminalTraits(False, True, True)),
        ("linux", TerminalTraits(False, True, True)),
        ("vt102", TerminalTraits(False, False, True, True)),
        ("ansi", TerminalTraits(False, True, True, True)),
        ("", TerminalTraits(False, False, True, True)),
    ],
)
def test_traits_of_terminals(term: str, traits: TerminalTraits) -> None:
    assert traits_for({"TERM": term}, ascii=False, color=True) == traits


def test_the_size_follows_the_terminal(start: Start) -> None:
    app = start()
    app.resize(100, 30)
    app.until_shown("size 100x30")
    app.resize(30, 8)
    app.until(lambda: "size 30x8" in app.shown() and app.screen.display[0].startswith("first"))
    finish(app)


def test_another_size_reaches_the_screen_even_if_a_timer_is_lost(start: Start) -> None:
    app = start("timerless")
    app.until(lambda: app.screen.display[-1].startswith("the bottom"))
    for columns, rows in ((100, 30), (60, 12)):
        app.resize(columns, rows)
        app.until(lambda: app.screen.display[-1].startswith("the bottom"))
    finish(app)


def test_a_serial_line_tells_no_size(start: Start) -> None:
    finish(start(columns=0, rows=0, shows="size 60x20", environ={"COLUMNS": "60", "LINES": "20"}))


def test_errors_may_go_elsewhere(start: Start, tmp_path: Path) -> None:
    app = start(stderr=tmp_path / "err.log")
    assert app.raw()
    finish(app)
    assert (tmp_path / "err.log").read_text() == ""


def test_keys_come_from_the_terminal_when_standard_input_does_not(start: Start, tmp_path: Path) -> None:
    (tmp_path / "run.log").write_text("not keys\n")
    app = start(stdin=tmp_path / "run.log")
    app.type(b"a")
    app.until_shown("key a")
    finish(app)
