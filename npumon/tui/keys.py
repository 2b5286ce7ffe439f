"""Every key of the monitor. Bindings, help and palette are built from these tables, and the key bar (`hints_in`)."""

from __future__ import annotations

from typing import NamedTuple

from npumon.tui.key_state import (
    When,
    always,
    has_ended_run,
    has_older_iteration,
    has_older_run,
    has_run,
    is_idle,
    may_repeat,
    may_stop,
    shows_older,
)


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


class Key(NamedTuple):
    """A key: `keys` as Textual names them, `shown` as users write it, `word` for the key bar, `meaning` for the help.

    `action` is what it runs, `pressed` what the key itself runs if that differs. `when` tells whether it would do
    anything now; `bar` whether the key bar offers it then. `wish` is what people would call it who look for it in the
    palette. `on_board` marks a key that is for boards: where a log is watched, it is left out.
    """

    keys: str
    shown: str
    word: str
    meaning: str
    action: str
    pressed: str = ""
    when: When = always
    bar: bool = False
    wish: str = ""
    on_board: bool = False


#: What works everywhere, in the order of the help and of the key bar. Those of one page come second in the key bar,
#: before the pages, see `hints_in`; its last three rows always stay there.
KEYS: tuple[Key, ...] = (
    Key(
        "r", "r", "run", "run the last model again, or the first one", "run_again",
        when=is_idle, bar=True, wish="run", on_board=True,
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
        when=is_idle, bar=True, wish="reload the driver, switch profiling", on_board=True,
    ),
    Key("m", "m", "mark", "mark the shown run, to compare others with it", "mark", when=has_ended_run, bar=True),
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
    Key("e", "e", "export", "write the shown run: JSON, CSV, Markdown, a picture", "export", when=has_run, bar=True),
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

#: Commands without a key, for the palette.
COMMANDS: tuple[Key, ...] = (
    Key(
        "", "", "json", "all figures of the shown run, for programs", "export_as('json')",
        when=has_run, wish="export as JSON",
    ),
    Key(
        "", "", "csv", "a row for each operation of the shown run", "export_as('csv')",
        when=has_run, wish="export as CSV",
    ),
    Key(
        "", "", "markdown", "a report with tables, for people", "export_as('markdown')",
        when=has_run, wish="export as Markdown",
    ),
    Key("", "", "png", "a picture of this page as pixels", "export_as('png')", wish="save a picture as PNG"),
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
