"""One iteration judged: which of its figures hold, and what follows from them for each operation.

Sources of the rules: public logs of a VIM3 (kernel 4.9.241, 2022) and of an i.MX 8M Plus.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeVar, cast

from npumon.core import units
from npumon.core.chips import Chip, chip_of_pid
from npumon.core.profile import (
    MBYTE_BYTES,
    TARGETS,
    Bandwidth,
    Cycles,
    GraphNode,
    Iteration,
    Operation,
    TargetKind,
    TilingRow,
)
from npumon.core.run.graph_nodes import is_depthwise
from npumon.core.run.macs import fits_table, is_compressed, is_convolution, macs_of
from npumon.core.run.missing import missing_of
from npumon.core.run.operation_figures import ddr_rate, idles_beyond, utilization
from npumon.core.run.roofs import Roof, Roofs
from npumon.core.run.state import RunState
from npumon.core.run.trust import Counted, Counters, counters_of

#: From this part of a roof on, the roof is what limits an operation.
NEAR_ROOF = 0.6
#: What exceeds a roof by more than this cannot be: figures of short operations hold what others did. The memory's roof
#: is physical; of MACs a cycle, the largest peak that anybody states is 2.1 times the most that was seen.
DDR_BEYOND = 1.25
MAC_BEYOND = 2.5
#: An operation of a graph that is busy for less than this part of its time mostly waits, as the driver does after each.
_MOSTLY_BUSY = 0.5
_Number = TypeVar("_Number", int, float)

#: What limits an operation: the MAC rate, the DDR memory, the time that profiling it costs, writing its dump.
Limit = Literal["compute", "ddr", "overhead", "dump"]


class RunFacts(NamedTuple):
    """What is known of a run apart from the figures of an iteration; by it operations are judged.

    `tiling` and `nodes` say what the operations compute, `layer_dump` that their times are those of writing files,
    `cut` that somebody cut lines out of the text.
    """

    nominal_clock_mhz: float | None = None
    tiling: tuple[TilingRow, ...] = ()
    nodes: tuple[GraphNode, ...] = ()
    layer_dump: bool = False
    roofs: Roofs = Roofs()
    cut: bool = False


_NO_ROOFS = Roofs()
NO_FACTS = RunFacts()


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
    busy_cycles: int | None = None

    @property
    def worked_us(self) -> float | None:
        """The busy time for a sum: 0 where more idle cycles than cycles were counted, as `busy_us` cannot be told."""
        return 0.0 if idles_beyond(self.operation.cycles) else self.busy_us

    @property
    def id(self) -> str:
        """Layer and operation as `3.1`; only the layer if the text does not number operations; empty without either."""
        layer, index = self.operation.layer_id, self.operation.operation_index
        return ".".join(str(number) for number in (layer, index) if number is not None)

    @property
    def target_kind(self) -> TargetKind | None:
        """The engine that ran it: the text's, or the VerifyTiling table's."""
        known = self.operation.target_kind
        if known is not None or self.tiling is None:
            return known
        return TARGETS.get(f"VXNNE_OPERATION_TARGET_{self.tiling.target}")


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

    `clock_mhz` is None where the windows are too short to tell it, which `without_clock` then says; `busy_us` is the
    time of the busy cycles at that clock, or else at the chip's nominal one. `timed_us` is the sum of the windows that
    tell the clock, `executed_us` that of their execution times. `cycles` are the sums of the mended ones. `missing` is
    how many operations the text lacks, by their `op_abs_id` and by the VerifyTiling table; then `of` is how many there
    should be, None where that is not known, and all sums are None. `unaccounted_us` is what the iteration took beyond
    the sum of its operations.
    """

    iteration: Iteration
    operations: tuple[OperationProfile, ...] = ()
    clock_mhz: float | None = None
    without_clock: str | None = None
    timed_us: int = 0
    executed_us: int | None = None
    execution_us: int | None = None
    busy_us: float | None = None
    cycles: Cycles = Cycles()
    bandwidth: Bandwidth = Bandwidth()
    unaccounted_us: float | None = None
    missing: int = 0
    of: int | None = None
    layer_dump: bool = False


