"""A log's iterations, each judged as it completes, so that none has to be kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from npumon.core.log.events import Event
from npumon.core.run.analysis import IterationProfile, RunFacts, facts_of, profile_of
from npumon.core.run.splitter import Completed, IterationCompleted, RunCompleted, RunSplitter
from npumon.core.run.state import RunState
from npumon.engine.offline.replay import events_of
from npumon.engine.reporting import Context


class ProfileCompleted(NamedTuple):
    """An iteration of the run with this number has ended, and is judged."""

    run: int
    profile: IterationProfile


Judged = ProfileCompleted | RunCompleted


class IterationAnalyzer:
    """Judges iterations as they complete, by what is known of their run at that moment."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: tuple[object, ...] = ()
        self._facts = RunFacts()

    def fed(self, fold: RunSplitter, events: Iterable[Event]) -> Iterator[Judged]:
        """Feed events to a fold and yield what each of them completes."""
        for event in events:
            if completed := fold.feed((event,)):
                yield from self.judge(completed, fold.state)

    def judge(self, completed: Sequence[Completed], state: RunState) -> Iterator[Judged]:
        """Yield what has completed, in order. `state` is that of the run which is under way after it."""
        states: list[RunState] = []
        for item in reversed(completed):
            state = item.state if isinstance(item, RunCompleted) else state
            states.append(state)
        for item in completed:
            state = states.pop()
            if isinstance(item, IterationCompleted):
                yield ProfileCompleted(item.run, profile_of(item.iteration, self.facts_of(state)))
            else:
                yield item

    def broken(self, state: RunState) -> IterationProfile | None:
        """Judge the iteration in which a run breaks off; None without one."""
        rest = state.open_iteration
        return None if rest is None else profile_of(rest, self.facts_of(state))

    def facts_of(self, state: RunState) -> RunFacts:
        """Return what is known of the run by which its iterations are judged."""
        known = (state.pid, state.layer_dump, state.tiling, state.cut)
        if known != self._known:
            self._known = known
            context = self._context
            self._facts = facts_of(state, context.nominal_clock_mhz, context.roofs, context.nodes)
        return self._facts


class LogAnalysis:
    """A text whose iterations are judged as they complete; `state` is that of the run under way.

    Runs are numbered from `first_run`.
    """

    def __init__(self, context: Context, first_run: int = 1) -> None:
        self.analyzer = IterationAnalyzer(context)
        self._fold = RunSplitter(first_run)

    @property
    def state(self) -> RunState:
        """The run under way, or the last one."""
        return self._fold.state

    def read(self, chunks: Iterable[bytes]) -> Iterator[Judged]:
        """Yield what the text completes, in order; at last the `RunCompleted` of its last run, empty without any."""
        for events in events_of(chunks):
            yield from self.analyzer.fed(self._fold, events)
        yield from self.analyzer.judge(self._fold.close(), self._fold.state)
