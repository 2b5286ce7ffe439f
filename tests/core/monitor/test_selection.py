"""Any run and any iteration in the place of the newest. Texts and figures are synthetic, apart from the seed run."""

from __future__ import annotations

from typing import Any

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import History, Live, Sample, ShownPlace
from npumon.core.monitor.selection import (
    NEWEST,
    Selection,
    judged,
    kept_iteration,
    newest_shown,
    numbered_runs,
    selected,
    step_iteration,
    step_run,
)
from npumon.core.profile import Iteration
from npumon.core.run.report import RunReport
from tests.tui.moments import seed_run, under_way
from tests.tui.stage import live, report

LOOPS = b"".join(
    (
        b"Create Neural Network: 10ms or 10000us\nVerify...\nVerify Graph: 1ms or 1000us\n",
        b"Start run graph [4] times...\n",
        *(b"Run the %d time: %d.00ms or %d000.00us\n" % (number, 10 * number, 10 * number) for number in range(1, 5)),
        b"vxProcessGraph execution time:\nTotal   100.00ms or 100000.00us\nAverage 25.00ms or 25000.00us\n",
    )
)


def loops(**info: Any) -> RunReport:
    run = report(LOOPS, **info)
    assert [each.number for each in run.state.iterations] == [1, 2, 3, 4]
    return run


def ended(*runs: RunReport) -> Live:
    """The moment after these runs."""
    previous = runs[-2] if len(runs) > 1 else None
    return live(runs[-1], runs=runs, previous=previous, activity=Activity(run=len(runs)))


def test_nothing_has_run() -> None:
    nothing = live()
    assert selected(nothing, NEWEST) is nothing
    assert newest_shown(nothing) == ShownPlace()
    assert step_run(nothing, NEWEST, -1) == NEWEST
    assert step_iteration(nothing, NEWEST, -1) == NEWEST


def test_the_newest_is_shown_as_it_is_and_named() -> None:
    older, newest = seed_run(), loops()
    moment = ended(older, newest)
    assert selected(moment, NEWEST) is moment
    assert newest_shown(moment) == ShownPlace(2, 2, 4, 4)
    assert selected(moment, Selection(2)) is moment, "the newest one by its number is the newest one"


def test_an_older_run_takes_the_place_of_the_newest() -> None:
    runs = (seed_run(), seed_run(log="/one"), loops(log="/two"))
    shown = selected(ended(*runs), Selection(2))
    assert shown.snapshot.run is runs[1]
    assert shown.previous is runs[0]
    assert shown.shown == ShownPlace(2, 3, 1, 1, newest=False)
    assert shown.runs == runs
    assert selected(ended(*runs), Selection(1)).previous is None


def test_its_log_is_what_its_report_keeps_unless_all_are_of_one_log() -> None:
    first, second = (seed_run(log=name)._replace(tail=(f"the end of {name}",)) for name in ("/one", "/two"))
    moment = ended(first, second)
    assert selected(moment, Selection(1)).log.lines == (b"the end of /one",)
    moment = ended(first, second._replace(info=first.info))
    assert selected(moment, Selection(1)).log is moment.log


def test_runs_of_a_long_session_keep_their_numbers() -> None:
    moment = ended(seed_run(), seed_run())._replace(activity=Activity(run=202))
    assert [run.number for run in numbered_runs(moment)] == [201, 202]
    assert newest_shown(moment) == ShownPlace(202, 202, 1, 1)
    assert selected(moment, Selection(7)) is moment, "one that is not kept any more is not shown"


def test_the_run_under_way_has_the_next_number() -> None:
    last = seed_run()
    running = under_way(b"Verify Graph")
    moment = live(running, runs=(last,), previous=last, activity=Activity("verifying", run=2))
    assert [run.number for run in numbered_runs(moment)] == [1, 2]
    assert newest_shown(moment) == ShownPlace(1, 2, 1, 1), "the figures of the run before are still shown"
    assert step_run(moment, NEWEST, -1) == Selection(1)
    assert step_run(moment, Selection(1), 1) == NEWEST
    assert selected(moment, Selection(1)).snapshot.run is last


def test_a_run_to_warm_up_has_no_number() -> None:
    last = seed_run()
    moment = live(
        under_way(b"Verify Graph"), runs=(last,), previous=last, activity=Activity("verifying", run=1, warmup=True)
    )
    assert [run.number for run in numbered_runs(moment)] == [1]
    assert newest_shown(moment) == ShownPlace(runs=1)
    assert step_run(moment, NEWEST, -1) == Selection(1)
    assert step_run(moment, Selection(1), 1) == NEWEST
    assert step_iteration(moment, NEWEST, -1) == NEWEST