def facts_of(
    state: RunState,
    nominal_clock_mhz: float | None = None,
    roofs: Roofs = _NO_ROOFS,
    nodes: tuple[GraphNode, ...] = (),
) -> RunFacts:
    """Return what is known of a run. The chip that the text names gives its clock and roofs where none are given."""
    chip = chip_of_pid(state.pid) or Chip("")
    return RunFacts(
        nominal_clock_mhz if nominal_clock_mhz is not None else chip.nominal_clock_mhz,
        state.tiling,
        nodes,
        state.layer_dump,
        Roofs(
            roofs.mac_per_cycle or chip.roofs.mac_per_cycle,
            roofs.ddr_mbyte_per_s or chip.roofs.ddr_mbyte_per_s,
        ),
        state.cut,
    )


def profile_of(iteration: Iteration, facts: RunFacts = NO_FACTS) -> IterationProfile:
    """Judge one iteration: mend its counters, and say of each operation what follows from its figures."""
    return _profile(iteration, facts, judge=True)


def sums_of(iteration: Iteration, facts: RunFacts = NO_FACTS) -> IterationProfile:
    """Return the profile without what is said of each operation, at a part of its cost."""
    return _profile(iteration, facts, judge=False)


def _profile(iteration: Iteration, facts: RunFacts, *, judge: bool) -> IterationProfile:
    rows = {row.number: row for row in facts.tiling}
    if rows and not fits_table(iteration.operations, rows):
        rows = {}
    counters = counters_of(iteration, facts.nominal_clock_mhz)
    missing, of = missing_of(iteration, facts.tiling if rows else (), cut=facts.cut)
    whole = not missing
    mended = tuple(
        operation if counted.cycles == operation.cycles else operation._replace(cycles=counted.cycles)
        for operation, counted in zip(iteration.operations, counters.operations, strict=True)
    )
    execution_us = whole_sum([operation.execution_us for operation in mended]) if whole else None
    busy_cycles = whole_sum(map(_worked, counters.operations)) if whole else None
    clock_mhz = counters.clock_mhz or facts.nominal_clock_mhz
    elapsed_us = iteration.elapsed_us
    unaccounted = None if elapsed_us is None or execution_us is None else elapsed_us - execution_us
    return IterationProfile(
        iteration._replace(operations=mended),
        _judged(mended, counters, facts, rows, execution_us, busy_cycles, clock_mhz) if judge else (),
        counters.clock_mhz,
        counters.without,
        counters.timed_us,
        counters.executed_us,
        execution_us,
        None if busy_cycles is None or clock_mhz is None else round(busy_cycles / clock_mhz, 1),
        _cycle_sums(mended) if whole else Cycles(),
        _bandwidth_sum(mended) if whole else Bandwidth(),
        unaccounted if unaccounted is not None and unaccounted >= 0 else None,
        missing,
        of if missing else None,
        facts.layer_dump,
    )


def _worked(counted: Counted) -> int | None:
    """Return the busy cycles for a sum: none of an operation with more idle cycles than there are."""
    return 0 if idles_beyond(counted.cycles) else counted.busy


def _judged(
    operations: tuple[Operation, ...],
    counters: Counters,
    facts: RunFacts,
    rows: Mapping[int, TilingRow],
    execution_us: int | None,
    busy_cycles: int | None,
    clock_mhz: float | None,
) -> tuple[OperationProfile, ...]:
    nodes = {node.uid: node for node in facts.nodes}
    keys = operation_keys(operations)
    graph = len(operations) > 1
    judged = []
    for order, (operation, counted) in enumerate(zip(operations, counters.operations, strict=True)):
        row = None if operation.op_abs_id is None else rows.get(operation.op_abs_id)
        node = None if operation.uid is None else nodes.get(operation.uid)
        each = OperationProfile(
            keys[order],
            order,
            operation,
            row,
            node,
            None if operation.execution_us is None or not execution_us else operation.execution_us / execution_us,
            utilization(operation.cycles) if counted.trusted else None,
            None if counted.busy is None or not clock_mhz else round(counted.busy / clock_mhz, 3),
            None if counted.busy is None or not busy_cycles else counted.busy / busy_cycles,
            trusted=counted.trusted,
            doubt=counted.doubt,
            busy_cycles=counted.busy,
        )
        judged.append(_bounded(_computing(each, counted, rows, facts.layer_dump), facts, graph))
    return tuple(judged)


