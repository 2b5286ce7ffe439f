"""How long an iteration takes, in large digits."""

from __future__ import annotations

import pytest

from npumon.core.monitor.latency import latency_of
from npumon.core.monitor.live import History, Live, Sample
from npumon.core.profile import Iteration, Reported
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.state import EMPTY, RunState
from npumon.tui.paint import Area
from npumon.tui.panes import digits
from npumon.tui.panes.history import Past
from npumon.tui.panes.latency import LatencyPane, latency_lines
from tests.core.run.judging import judged, times_of
from tests.tui.moments import ROOMS, fits, history, moments, texts
from tests.tui.stage import live


def timed(*times: float) -> RunState:
    last = Iteration(len(times), times[-1], ())
    return EMPTY._replace(iterations=(last,), iterations_ended=len(times), times=times_of(times), create_us=12_000)


def moment(run: RunState, past: History | None = None) -> Live:
    return live(RunReport(RunInfo(), run, judged(run)), history=past or History())


MANY = timed(751.0, *(150.0 + number % 9 * 12 for number in range(99)))


def drawn(shown: Live, area: Area) -> list[str]:
    return [line.rstrip() for line in texts(latency_lines(shown, latency_of(shown), Past(), area))]


def test_the_median_is_large_and_the_others_stand_beside_it() -> None:
    lines = drawn(moment(MANY), Area(76, 6))
    figure = digits.large("198")
    assert [line[: len(figure[0])].rstrip() for line in lines[:3]] == [row.rstrip() for row in figure]
    text = "\n".join(lines)
    assert "µs" in lines[2]
    assert all(
        word in text for word in ("median of 99", "first 751 µs", "min 150 µs", "p95", "p99", "std", "create 12.0")
    )


def test_thousands_of_seconds_are_digits_too() -> None:
    assert drawn(moment(timed(1_234_000_000.0)), Area(76, 3))[2].split()[-1]


def test_a_small_room_has_it_in_a_line() -> None:
    assert drawn(moment(MANY), Area(40, 3))[0].startswith("198 µs median of 99 iterations")
    assert len(drawn(moment(MANY), Area(76, 1))) == 1


def test_a_large_room_has_tall_digits() -> None:
    assert len(drawn(moment(MANY), Area(196, 20))) == digits.TALL


def test_a_history_of_one_iteration_is_none() -> None:
    one = History((Sample(elapsed_us=200.0),), 1)
    assert not any("latency" in line for line in drawn(moment(MANY, one), Area(76, 14)))
    assert any("latency" in line for line in drawn(moment(MANY, history(40)), Area(76, 14)))


def test_the_pane_wants_as_many_lines_as_it_fills() -> None:
    pane = LatencyPane()
    area = Area(76, 1_000)
    assert pane.filled(live(), area) == 0
    assert list(pane.lines(live(), area)) == []
    shown = moment(MANY)
    assert pane.filled(shown, area) == len(pane.lines(shown, area))
    told = moment(EMPTY._replace(reported=Reported("tengine", 12, average_us=3_250.0)))
    assert pane.filled(told, area) == 3
    assert pane.filled(told, Area(30, 1_000)) == len(pane.lines(told, Area(30, 1_000))) == 1
    assert pane.filled(moment(MANY, history(40)), area) > pane.filled(shown, area)


@pytest.mark.parametrize("area", ROOMS, ids=str)
def test_it_fits_every_room(area: Area) -> None:
    for shown in (*moments().values(), moment(MANY, history(700)), moment(timed(1e15))):
        assert fits(latency_lines(shown, latency_of(shown), Past(), area), area)


def test_beside_a_distribution_there_is_one_figure() -> None:
    pane = LatencyPane()
    pane.add_class("-brief")
    shown = moment(MANY, history(40))
    area = Area(76, 20)
    text = "\n".join(texts(pane.lines(shown, area)))
    assert "median of 99 iterations" in text
    assert "latency" not in text
    assert pane.filled(shown, area) == len(pane.lines(shown, area))
