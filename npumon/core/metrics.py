"""The documented figures of one run, and what they mean.

Formulas: the vendor's interface document gives utilization = (total cycles - idle cycles) / total cycles. The
window in which cycles are counted is VPC_ELAPSETIME, not `execution time`: total cycles / VPC_ELAPSETIME gives
the NPU's clock (790 to 799 MHz in the three public runs of an 800 MHz part).
"""

from __future__ import annotations

from dataclasses import dataclass

from npumon.core.profile import Bandwidth


@dataclass(frozen=True, slots=True)
class Check:
    """A consistency check of the figures. `ok` is None where the figures it needs are absent."""

    id: str
    ok: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of the last complete iteration, summed over its operations.

    `execution_us` and `busy_us` are microseconds, `utilization` is 0 to 1, `clock_mhz` MHz, `bandwidth` MByte,
    `bandwidth_per_s` MByte/s over `execution_us`. `verdict_id` names the rule that gave the `verdict`.
    """

    execution_us: int | None = None
    utilization: float | None = None
    busy_us: float | None = None
    clock_mhz: float | None = None
    bandwidth: Bandwidth = Bandwidth()
    bandwidth_per_s: Bandwidth = Bandwidth()
    checks: tuple[Check, ...] = ()
    verdict: str = ""
    verdict_id: str = ""