def _computing(
    each: OperationProfile, counted: Counted, rows: Mapping[int, TilingRow], layer_dump: bool
) -> OperationProfile:
    """Add what the operation computes and moves. A dump pollutes reads, and so does a neighbour's time."""
    operation = each.operation
    macs = macs_of(operation, each.tiling, rows)
    clean = not layer_dump and counted.trusted
    moved = operation.bandwidth.ddr if clean else None
    return each._replace(
        macs=macs,
        mac_per_cycle=None if macs is None or not counted.busy else round(macs / counted.busy, 3),
        ddr_bytes_per_mac=None if macs is None or moved is None else round(moved * MBYTE_BYTES / macs, 6),
        ddr_mbyte_per_s=ddr_rate(operation.bandwidth, operation.execution_us) if clean else None,
    )


def _bounded(each: OperationProfile, facts: RunFacts, graph: bool) -> OperationProfile:
    """Say what limits the operation: how near it comes to the roofs while it is busy."""
    if facts.layer_dump:
        return each._replace(limit="dump", why="its time is that of writing its dump")
    busy_us, moved = each.busy_us, each.operation.bandwidth.ddr
    ddr, computing = facts.roofs.ddr_mbyte_per_s, facts.roofs.mac_per_cycle
    if ddr is not None and busy_us and moved is not None and each.trusted:
        part = moved * 1e6 / busy_us / ddr.value
        if NEAR_ROOF <= part <= DDR_BEYOND:
            return each._replace(limit="ddr", why=f"DDR at {of_roof(part, ddr)} while busy")
    if computing is not None and each.mac_per_cycle is not None and each.target_kind == "NN":
        part = each.mac_per_cycle / computing.value
        if NEAR_ROOF <= part <= MAC_BEYOND:
            sparse = part > 1 or (each.tiling is not None and is_compressed(each.tiling))
            equivalent = ", equivalent to dense ones" if sparse else ""
            equivalent = ", most of them by zero" if is_padded(each) else equivalent
            return each._replace(limit="compute", why=f"MAC at {of_roof(part, computing)}{equivalent}")
    execution_us = each.operation.execution_us
    if graph and busy_us is not None and execution_us and busy_us < _MOSTLY_BUSY * execution_us:
        why = f"busy {units.percent(busy_us / execution_us)} of its time: profiling waits after each operation"
        return each._replace(limit="overhead", why=why)
    return each


def is_padded(each: OperationProfile) -> bool:
    """Return whether a depthwise layer stands in the table with a dense kernel."""
    row = each.tiling
    dense = row is not None and row.kernel_shape is not None and len(row.kernel_shape) > 2 and row.kernel_shape[2] > 1
    return dense and each.target_kind == "NN" and is_convolution(each.operation) and is_depthwise(each.node)


def of_roof(part: float, roof: Roof) -> str:
    """Put a part of a roof into words that name the roof and where it comes from."""
    return f"{units.percent(part)} of {roof.name or units.quantity(roof.value)} ({roof.origin})"


def operation_keys(operations: Iterable[Operation]) -> tuple[str, ...]:
    """Make a key for each operation: its layer and index, and a count if both repeat."""
    seen: dict[tuple[int | None, int | None], int] = {}
    keys: list[str] = []
    for operation in operations:
        ids = (operation.layer_id, operation.operation_index)
        seen[ids] = seen.get(ids, 0) + 1
        keys.append(f"{ids[0]}.{ids[1]}" if seen[ids] == 1 else f"{ids[0]}.{ids[1]}#{seen[ids]}")
    return tuple(keys)


def whole_sum(values: Iterable[_Number | None]) -> _Number | None:
    """Sum the values; None if there are none or one is missing."""
    parts = list(values)
    return None if not parts or None in parts else sum(cast("list[_Number]", parts))


def _cycle_sums(operations: Sequence[Operation]) -> Cycles:
    return Cycles(
        whole_sum(operation.cycles.total for operation in operations),
        whole_sum(operation.cycles.idle for operation in operations),
        sum(operation.cycles.wraps for operation in operations),
    )


def _bandwidth_sum(operations: Sequence[Operation]) -> Bandwidth:
    if not operations:
        return Bandwidth()
    columns = zip(*[operation.bandwidth for operation in operations], strict=True)
    sums = (whole_sum(column) for column in columns)
    return Bandwidth(*[None if amount is None else round(amount, 6) for amount in sums])
