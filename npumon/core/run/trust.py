"""Which counters of an iteration hold: wrapped ones are mended, those that contradict themselves are marked.

Source of all limits: public logs of a VIM3 (kernel 4.9.241, 2022), 375 operations with windows from 0.3 ms to 10.4 s.
Their counters run up to 0.18 ms longer than the window, a network binary graph's window is some 0.25 ms longer than its
counters, and each segment of one costs some 9 microseconds.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import le, mul, sub
from typing import NamedTuple

from npumon.core import units
from npumon.core.profile import Cycles, Iteration, Operation

#: The counters have 32 bits.
WRAP = 1 << 32
#: Permitted deviation of a clock, as a share.
CLOCK_TOLERANCE = 0.05
#: The clock is told from windows of this length, that of an iteration's only operation from shorter ones.
CLOCK_WINDOW_US = 20_000
LONE_WINDOW_US = 5_000
#: The counters of a shorter window have to cover this part of it for a sentence about the whole of it.
COVERED = 0.5
#: With so many operations that agree, an iteration tells its own clock.
LEAST_VOTERS = 3
#: The part of them that has to lie near their median.
_AGREEING = 0.75
#: Clocks that lie closer together than this cannot be told apart by the window.
_DISTINCT_MHZ = 80.0
#: The fastest NPU of the family runs at 1 GHz: where the chip is unknown, no counter wraps earlier than at that clock.
_FASTEST_MHZ = 1_000.0
#: A time and its cycles may differ by the larger of these, and by so much for each segment.
_SLACK_SHARE = 0.05
_SLACK_US = 500.0
SEGMENT_US = 15.0
#: What follows where cycles do not fit their time.
_MORE = "total, idle and traffic hold more than its own, busy cycles stand"
_FEWER = "its clock was lower, or its counters do not hold all of it"


def tells_busy_share(operation: Operation, nominal_clock_mhz: float | None) -> bool:
    """Return whether the busy share of its cycles is that of its window.

    The counters of a short window may cover a part of it only: then the share is that of this part.
    """
    window_us, total = operation.window_us, operation.cycles.total
    if window_us is None or window_us >= LONE_WINDOW_US:
        return True
    return None not in (nominal_clock_mhz, total) and (total or 0) >= COVERED * window_us * (nominal_clock_mhz or 0.0)


class Counted(NamedTuple):
    """The counters of one operation as they have to be read.

    `cycles` are the mended ones, None where they cannot be told. `busy` are the cycles in which the NPU worked; they
    can be certain where total and idle are not. `trusted` and `doubt` are those of `OperationProfile`. `late` marks a
    window that lasted longer than the operation and its counters.
    """

    cycles: Cycles
    busy: int | None = None
    trusted: bool = True
    doubt: str | None = None
    late: bool = False


class Counters(NamedTuple):
    """The counters of one iteration, in the order of its operations.

    `clock_mhz` is None where no window is long enough to tell it; `timed_us` is the sum of the windows that tell it, of
    which `executed_us` is the execution time, None if it is missing. `without` says why there is no clock.
    """

    operations: tuple[Counted, ...] = ()
    clock_mhz: float | None = None
    timed_us: int = 0
    executed_us: int | None = None
    without: str | None = None


def counters_of(iteration: Iteration, nominal_clock_mhz: float | None) -> Counters:
    """Mend and judge the counters of one iteration."""
    operations = iteration.operations
    wrapping_us = _wrapping_us(nominal_clock_mhz)
    slack_us = SEGMENT_US * iteration.segments
    votes = _votes(operations, wrapping_us, slack_us)
    voters = _Voters(vote for vote in votes if vote is not None)
    counted = []
    for number, operation in enumerate(operations):
        others = voters.without(votes[number])
        wraps = may_wrap(operation, wrapping_us)
        mended = _mended(operation, others, nominal_clock_mhz) if wraps else _as_read(operation)
        counted.append(_doubted(operation, mended, others, nominal_clock_mhz, slack_us))
    return _with_clock(operations, tuple(counted))


def _wrapping_us(nominal_clock_mhz: float | None) -> float:
    """Return the longest window in which a cycle counter surely does not wrap."""
    return WRAP / ((1 + CLOCK_TOLERANCE) * (nominal_clock_mhz or _FASTEST_MHZ))


#: The same for a chip whose clock is not known.
_SURELY_NOT_US = _wrapping_us(None)


def may_wrap(operation: Operation, wrapping_us: float = _SURELY_NOT_US) -> bool:
    """Return whether a cycle counter may have wrapped, so that the cycles are not surely those that were read."""
    return operation.window_us is not None and operation.window_us > wrapping_us


def _votes(operations: Sequence[Operation], wrapping_us: float, slack_us: float) -> list[float | None]:
    """Return each operation's clock, None for one that cannot tell it.

    A window that is longer than its operation may hold a part of the next one's time, so neither has a vote.
    """
    votes: list[float | None] = []
    late = False
    for operation in operations:
        window_us, total = operation.window_us, operation.cycles.total or 0
        after_late, late = late, _overruns(operation, slack_us)
        if window_us is None or total <= 0 or after_late or late or not CLOCK_WINDOW_US <= window_us <= wrapping_us:
            votes.append(None)
        else:
            votes.append(total / window_us)
    return votes


def _overruns(operation: Operation, slack_us: float) -> bool:
    """Return whether the window is longer than the execution by more than counters and profiling explain."""
    window_us, execution_us = operation.window_us, operation.execution_us
    if window_us is None or execution_us is None:
        return False
    return window_us - execution_us > _slack(execution_us, slack_us)


class _Voters:
    """The clocks by which an operation is judged: those of the others, in logarithmic time."""

    def __init__(self, clocks: Iterable[float]) -> None:
        self._sorted = sorted(clocks)

    def without(self, own: float | None) -> _Others:
        """Leave one of them out, or none."""
        clocks = self._sorted
        gone = len(clocks) if own is None else bisect_left(clocks, own)
        many = len(clocks) - (own is not None)
        if many < LEAST_VOTERS:
            return _Others()

        def at(place: int) -> float:
            return clocks[place if place < gone else place + 1]

        median = (at((many - 1) // 2) + at(many // 2)) / 2
        low, high = median * (1 - CLOCK_TOLERANCE), median * (1 + CLOCK_TOLERANCE)
        near = bisect_right(clocks, high) - bisect_left(clocks, low) - (own is not None and low <= own <= high)
        unanimous = at(many - 1) <= at(0) * (1 + CLOCK_TOLERANCE)
        return _Others(median if unanimous else None, median if near >= _AGREEING * many else None)


class _Others(NamedTuple):
    """The clock of the other operations: where all agree, and where most do; None without that."""

    unanimous: float | None = None
    most: float | None = None


def _as_read(operation: Operation) -> Counted:
    total, idle = operation.cycles.total, operation.cycles.idle
    busy = None if total is None or idle is None or not 0 <= idle <= total else total - idle
    if total is not None and (total < 0 or (idle is not None and not 0 <= idle <= total)):
        return Counted(operation.cycles, None, trusted=False, doubt=f"{idle} idle cycles of {total} in total cannot be")
    return Counted(operation.cycles, busy)


def _mended(operation: Operation, others: _Others, nominal_mhz: float | None) -> Counted:
    """Add the wraps that a window so long may hold: as many as bring the clock nearest to the expected one."""
    window_us, read = operation.window_us or 0, operation.cycles
    if not read.total or read.total < 0:
        return _as_read(operation)
    seconds = units.microseconds(window_us)
    if WRAP / window_us < _DISTINCT_MHZ:
        doubt = f"how often the 32-bit cycle counter wrapped in {seconds} cannot be told"
        return Counted(Cycles(), None, doubt=doubt)
    expected_mhz = others.unanimous or nominal_mhz
    if expected_mhz is None:
        doubt = f"the 32-bit cycle counter may have wrapped in {seconds}, and this chip's clock is unknown"
        return Counted(Cycles(), None, doubt=doubt)
    fastest_mhz = (1 + CLOCK_TOLERANCE) * max(expected_mhz, nominal_mhz or 0)
    most = int((fastest_mhz * window_us - read.total) / WRAP)
    wraps = min(round((expected_mhz * window_us - read.total) / WRAP), most)
    total = read.total + max(wraps, 0) * WRAP
    times = (window_us, operation.execution_us or window_us)
    fits = any(abs(total / time - expected_mhz) <= CLOCK_TOLERANCE * expected_mhz for time in times)
    if most > 0 and others.unanimous is None and not fits:
        doubt = f"how often the 32-bit cycle counter wrapped in {seconds} cannot be told"
        return Counted(Cycles(), None, doubt=f"{doubt}: nothing fits {expected_mhz:.0f} MHz")
    if wraps < 1:
        return _as_read(operation)
    if read.idle is None:
        return Counted(Cycles(total, None, wraps), None)
    busy = (read.total - read.idle) % WRAP
    doubt = "the 32-bit cycle counter wrapped: of the idle cycles only the difference to the total is certain"
    return Counted(Cycles(total, total - busy, wraps), busy, doubt=doubt)


def _doubted(
    operation: Operation, counted: Counted, others: _Others, nominal_mhz: float | None, slack_us: float
) -> Counted:
    """Compare the cycles with both times. One of the two may be off, as that of a cold run's window; not both."""
    total, window_us, execution_us = counted.cycles.total, operation.window_us, operation.execution_us
    if total is None or window_us is None or execution_us is None or not counted.trusted:
        return counted
    usual_mhz = others.most or nominal_mhz
    if usual_mhz is None:
        return counted
    took_us = total / usual_mhz
    window_off = took_us - window_us
    if abs(took_us - execution_us) <= _slack(execution_us, slack_us):
        if window_off < -_slack(window_us, slack_us) and _overruns(operation, slack_us):
            doubt = (
                f"its window is {units.microseconds(-window_off)} longer than its cycles, which fit the execution time"
            )
            return counted._replace(late=True, doubt=counted.doubt or doubt)
        return counted
    if others.most is None:  # nothing but the chip's limit to compare with: slower ones may be so
        took_us = total / (usual_mhz * (1 + CLOCK_TOLERANCE))
        off = took_us - execution_us > _slack(execution_us, slack_us)
        off = off and took_us - window_us > _slack(window_us, slack_us)
    else:
        off = abs(took_us - execution_us) > _slack(execution_us, slack_us)
        off = off and abs(window_off) > _slack(window_us, slack_us)
    if not off:
        return counted
    against = f"at the other operations' {usual_mhz:.0f} MHz" if others.most else f"at {usual_mhz:.0f} MHz"
    doubt = (
        f"its cycles would take {units.microseconds(total / usual_mhz)} {against}, but it took "
        f"{units.microseconds(execution_us)}: {_MORE if total / usual_mhz > execution_us else _FEWER}"
    )
    return counted._replace(trusted=False, doubt=doubt)


