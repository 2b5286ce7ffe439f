"""A finished log, read from beginning to end: the same fold as a live run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from npumon.core.log.events import Event
from npumon.core.log.parser import ProfileParser
from npumon.core.run.splitter import Completed, RunSplitter


def replay(chunks: Iterable[bytes], first_run: int = 1) -> Iterator[Completed]:
    """Yield what the log completes, in order; at last the `RunCompleted` of its last run (empty without any run)."""
    fold = RunSplitter(first_run)
    for events in events_of(chunks):
        yield from fold.feed(events)
    yield from fold.close()


def events_of(chunks: Iterable[bytes]) -> Iterator[list[Event]]:
    """Yield the events of a text, by its chunks and at last those that its end completes."""
    parser = ProfileParser()
    for chunk in chunks:
        yield parser.feed(chunk)
    yield parser.close()
