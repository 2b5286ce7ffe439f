"""From a run's state to its metrics: figures, checks and verdict together."""

from __future__ import annotations

from npumon.core.checks import checks_of, memory_checks
from npumon.core.metrics import NOMINAL_CLOCK_MHZ, Figures, Metrics, figures_of
from npumon.core.network import Network
from npumon.core.outcome import RUNNING
from npumon.core.state import RunState
from npumon.core.verdict import Circumstances, verdict_of


def assess(state: RunState, around: Circumstances, network: Network | None = None) -> Metrics:
    """The metrics of the run's last complete iteration that has a profile.

    Where the circumstances know no nominal clock, the chip that the text names gives it. A network that is known is
    compared with the device.
    """
    nominal = around.nominal_clock_mhz or NOMINAL_CLOCK_MHZ.get((state.pid or "").lower())
    measured = state.measured
    figures = Figures() if measured is None else figures_of(measured)
    checks = (*checks_of(state, figures, nominal, over=around.outcome != RUNNING), *memory_checks(state, network))
    verdict_id, verdict = verdict_of(state, figures, checks, around._replace(nominal_clock_mhz=nominal))
    return Metrics(figures, nominal, checks, verdict, verdict_id, around.ddr_peak_mbyte_per_s)
