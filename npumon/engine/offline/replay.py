"""A finished log, read from beginning to end: the same fold as a live run, by the fast reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from npumon.core.log.fast_blocks import Batch, BlockReader, ChunkSplitter
from npumon.core.run.splitter import Completed, RunSplitter


def replay(chunks: Iterable[bytes], first_run: int = 1) -> Iterator[Completed]:
    """Yield what the log completes, in order; at last the `RunCompleted` of its last run (empty without any run)."""
    reader, fold = BlockReader(), RunSplitter(first_run)
    for batch in _batches(reader, chunks):
        yield from fold.feed(reader.events(batch))
    yield from fold.close()


def _batches(reader: BlockReader, chunks: Iterable[bytes]) -> Iterator[Batch]:
    pieces = ChunkSplitter()
    for chunk in chunks:
        yield from reader.read(pieces.feed(chunk))
    yield from reader.read(pieces.close())
    yield reader.close()
