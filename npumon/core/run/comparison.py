"""Two runs side by side: each figure before and after, how much it changed, and whether that is better."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from npumon.core import units
from npumon.core.profile import Bandwidth, Iteration, Operation
from npumon.core.run.layer_rows import operation_keys
from npumon.core.run.metrics import utilization
from npumon.core.run.report import RunReport

#: A change below this share is not told from chance: two equal runs differ by as much.
NOISE = 0.01

BETTER = "better"
WORSE = "worse"
SAME = "same"
#: It changed, and that is neither good nor bad by itself.
OTHER = "other"
#: One of the two has no such figure.
UNKNOWN = ""


class Unit(NamedTuple):
    """How figures of one kind are written: the value, and a difference without its sign."""

    value: Callable[[float], str]
    difference: Callable[[float], str]


_TIME = Unit(units.milliseconds, units.milliseconds)
#: Layers are shorter than a run; the profiler prints them in this unit.
_MICROSECONDS = Unit(lambda us: f"{units.grouped(round(us))} us", lambda us: f"{units.grouped(round(us))} us")
_SHARE = Unit(units.percent, lambda share: f"{share * 100:.1f} points")
_CLOCK = Unit(lambda mhz: f"{mhz:.1f} MHz", lambda mhz: f"{mhz:.1f} MHz")
_CYCLES = Unit(lambda cycles: f"{cycles / 1e6:.2f} M", lambda cycles: f"{cycles / 1e6:.2f} M")
_MBYTE = Unit(lambda amount: f"{amount:.2f} MByte", lambda amount: f"{amount:.2f} MByte")
_RATE = Unit(lambda speed: f"{units.rate(speed)} MByte/s", lambda speed: f"{units.rate(speed)} MByte/s")
_SCORE = Unit(lambda score: f"{score:.3f}", lambda score: f"{score:.3f}")
_DURATION = Unit(lambda time_s: f"{time_s:.2f} s", lambda time_s: f"{time_s:.2f} s")

LESS_IS_BETTER, MORE_IS_BETTER, NEITHER = -1, 1, 0


class Difference(NamedTuple):
    """One figure of two runs. `better` is -1 where less of it is better, 1 where more is, 0 where neither is."""

    id: str
    title: str
    unit: Unit
    better: int
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
    def verdict(self) -> str:
        """better, worse, same (no more than chance), other (it changed), or empty where a figure is missing."""
        if self.absolute is None:
            return UNKNOWN
        if self.absolute == 0 or (self.relative is not None and abs(self.relative) < NOISE):
            return SAME
        if not self.better:
            return OTHER
        return BETTER if (self.absolute > 0) == (self.better > 0) else WORSE

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


class _Figure(NamedTuple):
    id: str
    title: str
    unit: Unit
    better: int
    of: Callable[[RunReport], float | None]


#: Every figure that is compared, in the order in which people want them.
_FIGURES = (
    _Figure("latency", "latency", _TIME, LESS_IS_BETTER, lambda run: latency_us(run)),
    _Figure("average", "average", _TIME, LESS_IS_BETTER, lambda run: _average_us(run)),
    _Figure("execution", "execution", _TIME, LESS_IS_BETTER, lambda run: run.metrics.figures.execution_us),
    _Figure("utilization", "utilization", _SHARE, MORE_IS_BETTER, lambda run: run.metrics.figures.utilization),
    _Figure("busy", "busy", _TIME, LESS_IS_BETTER, lambda run: run.metrics.figures.busy_us),
    _Figure("clock", "clock", _CLOCK, MORE_IS_BETTER, lambda run: run.metrics.figures.clock_mhz),
    _Figure("cycles", "cycles", _CYCLES, LESS_IS_BETTER, lambda run: run.metrics.figures.cycles.total),
    _Figure("idle", "idle cycles", _CYCLES, LESS_IS_BETTER, lambda run: run.metrics.figures.cycles.idle),
    _Figure("total_read", "total read", _MBYTE, LESS_IS_BETTER, lambda run: _moved(run).total_read),
    _Figure("total_write", "total write", _MBYTE, LESS_IS_BETTER, lambda run: _moved(run).total_write),
    _Figure("axi_read", "AXI read", _MBYTE, NEITHER, lambda run: _moved(run).axi_read),
    _Figure("axi_write", "AXI write", _MBYTE, NEITHER, lambda run: _moved(run).axi_write),
    _Figure("ddr_read", "DDR read", _MBYTE, LESS_IS_BETTER, lambda run: _moved(run).ddr_read),
    _Figure("ddr_write", "DDR write", _MBYTE, LESS_IS_BETTER, lambda run: _moved(run).ddr_write),
    _Figure("ddr_rate", "DDR rate", _RATE, NEITHER, lambda run: _ddr_rate(run)),
    _Figure("create", "create", _TIME, LESS_IS_BETTER, lambda run: run.state.create_us),
    _Figure("verify", "verify", _TIME, LESS_IS_BETTER, lambda run: run.state.verify_us),
    _Figure("top", "top-1 score", _SCORE, NEITHER, lambda run: run.state.top[0].score if run.state.top else None),
    _Figure("duration", "duration", _DURATION, LESS_IS_BETTER, lambda run: run.info.duration_s),
)


def compare(before: RunReport, after: RunReport) -> Comparison:
    """The second run against the first. Figures of different models are neither better nor worse, only others."""
    alike = before.info.model == after.info.model
    figures = (
        Difference(
            figure.id,
            figure.title,
            figure.unit,
            figure.better if alike else NEITHER,
            figure.of(before),
            figure.of(after),
        )
        for figure in _FIGURES
    )
    old, new = _operations(before), _operations(after)
    both = [key for key in new if key in old and _alike(old[key], new[key])]
    layers = [_layer(key, old[key], new[key], judged=alike) for key in both]
    layers.sort(key=lambda layer: -(layer.time.absolute or 0))
    return Comparison(
        before,
        after,
        tuple(figure for figure in figures if figure.before is not None or figure.after is not None),
        tuple(layers),
        len(old) - len(both),
        len(new) - len(both),
        (top_of(before), top_of(after)),
    )


def counted(differences: Iterable[Difference], verdict: str) -> int:
    """How many of them are better, worse and so on."""
    return sum(difference.verdict == verdict for difference in differences)


def latency_us(run: RunReport) -> float | None:
    """How long the iteration that was measured took, by the program's clock or else by the driver's."""
    measured = run.state.measured
    if measured is None:
        return None
    return measured.elapsed_us if measured.elapsed_us is not None else measured.vpc_elapsed_us


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


def _moved(run: RunReport) -> Bandwidth:
    return run.metrics.figures.bandwidth


def _average_us(run: RunReport) -> float | None:
    return run.state.average_us if run.state.iterations_ended > 1 else None


def _ddr_rate(run: RunReport) -> float | None:
    rates = run.metrics.figures.bandwidth_per_s
    return None if rates.ddr_read is None or rates.ddr_write is None else rates.ddr_read + rates.ddr_write


def _operations(run: RunReport) -> dict[str, Operation]:
    iteration = run.state.measured or Iteration(0)
    return dict(zip(operation_keys(iteration.operations), iteration.operations, strict=True))


def _alike(old: Operation, new: Operation) -> bool:
    """Whether an operation with the same ids is the same one, not just another graph's."""
    return (old.name, old.operation) == (new.name, new.operation)


def _layer(key: str, old: Operation, new: Operation, *, judged: bool) -> LayerDifference:
    less, more = (LESS_IS_BETTER, MORE_IS_BETTER) if judged else (NEITHER, NEITHER)
    title = f"{key} {new.name or ''}".rstrip()
    shares = utilization(old.cycles), utilization(new.cycles)
    return LayerDifference(
        key,
        new,
        Difference("time", title, _MICROSECONDS, less, old.execution_us, new.execution_us),
        Difference("utilization", "utilization", _SHARE, more, *shares),
        Difference("ddr", "DDR", _MBYTE, less, _ddr(old), _ddr(new)),
    )


def _ddr(operation: Operation) -> float | None:
    moved = operation.bandwidth
    return None if moved.ddr_read is None or moved.ddr_write is None else moved.ddr_read + moved.ddr_write
