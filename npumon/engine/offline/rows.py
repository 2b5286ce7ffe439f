"""A finished log as rows of text, for tables of any length: state is built only if rows cannot be had without it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from npumon.core.log.fast_blocks import BlockBatch, BlockFields, BlockReader, ChunkSplitter, HeaderCache, split_blocks
from npumon.core.profile import Iteration
from npumon.core.run.splitter import Completed, IterationCompleted, RunCompleted, RunSplitter

#: Below this length, starting processes to read a log costs more than they save.
WORTHWHILE = 24 << 20


class RowWriter(Protocol):
    """Turns iterations into rows of text, in either of the two shapes in which a log gives them."""

    def iteration(self, run: int, iteration: Iteration) -> str:
        """Return the rows of one iteration, each with its line end."""
        ...

    def block_rows(self, blocks: Sequence[BlockFields], heads: HeaderCache) -> list[str]:
        """Return a row for each regular block, without the run's number before it and without line end."""
        ...


class Stretch(NamedTuple):
    """Regular blocks that follow each other: the first and the last as texts, those between them as rows."""

    first: BlockFields
    rows: list[str]
    last: BlockFields | None


Segment = Stretch | bytes


def worth_sharing(path: Path) -> bool:
    """Return whether several processes should read the log (`engine.offline.parallel`)."""
    return processors() > 1 and path.is_file() and path.stat().st_size >= WORTHWHILE


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def segments(piece: bytes, heads: HeaderCache, writer: RowWriter) -> Iterator[Segment]:
    """Prepare a piece of a log without any knowledge of what stands before it."""
    whole = piece.rfind(b"\n") + 1
    for part in split_blocks(piece[:whole], heads):
        if isinstance(part, BlockBatch):
            first, *others = part.texts
            last = others.pop() if others else None
            yield Stretch(first, writer.block_rows(others, heads), last)
        else:
            yield part
    if whole < len(piece):
        yield piece[whole:]


def prepared(chunks: Iterable[bytes], writer: RowWriter) -> Iterator[Segment]:
    """Yield the segments of a log that comes in chunks of any size."""
    pieces, heads = ChunkSplitter(), HeaderCache()
    for chunk in chunks:
        yield from segments(pieces.feed(chunk), heads, writer)
    yield from segments(pieces.close(), heads, writer)


def rows(log: Iterable[Segment], writer: RowWriter, first_run: int = 1) -> Iterator[str | RunCompleted]:
    """Yield the rows of a log's iterations in order, and at the end its last run.

    Each regular block ends with the totals of its run, so the next one is a run of its own: between the first and
    the last block of a stretch a row needs nothing but its number.
    """
    reader, fold = BlockReader(), RunSplitter(first_run)
    for segment in log:
        if isinstance(segment, bytes):
            for batch in reader.take(segment):
                yield _completed_rows(fold.feed(reader.events(batch)), writer)
            continue
        yield _block(segment.first, reader, fold, writer)
        if segment.rows:
            start = fold.number + 1
            yield "".join([f"{run},{row}\n" for run, row in enumerate(segment.rows, start)])
            fold.skip(len(segment.rows))
            reader.skip(len(segment.rows))
        if segment.last is not None:
            yield _block(segment.last, reader, fold, writer)
    *end, last = *fold.feed(reader.close()), *fold.close()
    yield _completed_rows([*end, last], writer)
    if isinstance(last, RunCompleted):
        yield last


def _block(texts: BlockFields, reader: BlockReader, fold: RunSplitter, writer: RowWriter) -> str:
    batches = reader.take(BlockBatch([texts]))
    return "".join([_completed_rows(fold.feed(reader.events(batch)), writer) for batch in batches])


def _completed_rows(completed: Iterable[Completed], writer: RowWriter) -> str:
    """Return the rows of completed iterations, and of one that was cut off when its run ended."""
    texts: list[str] = []
    for item in completed:
        if isinstance(item, IterationCompleted):
            texts.append(writer.iteration(item.run, item.iteration))
        elif item.state.open_iteration is not None:
            texts.append(writer.iteration(item.run, item.state.open_iteration))
    return "".join(texts)
