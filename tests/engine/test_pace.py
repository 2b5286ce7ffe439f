from __future__ import annotations

from npumon.core.run import state as phases
from npumon.core.run.state import EMPTY, RunState
from npumon.engine.pace import Pace


def running(ended: int, loops: int | None = 10, failed: int = 0) -> RunState:
    return EMPTY._replace(phase=phases.RUNNING, loops=loops, iterations_ended=ended, iterations_failed=failed)


def test_no_eta_before_an_iteration_is_done() -> None:
    pace = Pace()
    for state in (EMPTY, running(0)):
        pace.note(state, 1.0)
        assert pace.remaining_s(state, 1.0) is None


def test_the_eta_is_the_mean_of_the_iterations_seen() -> None:
    pace = Pace()
    pace.note(EMPTY._replace(phase=phases.VERIFYING), 0.0)
    pace.note(running(0), 50.0)  # a long verification does not count
    pace.note(running(1), 52.0)
    pace.note(running(2), 54.0)
    assert pace.remaining_s(running(2), 54.0) == 16.0
    assert pace.remaining_s(running(2), 55.0) == 15.0
    assert pace.remaining_s(running(2), 90.0) == 0.0
    pace.note(running(3, failed=1), 58.0)  # one of them failed, but it took its time
    assert pace.remaining_s(running(3, failed=1), 58.0) == 12.0


def test_iterations_that_were_over_before_anybody_looked_do_not_count() -> None:
    pace = Pace()
    pace.note(running(5), 7.0)
    assert pace.remaining_s(running(5), 7.0) is None
    pace.note(running(6), 9.0)
    assert pace.remaining_s(running(6), 9.0) == 8.0


def test_an_unknown_number_of_iterations_has_no_eta() -> None:
    pace = Pace()
    for ended in range(3):
        pace.note(running(ended, None), float(ended))
    assert pace.remaining_s(running(2, None), 2.0) is None
    assert pace.remaining_s(running(2, 2), 2.0) is None


def test_a_further_run_in_the_same_log_starts_anew() -> None:
    pace = Pace()
    pace.note(running(0), 0.0)
    pace.note(running(8), 8.0)
    pace.note(EMPTY, 9.0)
    assert pace.remaining_s(EMPTY, 9.0) is None
    pace.note(running(0), 10.0)
    pace.note(running(1), 15.0)
    assert pace.remaining_s(running(1), 15.0) == 45.0
