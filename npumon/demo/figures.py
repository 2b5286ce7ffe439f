"""The demo board's figures: what a run measures, derived from a model's costs, a scenario and a seed.

They obey the rules of the public runs: total traffic is AXI plus DDR to the last digit, cycles are counted in a window
a little longer than the execution, and that window is a little shorter than the program's own time. Operations of
layered graphs write exactly the bytes of their output, and their cycles are counted a little longer than their window.
"""

from __future__ import annotations

from random import Random

from npumon.core.profile import MBYTE_BYTES, Bandwidth, Cycles, Detection, Iteration, Operation
from npumon.demo.graphs import GraphCost
from npumon.demo.models import Cost, DemoModel
from npumon.demo.scenarios import Scenario

#: Microseconds of the public run: window minus execution, total minus iterations.
WINDOW_OVER_EXECUTION = 279
TOTAL_OVER_ELAPSED = 16
#: Microseconds that an operation of a layered graph waits when profiled, its window minus that, and the time of its
#: counters minus the window.
_WAITED, _WINDOW_BEYOND, _COUNTED_BEYOND = 190, 105, 90
#: What an idle NPU reads in a second, in millionths of a MByte; writing an operation's data to a file takes so long, in
#: microseconds and in bytes of a microsecond.
_IDLE_READ = 1_200_000
_FILE_US, _FILE_RATE = 46_000, 9.0
#: The counters have 32 bits.
_WRAP = 1 << 32

#: How much figures may differ from run to run, and how far the clock may exceed its nominal value.
_SPREAD = 0.03
_CLOCK_SPREAD = 0.008


