"""One iteration judged: which of its figures hold, and what follows from them for each operation.

Sources of the rules: public logs of a VIM3 (kernel 4.9.241, 2022) and of an i.MX 8M Plus.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from npumon.core.profile import Bandwidth, GraphNode, Iteration, Operation, TargetKind, TilingRow
from npumon.core.run.roofs import Roofs

#: What limits an operation: the MAC rate, the DDR memory, the time that profiling it costs, writing its dump.
Limit = Literal["compute", "ddr", "overhead", "dump"]


class RunFacts(NamedTuple):
    """What is known of a run apart from the figures of an iteration; by it operations are judged.

    `tiling` and `nodes` say what the operations compute, `layer_dump` that their times are those of writing files.
    """

    nominal_clock_mhz: float | None = None
    tiling: tuple[TilingRow, ...] = ()
    nodes: tuple[GraphNode, ...] = ()
    layer_dump: bool = False
    roofs: Roofs = Roofs()


class OperationProfile(NamedTuple):
    """One operation and what follows from its figures. What cannot be known is None.

    `operation` has its cycles mended (`Cycles.wraps`). `key` identifies the operation within its iteration and is the
    same in each iteration of the same graph; `order` is its place, from 0. `share` is its share of the iteration's
    execution time, `busy_us` the time of its busy cycles, `busy_share` that part of all busy time. `trusted` is False
    where its counters contradict themselves; `doubt` says what is uncertain, also where only a part is. `macs` are
    those of the graph as compiled, dense, not the model's; `mac_per_cycle` counts busy cycles. `limit` is what bounds
    it, and `why` says so in a few words. `total` marks a row that sums others.
    """

    key: str
    order: int
    operation: Operation
    tiling: TilingRow | None = None
    node: GraphNode | None = None
    share: float | None = None
    utilization: float | None = None
    busy_us: float | None = None
    busy_share: float | None = None
    macs: int | None = None
    mac_per_cycle: float | None = None
    ddr_bytes_per_mac: float | None = None
    ddr_mbyte_per_s: float | None = None
    trusted: bool = True
    doubt: str | None = None
    limit: Limit | None = None
    why: str = ""
    total: bool = False

    @property
    def target_kind(self) -> TargetKind | None:
        """The engine that ran it: the text's, or the VerifyTiling table's."""
        return self.operation.target_kind


class GroupTime(NamedTuple):
    """Operations added up by something that they share. `key` is None for what has none.

    `share` is that of the sum of all execution times, `busy_share` that of all busy time.
    """

    key: str | None
    operations: int
    execution_us: int | None
    share: float | None
    busy_us: float | None
    busy_share: float | None
    ddr_mbyte: float | None
    macs: int | None


class IterationProfile(NamedTuple):
    """An iteration with its operations judged. Sums are None where a part is missing.

    `clock_mhz` is None where the windows are too short to tell it. `missing` is how many operations the text lacks, by
    their `op_abs_id` and by the VerifyTiling table; then `of` is how many there should be and all sums are None.
    `unaccounted_us` is what the iteration took beyond the sum of its operations. `segments_us` is the part of the
    window that segments cost.
    """

    iteration: Iteration
    operations: tuple[OperationProfile, ...] = ()
    clock_mhz: float | None = None
    execution_us: int | None = None
    busy_us: float | None = None
    bandwidth: Bandwidth = Bandwidth()
    unaccounted_us: float | None = None
    missing: int = 0
    of: int | None = None
