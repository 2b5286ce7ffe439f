"""Iterations of a run that are no longer in memory, read from its log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from npumon.core.profile import Iteration
from npumon.core.run.splitter import RunCompleted, RunSplitter
from npumon.core.run.state import RunState
from npumon.engine.offline.replay import events_of


class IterationRange(NamedTuple):
    """Iterations from `first` to `last` of the `run`th run of a log, all counted from 1.

    `known` is an iteration of that run from another reading of the log, None if the log cannot be another one.
    """

    run: int
    first: int
    last: int
    known: Iteration | None = None

    def collect(self, state: RunState, found: dict[int, Iteration]) -> None:
        """Take those that the state holds."""
        begin = self.first if self.known is None else min(self.first, self.known.number)
        for iteration in reversed(state.iterations):
            if iteration.number < begin:
                return
            if self.first <= iteration.number <= self.last or self._is_known(iteration):
                found[iteration.number] = iteration

    def is_read(self, state: RunState) -> bool:
        """Return whether nothing that follows can change one of them."""
        end = self.last if self.known is None else max(self.last, self.known.number)
        return bool(state.iterations) and state.iterations[-1].number > end

    def is_of_another_log(self, found: dict[int, Iteration]) -> bool:
        """Return whether the iteration that is known is not in the log as it is known."""
        if self.known is None:
            return False
        same = found.get(self.known.number)
        return same is None or _mark(same) != _mark(self.known)

    def _is_known(self, iteration: Iteration) -> bool:
        return self.known is not None and iteration.number == self.known.number


def _mark(iteration: Iteration) -> tuple[float | None, int]:
    """Return by what an iteration is recognized."""
    return (iteration.elapsed_us, len(iteration.operations))


def read_iterations(
    chunks: Iterable[bytes], wanted: IterationRange, go_on: Callable[[], bool]
) -> dict[int, Iteration] | None:
    """Return those that the log has, by their numbers; None if it is the log of other runs by now.

    `go_on` is asked after each piece of the text; once it says no, what was found so far is returned.
    """
    found: dict[int, Iteration] = {}
    fold = RunSplitter()

    def finished() -> dict[int, Iteration] | None:
        return None if wanted.is_of_another_log(found) else found

    for events in events_of(chunks):
        for item in fold.feed(events):
            if isinstance(item, RunCompleted) and item.run == wanted.run:
                wanted.collect(item.state, found)
                return finished()
        if fold.number == wanted.run:
            wanted.collect(fold.state, found)
            if wanted.is_read(fold.state):
                return finished()
        if not go_on():
            return found
    fold.close()
    if fold.number == wanted.run:
        wanted.collect(fold.state, found)
    return finished()
