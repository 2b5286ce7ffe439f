"""What the graphs show: one sample for each completed iteration that counts, the newest last, a bounded number."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from npumon.core.profile import Iteration
from npumon.core.run.metrics import Figures

#: More than the widest screen has columns.
KEPT_SAMPLES = 512


class Sample(NamedTuple):
    """One iteration's figures for the graphs: MByte/s (read and write together), a share of 1, microseconds."""

    total_mbyte_per_s: float | None = None
    axi_mbyte_per_s: float | None = None
    ddr_mbyte_per_s: float | None = None
    utilization: float | None = None
    elapsed_us: float | None = None


class History(NamedTuple):
    """The last samples. `ever` counts all there were, so a view can tell how many are new to it."""

    samples: tuple[Sample, ...] = ()
    ever: int = 0


class SampleRing:
    """Takes samples in constant time and forgets the oldest."""

    def __init__(self, kept: int = KEPT_SAMPLES) -> None:
        self._samples: deque[Sample] = deque(maxlen=kept)
        self._ever = 0
        self._history = History()

    def add(self, sample: Sample) -> None:
        """The newest sample."""
        self._samples.append(sample)
        self._ever += 1

    @property
    def history(self) -> History:
        """What there is now; the same object as long as nothing was added."""
        if self._history.ever != self._ever:
            self._history = History(tuple(self._samples), self._ever)
        return self._history


def sample_of(iteration: Iteration, figures: Figures) -> Sample:
    """The sample of an iteration with these figures."""
    rates = figures.bandwidth_per_s
    total, axi, ddr = (None if rate is None else round(rate, 1) for rate in (rates.total, rates.axi, rates.ddr))
    return Sample(
        total,
        axi,
        ddr,
        figures.utilization,
        iteration.latency_us,
    )
