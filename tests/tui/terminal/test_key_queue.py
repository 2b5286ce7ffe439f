"""Keys typed ahead: in their order, each when the one before has done its work, and never stuck."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Input, Static

from npumon.tui.terminal import key_queue
from npumon.tui.terminal.key_queue import KeyQueue
from tests.tui.stage import until, until_so

#: How many turns of the event loop the second page takes to be made.
TURNS = 200


class First(Screen[None]):
    """A page where letters are commands."""

    BINDINGS: ClassVar[list[BindingType]] = [("x", "app.note('stopped')"), ("2", "app.switch_mode('second')")]

    def compose(self) -> ComposeResult:
        yield Static("first")


class Second(Screen[None]):
    """A page with a line for words, which takes some time to be made and to be left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("x", "app.note('second')"),
        ("slash", "search"),
        ("1", "app.switch_mode('first')"),
    ]
    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        yield Static("second")
        yield Input()

    async def on_mount(self) -> None:
        """Nothing is focused, and there is something to wait for: turns of the loop, in which keys would go wrong."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self.query_one(Input).display = False

    def action_search(self) -> None:
        """Show the line."""
        self.query_one(Input).display = True
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The words are taken by a message of the page's own."""
        assert isinstance(self.app, Pages)
        self.app.action_note(event.value)
        self.call_later(self.set_focus, None)


class Pages(App[None]):
    """Two pages; remembers what happened."""

    MODES: ClassVar[dict[str, Any]] = {"first": First, "second": Second}
    DEFAULT_MODE = "first"

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []

    def action_note(self, word: str) -> None:
        """Remember it."""
        self.noted.append(word)


def queue_of(app: App[Any]) -> KeyQueue:
    def deliver(key: Key) -> None:
        key.set_sender(app)
        app.post_message(key)

    return KeyQueue(app, asyncio.get_running_loop(), deliver)


def type_keys(keys: KeyQueue, names: Iterable[str]) -> None:
    for name in names:
        keys.put(Key(name, name if len(name) == 1 else {"slash": "/", "enter": "\r"}.get(name)))


async def test_each_key_reaches_what_the_one_before_opened() -> None:
    app = Pages()
    async with app.run_test() as pilot:
        type_keys(queue_of(app), ["2", "slash", "x", "2", "x", "enter", "x", "1", "x"])
        await until(pilot, lambda: len(app.noted) == 3)
        assert app.noted == ["x2x", "second", "stopped"]


async def test_many_keys_in_their_order() -> None:
    app = Pages()
    async with app.run_test() as pilot:
        keys = queue_of(app)
        type_keys(keys, ["2", "slash"])
        words = [chr(ord("a") + number % 26) for number in range(200)]
        type_keys(keys, [*words, "enter"])
        await until(pilot, lambda: app.noted)
        assert app.noted == ["".join(words)]


class Application:
    """Says that it has done what it was given when a test says so, or never."""

    def __init__(self) -> None:
        self.later: list[Callable[[], None]] = []
        self.drawn: list[Callable[[], None]] = []
        self.reminded = 0
        self.focused = None
        self.screen_stack = [self]
        self.ancestors_with_self = [self]

    def call_later(self, call: Callable[..., None], *words: Any) -> bool:
        self.later.append(lambda: call(*words))
        return True

    def call_after_refresh(self, call: Callable[[], None]) -> None:
        self.drawn.append(call)

    def check_idle(self) -> None:
        self.reminded += 1

    def job(self) -> None:
        """Do all there is to do."""
        while self.later:
            self.later.pop(0)()

    def draw(self) -> None:
        """Draw all there is to draw."""
        while self.drawn:
            self.drawn.pop(0)()


def still(app: Any) -> tuple[KeyQueue, list[str]]:
    delivered: list[str] = []
    return KeyQueue(app, asyncio.get_running_loop(), lambda key: delivered.append(key.key)), delivered


async def test_the_first_goes_at_once_the_next_when_it_is_done() -> None:
    app = Application()
    keys, delivered = still(app)
    type_keys(keys, "5/x")
    assert delivered == ["5"]
    app.later.pop(0)()
    assert delivered == ["5"]  # it may be on its way back from a widget
    app.job()
    assert delivered == ["5", "/", "x"]
    type_keys(keys, "y")
    assert delivered[-1] == "y"
    keys.clear()


async def test_where_another_screen_came_it_has_to_be_drawn_first() -> None:
    app = Application()
    keys, delivered = still(app)
    type_keys(keys, "5/")
    another = Application()
    another.later = app.later
    app.screen_stack = [another]
    app.job()
    assert delivered == ["5"]
    app.draw()
    assert delivered == ["5", "/"]
    keys.clear()


async def test_keys_go_on_when_the_application_never_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_queue, "REMINDER_S", 0.001)
    app = Application()
    keys, delivered = still(app)
    type_keys(keys, "ab")
    await until_so(lambda: delivered == ["a", "b"])
    assert app.reminded == key_queue.REMINDERS
    keys.clear()


async def test_an_application_that_forgot_to_answer_is_reminded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_queue, "REMINDER_S", 0.001)
    monkeypatch.setattr(key_queue, "REMINDERS", 10**9)
    app = Application()
    keys, delivered = still(app)
    monkeypatch.setattr(app, "check_idle", app.draw)
    type_keys(keys, "abc")
    await until_so(lambda: delivered == ["a", "b", "c"])
    keys.clear()


async def test_a_late_answer_does_not_pass_on_a_key_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_queue, "REMINDER_S", 0.001)
    app = Application()
    keys, delivered = still(app)
    type_keys(keys, "ab")
    late = app.later.pop(0)
    await until_so(lambda: delivered == ["a", "b"])
    monkeypatch.setattr(key_queue, "REMINDER_S", 3600)
    type_keys(keys, "cd")
    app.later.clear()
    late()
    app.job()  # what `late` asked for: the end of "a", long over
    app.draw()
    assert delivered == ["a", "b"]
    keys.clear()


async def test_what_was_not_used_is_forgotten() -> None:
    app = Application()
    keys, delivered = still(app)
    type_keys(keys, "abc")
    keys.clear()
    app.job()
    assert delivered == ["a"]
    type_keys(keys, "z")
    assert delivered == ["a", "z"]
    keys.clear()