def _slack(time_us: float, segments_us: float) -> float:
    return max(_SLACK_SHARE * time_us, _SLACK_US) + segments_us


def _with_clock(operations: tuple[Operation, ...], counted: tuple[Counted, ...]) -> Counters:
    """Tell the clock from the long windows. A late window and the next operation count both or neither.

    Of operations that are not trusted, only those behind a late window count: both together are sound.
    """
    least_us = LONE_WINDOW_US if len(operations) == 1 else CLOCK_WINDOW_US
    counts = [
        operation.window_us is not None and operation.window_us >= least_us and (each.cycles.total or 0) > 0
        for operation, each in zip(operations, counted, strict=True)
    ]
    long_enough = any(counts)
    for number, each in enumerate(counted):
        if not each.trusted and not (number and counted[number - 1].late):
            counts[number] = False
        if each.late and not (counts[number] and counts[number + 1 : number + 2] == [True]):
            counts[number : number + 2] = [False] * len(counts[number : number + 2])
    timed = [(one, each) for one, each, counts_here in zip(operations, counted, counts, strict=True) if counts_here]
    window_us = sum(operation.window_us or 0 for operation, _ in timed)
    total = sum(each.cycles.total or 0 for _, each in timed)
    if not window_us:
        return Counters(counted, without=_without(operations, long_enough, least_us))
    executions = [operation.execution_us for operation, _ in timed]
    known = [time for time in executions if time is not None]
    return Counters(counted, total / window_us, window_us, sum(known) if len(known) == len(executions) else None)


