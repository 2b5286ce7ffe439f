"""Every key of the monitor. Bindings, help and palette are built from these tables, the key bar from `hints_in`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from npumon.core.monitor.live import Live


class PageEntry(NamedTuple):
    """A page: its `name` in commands and on the screen, its `key`, and what the help says about it.

    `module` and `class_name` are where it is found below `npumon.tui.screens`; a page is imported when it is first
    visited.
    """

    name: str
    key: str
    module: str
    class_name: str
    meaning: str


#: The pages in the order of their keys; the monitor opens with the first one.
PAGES: tuple[PageEntry, ...] = (
    PageEntry("live", "1", "live", "LivePage", "the Live page"),
    PageEntry("layers", "2", "layers", "LayersPage", "the Layers page"),
    PageEntry("runs", "3", "runs", "RunsPage", "the Runs page"),
    PageEntry("models", "4", "models", "ModelsPage", "the Models page"),
    PageEntry("log", "5", "log", "LogPage", "the Log page"),
)
PAGE_NAMES = tuple(page.name for page in PAGES)


class Key(NamedTuple):
    """A key: `keys` as Textual names them, `shown` as users write it, `word` for the key bar, `meaning` for the help.

    `action` is what it runs, `pressed` what the key itself runs if that differs. `scope` is where it works:
    everywhere, or on one page.
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
    Key("plus,equals_sign", "+", "faster", "sample the board more often", "faster"),
    Key("minus", "-", "slower", "sample the board less often", "slower"),
    Key("t", "t", "theme", "the next theme", "next_theme"),
    Key("o", "o", "overhead", "show npumon's own CPU and memory use", "overhead"),
    Key("colon,ctrl+p", ":", "more", "every command, by name", "command_palette"),
    *(Key(page.key, page.key, page.name, page.meaning, f"page('{page.name}')") for page in PAGES),
    Key("", "g g", "top", "the top of a list, like Home", "top_of_list"),
    Key("tab", "Tab", "next page", "the next page", "next_page(1)"),
    Key("shift+tab", "Shift+Tab", "page before", "the previous page", "next_page(-1)"),
    Key("ctrl+z", "Ctrl+Z", "suspend", "suspend npumon", "suspend_job"),
    Key("ctrl+l", "Ctrl+L", "repaint", "redraw the whole screen", "repaint"),
    Key("question_mark,f1", "?", "help", "this help", "help"),
    Key("q,ctrl+c", "q", "quit", "quit", "quit"),
)


def table_keys(scope: str) -> tuple[Key, ...]:
    """Return the keys of a table, for a page with one."""
    left = "sort by the column to the left; also h and the arrow"
    right = "sort by the column to the right; also l and the arrow"
    return (
        Key("up,k", "k", "up", "a row up; also the arrow", "step(-1)", scope),
        Key("down,j", "j", "down", "a row down; also the arrow", "step(1)", scope),
        Key("pageup,ctrl+b", "PgUp", "page up", "a screenful up", "screenful(-1)", scope),
        Key("pagedown,ctrl+f", "PgDn", "page down", "a screenful down", "screenful(1)", scope),
        Key("home", "Home", "top", "the first row", "top", scope),
        Key("end,G,upper_g", "G", "end", "the last row; also End", "bottom", scope),
        Key("less_than_sign,left,h", "<", "sort by", left, "sort(-1)", scope),
        Key("greater_than_sign,right,l", ">", "sort by", right, "sort(1)", scope),
        Key("I,upper_i", "I", "reverse", "reverse the sort order", "reverse", scope),
        Key("L,upper_l", "L", "columns", "the next columns, if not all fit", "columns(1)", scope),
        Key("H,upper_h", "H", "columns", "the previous columns", "columns(-1)", scope),
        Key("enter", "Enter", "details", "the row's details, or back", "choose", scope),
    )


def filter_keys(scope: str) -> tuple[Key, ...]:
    """Return the keys of the filter line, for a page with one."""
    return (
        Key("slash", "/", "filter", "narrow the list to entries that contain the words", "filter", scope),
        Key("n", "n", "next", "the next match", "next_match(1)", scope),
        Key("N,upper_n", "N", "previous", "the previous match", "next_match(-1)", scope),
        Key("escape", "Esc", "clear", "clear the filter", "clear_filter", scope),
    )


class Hint(NamedTuple):
    """An entry of the key bar: the key as it is written, a word for what it does, the action it runs, and whether it
    can be pressed now.

    `page` marks an entry for a page, `here` the one for the visible page. Entries for pages stay together.
    """

    key: str
    word: str
    action: str
    enabled: bool = True
    page: bool = False
    here: bool = False


class HintContext(NamedTuple):
    """What the key bar depends on besides the live value.

    The visible `page`; whether a log is being watched, the last run is `repeatable`, a run is `marked`, and the display
    is `paused`.
    """

    page: str
    watching: bool = False
    repeatable: bool = False
    marked: bool = False
    paused: bool = False


def hints_in(state: HintContext, of_page: Sequence[Hint], live: Live) -> Sequence[Hint]:
    """Return all hints, the most important first; the last three, which lead to all others, always stay."""
    busy = live.activity.under_way and not state.watching
    return [
        Hint("x", "stop", "app.stop_run", busy),
        Hint("r", "run", "app.run_again", not busy and not state.watching),
        *of_page,
        *(
            Hint(page.key, page.name, f"app.page('{page.name}')", page=True, here=page.name == state.page)
            for page in PAGES
        ),
        Hint("R", "repeat", "app.repeat", not busy and state.repeatable),
        Hint("g", "driver", "app.reload_driver", not busy),
        Hint("m", "mark", "app.mark", bool(live.runs)),
        Hint("c", "compare", "app.compare", state.marked),
        Hint("space", "resume" if state.paused else "pause", "app.pause"),
        Hint("s", "picture", "app.picture"),
        Hint("e", "export", "app.export", live.snapshot.run is not None),
        Hint("E", "export all", "app.export_all", bool(live.runs)),
        Hint("t", "theme", "app.next_theme"),
        Hint("+", "faster", "app.faster"),
        Hint("-", "slower", "app.slower"),
        Hint("o", "overhead", "app.overhead"),
        Hint(":", "more", "app.command_palette"),
        Hint("?", "help", "app.help"),
        Hint("q", "quit", "app.quit"),
    ]
