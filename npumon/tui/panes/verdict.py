"""What the figures mean and what else needs saying, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from npumon.core.live import Live
from npumon.core.metrics import Check, Metrics
from npumon.tui.paint import Line, Room
from npumon.tui.panes.absence import hindrances
from npumon.tui.panes.pane import Pane
from npumon.tui.panes.prose import Sentence, prose
from npumon.tui.panes.subject import figures_subject

#: Verdicts about a run that went wrong, and about figures that are not what they seem, by the beginning of their ids.
_BAD = ("run.crashed", "run.failed", "run.timeout", "run.not_started", "run.empty", "check.")
_WARN = ("clock.", "profiling.", "run.cold", "run.truncated", "run.cancelled")


class Verdict(Pane):
    """The pane."""

    def sees(self, live: Live) -> tuple[object, ...]:
        return (figures_subject(live).run, live.activity.note, live.snapshot.driver)

    def lines(self, live: Live, room: Room) -> Sequence[Line]:
        return verdict_lines(live, room)


def verdict_lines(live: Live, room: Room) -> list[Line]:
    """The pane's lines."""
    return prose(verdict_sentences(live), room)


def verdict_sentences(live: Live) -> list[Sentence]:
    """The note on the work, the verdict, the failed checks; the driver's problems where no other pane tells them."""
    run = figures_subject(live).run
    sentences: list[Sentence] = []
    if live.activity.note:
        sentences.append((live.activity.note, "warn"))
    if run is None:
        return sentences
    metrics = run.metrics
    current = hindrances(live) if metrics.figures.utilization is not None else []
    sentences.extend(current[:1])
    if metrics.verdict:
        sentences.append((metrics.verdict, role_of(metrics.verdict_id)))
    sentences.extend((f"Check {check.id} failed: {check.detail}.", "warn") for check in failed_checks(metrics))
    return [*sentences, *current[1:]]


def failed_checks(metrics: Metrics) -> list[Check]:
    """The failed checks that the verdict does not speak of."""
    told = {"clock.slow": "clock.nominal"}.get(metrics.verdict_id, metrics.verdict_id.removeprefix("check."))
    return [check for check in metrics.checks if check.ok is False and check.id != told]


def role_of(verdict_id: str) -> str:
    """How a verdict is to look."""
    if verdict_id.startswith(_BAD):
        return "bad"
    return "warn" if verdict_id.startswith(_WARN) else "value"
