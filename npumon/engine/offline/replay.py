"""A finished log, read from beginning to end: the same fold as a live run, by the fast reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from npumon.core.log.events import Event
from npumon.core.log.fast_blocks import BlockReader, ChunkSplitter
from npumon.core.run.splitter import Completed, RunSplitter


def replay(chunks: Iterable[bytes], first_run: int = 1) -> Iterator[Completed]:
    """Yield what the log completes, in order; at last the `RunCompleted` of its last run (empty without any run)."""
    fold = RunSplitter(first_run)
    for events in events_of(chunks):
        yield from fold.feed(events)
    yield from fold.close()


def events_of(chunks: Iterable[bytes]) -> Iterator[list[Event]]:
    """Yield the events of a text by the fast reader, which holds some of the text back until more of it comes."""
    reader, pieces = BlockReader(), ChunkSplitter()
    for chunk in chunks:
        yield reader.read(pieces.feed(chunk))
    yield reader.read(pieces.close())
    yield reader.close()
