"""The keys that pages add to those that work everywhere, for bindings, help and palette."""

from __future__ import annotations

from npumon.tui.key_state import has_operations
from npumon.tui.keys import Key

#: The keys of a table, for a page with one.
TABLE_KEYS: tuple[Key, ...] = (
    Key("up,k", "k", "up", "a row up; also the arrow", "step(-1)"),
    Key("down,j", "j", "down", "a row down; also the arrow", "step(1)"),
    Key("pageup,ctrl+b", "PgUp", "page up", "a screenful up", "screenful(-1)"),
    Key("pagedown,ctrl+f", "PgDn", "page down", "a screenful down", "screenful(1)"),
    Key("home", "Home", "top", "the first row", "top"),
    Key("end,G,upper_g", "G", "end", "the last row; also End", "bottom"),
    Key("less_than_sign,left,h", "<", "sort by", "sort by the column to the left; also h and the arrow", "sort(-1)"),
    Key(
        "greater_than_sign,right,l", ">", "sort by", "sort by the column to the right; also l and the arrow", "sort(1)"
    ),
    Key("I,upper_i", "I", "reverse", "reverse the sort order", "reverse"),
    Key("L,upper_l", "L", "columns", "the next columns, if not all fit", "columns(1)"),
    Key("H,upper_h", "H", "columns", "the previous columns", "columns(-1)"),
    Key("enter", "Enter", "details", "the row's details, or back", "choose"),
)
#: The keys of the filter line, for a page with one.
FILTER_KEYS: tuple[Key, ...] = (
    Key("slash", "/", "filter", "narrow the list to entries that contain the words", "filter"),
    Key("n", "n", "next", "the next match", "next_match(1)"),
    Key("N,upper_n", "N", "previous", "the previous match", "next_match(-1)"),
    Key("escape", "Esc", "clear", "clear the filter", "clear_filter"),
)

#: What the pages bind themselves; tables and filter lines have bindings of their own.
LIVE_KEYS: tuple[Key, ...] = (
    Key(
        "b", "b", "group by", "group operations by target, by operation, by layer, by shader", "regroup",
        wish="where the time goes, by something else",
    ),
    Key(
        "d", "d", "distribution", "how latencies are distributed, and over time; or back", "distribution",
        wish="show the distribution of latencies",
    ),
)  # fmt: skip
RUNS_KEYS: tuple[Key, ...] = (
    Key("m", "m", "mark", "mark the selected run, or unmark it", "mark_selected"),
    Key("c", "c", "newest", "compare the newest run with the marked one", "compare_newest"),
    Key("z", "z", "unfold", "see the runs of a series, or fold them again", "unfold"),
    Key("f", "f", "figures", "go to the figures of the comparison, or back", "turn"),
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
    Key("v", "v", "in the log", "the operation's lines in the log; v there leads back", "view_in_log"),
    *(
        Key(
            f"{letter},upper_{letter.lower()}" if letter.isupper() else letter,
            letter,
            f"by {name}",
            f"sort by {name}, or turn the order round",
            f"sort_by('{key}')",
        )
        for letter, key, name in LAYERS_ORDERS
    ),
)
MODELS_KEYS: tuple[Key, ...] = (
    Key("a", "a", "add", "add a command of your own", "add_line", wish="run any program"),
    Key("p", "p", "options", "change its variables and labels, or your command", "change_model"),
    Key("delete", "Del", "forget", "forget your command, or how the model is run", "forget_model"),
    Key("f5,ctrl+r", "F5", "refresh", "look for models again; also Ctrl+R", "refresh"),
    Key("J,upper_j", "J", "more", "scroll the model's details down", "scroll_details(1)"),
    Key("K,upper_k", "K", "less", "scroll the model's details up", "scroll_details(-1)"),
)
LOG_KEYS: tuple[Key, ...] = (
    Key(
        "slash",
        "/",
        "search",
        "search all of the log for words; capitals matter if there are some; Up brings back the last words",
        "filter",
    ),
    Key("n", "n", "next", "the next line with the words", "next_match(1)"),
    Key("N,upper_n", "N", "previous", "the previous line with the words", "next_match(-1)"),
    Key("escape", "Esc", "clear", "clear the search", "clear_filter"),
    Key("f", "f", "error", "the next error", "jump('error', 1)"),
    Key("F,upper_f", "F", "error", "the error before", "jump('error', -1)"),
    Key("u", "u", "run", "where the next run begins", "jump('run', 1)"),
    Key("U,upper_u", "U", "run", "where this run begins, or the one before", "jump('run', -1)"),
    Key("p", "p", "operation", "the next operation", "jump('operation', 1)"),
    Key("P,upper_p", "P", "operation", "the operation before", "jump('operation', -1)"),
    Key("j,down", "j", "down", "a line down", "move(1)"),
    Key("k,up", "k", "up", "a line up; stops following the end", "move(-1)"),
    Key("pagedown,ctrl+f", "PgDn", "page down", "a screen down", "turn(1)"),
    Key("pageup,ctrl+b", "PgUp", "page up", "a screen up", "turn(-1)"),
    Key("home", "Home", "start", "the first line", "start"),
    Key("G,upper_g,end", "G", "end", "the end, and follow it", "end"),
    Key("h,left", "h", "left", "half a screen to the left", "slide(-1)"),
    Key("l,right", "l", "right", "half a screen to the right, if lines are long", "slide(1)"),
    Key("w", "w", "wrap", "wrap long lines, or cut them", "wrap"),
    Key("v", "v", "on Layers", "the operation of the marked line, or the first shown, on Layers", "view_operation"),
)
#: Commands of pages that have no key of their own, for the palette.
PAGE_COMMANDS: dict[str, tuple[Key, ...]] = {
    "live": tuple(
        Key("", "", by, f"where the time goes, by {by}", f"group_by('{by}')",
            when=has_operations, wish=f"group by {by}")
        for by in ("target", "operation", "layer", "shader")
    ),
    "layers": (
        Key("", "", "slowest", "the operations that take longest, first", "slowest",
            when=has_operations, wish="show the slowest operations"),
    ),
}  # fmt: skip
#: All keys that a page adds to those that work everywhere, by its name: for the help and the palette.
PAGE_KEYS: dict[str, tuple[Key, ...]] = {
    "live": LIVE_KEYS,
    "layers": (*LAYERS_KEYS, *TABLE_KEYS, *FILTER_KEYS),
    "runs": (
        Key("enter", "Enter", "open", "show the selected run on all pages", "open"),
        *RUNS_KEYS,
        *(key for key in TABLE_KEYS if key.action != "choose"),
        *FILTER_KEYS,
    ),
    "models": (
        Key("enter", "Enter", "run", "run the selected model; also a double click", "run"),
        *MODELS_KEYS,
        *(key for key in TABLE_KEYS if key.action not in ("sort(1)", "sort(-1)", "reverse", "choose")),
        *FILTER_KEYS,
    ),
    "log": LOG_KEYS,
}
