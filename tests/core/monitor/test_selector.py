"""What is selected, as it changes, and the iterations that are kept for it. All texts are synthetic."""

from __future__ import annotations

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import ShownPlace
from npumon.core.monitor.selection import NEWEST, Selection
from npumon.core.monitor.selector import KEPT_OPERATIONS, Selector
from npumon.core.profile import Iteration, Operation
from tests.core.monitor.test_selection import ended, loops
from tests.tui.moments import seed_run
from tests.tui.stage import live


def test_what_is_selected_is_judged_once() -> None:
    selector = Selector()
    moment = ended(seed_run(), loops())
    assert selector.of(moment) is moment
    selector.select(Selection(2, 3))
    assert selector.selection == Selection(2, 3)
    shown = selector.of(moment)
    assert shown.shown.iteration == 3
    assert selector.of(moment) is shown
    selector.select(Selection(2, 3))
    again = selector.of(moment._replace(in_use="somebody"))
    assert again.snapshot.run is shown.snapshot.run
    assert again.in_use == "somebody"
    selector.select(Selection(2, 2))
    assert selector.of(moment).shown.iteration == 2


def test_the_selected_iteration_stays_when_its_run_ends_and_forgets_it() -> None:
    run = loops()
    selector = Selector()
    selector.select(Selection(1, 2))
    running = run._replace(info=run.info._replace(outcome="running"))
    moment = live(running, activity=Activity("running", run=1))
    assert selector.of(moment).shown == ShownPlace(1, 1, 2, 4, newest=False)
    short = run._replace(state=run.state._replace(iterations=run.state.iterations[-1:]))
    shown = selector.of(ended(short))
    assert shown.shown == ShownPlace(1, 1, 2, 4, newest=False)


def test_when_the_selected_run_is_no_longer_kept_the_newest_is_shown() -> None:
    selector = Selector()
    selector.select(Selection(1, 1))
    moment = ended(loops(), loops())._replace(activity=Activity(run=202))
    assert selector.of(moment).shown.newest
    assert selector.selection == NEWEST


def test_an_iteration_that_is_missing_is_read() -> None:
    run = loops()
    moment = ended(run._replace(state=run.state._replace(iterations=run.state.iterations[-1:])))
    selector = Selector()
    selector.select(Selection(1, 2))
    assert selector.missing is None, "nothing was looked for yet"
    assert selector.of(moment).shown == ShownPlace(1, 1, 4, 4, newest=False)
    missing = selector.missing
    assert missing is not None
    assert (missing.run, missing.number, missing.report) == (1, 2, moment.runs[0])
    selector.note("reading it")
    assert selector.of(moment).shown == ShownPlace(1, 1, 4, 4, newest=False, note="reading it")
    selector.take(1, {2: run.state.iterations[1], 1: run.state.iterations[0]})
    assert selector.of(moment).shown == ShownPlace(1, 1, 2, 4, newest=False)
    assert selector.missing is None
    selector.select(Selection(1, 1))
    assert selector.of(moment).shown == ShownPlace(1, 1, 1, 4, newest=False), "a step further was read with it"


def test_what_was_read_is_bounded() -> None:
    run = loops()
    moment = ended(run._replace(state=run.state._replace(iterations=run.state.iterations[-1:])))
    selector = Selector()
    many = (Operation(),) * (KEPT_OPERATIONS // 2)
    for number in (1, 2, 1, 3):
        selector.take(1, {number: Iteration(number, 1.0, many)})
    for number, missing in ((1, True), (2, True), (3, False)):
        selector.select(Selection(1, number))
        selector.of(moment)
        assert (selector.missing is not None) == missing
