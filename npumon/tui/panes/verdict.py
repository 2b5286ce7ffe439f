"""What the figures mean and what else needs saying, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size

from npumon.core.monitor.live import Live, run_with_figures
from npumon.core.run.metrics import FigureCheck, Metrics
from npumon.tui.paint import Area, Line, Sentence, paragraphs
from npumon.tui.panes.empty_state import hindrances
from npumon.tui.widgets.canvas import Pane

#: Verdicts on a failed run, and on misleading figures, by the beginning of their ids.
_BAD = ("run.crashed", "run.failed", "run.timeout", "run.not_started", "run.empty", "figures.contradict")
_WARN = (
    *("clock.", "profiling.", "run.cold", "run.truncated", "run.cancelled"),
    *("operations.missing", "dump.", "shader.", "scores.", "npu.hung"),
)
#: Rules whose sentences stand beside the verdict: what makes figures worth less than they look.
_BESIDE = ("dump.on", "npu.hung", "scores.garbage", "shader.part")
#: Columns and rows of screens, as in `most_lines`.
_NARROW, _WIDE = 60, 80
_LOW, _MEDIUM, _ROOMY, _HIGH = 18, 24, 26, 36
_MOST = 5


class VerdictPane(Pane):
    """The pane. It is as high as its sentences need, within the limits of its style and of `most_lines`."""

    def sees(self, live: Live) -> tuple[object, ...]:
        return (run_with_figures(live).run, live.activity.note, live.snapshot.driver, live.in_use)

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        return verdict_lines(live, area)

    def show(self, live: Live) -> None:
        before, self._live = self._live, live
        if self._room is not None and (before is None or self.sees(live) != self.sees(before)):
            width, least = self.content_size.width, self.styles.min_height
            if max(self._wanted(width), 0 if least is None else int(least.value)) != self.content_size.height:
                self.refresh(layout=True)
        super().show(live)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._wanted(width)

    def _wanted(self, width: int) -> int:
        """Return how many lines all sentences take, within the screen."""
        if self._live is None:
            return 0
        most = most_lines(*self.app.size)
        return len(verdict_lines(self._live, Area(width, most, self.ascii_only)))


def most_lines(columns: int, rows: int) -> int:
    """Return how many lines the sentences may take of a screen: the log, the graphs and the bars need some, too."""
    if columns < _WIDE and rows < _HIGH:
        return 1 if rows < _MEDIUM else 2 if columns < _NARROW else 3
    return 2 if rows < _LOW else 3 if rows < _ROOMY else _MOST


def verdict_lines(live: Live, area: Area) -> list[Line]:
    """Draw the pane's lines."""
    return paragraphs(verdict_sentences(live), area)


def verdict_sentences(live: Live) -> list[Sentence]:
    """Return the note on the job, other users of the NPU, the verdict, how much was not read, the failed checks, and
    the driver's problems if no other pane shows them.
    """
    run = run_with_figures(live).run
    sentences: list[Sentence] = []
    if live.activity.note:
        sentences.append((live.activity.note, "warn"))
    if live.in_use:
        sentences.append((live.in_use, "warn"))
    if run is None:
        return sentences
    metrics = run.metrics
    current = hindrances(live) if metrics.figures.utilization is not None else []
    sentences.extend(current[:1])
    if metrics.verdict:
        sentences.append((metrics.verdict, role_of(metrics.verdict_id)))
    sentences.extend((f"{said}.", "warn") for said in run.state.unread)
    sentences.extend((said, role_of(rule)) for rule, said in metrics.findings[1:] if rule in _BESIDE)
    sentences.extend((f"Check {check.id} failed: {check.detail}.", "warn") for check in failed_checks(metrics))
    return [*sentences, *current[1:]]


def failed_checks(metrics: Metrics) -> list[FigureCheck]:
    """Return the failed checks that the verdict does not mention."""
    found = {rule for rule, _ in metrics.findings}

    def told(check: FigureCheck) -> bool:
        return (check.id == "clock.nominal" and "clock.slow" in found) or f"({check.id}: " in metrics.verdict

    return [check for check in metrics.checks if check.ok is False and not told(check)]


def role_of(verdict_id: str) -> str:
    """Return the role of a verdict."""
    if verdict_id.startswith(_BAD):
        return "bad"
    return "warn" if verdict_id.startswith(_WARN) else "value"
