"""What a pane shows without figures: the reason and the remedy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from npumon.core.monitor.live import Live
from npumon.core.monitor.off_board import machine_without_npu
from npumon.core.problems import Problem
from npumon.core.run.report import RunReport
from npumon.tui.paint import Area, Line, Sentence, Span, wrapped
from npumon.tui.widgets.canvas import Canvas, Pane

_WIDEST_NOTICE = 72
#: Commands that the monitor has a key for.
_KEYS = {"npumon driver reload": "press g", "npumon driver load": "press g"}


def hindrances(live: Live) -> list[Sentence]:
    """Return what is wrong with the driver, each with its remedy. A log that is only read needs none, and a machine
    that is no board can have none."""
    if live.snapshot.log_board is not None or machine_without_npu(live):
        return []
    sentences: list[Sentence] = []
    for problem in live.snapshot.driver.problems:
        sentences.extend(((problem.what, "bad"), (_with_keys(problem.remedy), "")))
    return sentences


def _with_keys(remedy: str) -> str:
    """Replace commands in a remedy by the monitor's keys for them."""
    for command, key in _KEYS.items():
        remedy = remedy.replace(command, key)
    return remedy


def why_nothing(live: Live, run: RunReport | None) -> list[Sentence]:
    """Return why this run has no figures, or why there is no run."""
    if run is not None and run.info.outcome == "running":
        return [("The figures come with the first iteration.", "label"), *hindrances(live)]
    if run is not None:
        if run.state.iterations:
            return [("This run printed no cycle counters.", "warn"), *hindrances(live)]
        frames = run.state.frames or run.state.detections
        words = "This program prints neither times nor counters." if frames else "The run completed no iteration."
        return [(words, "label"), *hindrances(live)]
    return [*_no_run(live), *hindrances(live)]


def _no_run(live: Live) -> list[Sentence]:
    activity = live.activity
    if not live.snapshot.taken_at:
        return [("Looking at the board.", "label")]
    if activity.source is not None:
        if activity.stage == "no file":
            return [(f"Waiting for {activity.source}: it does not exist yet.", "value")]
        return [("The log holds no run yet.", "value")]
    if activity.under_way or activity.stage == "reloading":
        return [("The figures come with the first iteration.", "label")]
    return [
        ("No run yet.", "value"),
        ("r runs a model, 4 shows models or how to get some, ? explains the keys.", ""),
    ]


class NothingPane(Pane):
    """Why there is nothing to show yet, and what to do, a third down the area."""

    def sees(self, live: Live) -> tuple[object, ...]:
        run = live.snapshot.run
        return (
            live.activity.stage,
            live.activity.source,
            live.snapshot.driver,
            not live.snapshot.taken_at,
            None if run is None else run.info.outcome,
        )

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        run = live.snapshot.run
        return in_the_middle(why_nothing(live, None if run is None or run.info.outcome == "running" else run), area)


def in_the_middle(sentences: Sequence[Sentence], area: Area) -> list[Line]:
    """Lay sentences out below each other, a third down the area, in lines that are not too long to read."""
    width = max(1, min(_WIDEST_NOTICE, area.width - 4))
    left = Span(" " * max(0, (area.width - width) // 2))
    lines: list[Line] = []
    for number, (text, role) in enumerate(sentences):
        lines.extend([()] * (number > 0))
        lines.extend((left, Span(line, role)) for line in wrapped(text, width))
    return [*[()] * max(0, (area.height - len(lines)) // 3), *lines]


class NoticePane(Canvas):
    """A problem and its remedy in the middle of the area. `of` returns the problem for a live value."""

    DEFAULT_CSS = "NoticePane { height: 1fr; }"

    def __init__(self, of: Callable[[Live], Problem], *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self._of = of

    def draw(self, live: Live, area: Area) -> Sequence[Line]:
        problem = self._of(live)
        return in_the_middle([(problem.what, "value"), (problem.remedy, "")], area)
