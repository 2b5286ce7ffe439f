"""The iteration under way, and how far it is by the one before."""

from __future__ import annotations

import pytest

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.layer_source import source_of
from npumon.core.monitor.live import Live, ShownPlace, Snapshot
from npumon.core.monitor.under_way import UnderWay, facts_so_far, under_way
from npumon.core.profile import Iteration, Operation, TilingRow
from npumon.core.run.analysis import RunFacts
from npumon.core.run.metrics import Metrics
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import RunState

#: Seconds that the operations of a slow model take.
SLOW = (10, 20, 30, 40)


def operations(*times_s: float | None) -> tuple[Operation, ...]:
    return tuple(
        Operation(layer_id=number, op_abs_id=number, execution_us=None if time_s is None else int(time_s * 1e6))
        for number, time_s in enumerate(times_s)
    )


def whole(*times_s: float | None, elapsed_s: float | None = None, complete: bool = True) -> Iteration:
    return Iteration(1, None if elapsed_s is None else elapsed_s * 1e6, operations(*times_s), complete=complete)


def run(*done: Iteration, open_s: tuple[float | None, ...] = (), model: str | None = "m", **more: object) -> RunReport:
    outcome = more.pop("outcome", "running" if open_s else "ok")
    state = RunState(
        iterations=done,
        iterations_ended=len(done),
        operations=operations(*open_s),
        **more,  # type: ignore[arg-type]
    )
    return RunReport(RunInfo(model=model, outcome=outcome), state, Metrics())  # type: ignore[arg-type]


def live(newest: RunReport | None, *ended: RunReport, shown: ShownPlace | None = None, model: str = "m") -> Live:
    moment = Live(Snapshot("", BoardState(), DriverState(), newest), Activity(model=model), runs=ended)
    return moment if shown is None else moment._replace(shown=shown)


def progress(moment: Live) -> UnderWay:
    found = under_way(moment)
    assert found is not None
    return found


def test_the_run_before_tells_how_many_and_how_long() -> None:
    found = progress(live(run(open_s=(11, 22)), run(whole(*SLOW))))
    assert (len(found.iteration.operations), found.of, found.as_before) == (2, 4, True)
    assert found.elapsed_us == 33_000_000
    assert found.remaining_us == pytest.approx(77e6)  # a tenth longer than last time
    assert found.words == "2 of 4 as last time, 33 s, about 77 s to go"


def test_the_iteration_before_comes_first_and_its_time_between_operations_counts() -> None:
    own = run(whole(*SLOW, elapsed_s=200), open_s=(10, 20, 30))
    found = progress(live(own, run(whole(1, 1))))
    assert found.of == 4
    assert found.remaining_us == pytest.approx(80e6)
    assert found.words == "3 of 4 as last time, 60 s, about 80 s to go"


def test_another_model_tells_nothing() -> None:
    found = progress(live(run(open_s=(1, 2)), run(whole(*SLOW), model="other")))
    assert (found.of, found.remaining_us) == (None, None)
    assert found.words == "2 operations, 3.0 s"
    unnamed = run(open_s=(1, 2), model=None)
    assert progress(live(unnamed, run(whole(*SLOW)))).of == 4, "the activity names the model"


def test_the_table_tells_how_many() -> None:
    table = tuple(TilingRow(number, "NN") for number in (0, 1, 2, 2))
    assert progress(live(run(open_s=(1, 2), tiling=table))).words == "2 of 3, 3.0 s"
    assert progress(live(run(open_s=(1, 2, 3, 4), tiling=table))).of is None


def test_more_than_last_time_is_not_as_last_time() -> None:
    found = progress(live(run(open_s=(10, 10, 10)), run(whole(20, 20))))
    assert (found.of, found.as_before, found.remaining_us) == (None, False, None)


@pytest.mark.parametrize(
    "moment",
    [
        live(None),
        live(run(whole(*SLOW))),
        live(run(outcome="running")),
        live(run(open_s=(1, 1), outcome="failed")),
        live(run(open_s=(10, 10), forgotten=7)),
        live(run(open_s=(10, 20)), shown=ShownPlace(newest=False)),
        live(run(open_s=(0.001, 0.001)), run(whole(0.001, 0.001, 0.001))),
        live(run(open_s=(None, None)), run(whole(None, None))),
    ],
)
def test_what_is_not_under_way_or_is_over_at_once_is_not_shown(moment: Live) -> None:
    assert under_way(moment) is None


def test_without_times_or_a_whole_iteration_there_is_no_estimate() -> None:
    without = progress(live(run(open_s=(None, 2)), run(whole(*SLOW))))
    assert (without.elapsed_us, without.remaining_us, without.words) == (None, None, "2 of 4 as last time")
    assert progress(live(run(open_s=(10, 2)), run(whole(None, 1, 1, elapsed_s=30)))).remaining_us is None
    broken = run(whole(*SLOW, complete=False))
    assert progress(live(run(open_s=(10, 2)), broken)).of is None
    last = progress(live(run(open_s=SLOW), run(whole(*SLOW))))
    assert (last.remaining_us, last.words) == (0, "4 of 4 as last time, 100 s, about 0.0 s to go")
    assert progress(live(run(open_s=(300, 300)), run(whole(600, 600, 600)))).words == (
        "2 of 3 as last time, 10:00, about 5:00 to go"
    )


def test_the_page_shows_it_and_misses_nothing_that_is_yet_to_come() -> None:
    table = tuple(TilingRow(number, "NN") for number in range(4))
    source = source_of(live(run(open_s=(10, 20), tiling=table), run(whole(*SLOW))))
    assert source is not None
    assert source.progress is not None
    assert source.iteration.operations == operations(10, 20)
    assert source.facts == source.report.metrics.facts
    assert facts_so_far(RunFacts(tiling=table), source.iteration).tiling == table[:2]
    ended = source_of(live(run(whole(*SLOW))))
    assert ended is not None
    assert ended.facts is ended.report.metrics.facts
