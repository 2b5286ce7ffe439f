"""Reads selected iterations that are no longer in memory, on a thread, one reading at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event
from typing import TYPE_CHECKING

from npumon.core.problems import Problem, ProblemError

if TYPE_CHECKING:
    from npumon.core.monitor.selector import MissingIteration, Selector
    from npumon.core.profile import Iteration
    from npumon.tui.host import Host


class IterationLoader:
    """Looks after what is selected: what is missing is read, and a reading that nobody waits for any more is ended."""

    def __init__(self, host: Host, selector: Selector) -> None:
        self._host = host
        self._selector = selector
        self._wanted: tuple[int, int] | None = None
        self._unwanted = Event()

    def look(self) -> None:
        """Begin to read what is missing, unless that is being read, or has failed to be."""
        missing = self._selector.missing
        wanted = None if missing is None else (missing.run, missing.number)
        if wanted == self._wanted:
            return
        self._unwanted.set()
        self._wanted = wanted
        if missing is not None:
            self._unwanted = Event()
            self._selector.note(f"reading iteration {missing.number} from the log")
            self._host.controller.background(self._reading(missing, self._unwanted), self._arrived(missing))

    def _reading(self, missing: MissingIteration, unwanted: Event) -> Callable[[], Mapping[int, Iteration] | Problem]:
        def read() -> Mapping[int, Iteration] | Problem:
            try:
                return self._host.backend.iterations(missing.report, missing.number, lambda: not unwanted.is_set())
            except ProblemError as error:
                return error.problem

        return read

    def _arrived(self, missing: MissingIteration) -> Callable[[Mapping[int, Iteration] | Problem], None]:
        def arrived(found: Mapping[int, Iteration] | Problem) -> None:
            awaited = self._wanted == (missing.run, missing.number)
            if not isinstance(found, Problem):
                self._selector.take(missing.run, found)
            elif awaited:
                self._selector.note(f"iteration {missing.number} cannot be shown")
                self._host.notifier.error(found)
            if awaited:
                self._host.show_live()

        return arrived
