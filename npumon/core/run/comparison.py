"""Two runs side by side: each figure before and after, how much it changed, and whether that is better."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from npumon.core import units
from npumon.core.profile import Iteration, Operation
from npumon.core.run import figures
from npumon.core.run.figures import Better, Unit
from npumon.core.run.layer_rows import operation_keys
from npumon.core.run.metrics import utilization
from npumon.core.run.report import RunReport

#: A change below this share is not told from chance: two equal runs differ by as much.
NOISE = 0.01

#: What became of a figure: "other" changed, which is neither good nor bad by itself; "" is missing in one of the runs.
Change = Literal["better", "worse", "same", "other", ""]


class Difference(NamedTuple):
    """One figure of two runs."""

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
        """The difference as a share of what was before; None where there was nothing to take a share of."""
        return None if self.absolute is None or not self.before else self.absolute / abs(self.before)

    @property
    def verdict(self) -> Change:
        """What became of it. A change that is no larger than chance counts as none."""
        if self.absolute is None:
            return ""
        if self.absolute == 0 or (self.relative is not None and abs(self.relative) < NOISE):
            return "same"
        if self.better == "none":
            return "other"
        return "better" if (self.absolute > 0) == (self.better == "higher") else "worse"

    def text(self, figure: float | None) -> str:
        """One of the two figures, with its unit."""
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
    """An operation that both runs have: its time, its utilization, and what it moved to and from DDR memory."""

    key: str
    operation: Operation
    time: Difference
    utilization: Difference
    ddr: Difference


class ComparisonRow(NamedTuple):
    """One line of a comparison: a figure of the whole run, or the time of a layer's operation with the rest of it."""

    key: str
    figure: Difference
    layer: LayerDifference | None = None


class Comparison(NamedTuple):
    """Two runs, `before` and `after`. `figures` are those that at least one of them has.

    `layers` are the operations that both have, the one that lost most time first; `only_before` and `only_after`
    count those that the other one lacks. `top` are the two best classes, None where a run listed none.
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
        """Whether both are runs of one model, as far as their names say."""
        return self.before.info.model == self.after.info.model

    @property
    def rows(self) -> tuple[ComparisonRow, ...]:
        """The figures, then the layers."""
        return (
            *(ComparisonRow(figure.id, figure) for figure in self.figures),
            *(ComparisonRow(f"layer {layer.key}", layer.time, layer) for layer in self.layers),
        )


def compare(before: RunReport, after: RunReport) -> Comparison:
    """The second run against the first. Figures of different models are neither better nor worse, only others."""
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
    """The best class's name, or its number where it has none; None where the run listed no class."""
    if not run.state.top:
        return None
    label = run.labels[0] if run.labels else None
    return label or f"class {run.state.top[0].class_index}"


def signed(value: float, text: Callable[[float], str]) -> str:
    """A difference with its sign; none where it rounds to nothing."""
    shown = text(abs(value))
    if not any(char in "123456789" for char in shown):
        return shown
    return f"{'-' if value < 0 else '+'}{shown}"


def _operations(run: RunReport) -> dict[str, Operation]:
    iteration = run.state.measured or Iteration(0)
    return dict(zip(operation_keys(iteration.operations), iteration.operations, strict=True))


def _alike(old: Operation, new: Operation) -> bool:
    """Whether an operation with the same ids is the same one, not just another graph's."""
    return (old.name, old.operation) == (new.name, new.operation)


def _layer(key: str, old: Operation, new: Operation, *, judged: bool) -> LayerDifference:
    title = f"{key} {new.name or ''}".rstrip()
    shares = utilization(old.cycles), utilization(new.cycles)
    lower: Better = "lower" if judged else "none"
    higher: Better = "higher" if judged else "none"
    return LayerDifference(
        key,
        new,
        Difference("time", title, figures.LAYER_TIME, lower, old.execution_us, new.execution_us),
        Difference("utilization", "utilization", figures.SHARE, higher, *shares),
        Difference("ddr", "DDR", figures.MBYTE, lower, old.bandwidth.ddr, new.bandwidth.ddr),
    )
