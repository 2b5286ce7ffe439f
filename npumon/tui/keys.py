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


#: What the pages bind themselves; tables and filter lines have bindings of their own.
LIVE_KEYS: tuple[Key, ...] = (
    Key(
        "b", "b", "group by", "group operations by target, by operation, by layer, by shader", "regroup", "live",
        wish="where the time goes, by something else",
    ),
    Key(
        "d", "d", "distribution", "how latencies are distributed, and over time; or back", "distribution", "live",
        wish="show the distribution of latencies",
    ),
)  # fmt: skip
RUNS_KEYS: tuple[Key, ...] = (
    Key("m", "m", "mark", "mark the selected run, or unmark it", "mark_selected", "runs"),
    Key("c", "c", "newest", "compare the newest run with the marked one", "compare_newest", "runs"),
    Key("z", "z", "unfold", "see the runs of a series, or fold them again", "unfold", "runs"),
    Key("f", "f", "figures", "go to the figures of the comparison, or back", "turn", "runs"),
)
#: Each sorts the operations by a column, or turns that order round: the key, the column, its name.
LAYERS_ORDERS: tuple[tuple[str, str, str], ...] = (
    ("O", "order", "run order"),
    ("t", "time", "time"),
    ("B", "busy", "busy time"),
    ("u", "utilization", "utilization"),
    ("w", "why", "why"),
    ("a", "name", "name"),
    ("y", "operation", "operation"),
    ("D", "ddr_rate", "DDR rate"),
    ("M", "macs", "MAC"),
    ("C", "mac_per_cycle", "MAC per cycle"),
    ("i", "intensity", "MAC per byte of DDR"),
)
LAYERS_KEYS: tuple[Key, ...] = (
    Key("v", "v", "in the log", "the operation's lines in the log; v there leads back", "view_in_log", "layers"),
    *(
        Key(
            f"{letter},upper_{letter.lower()}" if letter.isupper() else letter,
            letter,
            f"by {name}",
            f"sort by {name}, or turn the order round",
            f"sort_by('{key}')",
            "layers",
        )
        for letter, key, name in LAYERS_ORDERS
    ),
)
MODELS_KEYS: tuple[Key, ...] = (
    Key("a", "a", "add", "add a command of your own", "add_line", "models", wish="run any program"),
    Key("p", "p", "options", "change its variables and labels, or your command", "change_model", "models"),
    Key("delete", "Del", "forget", "forget your command, or how the model is run", "forget_model", "models"),
    Key("f5,ctrl+r", "F5", "refresh", "look for models again; also Ctrl+R", "refresh", "models"),
    Key("J,upper_j", "J", "more", "scroll the model's details down", "scroll_details(1)", "models"),
    Key("K,upper_k", "K", "less", "scroll the model's details up", "scroll_details(-1)", "models"),
)
LOG_KEYS: tuple[Key, ...] = (
    Key("slash", "/", "search", "search for words; case matters only if they contain capitals", "filter", "log"),
    Key("n", "n", "next", "the next line with the words", "next_match(1)", "log"),
    Key("N,upper_n", "N", "previous", "the previous line with the words", "next_match(-1)", "log"),
    Key("escape", "Esc", "clear", "clear the search", "clear_filter", "log"),
    Key("j,down", "j", "down", "a line down", "move(1)", "log"),
    Key("k,up", "k", "up", "a line up; stops following the end", "move(-1)", "log"),
    Key("pagedown,ctrl+f", "PgDn", "page down", "a screen down", "turn(1)", "log"),
    Key("pageup,ctrl+b", "PgUp", "page up", "a screen up", "turn(-1)", "log"),
    Key("home", "Home", "start", "the oldest line kept", "start", "log"),
    Key("G,upper_g,end", "G", "end", "the end, and follow it", "end", "log"),
    Key("h,left", "h", "left", "half a screen to the left", "slide(-1)", "log"),
    Key("l,right", "l", "right", "half a screen to the right, if lines are long", "slide(1)", "log"),
    Key("w", "w", "wrap", "wrap long lines, or cut them", "wrap", "log"),
    Key(
        "v",
        "v",
        "operation",
        "the operation of the marked line, or the first shown, on Layers",
        "view_operation",
        "log",
    ),
)
#: All keys that a page adds to those that work everywhere, by its name: for the help and the palette.
PAGE_KEYS: dict[str, tuple[Key, ...]] = {
    "live": LIVE_KEYS,
    "layers": (*LAYERS_KEYS, *table_keys("layers"), *filter_keys("layers")),
    "runs": (
        Key("enter", "Enter", "open", "show the selected run on all pages", "open", "runs"),
        *RUNS_KEYS,
        *(key for key in table_keys("runs") if key.action != "choose"),
        *filter_keys("runs"),
    ),
    "models": (
        Key("enter", "Enter", "run", "run the selected model; also a double click", "run", "models"),
        *MODELS_KEYS,
        *(key for key in table_keys("models") if key.action not in ("sort(1)", "sort(-1)", "reverse", "choose")),
        *filter_keys("models"),
    ),
    "log": LOG_KEYS,
}


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