def _without(operations: tuple[Operation, ...], long_enough: bool, least_us: int) -> str:
    if not any(operation.cycles.total for operation in operations):
        return "the text has no cycles"
    if all(operation.window_us is None for operation in operations):
        return "the text has no VPC_ELAPSETIME"
    if long_enough:
        return "the windows that are long enough do not fit their cycles"
    return f"no window is as long as {least_us // 1000} ms, and shorter ones tell no clock"


class ClockTold(NamedTuple):
    """The clock of an iteration whose counters all hold as read; None where its windows are too short to tell it."""

    mhz: float | None


#: A little less than what is permitted, so that the order of roundings cannot matter.
_SURELY = 0.999


def surely_holding(
    executions: Sequence[int],
    windows: Sequence[int],
    totals: Sequence[int],
    idles: Sequence[int],
    nominal_clock_mhz: float | None,
) -> ClockTold | None:
    """Return the clock only if `counters_of` would take all counters as read, trust them and find no late window.

    None where that takes a closer look, which is what `counters_of` does. The cycles have to fit their windows at any
    clock that they may be compared with: the nominal one and those of all long windows.
    """
    wrapping_us = _SURELY * _wrapping_us(nominal_clock_mhz)
    if max(windows) > wrapping_us or min(totals) < 1 or max(map(sub, windows, executions)) > _SURELY * _SLACK_US:
        return None
    if not all(map(le, idles, totals)):
        return None
    told = [total / window for total, window in zip(totals, windows, strict=True) if window >= CLOCK_WINDOW_US]
    clocks = told if nominal_clock_mhz is None else [*told, nominal_clock_mhz]
    if clocks:
        low, high = min(clocks), max(clocks)
        slack_us = _SURELY * _SLACK_US  # all have as much, long ones more
        least = min(map(sub, totals, map(mul, windows, repeat(high))))
        most = max(map(sub, totals, map(mul, windows, repeat(low))))
        if least < -high * slack_us or most > low * slack_us:
            for total, window_us in zip(totals, windows, strict=True):
                slack_us = _SURELY * _slack(window_us, 0.0)
                if not high * (window_us - slack_us) <= total <= low * (window_us + slack_us):
                    return None
    least_us = LONE_WINDOW_US if len(windows) == 1 else CLOCK_WINDOW_US
    timed = [(total, window) for total, window in zip(totals, windows, strict=True) if window >= least_us]
    if not timed:
        return ClockTold(None)
    return ClockTold(sum(total for total, _ in timed) / sum(window for _, window in timed))


def lone_in_question(
    executions: Sequence[int],
    windows: Sequence[int],
    totals: Sequence[int],
    idles: Sequence[int],
    nominal_clock_mhz: float | None,
) -> list[int]:
    """Return the places of those iterations of one operation each that are not `surely_holding` at first sight."""
    fastest_mhz = nominal_clock_mhz or math.inf
    wrapping_us = _SURELY * _wrapping_us(nominal_clock_mhz)
    late_us = _SURELY * _SLACK_US
    counters = zip(executions, windows, totals, idles, strict=True)
    return [
        place
        for place, (execution_us, window_us, total, idle) in enumerate(counters)
        if not (idle <= total <= (window_us + late_us) * fastest_mhz and window_us - execution_us < late_us)
        or not (0 < window_us < wrapping_us and total)
    ]
