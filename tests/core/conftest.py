"""Builders of the core's tests: the real run's values, and states from text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Bandwidth, Cycles, Iteration, Operation
from npumon.core.run.splitter import RunCompleted, RunSplitter
from npumon.core.run.state import RunState


@pytest.fixture(scope="session")
def operation() -> Operation:
    """The one profiled block of the real run."""
    return Operation(
        layer_id=0,
        name="network_binary_graph",
        operation_index=0,
        operation="unkown operation type",
        target="unkown operation target",
        uid=0,
        op_abs_id=0,
        execution_us=20845,
        bandwidth=Bandwidth(71.70338, 17.810649, 30.981305, 14.130429, 40.722075, 3.68022),
        cycles=Cycles(16697255, 296080),
        window_us=21124,
    )


@pytest.fixture(scope="session")
def iteration(operation: Operation) -> Iteration:
    """The one iteration of the real run."""
    return Iteration(1, 21609.0, (operation,), first=True)


@pytest.fixture(scope="session")
def runs_of() -> Callable[[str | bytes], list[RunState]]:
    """The runs of a log."""

    def runs(text: str | bytes) -> list[RunState]:
        data = text.encode() if isinstance(text, str) else text
        parser, fold = ProfileParser(), RunSplitter()
        completed = [*fold.feed([*parser.feed(data), *parser.close()]), *fold.close()]
        return [item.state for item in completed if isinstance(item, RunCompleted)]

    return runs


@pytest.fixture(scope="session")
def state_of(runs_of: Callable[[str | bytes], list[RunState]]) -> Callable[[str | bytes], RunState]:
    """The last run of a log."""
    return lambda text: runs_of(text)[-1]
