"""Which keys the key bar holds: those that can be pressed now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from npumon.core.monitor.live import Live
from npumon.tui.keys import PAGES
from npumon.tui.widgets.key_bar import Hint


class HintContext(NamedTuple):
    """What they depend on besides the live value.

    The `page` to be seen; whether a log is being watched, the last run is `repeatable`, a run is `marked`, and the
    display is `paused`.
    """

    page: str
    watching: bool = False
    repeatable: bool = False
    marked: bool = False
    paused: bool = False


def hints_in(state: HintContext, of_page: Sequence[Hint], live: Live) -> Sequence[Hint]:
    """All hints, the most important first; the last three, from which all others can be reached, always stay."""
    busy = live.activity.under_way and not state.watching
    return [
        Hint("x", "stop", "app.stop_run", busy),
        Hint("r", "run", "app.run_again", not busy and not state.watching),
        *of_page,
        *(
            Hint(str(number), name, f"app.page('{name}')", page=True, here=name == state.page)
            for number, name in enumerate(PAGES, 1)
        ),
        Hint("R", "repeat", "app.repeat", not busy and state.repeatable),
        Hint("g", "driver", "app.reload_driver", not busy),
        Hint("m", "mark", "app.mark", bool(live.runs)),
        Hint("c", "compare", "app.compare", state.marked),
        Hint("space", "go on" if state.paused else "pause", "app.pause"),
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
