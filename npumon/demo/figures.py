"""The demo board's figures: what a run measures, derived from a model's costs, a scenario and a seed.

They obey the rules of the public runs: total traffic is AXI plus DDR to the last digit, cycles are counted in a window
a little longer than the execution, and that window is a little shorter than the program's own time.
"""

from __future__ import annotations

from random import Random

from npumon.core.profile import Bandwidth, Cycles, Detection, Iteration, Operation
from npumon.demo.models import Cost, DemoModel
from npumon.demo.scenarios import Scenario

#: Microseconds of the public run: window minus execution, iteration minus window, total minus iterations.
WINDOW_OVER_EXECUTION = 279
ELAPSED_OVER_WINDOW = 485
TOTAL_OVER_ELAPSED = 16

#: How much figures may differ from run to run, and how far the clock may exceed its nominal value.
_SPREAD = 0.03
_CLOCK_SPREAD = 0.008


class SyntheticRun:
    """The figures of one run, the same for the same arguments. `run` counts from 0.

    The first iteration of run 0 under seed 0 has the model's own figures; all others vary around them.
    """

    def __init__(self, model: DemoModel, scenario: Scenario, seed: int, run: int) -> None:
        self._model = model
        self._scenario = scenario
        self._random = Random(f"{seed}/{scenario.name}/{model.name}/{run}")
        self._exact = seed == 0 and run == 0
        self._cold = scenario.window if run == 0 else None
        self.create_us = self._vary(model.create_us)
        self.verify_us = None if model.verify_us is None else self._vary(model.verify_us)

    def iteration(self, index: int) -> Iteration:
        """Return the next iteration; `index` counts from 1."""
        clock_mhz = self._scenario.clock_mhz
        if not self._exact:
            clock_mhz *= 1 + _CLOCK_SPREAD * self._random.random()
        operations = [self._operation(number, cost, clock_mhz) for number, cost in enumerate(self._model.costs)]
        window_us = sum(operation.window_us or 0 for operation in operations)
        elapsed_us = window_us + self._vary(ELAPSED_OVER_WINDOW)
        self._exact, self._cold = False, None
        return Iteration(index, float(elapsed_us), tuple(operations))

    def objects(self) -> tuple[Detection, ...]:
        """Return what a camera sees in the next frame: the model's objects, moved a little."""
        return tuple(self._moved(each) for each in self._model.objects)

    def _vary(self, value: int) -> int:
        """Return the value, a few percent more or less."""
        if self._exact:
            return value
        return round(value * (1 + _SPREAD * self._random.uniform(-1, 1)))

    def _operation(self, number: int, cost: Cost, clock_mhz: float) -> Operation:
        """Return one operation."""
        scenario = self._scenario
        execution_us = self._vary(round(cost.execution_us * scenario.execution))
        window_us = execution_us + self._vary(WINDOW_OVER_EXECUTION)
        idle = cost.idle if scenario.idle is None else scenario.idle
        if self._cold is not None:
            window_us = round(execution_us * self._cold)
            idle = 1 - (1 - cost.idle) / self._cold
        total = round(window_us * clock_mhz)
        axi_read, axi_write = (self._vary(round(each * scenario.axi)) for each in (cost.axi_read, cost.axi_write))
        ddr_read, ddr_write = (self._vary(round(each * scenario.ddr)) for each in (cost.ddr_read, cost.ddr_write))
        traffic = (axi_read + ddr_read, axi_write + ddr_write, axi_read, axi_write, ddr_read, ddr_write)
        return Operation(
            layer_id=cost.layer_id,
            name=cost.name,
            operation_index=cost.operation_index,
            operation=cost.operation,
            target=cost.target,
            uid=number,
            op_abs_id=number,
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
