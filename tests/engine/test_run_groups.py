"""Which runs of a session belong together, and their times. All figures are synthetic."""

from __future__ import annotations

from npumon.core.profile import Iteration, Operation
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import EMPTY
from npumon.engine.reporting import Context, report_of
from npumon.engine.run_groups import KEPT_LATENCIES, KEPT_OPEN, RunGroups


def report(*times: float) -> RunReport:
    state = EMPTY
    for number, us in enumerate(times, 1):
        state = state._replace(
            iterations=(*state.iterations, Iteration(number, us)),
            iterations_ended=number,
            times=state.times.plus(us),
        )
    return report_of(state, Context(), RunInfo())


class Session:
    """Runs that are numbered one after the other."""

    def __init__(self) -> None:
        self.groups = RunGroups()
        self.number = 0

    def run(self, model: str | None, *times: float, names: tuple[str, ...] = (), oldest: int = 1) -> None:
        self.number += 1
        operations = tuple(Operation(name=name) for name in names)
        for number, us in enumerate(times, 1):
            self.groups.iteration(model, Iteration(number, us, operations, first=number == 1), self.number)
        self.groups.end(model, self.number, oldest)

    @property
    def members(self) -> list[tuple[int, ...]]:
        return [group.runs for group in self.groups.groups]


def test_single_runs_of_a_model_belong_together() -> None:
    session = Session()
    for model in ("a", "b", "a"):
        session.groups.begin(model)
        session.run(model, 5.0)
    assert session.members == [(2,), (1, 3)]
    groups = session.groups.groups
    assert session.groups.groups is groups
    assert groups[1].statistics is not None
    assert (groups[1].starts, groups[1].statistics.count) == (2, 2)


def test_a_series_is_apart_from_single_runs_before_and_after() -> None:
    session = Session()
    for runs in (0, 2, 0, 0):
        session.groups.begin("a", runs)
        for _ in range(runs or 1):
            session.run("a", 5.0)
    assert session.members == [(1,), (2, 3), (4, 5)]
    assert [group.planned for group in session.groups.groups] == [0, 2, 0]


def test_the_first_iteration_of_a_start_is_apart_unless_it_is_the_only_one() -> None:
    session = Session()
    session.groups.begin("a", 3)
    session.run("a", 900.0, 5.0, 6.0)
    session.run("a", 7.0)
    session.run("a", 800.0, 8.0)
    (group,) = session.groups.groups
    assert list(group.times.recent) == [5.0, 6.0, 7.0, 8.0]
    assert [part.mean for part in group.trend.parts] == [5.0, 6.0, 7.0, 8.0]
    assert [[part.mean for part in times.trend.parts] for times in session.groups.times] == [[5.0, 6.0], [7.0], [8.0]]
    assert session.groups.times is session.groups.times


def test_the_run_under_way_is_among_them() -> None:
    session = Session()
    session.groups.iteration("a", Iteration(1, 9.0, first=True), 1)
    session.groups.iteration("a", Iteration(2, 5.0), 1)
    (times,) = session.groups.times
    assert (times.run, times.trend.many) == (1, 1)
    session.groups.iteration("a", Iteration(3, 5.0), 1)
    assert session.groups.times[0].trend.many == 2


def test_runs_to_warm_up_stand_apart() -> None:
    session = Session()
    session.groups.begin("a", 2)
    session.groups.warm_up("a", report(70.0))
    session.groups.warm_up("a", report())
    session.groups.warm_up("b", report(70.0))
    session.run("a", 5.0)
    (group,) = session.groups.groups
    assert (group.warmups, group.starts) == ((70.0,), 1)


def test_a_run_without_iterations_is_one_of_its_models() -> None:
    session = Session()
    session.run("a", 5.0)
    session.run("a")
    session.run("b")
    session.run(None)
    assert session.members == [(1, 2)]


def test_runs_of_an_unknown_model_are_told_apart_by_their_operations() -> None:
    session = Session()
    session.run(None, 5.0, names=("conv", "pool"))
    session.run(None, 5.0, names=("conv",))
    session.run(None, 500.0, names=("conv", "pool"))
    assert session.members == [(2,), (1, 3)]


def test_or_by_how_long_they_take_if_no_operation_is_told() -> None:
    session = Session()
    for us in (100.0, 5_000.0, 90.0, 4_000.0):
        session.run(None, us)
    assert session.members == [(1, 3), (2, 4)]


def test_what_may_share_a_graph() -> None:
    groups = RunGroups()
    first = groups.key_of(None, Iteration(1, 5.0, first=True), 1)
    assert groups.key_of(None, Iteration(2, 900.0), 1) == first
    assert groups.key_of(None, Iteration(1, 900.0, first=True), 2) != first
    assert groups.key_of("a", Iteration(1, 900.0), 3) == "a"


def test_runs_that_are_not_kept_are_forgotten() -> None:
    session = Session()
    session.run("a", 5.0)
    session.groups.begin("a", 2)
    session.run("a", 5.0)
    session.run("a", 5.0, oldest=3)
    assert session.members == [(3,)]
    assert session.groups.groups[0].starts == 2, "all are counted"
    assert [times.run for times in session.groups.times] == [3]


def test_of_many_groups_only_the_last_keep_their_times() -> None:
    session = Session()
    for number in range(KEPT_OPEN + 2):
        session.groups.begin(str(number))
        session.run(str(number), 5.0, 6.0, 7.0)
    groups = session.groups.groups
    assert [bool(group.times.recent) for group in groups] == [False] * 2 + [True] * KEPT_OPEN
    assert [group.statistics and group.statistics.median_us for group in groups] == [6.5] * (KEPT_OPEN + 2)
    session.run("0", 5.0)
    assert session.members[-1] == (KEPT_OPEN + 3,), "what has ended does not go on"
    session.run("9", 5.0, oldest=3)
    assert session.members[0] == (3,)


def test_latencies_say_how_many_there_were() -> None:
    groups = RunGroups()
    for number in range(1, KEPT_LATENCIES + 102):
        groups.iteration("a", Iteration(number, 5.0, first=number == 1), 1)
    latencies = groups.latencies("a")
    assert (latencies.samples, latencies.ever) == (KEPT_LATENCIES, KEPT_LATENCIES + 100)
    assert groups.latencies("b").samples == 0


def test_frames_a_second() -> None:
    groups = RunGroups()
    groups.rate(None, 30.0, 1)
    groups.rate(None, 29.0, 1)
    (times,) = groups.times
    assert [part.mean for part in times.rates.parts] == [30.0, 29.0]
