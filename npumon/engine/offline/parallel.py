"""A long log read by several processes: each prepares every n-th piece, the caller takes them in order.

Preparing (finding regular blocks, spelling their rows) needs nothing of what stands before a piece, so only the
numbering of runs and the irregular lines are left to one process. Memory is bounded: a worker that is ahead
waits in its pipe.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from npumon.core.log.fast_blocks import HeaderCache
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible
from npumon.engine.offline.rows import RowWriter, Segment, processors, segments

_PIECE = 1 << 20
_MOST = 4
#: How far behind a piece's nominal end a place to cut is looked for.
_REACH = 4_096


def prepared_in_parallel(path: Path, writer: RowWriter, piece: int = _PIECE) -> Iterator[Segment]:
    """Yield the segments of the log in order, `piece` bytes at a time.

    The file's length is taken once; what is appended later is not read. Raises `ProblemError` when a worker dies.
    """
    count = min(processors(), _MOST)
    size = path.stat().st_size
    pieces = (size + piece - 1) // piece
    context = multiprocessing.get_context("fork")
    workers: list[tuple[multiprocessing.process.BaseProcess, Connection]] = []
    try:
        for number in range(count):
            receiver, sender = context.Pipe(duplex=False)
            others = [worker_receiver for _, worker_receiver in workers]
            process = context.Process(
                target=_work,
                args=(sender, (*others, receiver), path, size, piece, range(number, pieces, count), writer),
                daemon=True,
            )
            process.start()
            sender.close()
            workers.append((process, receiver))
        for number in range(pieces):
            try:
                segments_of_piece = workers[number % count][1].recv()
            except EOFError:
                what = f"A process reading {visible(str(path))} died."
                remedy = "Check that the file still exists and that enough memory is free."
                raise ProblemError(Problem("parse.worker", what, remedy)) from None
            yield from segments_of_piece
    finally:
        for worker, receiver in workers:
            receiver.close()
            worker.terminate()
            worker.join()
            worker.close()


def _work(
    sender: Connection,
    inherited: tuple[Connection, ...],
    path: Path,
    size: int,
    piece: int,
    numbers: range,
    writer: RowWriter,
) -> None:
    """Prepare the pieces of these numbers; end when the reader has gone or the log cannot be read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for connection in inherited:
        connection.close()
    heads = HeaderCache()
    try:
        with path.open("rb", buffering=0) as file:
            for number in numbers:
                start, end = (_cut(file.fileno(), edge * piece, size) for edge in (number, number + 1))
                sender.send(list(segments(_read(file.fileno(), start, end), heads, writer)))
    except OSError:
        pass  # the reader has stopped early, or the log cannot be read, which the reader learns by the closed pipe


def _cut(fd: int, position: int, size: int) -> int:
    """Return the end of a piece that should end at `position`: before a layer's line, else after a line, else there."""
    if position == 0 or position >= size:
        return min(position, size)
    window = os.pread(fd, _REACH, position)
    layer = window.find(b"\nlayer") + 1
    return position + (layer or window.find(b"\n") + 1)


def _read(fd: int, start: int, end: int) -> bytes:
    parts: list[bytes] = []
    while start < end and (part := os.pread(fd, end - start, start)):
        parts.append(part)
        start += len(part)
    return b"".join(parts)
