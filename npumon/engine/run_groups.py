"""Which runs of a session belong together, and how long their iterations took, in bounded memory."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from npumon.core.monitor.live import Latencies
from npumon.core.monitor.run_times import RunGroup, RunTimes
from npumon.core.profile import Iteration
from npumon.core.run.report import RunReport
from npumon.core.run.statistics import NO_TIMES, Times
from npumon.core.run.trend import NO_TREND

#: Latencies of one group for the figures that are always shown; its statistics are of all.
KEPT_LATENCIES = 2_000
#: Groups that may go on, each with all its times; what comes later of others begins a new one.
KEPT_OPEN = 4
#: Runs to warm up of one group.
KEPT_WARMUPS = 20
#: Runs of an unknown model whose text has no operations belong together if their first iterations took the same time
#: within this factor.
_ALIKE = 4.0


class _Example(NamedTuple):
    """What is known of a run's first iteration: by it runs of unknown models are told apart."""

    names: tuple[str | None, ...]
    latency_us: float | None

    @classmethod
    def of(cls, iteration: Iteration) -> _Example:
        """Return that of an iteration."""
        return cls(tuple([operation.name for operation in iteration.operations]), iteration.latency_us)


class _OpenGroup:
    """A group that may go on."""

    def __init__(self, number: int, model: str | None, planned: int) -> None:
        self.number = number
        self.model = model
        self.planned = planned
        #: Whether nothing more belongs to it.
        self.over = False
        self._example: _Example | None = None
        self.runs: deque[int] = deque()
        self.starts = 0
        self.warmups: deque[float] = deque(maxlen=KEPT_WARMUPS)
        self.recent: deque[float] = deque(maxlen=KEPT_LATENCIES)
        self.ever = 0
        self._times = Times(begun=True)
        self._trend = NO_TREND
        self._new: list[float] = []
        self._start_us: float | None = None
        self._value: RunGroup | None = None

    def add(self, number: int, latency_us: float | None, *, first: bool) -> None:
        """Add an iteration of the run with this number.

        The latency of a start's first iteration counts only if that is the only one, for it takes longer than others.
        """
        self.join(number)
        if latency_us is None:
            return
        self._value = None
        if first:
            self._end_start()
            self._start_us = latency_us
        else:
            if self._start_us is not None and self.recent:
                self.recent.pop()
                self.ever -= 1
            self._start_us = None
            self._new.append(latency_us)
        self.recent.append(latency_us)
        self.ever += 1

    def join(self, number: int) -> None:
        """Count the run with this number, once."""
        if not self.runs or self.runs[-1] != number:
            self.runs.append(number)
            self.starts += 1
            self._value = None

    def warm_up(self, latency_us: float) -> None:
        """Take the time of a run that does not count."""
        self.warmups.append(latency_us)
        self._value = None

    def end_run(self) -> None:
        """End a run: if it had only one iteration, that counts."""
        self._end_start()

    def _end_start(self) -> None:
        if self._start_us is not None:
            self._new.append(self._start_us)
            self._start_us = self._value = None

    def forget(self, before: int) -> None:
        """Forget runs before the one with this number."""
        while self.runs and self.runs[0] < before:
            self.runs.popleft()
            self._value = None

    @property
    def value(self) -> RunGroup:
        """What there is now; the same object until something is added."""
        if self._value is None:
            self._times, self._trend = self._times.plus_all(self._new), self._trend.plus_all(self._new)
            self._new.clear()
            self._value = RunGroup(
                tuple(self.runs), self.starts, self.planned, self._times, self._trend, None, tuple(self.warmups)
            )
        return self._value

    @property
    def frozen(self) -> RunGroup:
        """What there is, without the times themselves."""
        self._end_start()
        value = self.value
        return value._replace(times=NO_TIMES, frozen=value.statistics)

    @property
    def latencies(self) -> Latencies:
        """The newest of them, and how many there were."""
        ordered, count = sorted(self.recent), len(self.recent)
        if not ordered:
            return Latencies(runs=self.planned)
        median = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
        return Latencies(count, ordered[0], median, ordered[(95 * count + 99) // 100 - 1], self.planned, self.ever)

    def is_alike(self, run: _Example) -> bool:
        """Return whether a run of an unknown model that begins like this could be one of them."""
        known = self._example
        if known is None or known.names or run.names:
            return known is None or known.names == run.names
        if not known.latency_us or not run.latency_us:
            return False
        return max(known.latency_us, run.latency_us) <= _ALIKE * min(known.latency_us, run.latency_us)

    def begin_run(self, run: _Example) -> None:
        """Take note of how a run begins."""
        self._example = run


class _RunSoFar:
    """A run whose iterations come, or came."""

    def __init__(self, number: int, group: _OpenGroup) -> None:
        self.number = number
        self.group = group
        self.first_us: float | None = None
        self.new: list[float] = []
        self.rates: list[float] = []
        self._times = RunTimes(number)

    @property
    def times(self) -> RunTimes:
        """What there is now; the same object until something is added."""
        if self.new or self.rates:
            _, trend, rates = self._times
            self._times = RunTimes(self.number, trend.plus_all(self.new), rates.plus_all(self.rates))
            self.new.clear()
            self.rates.clear()
        return self._times


class RunGroups:
    """Takes iterations and ends of runs in the order in which they happen; runs by their numbers in the session."""

    def __init__(self) -> None:
        #: By their numbers, those that were used last at the end.
        self._open: dict[int, _OpenGroup] = {}
        self._frozen: deque[RunGroup] = deque()
        self._begun = 0
        self._run: _RunSoFar | None = None
        self._ended: dict[int, _RunSoFar] = {}
        self._values: tuple[tuple[RunGroup, ...], tuple[RunTimes, ...]] = ((), ())

    @property
    def groups(self) -> tuple[RunGroup, ...]:
        """All groups of runs that are kept; the same object until something is added."""
        now = (*self._frozen, *(group.value for group in self._open.values() if group.runs))
        if list(map(id, now)) != list(map(id, self._values[0])):
            self._values = (now, self._values[1])
        return self._values[0]

    @property
    def times(self) -> tuple[RunTimes, ...]:
        """The times of the runs that are kept and of the one under way; the same object until something is added."""
        now = tuple(run.times for run in (*self._ended.values(), *(() if self._run is None else (self._run,))))
        if list(map(id, now)) != list(map(id, self._values[1])):
            self._values = (self._values[0], now)
        return self._values[1]

    def begin(self, model: str | None, runs: int = 0) -> None:
        """Begin a series of so many runs of that model, or with 0 a single run.

        The times of a series are its own; so are those of single runs that follow one.
        """
        self._leave_run()
        current = self._current(model)
        if current is not None and (runs or current.planned):
            current.over = True
        if runs:
            self._new_group(model, runs)

    def key_of(self, model: str | None, iteration: Iteration, number: int) -> int | str:
        """Return what is the same of all runs that may share a graph: the model, or the group where that is unknown."""
        group = self._group_of(model, iteration, number)
        return group.number if model is None else model

    def iteration(self, model: str | None, iteration: Iteration, number: int) -> None:
        """Take a complete iteration of the run with this number."""
        group, latency_us = self._group_of(model, iteration, number), iteration.latency_us
        group.add(number, latency_us, first=iteration.first)
        run = self._run
        if run is None or latency_us is None:
            return
        if iteration.first:
            run.first_us = latency_us
        else:
            run.first_us = None
            run.new.append(latency_us)

    def warm_up(self, model: str | None, report: RunReport) -> None:
        """Take a run to warm up."""
        statistics, group = report.metrics.statistics, self._current(model)
        if statistics is not None and group is not None:
            group.warm_up(statistics.median_us)

    def rate(self, model: str | None, per_s: float, number: int) -> None:
        """Take how many frames a second the run with this number makes now."""
        self._group_of(model, Iteration(0), number)
        if self._run is not None:
            self._run.rates.append(per_s)

    def end(self, model: str | None, number: int, oldest: int) -> None:
        """End the run with this number. Those before the `oldest` are kept no longer."""
        group, run = None if model is None else self._current(model), self._run
        if run is not None and run.number == number:
            group = run.group
            if run.first_us is not None:
                run.new.append(run.first_us)
            self._ended[number] = run
            self._run = None
        if group is not None:
            group.join(number)
            group.end_run()
        while self._ended and (first := next(iter(self._ended))) < oldest:
            del self._ended[first]
        for open_group in self._open.values():
            open_group.forget(oldest)
        while self._frozen and self._frozen[0].runs[-1] < oldest:
            self._frozen.popleft()

    def latencies(self, model: str | None) -> Latencies:
        """Return the latencies of the model's last group.

        The 95th percentile is the smallest latency that 95 % do not exceed.
        """
        group = self._current(model)
        return Latencies() if group is None else group.latencies

    def _current(self, model: str | None) -> _OpenGroup | None:
        """Return the model's group that was used last."""
        own = [group for group in self._open.values() if group.model == model and not group.over]
        return own[-1] if own else None

    def _group_of(self, model: str | None, iteration: Iteration, number: int) -> _OpenGroup:
        """Return the group of the run with this number, one of whose iterations this is."""
        if self._run is not None and self._run.number == number:
            return self._run.group
        self._leave_run()
        example = _Example.of(iteration)
        group = self._current(model) if model is not None else self._alike(example)
        group = group or self._new_group(model, 0)
        self._open.pop(group.number)
        self._open[group.number] = group
        group.begin_run(example)
        self._run = _RunSoFar(number, group)
        return group

    def _leave_run(self) -> None:
        """Leave the run whose iterations came last; if its end was not told, it is of those that do not count."""
        if self._run is not None:
            self._run.group.end_run()
            self._run = None

    def _alike(self, run: _Example) -> _OpenGroup | None:
        """Return the group of runs of an unknown model that one which begins like this could be of."""
        own = [group for group in self._open.values() if group.model is None and not group.over]
        return next((group for group in reversed(own) if group.is_alike(run)), None)

    def _new_group(self, model: str | None, planned: int) -> _OpenGroup:
        self._begun += 1
        group = self._open[self._begun] = _OpenGroup(self._begun, model, planned)
        if len(self._open) > KEPT_OPEN:
            ended = self._open.pop(next(iter(self._open)))
            if ended.runs:
                self._frozen.append(ended.frozen)
        return group
