"""Which run a pane shows."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.monitor.live import Live
from npumon.core.run.report import RunReport


class ShownRun(NamedTuple):
    """A run and the previous one of the same model. `held`: a newer run is in progress and has no figures yet."""

    run: RunReport | None = None
    before: RunReport | None = None
    held: bool = False


def figures_subject(live: Live) -> ShownRun:
    """Return the run whose figures are shown: the last one's stay until the current one has its first iteration."""
    run = live.snapshot.run
    return _subject(live, has_news=run is not None and run.state.iterations_ended > 0)


def results_subject(live: Live) -> ShownRun:
    """Return the run whose results are shown: the last one's stay until the current one has printed its own."""
    run = live.snapshot.run
    return _subject(live, has_news=run is not None and bool(run.state.top or run.state.frames or run.state.detections))


def _subject(live: Live, has_news: bool) -> ShownRun:
    run, previous = live.snapshot.run, live.previous
    if run is None or previous is None:
        return ShownRun(run)
    under_way = run.info.outcome == "running"
    model = live.activity.model if under_way and run.info.model is None else run.info.model
    if previous.info.model != model:
        return ShownRun(run)
    if has_news or not under_way:
        return ShownRun(run, previous)
    older = live.runs[-2] if len(live.runs) > 1 and live.runs[-2].info.model == model else None
    return ShownRun(previous, older, held=True)