def test_steps_between_runs_end_at_the_first_and_at_the_newest() -> None:
    moment = ended(seed_run(), seed_run(), seed_run())
    assert step_run(moment, NEWEST, -1) == Selection(2)
    assert step_run(moment, Selection(2), -1) == Selection(1)
    assert step_run(moment, Selection(1), -1) == Selection(1)
    assert step_run(moment, Selection(2), 1) == NEWEST
    assert step_run(moment, NEWEST, 1) == NEWEST


def test_steps_between_iterations_end_at_the_first_and_at_the_last() -> None:
    moment = ended(loops(), loops())
    assert step_iteration(moment, NEWEST, -1) == Selection(2, 3)
    assert step_iteration(moment, Selection(2, 3), -1) == Selection(2, 2)
    assert step_iteration(moment, Selection(2, 1), -1) == Selection(2, 1)
    assert step_iteration(moment, Selection(2, 3), 1) == NEWEST
    assert step_iteration(moment, Selection(1, 3), 1) == Selection(1)
    assert step_iteration(moment, Selection(1), 1) == Selection(1)


def test_while_the_figures_of_the_run_before_are_shown_the_steps_are_among_its_iterations() -> None:
    last = loops()
    moment = live(under_way(b"Verify Graph"), runs=(last,), previous=last, activity=Activity("verifying", run=2))
    assert step_iteration(moment, NEWEST, -1) == Selection(1, 3)


def test_an_iteration_is_judged_as_if_it_were_the_last_one() -> None:
    run = loops()
    moment = ended(seed_run(), run)
    shown = selected(moment, Selection(2, 2))
    report = shown.snapshot.run
    assert report is not None
    assert report.state.measured is not None
    assert (report.state.measured.number, report.metrics.statistics) == (2, run.metrics.statistics)
    assert shown.shown == ShownPlace(2, 2, 2, 4, newest=False)
    assert judged(run, run.state.iterations[-1]) is run


def test_an_iteration_of_a_log_is_judged_as_one_of_the_board_that_wrote_it() -> None:
    run = loops(command=None)
    shown = judged(run, run.state.iterations[1])
    assert "on the board that wrote this log" in shown.metrics.verdict
    assert "profiling is off" not in shown.metrics.verdict
    own = loops(command=("./net",))
    assert "the board that wrote" not in judged(own, own.state.iterations[1]).metrics.verdict


def test_a_run_that_was_stopped_stays_stopped_in_each_of_its_iterations() -> None:
    stopped = loops(outcome="cancelled", command=("./model",), signal="SIGTERM")
    stopped = stopped._replace(info=stopped.info._replace(outcome="cancelled"))
    assert judged(stopped, stopped.state.iterations[0]).metrics.verdict_id == "run.cancelled"


def test_an_iteration_that_the_run_no_longer_holds_is_given() -> None:
    run = loops()
    short = run._replace(state=run.state._replace(iterations=run.state.iterations[-1:]))
    moment = ended(short)
    assert kept_iteration(short, 2) is None
    assert selected(moment, Selection(1, 2)).shown == ShownPlace(1, 1, 4, 4, newest=False), "the last one instead"
    assert selected(moment, Selection(1, 2), run.state.iterations[1]).shown.iteration == 2


def test_graphs_end_with_what_is_selected_and_are_of_its_model() -> None:
    def history(*places: tuple[int, int], ever: int) -> History:
        return History(tuple(Sample(run=run, iteration=iteration) for run, iteration in places), ever)

    a, b = history((1, 3), (1, 4), (3, 1), (3, 2), ever=12), history((2, 1), ever=1)
    runs = (loops(model="a"), loops(model="b"), loops(model="a"))
    moment = ended(*runs)._replace(history=a, histories=(b, a))
    assert selected(moment, NEWEST).history is a
    assert selected(moment, Selection(1)).history == history((1, 3), (1, 4), ever=10)
    assert selected(moment, Selection(1, 3)).history == history((1, 3), ever=9)
    assert selected(moment, Selection(2)).history == b
    assert selected(moment._replace(histories=()), Selection(2)).history == History()


def test_an_iteration_without_operations_can_be_selected() -> None:
    run = loops()
    assert judged(run, Iteration(9, 1.0)).state.measured == Iteration(9, 1.0)
