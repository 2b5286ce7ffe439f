"""The keys that pages add to those that work everywhere, for bindings, help and palette."""

from __future__ import annotations

from npumon.tui.key_state import has_operations
from npumon.tui.keys import Key


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
    Key(
        "slash",
        "/",
        "search",
        "search all of the log for words; capitals matter if there are some; Up brings back the last words",
        "filter",
        "log",
    ),
    Key("n", "n", "next", "the next line with the words", "next_match(1)", "log"),
    Key("N,upper_n", "N", "previous", "the previous line with the words", "next_match(-1)", "log"),
    Key("escape", "Esc", "clear", "clear the search", "clear_filter", "log"),
    Key("f", "f", "error", "the next error", "jump('error', 1)", "log"),
    Key("F,upper_f", "F", "error", "the error before", "jump('error', -1)", "log"),
    Key("u", "u", "run", "where the next run begins", "jump('run', 1)", "log"),
    Key("U,upper_u", "U", "run", "where this run begins, or the one before", "jump('run', -1)", "log"),
    Key("p", "p", "operation", "the next operation", "jump('operation', 1)", "log"),
    Key("P,upper_p", "P", "operation", "the operation before", "jump('operation', -1)", "log"),
    Key("j,down", "j", "down", "a line down", "move(1)", "log"),
    Key("k,up", "k", "up", "a line up; stops following the end", "move(-1)", "log"),
    Key("pagedown,ctrl+f", "PgDn", "page down", "a screen down", "turn(1)", "log"),
    Key("pageup,ctrl+b", "PgUp", "page up", "a screen up", "turn(-1)", "log"),
    Key("home", "Home", "start", "the first line", "start", "log"),
    Key("G,upper_g,end", "G", "end", "the end, and follow it", "end", "log"),
    Key("h,left", "h", "left", "half a screen to the left", "slide(-1)", "log"),
    Key("l,right", "l", "right", "half a screen to the right, if lines are long", "slide(1)", "log"),
    Key("w", "w", "wrap", "wrap long lines, or cut them", "wrap", "log"),
    Key(
        "v", "v", "on Layers", "the operation of the marked line, or the first shown, on Layers",
        "view_operation", "log",
    ),
)  # fmt: skip
#: Commands of pages that have no key of their own, for the palette.
PAGE_COMMANDS: dict[str, tuple[Key, ...]] = {
    "live": tuple(
        Key("", "", by, f"where the time goes, by {by}", f"group_by('{by}')", "live",
            when=has_operations, wish=f"group by {by}")
        for by in ("target", "operation", "layer", "shader")
    ),
    "layers": (
        Key("", "", "slowest", "the operations that take longest, first", "slowest", "layers",
            when=has_operations, wish="show the slowest operations"),
    ),
}  # fmt: skip
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
