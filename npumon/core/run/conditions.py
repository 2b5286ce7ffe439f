"""Under which conditions a run's figures were taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from npumon.core.profile import Operation
from npumon.core.run.state import RunState


class Conditions(NamedTuple):
    """What changes a run's figures; None if it is not known.

    `layer_dump` (NN_LAYER_DUMP) makes times those of writing files and spoils the traffic. `cnn_perf` and `profiling`
    make the driver wait after each operation. `environment` are the variables that npumon set for the run.
    """

    profiling: bool | None = None
    layer_dump: bool | None = None
    command_dump: bool | None = None
    cnn_perf: bool | None = None
    power_management: bool | None = None
    environment: tuple[tuple[str, str], ...] = ()


def conditions_of(
    state: RunState, driver_profiling: bool | None = None, environment: tuple[tuple[str, str], ...] = ()
) -> Conditions:
    """Return what the text shows of the conditions, and what is known besides it.

    A dump is known to be off if operations were profiled without one, the dump of commands if the graph was verified
    without one. Times without counters and windows are those of CNN_PERF. `driver_profiling` is the driver's
    gpuProfiler, which decides only where no operation was profiled: it may have changed since the run.
    """
    measured = state.measured
    operations: Sequence[Operation] = measured.operations if measured is not None else ()
    operations = operations or state.operations
    times_alone = bool(operations) and not any(map(_is_counted, operations))
    return Conditions(
        profiling=True if operations else _profiling_without_figures(state, driver_profiling),
        layer_dump=True if state.layer_dump else _unless_unknown(operations),
        command_dump=True if state.command_dump else (None if state.verify_us is None else False),
        cnn_perf=True if state.cnn_perf or times_alone else _unless_unknown(operations),
        power_management=state.power_management,
        environment=environment,
    )


def _profiling_without_figures(state: RunState, driver_profiling: bool | None) -> bool | None:
    """Return False where iterations ended of which nothing was profiled."""
    return False if state.iterations_ended else driver_profiling


def _unless_unknown(operations: Sequence[Operation]) -> bool | None:
    return False if operations else None


def _is_counted(operation: Operation) -> bool:
    """Return whether there is a window, or any counter."""
    return operation.window_us is not None or operation.cycles.total is not None or any(operation.bandwidth)
