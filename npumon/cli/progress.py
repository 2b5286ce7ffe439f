"""How far a run has come, as one line on standard error that is redrawn in place."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from npumon.cli.diagnostics import Diagnostics
from npumon.core.run.state import Phase, RunState
from npumon.engine.run_progress import IterationEta, iterations_over
from npumon.export.drawing import Style

#: Shortest time between two redraws.
REDRAW_S = 0.1

_WORDS: dict[Phase, str] = {
    "waiting": "starting",
    "creating": "creating the network",
    "verifying": "verifying the graph",
    "running": "running",
    "finishing": "finishing",
    "done": "finishing",
}


def progress_line(
    state: RunState, elapsed_s: float, style: Style, *, remaining_s: float | None = None, label: str = ""
) -> str:
    """Return `label · iteration 3 of 10 · 12 s · ETA 28 s`, at most `style.width` columns wide.

    `label` says what runs (`run 2 of 5`). If the width does not suffice, the label, then the ETA, then the time is
    left out.
    """
    what = _what(state)
    elapsed = duration(elapsed_s)
    eta = "" if remaining_s is None else f"ETA {duration(remaining_s)}"
    between = " - " if style.ascii else " · "
    for parts in ((label, what, elapsed, eta), (what, elapsed, eta), (what, elapsed), (what,)):
        line = between.join(part for part in parts if part)
        if len(line) <= style.width:
            return line
    return line[: style.width]


def duration(seconds: float) -> str:
    """Return `7 s`, `3 min 05 s` or `2 h 07 min`: whole units, rounded down."""
    whole = int(max(0.0, seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def _what(state: RunState) -> str:
    word = _WORDS[state.phase]
    if state.phase != "running":
        return word
    if state.frames:
        return f"frame {state.frames}"
    if state.loops is not None and state.loops > 0:
        return f"iteration {min(iterations_over(state) + 1, state.loops)} of {state.loops}"
    return f"iteration {iterations_over(state) + 1}" if iterations_over(state) else word


class Progress:
    """Keeps the status line of one run up to date; a context manager that erases it at the end."""

    def __init__(self, diagnostics: Diagnostics, label: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        """Begin the run now. `clock` gives seconds."""
        self._diagnostics = diagnostics
        self._label = label
        self._clock = clock
        self._began_s = clock()
        self._drawn_s: float | None = None
        self._phase: Phase | None = None
        self._pace = IterationEta()

    def update(self, state: RunState, age_s: float = 0.0, *, timed: bool = True) -> None:
        """Show the state, unless the line was drawn a moment ago and says the same in words.

        `age_s` is how long the run had been running when it was taken up; `timed` False is for text from before that.
        """
        now_s = self._clock()
        elapsed_s = now_s - self._began_s + age_s
        if timed:
            self._pace.note(state, elapsed_s)
        recent = self._drawn_s is not None and now_s - self._drawn_s < REDRAW_S
        if not self._diagnostics.terminal or (recent and state.phase == self._phase):
            return
        self._drawn_s, self._phase = now_s, state.phase
        # One column is left free, for a terminal that is written to its last one may go on to the next line.
        style = Style(ascii=self._diagnostics.ascii, width=max(1, self._diagnostics.width - 1))
        remaining_s = self._pace.remaining_s(state, elapsed_s)
        self._diagnostics.status(progress_line(state, elapsed_s, style, remaining_s=remaining_s, label=self._label))

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._diagnostics.status("")
