"""Two runs side by side: each figure before and after, how much it changed, and whether that is better."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from npumon.core import units
from npumon.core.profile import Operation
from npumon.core.run import figures
from npumon.core.run.analysis import OperationProfile
from npumon.core.run.figures import Better, Unit
from npumon.core.run.report import RunReport

#: A smaller change, as a share, cannot be distinguished from chance: two equal runs differ by as much.
NOISE = 0.01

#: How a figure changed. "other": it changed, which is neither good nor bad; "": one of the runs lacks it.
Change = Literal["better", "worse", "same", "other", ""]


class Difference(NamedTuple):
    """One figure of two runs, before and after."""

    id: str
    title: str
    unit: Unit
    better: Better
    before: float | None
    after: float | None

    @property
    def absolute(self) -> float | None:
        """after - before."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def relative(self) -> float | None:
        """The difference as a share of `before`; None if that is 0 or absent."""
        return None if self.absolute is None or not self.before else self.absolute / abs(self.before)

    @property
    def verdict(self) -> Change:
        """How the figure changed. A change within chance counts as none."""
        if self.absolute is None:
            return ""
        if self.absolute == 0 or (self.relative is not None and abs(self.relative) < NOISE):
            return "same"
        if self.better == "none":
            return "other"
        return "better" if (self.absolute > 0) == (self.better == "higher") else "worse"

    def text(self, figure: float | None) -> str:
        """Format one of the two figures with its unit."""
        return units.ABSENT if figure is None else self.unit.value(figure)

    @property
    def absolute_text(self) -> str:
        """The difference with its sign and unit: `+1.20 ms`."""
        return units.ABSENT if self.absolute is None else signed(self.absolute, self.unit.difference)

    @property
    def relative_text(self) -> str:
        """The difference in percent with its sign: `-3.4 %`."""
        return units.ABSENT if self.relative is None else signed(self.relative, units.percent)


class LayerDifference(NamedTuple):
    """An operation of both runs: its time, its utilization, and its DDR traffic."""

    key: str
    operation: Operation
    time: Difference
    utilization: Difference
    ddr: Difference


class ComparisonRow(NamedTuple):
    """One line of a comparison: a figure of the whole run, or the time of an operation along with its other figures."""

    key: str
    figure: Difference
    layer: LayerDifference | None = None


class Comparison(NamedTuple):
    """Two runs, `before` and `after`. `figures` are those that at least one of them has.

    `layers` are the operations of both runs, the one that got slower by most first; `only_before` and `only_after`
    count the others. `top` are the two best classes, None for a run that listed none.
    """

    before: RunReport
    after: RunReport
    figures: tuple[Difference, ...]
    layers: tuple[LayerDifference, ...]
    only_before: int
    only_after: int
    top: tuple[str | None, str | None]

    @property
    def same_model(self) -> bool:
        """Whether both are runs of a model of the same name."""
        return self.before.info.model == self.after.info.model

    @property
    def rows(self) -> tuple[ComparisonRow, ...]:
        """The figures, then the layers."""
        return (
            *(ComparisonRow(figure.id, figure) for figure in self.figures),
            *(ComparisonRow(f"layer {layer.key}", layer.time, layer) for layer in self.layers),
        )


def compare(before: RunReport, after: RunReport) -> Comparison:
    """Compare the second run with the first. Figures of different models are neither better nor worse."""
    alike = before.info.model == after.info.model
    differences = (
        Difference(
            figure.id,
            figure.title,
            figure.unit,
            figure.better if alike else "none",
            figure.of(before),
            figure.of(after),
        )
        for figure in figures.FIGURES
        if figure.compared
    )
    old, new = _operations(before), _operations(after)
    both = [key for key in new if key in old and _alike(old[key], new[key])]
    layers = [_layer(key, old[key], new[key], judged=alike) for key in both]
    layers.sort(key=lambda layer: -(layer.time.absolute or 0))
    return Comparison(
        before,
        after,
        tuple(found for found in differences if found.before is not None or found.after is not None),
        tuple(layers),
        len(old) - len(both),
        len(new) - len(both),
        (top_of(before), top_of(after)),
    )


def top_of(run: RunReport) -> str | None:
    """Return the best class's name, or its number if it has none; None if the run listed no class."""
    if not run.state.top:
        return None
    label = run.labels[0] if run.labels else None
    return label or f"class {run.state.top[0].class_index}"


def signed(value: float, text: Callable[[float], str]) -> str:
    """Format a difference with its sign, or without one if it rounds to 0."""
    shown = text(abs(value))
    if not any(char in "123456789" for char in shown):
        return shown
    return f"{'-' if value < 0 else '+'}{shown}"


def _operations(run: RunReport) -> dict[str, OperationProfile]:
    profile = run.metrics.profile
    return {} if profile is None else {each.key: each for each in profile.operations}


def _alike(old: OperationProfile, new: OperationProfile) -> bool:
    """Return whether operations with the same ids are the same, and not of different graphs."""
    return (old.operation.name, old.operation.operation) == (new.operation.name, new.operation.operation)


def _layer(key: str, old: OperationProfile, new: OperationProfile, *, judged: bool) -> LayerDifference:
    title = f"{key} {new.operation.name or ''}".rstrip()
    times = old.operation.execution_us, new.operation.execution_us
    traffic = old.operation.bandwidth.ddr, new.operation.bandwidth.ddr
    lower: Better = "lower" if judged else "none"
    higher: Better = "higher" if judged else "none"
    return LayerDifference(
        key,
        new.operation,
        Difference("time", title, figures.LAYER_TIME, lower, *times),
        Difference("utilization", "utilization", figures.SHARE, higher, old.utilization, new.utilization),
        Difference("ddr", "DDR", figures.MBYTE, lower, *traffic),
    )
