"""Splits a log into its runs: the fold over a whole text, which may hold several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from npumon.core.log.events import Event
from npumon.core.profile import Iteration
from npumon.core.run.state import EMPTY, RunState, reduce, starts_new_run


class IterationCompleted(NamedTuple):
    """An iteration of the run with this number (1-based within the log) has ended."""

    run: int
    iteration: Iteration


class RunCompleted(NamedTuple):
    """A run has ended: the next one began, or the log ended."""

    run: int
    state: RunState


Completed = IterationCompleted | RunCompleted


class RunSplitter:
    """Folds events into runs. Only the current run is held.

    `kept_operations` bounds memory for callers that need only the newest iterations: as many are kept as have this many
    operations together, but at least one. With None, the state's own bound applies.
    """

    def __init__(self, first_run: int = 1, kept_operations: int | None = None) -> None:
        self.state = EMPTY
        self.number = first_run
        self._kept_operations = kept_operations

    def feed(self, events: Iterable[Event]) -> list[Completed]:
        """Return what these events complete, in order."""
        completed: list[Completed] = []
        for event in events:
            if starts_new_run(self.state, event):
                completed.append(RunCompleted(self.number, self.state))
                self.number += 1
                self.state = EMPTY
            ended = self.state.iterations_ended
            self.state = reduce(self.state, event)
            if self.state.iterations_ended > ended:
                completed.append(IterationCompleted(self.number, self.state.iterations[-1]))
                if self._kept_operations is not None:
                    self._forget(self._kept_operations)
        return completed

    def _forget(self, operations: int) -> None:
        """Drop the oldest iterations beyond the bound."""
        iterations = self.state.iterations
        kept = max(1, operations // max(1, len(iterations[-1].operations)))
        if len(iterations) > kept:
            self.state = self.state._replace(iterations=iterations[-kept:])

    def skip(self, runs: int) -> None:
        """Count runs that were read by other means."""
        self.number += runs

    def close(self) -> RunCompleted:
        """Return the last run. A log without any profiler text is one empty run."""
        return RunCompleted(self.number, self.state)
