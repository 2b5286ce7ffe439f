from __future__ import annotations

import pytest

from npumon.core.run import state as phases
from npumon.engine.stall import Patience


@pytest.mark.parametrize("phase", [phases.WAITING, phases.CREATING, phases.RUNNING, phases.FINISHING, phases.DONE])
def test_five_seconds_of_silence_are_suspicious(phase: str) -> None:
    assert Patience().silence(phase, 4.9) is None
    assert Patience().silence(phase, 5.0) == 5.0


def test_verifying_may_take_long() -> None:
    assert Patience().silence(phases.VERIFYING, 59.9) is None
    assert Patience().silence(phases.VERIFYING, 61.0) == 61.0


def test_other_limits() -> None:
    patience = Patience(1.0, 2.0)
    assert patience.silence(phases.RUNNING, 1.0) == 1.0
    assert patience.silence(phases.VERIFYING, 1.0) is None
