"""A log that another program is writing: its runs, each as soon as it is complete."""

from __future__ import annotations

from npumon.core.log.events import AverageTimed, Event, InferenceTimed, Prompted, ThreadExited, TopListed, TopStarted
from npumon.core.log.parser import ProfileParser
from npumon.core.profile import Diagnostic
from npumon.core.run.outcome import evidence_of
from npumon.core.run.splitter import Completed, RunCompleted, RunSplitter, looks_like_a_run
from npumon.core.run.state import RunState
from npumon.core.units import counted

#: Only after one of these can a run be complete that was not before.
_LAST_WORDS = (ThreadExited, TopListed, TopStarted, AverageTimed, InferenceTimed, Prompted)


class WatchedLog:
    """Bytes to what they complete. A run is completed by its totals and the whole list of classes, by the end of its
    driver thread after the totals, by a prompt, by the next run, or by the end of the text; whichever comes first.

    Runs are numbered consecutively from 1, also when the log starts over. `kept_operations` bounds memory
    (`RunSplitter`).
    """

    def __init__(self, kept_operations: int | None = None) -> None:
        self._kept = kept_operations
        self._parser, self._fold = ProfileParser(), RunSplitter(kept_operations=kept_operations)
        self._told = 0
        self._said: tuple[Diagnostic, ...] = ()
        self._amended: list[RunCompleted] = []
        self._first = 1

    @property
    def state(self) -> RunState:
        """The newest run."""
        return self._fold.state

    @property
    def number(self) -> int:
        """The newest run's."""
        return self._fold.number

    @property
    def first(self) -> int:
        """The number of the first run of the present text."""
        return self._first

    @property
    def between_runs(self) -> bool:
        """True when the newest run was completed, or there is none yet."""
        return self._told >= self._fold.number or not looks_like_a_run(self._fold.state)

    def amended(self) -> list[RunCompleted]:
        """Return the runs that turned out to have failed after they were complete, such as by a death at their end;
        once."""
        amended, self._amended = self._amended, []
        return amended

    def feed(self, data: bytes) -> list[Completed]:
        """Take more of the text."""
        return self._take(self._parser.feed(data))

    def close(self) -> list[Completed]:
        """End the text: what is open is completed as it is."""
        completed = self._take(self._parser.close())
        completed.extend(self._fold.finish())
        if looks_like_a_run(self._fold.state):
            self._complete(self._fold.number, self._fold.state, completed)
        return completed

    def restart(self) -> list[Completed]:
        """Begin another text, which has replaced this one."""
        completed = self.close()
        next_run = self._fold.number + looks_like_a_run(self._fold.state)
        self._parser, self._fold = ProfileParser(), RunSplitter(next_run, self._kept)
        self._first = next_run
        return completed

    def _take(self, events: list[Event]) -> list[Completed]:
        completed: list[Completed] = []
        start = 0
        for end, event in enumerate(events, 1):
            if type(event) in _LAST_WORDS:
                self._fold_in(events[start:end], completed)
                start = end
                state = self._fold.state
                whole = state.phase == "done" and (_listed(state) or type(event) is ThreadExited)
                if whole or state.ended is not None:
                    self._complete(self._fold.number, state, completed)
        self._fold_in(events[start:], completed)
        if events:
            self._amend(self._fold.number, self._fold.state)
        return completed

    def _fold_in(self, events: list[Event], completed: list[Completed]) -> None:
        for item in self._fold.feed(events):
            if isinstance(item, RunCompleted):
                self._complete(item.run, item.state, completed)
            else:
                completed.append(item)

    def _complete(self, number: int, state: RunState, completed: list[Completed]) -> None:
        """Complete a run, once."""
        if number > self._told:
            self._told, self._said = number, state.diagnostics
            completed.append(RunCompleted(number, state))
        else:
            self._amend(number, state)

    def _amend(self, number: int, state: RunState) -> None:
        """Note what is said of the run that was completed last, if by that it has failed."""
        if number == self._told and state.diagnostics is not self._said:
            self._said = state.diagnostics
            if evidence_of(state):
                self._amended.append(RunCompleted(number, state))


def _listed(state: RunState) -> bool:
    """Return whether the list of classes is whole."""
    return state.top_size is not None and len(state.top) >= state.top_size


def missed_words(missed: int) -> str:
    """Return what is to be said of texts that were gone before they could be read."""
    return f", and {counted(missed, 'file')} in between could not be read" if missed else ""
