"""Splits a log into its runs: the fold over a whole text, which may hold several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from npumon.core.growing import Growing
from npumon.core.log import events as ev
from npumon.core.profile import Diagnostic, Iteration
from npumon.core.run.fold import finish, reduce, starts_new_run
from npumon.core.run.iterations import forget, is_mixed, remark_mixed
from npumon.core.run.outcome import evidence_of
from npumon.core.run.state import EMPTY, KEPT_OPERATIONS, End, RunState
from npumon.core.run.stretch import begins_stretch, fold_stretch

#: What these print is the kernel's or a file's, and may be of any time.
_OLD_TEXT = ("dmesg", "journalctl", "cat", "less", "tail", "head", "grep")


#: The lines with which programs begin.
_BEGINNINGS = (ev.ProductNamed, ev.ThreadCreated, ev.KsnnAnnounced, ev.StageReached, ev.ProgramReported)


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

    A run lasts until the next one begins, or until a shell's prompt. What follows belongs to no run until it looks like
    one, so that notices of the kernel still belong to the run before, and other commands to none.
    """

    def __init__(self, first_run: int = 1, kept_operations: int | None = None) -> None:
        self.state = EMPTY
        self.number = first_run
        self._kept_operations = kept_operations
        self._next: RunState | None = None
        self._named = False

    def feed(self, events: Sequence[ev.Event]) -> list[Completed]:
        """Return what these events complete, in order."""
        completed: list[Completed] = []
        behind = 0
        for place, event in enumerate(events):
            if place < behind:
                continue
            if self._next is not None:
                self._between(self._next, event, completed)
            elif isinstance(event, ev.Prompted):
                self._at_prompt(event, completed)
            else:
                if starts_new_run(self.state, event):
                    if isinstance(event, ev.PowerManagementSet):  # of the next run, if there is one
                        self._take(finish(self.state, "start"), completed)
                        self._next = reduce(EMPTY, event)
                        continue
                    self._start(event, completed)
                if begins_stretch(self.state, events, place):
                    behind = self._at_once(events, place, completed)
                    if behind > place:
                        continue
                self._named = self._named or isinstance(event, ev.ProductNamed)
                self._take(reduce(self.state, event), completed)
        return completed

    def _at_once(self, events: Sequence[ev.Event], place: int, completed: list[Completed]) -> int:
        """Take operations and ends of iterations that follow one another; return the place behind them."""
        kept = KEPT_OPERATIONS if self._kept_operations is None else min(self._kept_operations, KEPT_OPERATIONS)
        stretch = fold_stretch(self.state, events, place, kept)
        if stretch is None:
            return place
        self.state = stretch.state
        number = self.number
        completed.extend([IterationCompleted(number, iteration) for iteration in stretch.ended])
        return stretch.end

    def _start(self, event: ev.Event, completed: list[Completed]) -> None:
        """Begin a run. One that lacks the line with which runs of this log begin is of a mixed text, as is the one
        before it, unless that has come to its end. So is what follows a mixed one without a program's beginning."""
        if not looks_like_a_run(self.state):
            self.state = _lines_of(self.state)._replace(command=self.state.command)
            return
        mixed = self._named and isinstance(event, ev.NetworkCreated) and not self.state.has_result
        still = is_mixed(self.state) and not isinstance(event, _BEGINNINGS)
        self._begin(remark_mixed(self.state) if mixed else self.state, completed, "start")
        if mixed or still:
            self.state = remark_mixed(self.state)

    def _between(self, following: RunState, event: ev.Event, completed: list[Completed]) -> None:
        """Take an event between two runs."""
        if isinstance(event, ev.HangNoticed):
            if not _prints_old_text(following.command):
                self.state = reduce(self.state, event)
        elif isinstance(event, ev.Prompted):
            self._next = _lines_of(following)._replace(command=event.command)
        elif not isinstance(event, ev.InterruptEchoed):
            following = reduce(following, event)
            self._next = following
            if not isinstance(event, ev.ForeignText | ev.Unrecognized) and looks_like_a_run(following):
                self._begin(self.state, completed, "prompt")
                self._next = None
                self._take(following, completed)

    def _at_prompt(self, event: ev.Prompted, completed: list[Completed]) -> None:
        """End the run; text that is none is what stands before the next one."""
        if looks_like_a_run(self.state):
            self._take(finish(self.state, "prompt"), completed)
            self._next = EMPTY._replace(command=event.command)
        else:
            self.state = _lines_of(self.state)._replace(command=event.command)

    def _begin(self, ended: RunState, completed: list[Completed], how: End) -> None:
        """Complete the run and begin the next one."""
        self._take(finish(ended, how), completed)
        completed.append(RunCompleted(self.number, self.state))
        self.number += 1
        self.state = EMPTY

    def _take(self, state: RunState, completed: list[Completed]) -> None:
        """Let the state be the run's, and report the iterations that have ended since the one before."""
        new = state.iterations_ended - self.state.iterations_ended
        self.state = state
        if new > 0:
            completed.extend(IterationCompleted(self.number, each) for each in state.iterations[-new:])
            if self._kept_operations is not None:
                kept = forget(Growing.of(state.iterations), self._kept_operations)
                self.state = state._replace(iterations=kept)

    def close(self) -> list[Completed]:
        """End the text; the last of what is returned is its last run. A log without any run is one empty run."""
        completed = self.finish()
        return [*completed, RunCompleted(self.number, self.state)]

    def finish(self, how: End = "text") -> list[Completed]:
        """End the text of the current run; return the iteration that this completes, if it does."""
        completed: list[Completed] = []
        self._take(finish(self.state, how), completed)
        return completed


def looks_like_a_run(state: RunState) -> bool:
    """Return whether a program that uses the NPU has printed anything, or one has failed.

    What a command shows of files and of the kernel's log is no failure of its own, nor is the end of a job in the
    background (`[1]+  Terminated`).
    """
    if state.has_profiler_text or _prints_old_text(state.command):
        return state.has_profiler_text
    return any(map(_shows_a_run, evidence_of(state)))


def _shows_a_run(said: Diagnostic) -> bool:
    if said.source == "driver":  # of other programs, too, unless they ask for the NPU itself
        return "Failed to open device" in said.message
    return not (said.source == "shell" and said.message.startswith("["))


def _lines_of(state: RunState) -> RunState:
    """Return a state that has only counted the other lines, so that they are lines before the next run."""
    return EMPTY._replace(
        other_lines=state.other_lines,
        unrecognized=state.unrecognized,
        unrecognized_lines=state.unrecognized_lines,
    )


def _prints_old_text(command: str | None) -> bool:
    words = (command or "").replace("sudo ", "").split(maxsplit=1)
    return bool(words) and words[0].rpartition("/")[2] in _OLD_TEXT
