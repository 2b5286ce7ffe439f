"""Keys typed ahead: in their order, each when the one before has done its work, and never stuck."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.events import Key

from npumon.tui import key_queue
from npumon.tui.key_queue import KeyQueue


class Application:
    """Comes to rest when a test says so."""

    def __init__(self) -> None:
        self.later: list[Callable[[], None]] = []
        self.reminded = 0
        self.screen_stack = [self]

    def check_idle(self) -> None:
        self.reminded += 1

    def call_after_refresh(self, call: Callable[[], None]) -> None:
        self.later.append(call)

    def come_to_rest(self) -> None:
        while self.later:
            self.later.pop(0)()


def queue(app: Any) -> tuple[KeyQueue, list[str]]:
    delivered: list[str] = []
    return KeyQueue(app, asyncio.get_running_loop(), lambda key: delivered.append(key.key)), delivered


def type_keys(keys: KeyQueue, text: str) -> None:
    for character in text:
        keys.put(Key(character, character))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, within reason."""
    for _ in range(20_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("waited in vain")


async def test_the_first_goes_at_once_the_next_when_it_is_done() -> None:
    app = Application()
    keys, delivered = queue(app)
    type_keys(keys, "5/x")
    assert delivered == ["5"]
    app.later.pop(0)()
    assert delivered == ["5"]  # it may be on its way back from a widget
    app.later.pop(0)()
    assert delivered == ["5", "/"]
    app.come_to_rest()
    assert delivered == ["5", "/", "x"]
    type_keys(keys, "y")
    assert delivered[-1] == "y"


async def test_keys_go_on_when_the_application_never_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_queue, "REMINDER_S", 0.001)
    app = Application()
    keys, delivered = queue(app)
    type_keys(keys, "ab")
    await until(lambda: delivered == ["a", "b"])
    assert app.reminded == key_queue.REMINDERS
    keys.clear()


async def test_an_application_that_forgot_to_answer_is_reminded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_queue, "REMINDER_S", 0.001)
    monkeypatch.setattr(key_queue, "REMINDERS", 10**9)
    app = Application()
    keys, delivered = queue(app)
    monkeypatch.setattr(app, "check_idle", app.come_to_rest)
    type_keys(keys, "abc")
    await until(lambda: delivered == ["a", "b", "c"])
    keys.clear()


async def test_a_late_answer_does_not_pass_on_a_key_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_queue, "REMINDER_S", 0.001)
    app = Application()
    keys, delivered = queue(app)
    type_keys(keys, "ab")
    late = app.later.pop(0)
    await until(lambda: delivered == ["a", "b"])
    monkeypatch.setattr(key_queue, "REMINDER_S", 3600)
    type_keys(keys, "cd")
    late()
    app.later.pop()()  # what `late` asked for: the end of "a", long over
    assert delivered[:2] == ["a", "b"]
    assert len(delivered) <= 3
    keys.clear()


async def test_what_was_not_used_is_forgotten() -> None:
    app = Application()
    keys, delivered = queue(app)
    type_keys(keys, "abc")
    keys.clear()
    app.come_to_rest()
    assert delivered == ["a"]
    type_keys(keys, "z")
    assert delivered == ["a", "z"]
    keys.clear()
