"""Every key of the monitor, once: bindings, key bar, help and command palette are made from this table."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

#: The pages, by the names of their modes, in the order of their keys.
PAGES = ("live", "layers", "runs", "models", "log")


class Key(NamedTuple):
    """`keys` as Textual names them; `shown` as people write them; `word` for the key bar, `meaning` for the help.

    `action` is what is run, `pressed` what the key itself runs where that is something else. `scope` says where it
    works: everywhere, or one page.
    """

    keys: str
    shown: str
    word: str
    meaning: str
    action: str
    scope: str = "everywhere"
    pressed: str = ""


KEYS: tuple[Key, ...] = (
    Key("r", "r", "run", "run the last model again", "run_again"),
    Key("R,upper_r", "R", "repeat", "run it several times", "repeat"),
    Key("x", "x", "stop", "stop the run", "stop_run"),
    Key("g", "g", "driver", "reload galcore, with profiling on or off", "reload_driver", pressed="press_g"),
    Key("m", "m", "mark", "mark the newest run, to compare others with it", "mark"),
    Key("c", "c", "compare", "compare with the marked run", "compare"),
    Key("e", "e", "export", "write the newest run to a JSON file", "export"),
    Key("E,upper_e", "E", "export all", "write all runs of this session, each with its last iteration", "export_all"),
    Key("s", "s", "picture", "save a picture of the screen", "picture"),
    Key("space", "space", "pause", "pause the display; the run goes on", "pause"),
    Key("plus,equals_sign", "+", "faster", "look at the board more often", "faster"),
    Key("minus", "-", "slower", "look at the board less often", "slower"),
    Key("t", "t", "theme", "the next theme", "next_theme"),
    Key("o", "o", "overhead", "show what npumon itself costs", "overhead"),
    Key("colon,ctrl+p", ":", "more", "every command, by name", "command_palette"),
    Key("1", "1", "live", "the Live page", "page('live')"),
    Key("2", "2", "layers", "the Layers page", "page('layers')"),
    Key("3", "3", "runs", "the Runs page", "page('runs')"),
    Key("4", "4", "models", "the Models page", "page('models')"),
    Key("5", "5", "log", "the Log page", "page('log')"),
    Key("", "g g", "top", "the top of a list, as Home", "top_of_list"),
    Key("tab", "Tab", "next page", "the next page", "next_page(1)"),
    Key("shift+tab", "Shift+Tab", "page before", "the page before", "next_page(-1)"),
    Key("ctrl+z", "Ctrl+Z", "suspend", "suspend npumon", "suspend_job"),
    Key("ctrl+l", "Ctrl+L", "repaint", "draw the whole screen anew", "repaint"),
    Key("question_mark,f1", "?", "help", "this help", "help"),
    Key("q,ctrl+c", "q", "quit", "quit", "quit"),
)


def page_keys(name: str) -> tuple[Key, ...]:
    """Those that only this page has. Imports it."""
    keys: tuple[Key, ...] = getattr(import_module(f"npumon.tui.screens.{name}"), "PAGE_KEYS", ())
    return keys
