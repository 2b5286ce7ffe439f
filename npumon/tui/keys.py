"""Every key of the monitor. Bindings, help and palette are built from these tables, and the key bar (`hints_in`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from npumon.core.monitor.live import Live


class PageEntry(NamedTuple):
    """A page: its `name` in commands and on the screen, its `key`, and what the help says about it.

    `module` and `class_name` are where it is found below `npumon.tui.screens`; a page is imported when it is first
    visited. `on_board` marks a page that is for boards: where a log is watched, it is left out.
    """

    name: str
    key: str
    module: str
    class_name: str
    meaning: str
    on_board: bool = False


#: The pages in the order of their keys; the monitor opens with the first one.
PAGES: tuple[PageEntry, ...] = (
    PageEntry("live", "1", "live", "LivePage", "the Live page"),
    PageEntry("layers", "2", "layers", "LayersPage", "the Layers page"),
    PageEntry("runs", "3", "runs", "RunsPage", "the Runs page"),
    PageEntry("models", "4", "models", "ModelsPage", "the Models page", on_board=True),
    PageEntry("log", "5", "log", "LogPage", "the Log page"),
)
PAGE_NAMES = tuple(page.name for page in PAGES)


class KeyState(NamedTuple):
    """What keys depend on besides the live value.

    The visible `page`; whether a log is being watched, the last run is `repeatable`, a run is `marked`, the display is
    `paused`, and whether a file was written.
    """

    page: str
    watching: bool = False
    repeatable: bool = False
    marked: bool = False
    paused: bool = False
    written: bool = False


When = Callable[[KeyState, "Live"], bool]


def always(state: KeyState, live: Live) -> bool:
    """Return True: the key can be pressed at any time."""
    return True


def may_run(state: KeyState, live: Live) -> bool:
    """Return whether a run could begin."""
    return not live.activity.under_way


def may_stop(state: KeyState, live: Live) -> bool:
    """Return whether there is a run that could be stopped."""
    return live.activity.under_way


def may_repeat(state: KeyState, live: Live) -> bool:
    """Return whether the last run could be made again."""
    return state.repeatable and not live.activity.under_way


def may_reload(state: KeyState, live: Live) -> bool:
    """Return whether the driver could be reloaded."""
    return not live.activity.under_way


def has_run(state: KeyState, live: Live) -> bool:
    """Return whether there is a run to be seen, ended or not."""
    return live.snapshot.run is not None


def has_ended_run(state: KeyState, live: Live) -> bool:
    """Return whether a run has ended."""
    return bool(live.runs)


def has_older_run(state: KeyState, live: Live) -> bool:
    """Return whether there is a run before the shown one."""
    return (live.shown.run or live.shown.runs + 1) > 1


def has_older_iteration(state: KeyState, live: Live) -> bool:
    """Return whether the shown run has an iteration before the shown one."""
    return (live.shown.iteration or 0) > 1


def shows_older(state: KeyState, live: Live) -> bool:
    """Return whether pages show something else than the newest."""
    return not live.shown.newest


class Key(NamedTuple):
    """A key: `keys` as Textual names them, `shown` as users write it, `word` for the key bar, `meaning` for the help.

    `action` is what it runs, `pressed` what the key itself runs if that differs. `scope` is where it works: everywhere,
    or on one page. `when` tells whether it would do anything now; `bar` whether the key bar offers it then. `wish` is
    what people would call it who look for it in the palette. A command without a key has empty `keys` and `shown`.
    `on_board` marks a key that is for boards: where a log is watched, it is left out.
    """

    keys: str
    shown: str
    word: str
    meaning: str
    action: str
    scope: str = "everywhere"
    pressed: str = ""
    when: When = always
    bar: bool = False
    wish: str = ""
    on_board: bool = False


#: What works everywhere, in the order of the help and of the key bar. Those of one page come second in the key bar,
#: before the pages, see `hints_in`; its last three rows always stay there.
KEYS: tuple[Key, ...] = (
    Key(
        "r", "r", "run", "run the last model again", "run_again",
        when=may_run, bar=True, wish="run again", on_board=True,
    ),
    Key("x", "x", "stop", "stop the run", "stop_run", when=may_stop, bar=True, wish="stop the run", on_board=True),
    Key("0", "0", "newest", "go back to the newest run", "newest", when=shows_older, bar=True),
    *(
        Key(
            page.key, page.key, page.name, page.meaning, f"page('{page.name}')",
            bar=True, wish=f"show {page.meaning}", on_board=page.on_board,
        )
        for page in PAGES
    ),
    Key(
        "R,upper_r", "R", "repeat", "run it several times", "repeat",
        when=may_repeat, bar=True, wish="run it N times", on_board=True,
    ),
    Key(
        "g", "g", "driver", "reload galcore, with profiling on or off", "reload_driver", pressed="press_g",
        when=may_reload, bar=True, wish="reload the driver, switch profiling", on_board=True,
    ),
    Key("m", "m", "mark", "mark the newest run, to compare others with it", "mark", when=has_ended_run, bar=True),
    Key(
        "c", "c", "compare", "compare with the marked run", "compare",
        when=lambda state, live: state.marked, bar=True, wish="compare runs",
    ),
    Key("space", "space", "pause", "pause the display; the run goes on", "pause", bar=True),
    Key("left_curly_bracket", "{", "run before", "show the run before", "run_step(-1)", when=has_older_run, bar=True),
    Key("right_curly_bracket", "}", "run after", "show the next run", "run_step(1)", when=shows_older),
    Key("left_square_bracket", "[", "iteration before", "show the iteration before", "iteration_step(-1)",
        when=has_older_iteration, bar=True),
    Key("right_square_bracket", "]", "iteration after", "show the next one", "iteration_step(1)", when=shows_older),
    Key("s", "s", "picture", "save a picture of the screen", "picture", bar=True, wish="save a picture"),
    Key("e", "e", "export", "write the newest run to a JSON file", "export", when=has_run, bar=True),
    Key(
        "E,upper_e", "E", "export all", "write all runs of this session, each with its last iteration", "export_all",
        when=has_ended_run, bar=True,
    ),
    Key("T,upper_t", "T", "theme", "the next theme", "next_theme", bar=True),
    Key("plus,equals_sign", "+", "faster", "sample the board more often", "faster", bar=True, on_board=True),
    Key("minus", "-", "slower", "sample the board less often", "slower", bar=True, on_board=True),
    Key("o", "o", "overhead", "show npumon's own CPU and memory use", "overhead", bar=True),
    Key(
        "D,upper_d", "D", "demo board", "off a board: go on with a simulated one", "demo_board",
        pressed="press_demo_board", wish="use the simulated board",
    ),
    Key("f", "f", "open a log", "off a board: choose a log and watch it", "open_log", pressed="press_open_log"),
    Key("i", "i", "install", "off a board: how to install npumon on one", "install", pressed="press_install"),
    Key("", "g g", "top", "the top of a list, like Home", "top_of_list"),
    Key("tab", "Tab", "next page", "the next page", "next_page(1)"),
    Key("shift+tab", "Shift+Tab", "page before", "the previous page", "next_page(-1)"),
    Key("f2", "F2", "notices", "the last written file, and what was said lately", "notices", wish="last written file"),
    Key("ctrl+c", "Ctrl+C", "quit at once", "quit at once; a run is stopped, unless it is to be kept", "quit_now"),
    Key("ctrl+z", "Ctrl+Z", "suspend", "suspend npumon", "suspend_job"),
    Key("ctrl+l", "Ctrl+L", "repaint", "redraw the whole screen", "repaint"),
    Key("colon,ctrl+p", ":", "more", "every command, by name", "command_palette", bar=True),
    Key("question_mark,f1", "?", "help", "this help", "help", bar=True),
    Key("q", "q", "quit", "quit; asks what becomes of a run under way", "quit", bar=True),
)  # fmt: skip


def pages_for(*, watching: bool) -> tuple[PageEntry, ...]:
    """Return the pages there are: on a board, or where a log is watched."""
    return tuple(page for page in PAGES if not (watching and page.on_board))


def keys_for(*, watching: bool) -> tuple[Key, ...]:
    """Return the keys that work everywhere: on a board, or where a log is watched."""
    return tuple(key for key in KEYS if not (watching and key.on_board))


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
