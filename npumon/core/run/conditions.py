"""Under which conditions a run's figures were taken."""

from __future__ import annotations

from typing import NamedTuple


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
