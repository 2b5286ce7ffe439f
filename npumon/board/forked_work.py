"""Work that copies of this process do beside it, on the other processors that it may use.

A copy is a fork, so it has all that the work needs. Requests and answers are small values that `marshal` knows. No
thread may be under way. A copy ends when this process has gone.
"""

from __future__ import annotations

import fcntl
import gc
import marshal
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

_MOST = 3
#: An answer that fits into the pipe waits there while the copy goes on.
_PIPE_BYTES = 1 << 20
_LENGTH_BYTES = 8

#: A request in, an answer out.
Work = Callable[[Any], Any]


def other_processors() -> int:
    """Return how many other processors this process may use, as far as it pays."""
    return min(len(os.sched_getaffinity(0)) - 1, _MOST)


class ForkedWorker:
    """A copy of this process that answers one request after the other. It has to be stopped."""

    def __init__(self, work: Work) -> None:
        """Raises `OSError` where there is no room for another process."""
        requests, self._asking = os.pipe()
        self._answers, answering = os.pipe()
        with suppress(OSError):  # the user's pipes are large enough together: it only waits sooner
            fcntl.fcntl(answering, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        try:
            self._pid = os.fork()
            if self._pid == 0:
                os.close(self._asking)
                _serve(work, requests, answering)
        except OSError:
            os.close(self._asking)
            os.close(self._answers)
            raise
        finally:
            os.close(requests)
            os.close(answering)

    def ask(self, request: object) -> None:
        """Ask for the next answer; the one before has been taken."""
        with suppress(BrokenPipeError):  # it was killed, which the answer says
            os.write(self._asking, marshal.dumps(request))  # type: ignore[arg-type]  # small values

    def answer(self) -> Any:  # noqa: ANN401 - whatever the work returns
        """Wait for the answer; None where the copy came to an end."""
        length = int.from_bytes(self._read(_LENGTH_BYTES), "big")
        data = self._read(length)
        return marshal.loads(data) if data and len(data) == length else None  # noqa: S302 - from a copy of this process

    def _read(self, length: int) -> bytes:
        pieces, left = [], length
        while left and (piece := os.read(self._answers, left)):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def stop(self) -> None:
        """End the copy, whatever it does."""
        os.close(self._asking)
        os.close(self._answers)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _serve(work: Work, requests: int, answering: int) -> None:
    """Answer requests until there are no more, and end without any of what this process would do at its end."""
    try:
        gc.disable()  # it would look at, and so copy, all there is; and nothing lives for long here
        while request := os.read(requests, _PIPE_BYTES):
            answer = marshal.dumps(work(marshal.loads(request)))  # noqa: S302 - from this process before it forked
            for data in (len(answer).to_bytes(_LENGTH_BYTES, "big"), answer):
                sent = 0
                while sent < len(data):
                    sent += os.write(answering, memoryview(data)[sent:])
    finally:
        os._exit(0)
