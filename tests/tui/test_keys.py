"""The table of keys: complete, without contradictions, and the same for bindings, help and palette."""

from __future__ import annotations

from pathlib import Path

import pytest

from npumon.tui.keys import KEYS, PAGE_NAMES, Key
from npumon.tui.page_keys import PAGE_KEYS
from npumon.tui.screens.page import Page
from tests.tui.stage import application, live

#: The contract's keys that work everywhere.
CONTRACT = [*"q?rRxgm ces+-T:12345", "Tab", "Ctrl+P"]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.shown)
async def test_every_key_has_words_and_an_action(key: Key) -> None:
    assert key.word
    assert key.meaning
    assert key.shown.isascii()
    for action in {key.action, key.pressed or key.action}:
        assert callable(getattr(application(live()), f"action_{action.partition('(')[0]}"))


@pytest.mark.parametrize("shown", CONTRACT)
def test_the_contracts_keys_are_bound(shown: str) -> None:
    names = {" ": "space", "Ctrl+P": "ctrl+p", "?": "question_mark", "+": "plus", "-": "minus", ":": "colon"}
    bound = [name for key in KEYS for name in key.keys.split(",")]
    assert names.get(shown, shown.lower() if len(shown) > 1 else shown) in bound


def test_no_key_has_two_meanings() -> None:
    bound = [name for key in KEYS for name in key.keys.split(",") if name]
    assert len(bound) == len(set(bound))
    shown = [key.shown for key in KEYS]
    assert len(shown) == len(set(shown))


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_a_page_says_what_its_keys_do(name: str) -> None:
    keys = PAGE_KEYS[name]
    bound = [pressed for key in keys for pressed in key.keys.split(",")]
    assert len(bound) == len(set(bound))
    assert all(key.word and key.meaning and key.shown.isascii() for key in keys)
    assert not set(bound) & set("12345rRxgqT"), "these mean the same everywhere"


def test_tab_goes_from_page_to_page() -> None:
    """Textual's screens use Tab themselves."""
    bindings = {key: binding.action for key, binding in Page._merge_bindings()}
    assert bindings["tab"] == "app.next_page(1)"
    assert bindings["shift+tab"] == "app.next_page(-1)"


def test_the_documentation_names_every_key_of_the_key_bar() -> None:
    text = (Path(__file__).parents[2] / "docs" / "monitor.md").read_text(encoding="utf-8")
    assert [key.shown for key in KEYS if key.bar and f"`{key.shown}`" not in text] == []
