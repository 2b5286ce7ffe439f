"""When changes are delivered, on a clock that goes when the test says so."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.engine.throttle import INTERVAL_S, LATE_S, SHARE, STEADY_S, Change, Throttle, change_by


class Call:
    def __init__(self, due_s: float, call: Callable[[], None]) -> None:
        self.due_s = due_s
        self.call = call
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Time:
    """A clock and its timers."""

    def __init__(self) -> None:
        self.now_s = 1_000.0
        self.calls: list[Call] = []

    def clock(self) -> float:
        return self.now_s

    def call_later(self, seconds: float, call: Callable[[], None]) -> Call:
        self.calls.append(Call(self.now_s + seconds, call))
        return self.calls[-1]

    def waiting(self) -> list[Call]:
        return [call for call in self.calls if not call.cancelled]

    def go(self, seconds: float) -> None:
        """Let time pass, and ring what becomes due."""
        end_s = self.now_s + seconds
        while due := sorted((call for call in self.waiting() if call.due_s <= end_s), key=lambda call: call.due_s):
            self.calls.remove(due[0])
            self.now_s = max(self.now_s, due[0].due_s)
            due[0].call()
        self.now_s = end_s


class Subject:
    """A throttle, and the times of its deliveries with what was newest then."""

    def __init__(self, *, takes_s: float = 0.0) -> None:
        self.time = Time()
        self.newest = 0
        self.delivered: list[tuple[float, int]] = []
        self._takes_s = takes_s
        self.throttle = Throttle(self._deliver, self.time.clock, self.time.call_later)

    def _deliver(self) -> None:
        self.delivered.append((round(self.time.now_s - 1_000, 6), self.newest))
        self.time.now_s += self._takes_s

    def change(self, change: Change = "news") -> None:
        self.newest += 1
        self.throttle.request(change=change)


@pytest.fixture
def subject() -> Subject:
    return Subject()


def test_the_first_change_goes_out_at_once(subject: Subject) -> None:
    subject.change()
    assert subject.delivered == [(0.0, 1)]
    assert not subject.time.waiting()


def test_of_changes_that_follow_soon_the_latest_goes_out_in_time(subject: Subject) -> None:
    for _ in range(5):
        subject.change()
        subject.time.go(0.01)
    subject.time.go(1.0)
    assert subject.delivered == [(0.0, 1), (INTERVAL_S, 5)]
    assert not subject.time.waiting()


def test_after_a_pause_a_change_goes_out_at_once_again(subject: Subject) -> None:
    subject.change()
    subject.time.go(10)
    subject.change()
    assert subject.delivered == [(0.0, 1), (10.0, 2)]


def test_without_changes_nothing_goes_out(subject: Subject) -> None:
    subject.change()
    subject.time.go(3_600)
    assert subject.delivered == [(0.0, 1)]


def test_what_may_wait_goes_out_with_what_comes_soon(subject: Subject) -> None:
    subject.newest = 1
    subject.throttle.request(0.05)
    assert subject.delivered == []
    subject.time.go(0.02)
    subject.change()
    assert subject.delivered == [(0.02, 2)]
    subject.time.go(1.0)
    subject.throttle.request(0.05)
    subject.time.go(1.0)
    assert subject.delivered == [(0.02, 2), (1.07, 2)]
    assert not subject.time.waiting()


def test_more_of_the_same_waits_longer_and_goes_out_with_what_does_not(subject: Subject) -> None:
    for _ in range(10):
        subject.change("steady")
        subject.time.go(0.05)
    assert subject.delivered == [(0.0, 1), (STEADY_S, 6)]
    subject.change()
    assert subject.delivered == [(0.0, 1), (STEADY_S, 6), (0.5, 11)]
    subject.change("steady")
    subject.time.go(0.01)
    subject.change()
    subject.time.go(1.0)
    assert subject.delivered[3:] == [(0.5 + INTERVAL_S, 13)]
    subject.change("steady")
    assert subject.delivered[4:] == [(1.51, 14)], "after a pause at once"
    assert not subject.time.waiting()


@given(st.lists(st.tuples(st.floats(0, 0.3), st.booleans()), max_size=60))
def test_a_steady_stream_is_slower_and_never_without_the_last(pauses: list[tuple[float, bool]]) -> None:
    subject = Subject()
    hurried = 0
    for pause, steady in pauses:
        subject.change("steady" if steady else "news")
        hurried += not steady
        subject.time.go(pause)
    passed_s = subject.time.now_s - 1_000
    subject.time.go(1.0)
    assert len(subject.delivered) <= passed_s / STEADY_S + hurried + 2
    assert [newest for _, newest in subject.delivered][-1:] == ([subject.newest] if pauses else [])


@given(st.lists(st.floats(0, 0.3), max_size=60))
def test_at_most_ten_a_second_and_never_without_the_last(pauses: list[float]) -> None:
    subject = Subject()
    for pause in pauses:
        subject.change()
        subject.time.go(pause)
    subject.time.go(1.0)
    times = [when for when, _ in subject.delivered]
    assert all(later - earlier >= INTERVAL_S - 1e-5 for earlier, later in itertools.pairwise(times))
    assert [newest for _, newest in subject.delivered][-1:] == ([subject.newest] if pauses else [])


def test_a_slow_view_has_its_pause_afterwards() -> None:
    subject = Subject(takes_s=0.5)
    subject.change()
    subject.change()
    subject.time.go(1.0)
    assert [when for when, _ in subject.delivered] == [0.0, 0.6]


def test_a_change_that_delivering_makes_waits_its_turn() -> None:
    time = Time()
    delivered: list[float] = []

    def deliver() -> None:
        delivered.append(round(time.now_s - 1_000, 6))
        if len(delivered) < 3:
            throttle.request()

    throttle = Throttle(deliver, time.clock, time.call_later)
    throttle.request()
    assert delivered == [0.0]
    time.go(1.0)
    assert delivered == [0.0, 0.1, 0.2]


def test_a_view_that_fails_hears_of_later_changes(subject: Subject) -> None:
    time = Time()
    failures = [ZeroDivisionError()]

    def deliver() -> None:
        if failures:
            raise failures.pop()
        subject.delivered.append((time.now_s, 0))

    throttle = Throttle(deliver, time.clock, time.call_later)
    with pytest.raises(ZeroDivisionError):
        throttle.request()
    throttle.request()
    time.go(1.0)
    assert len(subject.delivered) == 1


def test_closing_delivers_what_is_due_and_nothing_more(subject: Subject) -> None:
    subject.change()
    subject.change()
    subject.throttle.close()
    assert subject.delivered == [(0.0, 1), (0.0, 2)]
    subject.change()
    subject.time.go(1.0)
    assert len(subject.delivered) == 2
    assert not subject.time.waiting()


def test_closing_with_nothing_due(subject: Subject) -> None:
    subject.throttle.close()
    assert subject.delivered == []


def test_closing_ends_also_when_delivering_changes_something() -> None:
    time = Time()
    delivered: list[float] = []

    def deliver() -> None:
        delivered.append(time.now_s)
        throttle.request()

    throttle = Throttle(deliver, time.clock, time.call_later)
    throttle.request()
    throttle.close()
    time.go(1.0)
    assert len(delivered) == 2
    assert not time.waiting()


@pytest.mark.parametrize(
    ("takes_s", "pause_s"),
    [(0.001, INTERVAL_S), (0.03, 0.03 / SHARE), (5 * LATE_S, LATE_S)],
    ids=["cheap", "dear", "slow"],
)
def test_in_a_flood_deliveries_leave_the_time_to_others(takes_s: float, pause_s: float) -> None:
    subject = Subject(takes_s=takes_s)
    subject.change("flood")
    for _ in range(20):
        subject.change("flood")
        subject.time.go(max(takes_s, pause_s) / 4)
    times = [at_s for at_s, _ in subject.delivered]
    assert len(times) > 2
    assert all(later - earlier >= takes_s + pause_s - 1e-5 for earlier, later in itertools.pairwise(times))
    subject.time.go(60.0)
    subject.change("flood")
    before = len(subject.delivered)
    subject.change("flood")
    subject.change("news")
    subject.time.go(INTERVAL_S)
    assert len(subject.delivered) == before + 1, "news do not wait that long"


@pytest.mark.parametrize(
    ("new", "behind", "change"),
    [(600, 0, None), (100_000, 0, "news"), (600, 100_000, "flood"), (100_000, 100_000, "flood")],
)
def test_much_text_is_no_steady_change(new: int, behind: int, change: Change | None) -> None:
    assert change_by(new, behind) == change
