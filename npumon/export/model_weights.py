"""The statistics of a model's weights, as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from npumon.core import units
from npumon.export.drawing import PLAIN, Style, wrapped
from npumon.export.grid import Bar, GridColumn, grid
from npumon.modelfile.weights import WeightStatistics

_INDENT = "  "


def weights_text(statistics: WeightStatistics, style: Style = PLAIN) -> str:
    """Render the statistics of half-precision weights, ending in a newline."""
    return "\n".join(_weights(statistics, style)) + "\n"


def _weights(statistics: WeightStatistics, style: Style) -> Iterator[str]:
    count = statistics.values
    title = "Weights  "
    if statistics.compressed:
        size = units.grouped(statistics.size_bytes)
        told = f"compressed, {size} bytes: not half-precision numbers, so without statistics"
        yield from wrapped(told, style.width, style, " " * len(title), title)
        return
    told = f"{units.grouped(count)} half-precision values"
    for name in ("minimum", "maximum", "mean", "deviation"):
        value = getattr(statistics, name)
        told += "" if value is None else f", {name} {value:.4g}"
    yield from wrapped(told, style.width, style, " " * len(title), title)
    rare = ", ".join(
        f"{units.grouped(number)} {what}"
        for number, what in (
            (statistics.zeros, "zero"),
            (statistics.subnormals, "subnormal"),
            (statistics.infinities, "infinite"),
            (statistics.nans, "not a number"),
        )
    )
    yield from wrapped(rare + (", a byte left over" if statistics.odd_byte else ""), style.width, style, " " * 9)
    if not statistics.histogram:
        return
    most = max(item.values for item in statistics.histogram)
    layout = (
        GridColumn("Magnitude"),
        GridColumn("values", 1, right=True),
        GridColumn("share", 2, right=True),
        GridColumn("negative", 3, right=True),
    )
    rows = [
        (
            f"{_INDENT}{item.low:.3g} to {item.high:.3g}",
            units.grouped(item.values),
            units.percent(item.values / count),
            units.percent(item.negative / item.values if item.values else None),
        )
        for item in statistics.histogram
    ]
    yield ""
    yield from grid(layout, rows, style, [Bar(item.values / most) for item in statistics.histogram])