class SyntheticRun:
    """The figures of one run, the same for the same arguments. `run` counts from 0.

    The first iteration of run 0 under seed 0 has the model's own figures; all others vary around them. With `dumping`,
    the data of each operation of a layered graph are written to a file after it.
    """

    def __init__(self, model: DemoModel, scenario: Scenario, seed: int, run: int, *, dumping: bool = False) -> None:
        self._model = model
        self._dumping = dumping and model.layered
        self._scenario = scenario
        self._random = Random(f"{seed}/{scenario.name}/{model.name}/{run}")
        self._exact = seed == 0 and run == 0
        self._cold = scenario.window if run == 0 else None
        self._first_us = model.first_us
        self.create_us = self._vary(model.create_us)
        self.verify_us = None if model.verify_us is None else self._vary(model.verify_us)

    def iteration(self, index: int) -> Iteration:
        """Return the next iteration; `index` counts from 1."""
        clock_mhz = self._scenario.clock_mhz
        if not self._exact:
            clock_mhz *= 1 + _CLOCK_SPREAD * self._random.random()
        operations = [self._profiled(number, cost, clock_mhz) for number, cost in enumerate(self._model.costs)]
        window_us = sum(operation.window_us or 0 for operation in operations)
        elapsed_us = window_us + self._vary(self._model.overhead_us) + self._vary(self._first_us)
        if self._dumping and self._scenario.late is not None:
            operations = _late(operations, *self._scenario.late, clock_mhz)
        self._exact, self._cold, self._first_us = False, None, 0
        return Iteration(index, float(elapsed_us), tuple(operations))

    def objects(self) -> tuple[Detection, ...]:
        """Return what a camera sees in the next frame: the model's objects, moved a little."""
        return tuple(self._moved(each) for each in self._model.objects)

    def _vary(self, value: int) -> int:
        """Return the value, a few percent more or less."""
        if self._exact:
            return value
        return round(value * (1 + _SPREAD * self._random.uniform(-1, 1)))

    def _profiled(self, number: int, cost: Cost | GraphCost, clock_mhz: float) -> Operation:
        if isinstance(cost, Cost):
            return self._operation(number, cost, clock_mhz)
        return self._layered(number, cost, clock_mhz)

    def _layered(self, number: int, cost: GraphCost, clock_mhz: float) -> Operation:
        """Return an operation of a layered graph."""
        work_us = max(1, self._vary(round(cost.busy_us * self._scenario.execution)))
        execution_us = work_us + self._vary(_WAITED)
        read = self._vary(cost.read * 1_000_000 // MBYTE_BYTES)
        if self._dumping:
            file_us = dict(self._scenario.files).get(number, _FILE_US + round(cost.written / _FILE_RATE))
            execution_us += self._vary(file_us)
            read += execution_us * _IDLE_READ // 1_000_000
        written = round(cost.written * 1_000_000 / MBYTE_BYTES)
        window_us = execution_us + self._vary(_WINDOW_BEYOND)
        total = round((window_us + self._vary(_COUNTED_BEYOND)) * clock_mhz)
        return _named(cost, number)._replace(
            uid=cost.uid,
            execution_us=execution_us,
            bandwidth=Bandwidth(read / 1e6, written / 1e6, 0.0, 0.0, read / 1e6, written / 1e6),
            cycles=Cycles(total, total - round(work_us * clock_mhz), total // _WRAP),
            window_us=window_us,
            shader=cost.shader,
        )

    def _operation(self, number: int, cost: Cost, clock_mhz: float) -> Operation:
        """Return an operation of another graph."""
        scenario = self._scenario
        execution_us = self._vary(round(cost.execution_us * scenario.execution))
        window_us = execution_us + self._vary(WINDOW_OVER_EXECUTION)
        idle = cost.idle if scenario.idle is None else scenario.idle
        if self._cold is not None:
            window_us = round(execution_us * self._cold)
            idle = 1 - (1 - cost.idle) / self._cold
        total = round((window_us - self._model.uncounted_us) * clock_mhz)
        axi_read, axi_write = (self._vary(round(each * scenario.axi)) for each in (cost.axi_read, cost.axi_write))
        ddr_read, ddr_write = (self._vary(round(each * scenario.ddr)) for each in (cost.ddr_read, cost.ddr_write))
        traffic = (axi_read + ddr_read, axi_write + ddr_write, axi_read, axi_write, ddr_read, ddr_write)
        return _named(cost, number)._replace(
            uid=number,
            execution_us=execution_us,
            bandwidth=Bandwidth(*(each / 1e6 for each in traffic)),
            cycles=Cycles(total, round(total * idle)),
            window_us=window_us,
        )

    def _moved(self, seen: Detection) -> Detection:
        across, down = (self._random.randint(-40, 40) / 4 for _ in range(2))
        return seen._replace(
            left=(seen.left or 0.0) + across,
            top=(seen.top or 0.0) + down,
            right=(seen.right or 0.0) + across,
            bottom=(seen.bottom or 0.0) + down,
        )


def _named(cost: Cost | GraphCost, number: int) -> Operation:
    """Return an operation by what names it, without its figures."""
    return Operation(cost.layer_id, cost.name, cost.operation_index, cost.operation, cost.target, op_abs_id=number)


def _late(operations: list[Operation], number: int, late_us: int, clock_mhz: float) -> list[Operation]:
    """Return the operations with one window that ends too late: its time stands in the next one's total and idle
    cycles, and so does what the NPU read in it."""
    first, second = operations[number : number + 2]
    cycles, read = round(late_us * clock_mhz), late_us * _IDLE_READ / 1e12
    total, idle = (second.cycles.total or 0) + cycles, (second.cycles.idle or 0) + cycles
    moved = second.bandwidth
    total_read, ddr_read = (round((each or 0.0) + read, 6) for each in (moved.total_read, moved.ddr_read))
    operations[number] = first._replace(window_us=(first.window_us or 0) + late_us)
    operations[number + 1] = second._replace(
        cycles=Cycles(total, idle, total // _WRAP),
        bandwidth=moved._replace(total_read=total_read, ddr_read=ddr_read),
    )
    return operations
