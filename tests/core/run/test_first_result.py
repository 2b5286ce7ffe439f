"""When a run has told its first result."""

from __future__ import annotations

import pytest

from npumon.core.profile import Reported, TopEntry
from npumon.core.run.outcome import first_result_complete
from npumon.core.run.state import EMPTY, RunState


@pytest.mark.parametrize(
    ("state", "complete"),
    [
        (EMPTY, False),
        (EMPTY._replace(phase="running", create_us=5), False),
        (EMPTY._replace(iterations_ended=1), True),
        (EMPTY._replace(loops=100, iterations_ended=1), False),
        (EMPTY._replace(loops=100, iterations_ended=100), True),
        (EMPTY._replace(loops=2, iterations_ended=1, iterations_failed=1), True),
        (EMPTY._replace(loops=0), False),
        (EMPTY._replace(loops=100, iterations_ended=3, total_us=5.0), True),
        (EMPTY._replace(loops=100, iterations_ended=3, average_us=5.0), True),
        (EMPTY._replace(frames=1), True),
        (EMPTY._replace(top=(TopEntry(1, 2, 0.5),)), True),
        (EMPTY._replace(reported=Reported("benchmark_model"), iterations_ended=4), False),
        (EMPTY._replace(reported=Reported("benchmark_model", average_us=5.0)), True),
    ],
)
def test_first_result(state: RunState, complete: bool) -> None:
    assert first_result_complete(state) == complete
