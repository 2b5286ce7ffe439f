"""JSON that waits until the rest of its document is known: in memory while it is little, beyond in a temporary file, so
that a run of any length needs the memory of a short one."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import IO, TYPE_CHECKING

from npumon.core.problems import Problem, ProblemError
from npumon.engine.reporting import with_all_iterations
from npumon.export.drawing import Style
from npumon.export.json_text import json_iteration
from npumon.export.run_document import broken_profile, iteration_document

if TYPE_CHECKING:
    from npumon.core.run.analysis import IterationProfile
    from npumon.core.run.report import RunReport

#: So many operations are held as they are, which costs nothing if the run turns out not to be the one to print.
_HELD_OPERATIONS = 1_000
#: So many characters of text are held before they go to the file.
_HELD_TEXT = 1 << 20
_PIECE = 1 << 16


class TextSpool:
    """Text that is read back once; a context manager, at whose end the temporary file goes."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._forget()

    def __enter__(self) -> TextSpool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget the text."""
        self._stack.close()
        self._forget()

    def _forget(self) -> None:
        self._file: IO[bytes] | None = None
        self._held: list[str] = []
        self._length = 0
        self.empty = True

    def write(self, text: str) -> None:
        """Add text. Raises `ProblemError` if there is no room for it."""
        self.empty = False
        self._held.append(text)
        self._length += len(text)
        if self._length > _HELD_TEXT:
            try:
                if self._file is None:
                    self._file = self._stack.enter_context(temporary_file())
                self._file.write("".join(self._held).encode("utf-8", "surrogatepass"))
            except OSError as error:
                raise no_room(error) from error
            self._held, self._length = [], 0

    def pieces(self) -> Iterator[str]:
        """Yield the text in pieces of any length."""
        if self._file is not None:
            decoder = codecs.getincrementaldecoder("utf-8")("surrogatepass")
            try:
                self._file.seek(0)
                while piece := self._file.read(_PIECE):
                    yield decoder.decode(piece)
            except OSError as error:
                raise no_room(error) from error
        yield from self._held


def temporary_file() -> IO[bytes]:
    """Open a file without a name, which is gone once it is closed."""
    import tempfile

    return tempfile.TemporaryFile(prefix="npumon-", buffering=_PIECE)


class IterationSpool:
    """The iterations of one run; a context manager."""

    def __init__(self, style: Style, *, line: bool = False) -> None:
        """`line` renders iterations for a document of one line."""
        self._style = style
        self._line = line
        self._held: list[IterationProfile] = []
        self._operations = 0
        self._text = TextSpool()

    def __enter__(self) -> IterationSpool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def add(self, profile: IterationProfile) -> None:
        """Take one more iteration. Raises `ProblemError` if there is no room for the temporary file."""
        self._held.append(profile)
        self._operations += 1 + len(profile.operations)
        if self._operations > _HELD_OPERATIONS:
            self._write()

    def end(self, report: RunReport) -> RunReport:
        """Take the iteration in which the run breaks off, if it does. Return the report to print with all of them."""
        if (broken := broken_profile(report)) is not None:
            self.add(broken)
        return with_all_iterations(report)

    def clear(self) -> None:
        """Forget all iterations."""
        self._held, self._operations = [], 0
        self._text.clear()

    def texts(self) -> Iterator[str]:
        """Yield the iterations' text in pieces, for `json_run`."""
        yield from self._text.pieces()
        yield from self._rendered(first=self._text.empty)

    def _rendered(self, *, first: bool) -> Iterator[str]:
        for profile in self._held:
            yield json_iteration(iteration_document(profile), self._style, line=self._line, first=first)
            first = False

    def _write(self) -> None:
        """Move what is held into the file."""
        for text in self._rendered(first=self._text.empty):
            self._text.write(text)
        self._held, self._operations = [], 0


def no_room(error: OSError) -> ProblemError:
    """Return the problem of a temporary file that cannot be written."""
    folder = os.environ.get("TMPDIR") or "/tmp"  # noqa: S108  # where tempfile looks first
    what = f"A long log needs a temporary file, which cannot be written: {error.strerror or error}."
    return ProblemError(Problem("parse.spool", what, f"Make room in {folder}, or set TMPDIR to a folder with room."))
