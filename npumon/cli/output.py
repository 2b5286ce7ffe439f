"""The only writer of results: to standard output, or to the file named with -o.

Bytes go straight to the file descriptor, so nothing is left in a buffer that could fail when the interpreter
ends. A reader that went away (`| head`) raises `ReaderGoneError`; every other failure is a `ProblemError`.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from npumon.cli.paths import expanded, shown
from npumon.cli.settings import Settings
from npumon.cli.terminal import is_terminal, locale_environment, wants_ascii, wants_color, width
from npumon.core.problems import Problem, ProblemError
from npumon.export.drawing import Style

#: What a shell reports for a program that SIGPIPE ended, as in `yes | head`.
READER_GONE_STATUS = 141

_BUFFER_BYTES = 1 << 16
_DESCRIPTOR = re.compile(r"/dev/fd/(\d{1,6})|/proc/self/fd/(\d{1,6})|/dev/(stdout|stderr)")


class ReaderGoneError(Exception):
    """The reader of our output has gone. That is not an error: end quietly, with `READER_GONE_STATUS`."""


class Sink:
    """An open destination. Text is encoded so that it never fails: what does not fit is spelled out (`\\xe9`)."""

    def __init__(self, fd: int, name: str, *, live: bool, encoding: str = "utf-8") -> None:
        self._fd = fd
        self._name = name
        self._live = live
        self._encoding = encoding
        self._pending = bytearray()

    def write(self, data: bytes | str) -> None:
        """Write; a live sink passes it on at once, others in larger pieces."""
        self._pending += data.encode(self._encoding, "backslashreplace") if isinstance(data, str) else data
        if self._live or len(self._pending) >= _BUFFER_BYTES:
            self.flush()

    def line(self, data: bytes | str) -> None:
        """Write, and end the line, in one piece."""
        self.write(data + b"\n" if isinstance(data, bytes) else data + "\n")

    def flush(self) -> None:
        """Pass on what is pending. Raises `ReaderGoneError` or `ProblemError` and then drops it."""
        data, self._pending = self._pending, bytearray()
        with memoryview(data) as rest:
            done = 0
            while done < len(rest):
                done += self._write_some(rest[done:])

    def _write_some(self, data: memoryview) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:  # another program made a shared terminal or pipe non-blocking
            import select

            select.select([], [self._fd], [])
            return 0
        except BrokenPipeError:
            raise ReaderGoneError from None
        except OSError as error:
            raise unwritable(self._name, error) from error


class Output:
    """Where results go. One is made as the command starts, so that a bad -o FILE is refused before any work."""

    def __init__(
        self,
        path: str | None,
        style: Style,
        *,
        terminal: bool = False,
        fd: int | None = 1,
        name: str = "Standard output",
    ) -> None:
        """`path` None is the descriptor `fd`, called `name` in messages; without either standard output is
        closed. Raises `ProblemError` (usage) if `path` cannot be written."""
        self.path = path
        self.style = style
        self.terminal = terminal
        self.name = name if path is None else shown(path)
        self._fd = fd
        self._encoding = "ascii" if style.ascii else "utf-8"
        if path is not None:
            _check(path)

    def text(self, text: str) -> None:
        """Write one whole text for people, in the style's characters, ending in one newline."""
        with self._document(self._encoding) as sink:
            sink.write(text if text.endswith("\n") or not text else text + "\n")

    def document(self, data: bytes | str) -> None:
        """Write one whole document for programs, as it is (text as UTF-8)."""
        with self.open_document() as sink:
            sink.write(data)

    @contextmanager
    def open_document(self) -> Iterator[Sink]:
        """Open a sink for a document in pieces. A file appears, or replaces the one there, only when all of it is
        written: a failure in between leaves everything as it was."""
        with self._document("utf-8") as sink:
            yield sink

    @contextmanager
    def open_stream(self, *, text: bool = False) -> Iterator[Sink]:
        """Open a sink whose every write arrives at once; a file is emptied first. `text` is for people."""
        with self._direct(self._encoding if text else "utf-8", live=True) as sink:
            yield sink

    @contextmanager
    def _document(self, encoding: str) -> Iterator[Sink]:
        if self.path is None or not _replaceable(self.path):
            with self._direct(encoding, live=False) as sink:
                yield sink
            return
        with _replacement(self.path, self.name) as fd:
            sink = Sink(fd, self.name, live=False, encoding=encoding)
            yield sink
            sink.flush()

    @contextmanager
    def _direct(self, encoding: str, *, live: bool) -> Iterator[Sink]:
        fd = self._fd
        if self.path is not None:
            try:
                fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
            except OSError as error:
                raise unwritable(self.name, error) from error
        if fd is None:
            what, remedy = "Standard output is closed.", "Name a file with -o."
            raise ProblemError(Problem("output.closed", what, remedy, "usage"))
        sink = Sink(fd, self.name, live=live, encoding=encoding)
        try:
            yield sink
        finally:
            try:
                sink.flush()
            finally:
                if self.path is not None:
                    os.close(fd)

    def refuse_inputs(self, paths: Iterable[str]) -> None:
        """Raise `ProblemError` (usage) if the file to write is one of the files that are read."""
        if self.path is None or not os.path.isfile(self.path):
            return
        for path in paths:
            if os.path.exists(path) and os.path.samefile(path, self.path):
                what = f"{self.name} is both read and written."
                raise ProblemError(Problem("output.input", what, "Name another file with -o.", "usage"))


def open_output(path: str | None, settings: Settings, environ: Mapping[str, str] | None = None) -> Output:
    """Open the destination named with -o (None and `-`: standard output), with the style that suits it.

    /dev/stdout, /dev/fd/N and the like mean the descriptor itself, so that `-o /dev/stdout >>log` appends.
    Raises `ProblemError` (usage) for a folder, a missing folder or a file that may not be written.
    """
    environ = os.environ if environ is None else environ
    fd = None if sys.stdout is None else 1  # None when the process was started with it closed
    name = "Standard output"
    if path == "-":
        path = None
    elif path is not None and (named := _DESCRIPTOR.fullmatch(path)):
        fd = {"stdout": 1, "stderr": 2}.get(named[3]) or int(named[1] or named[2])
        name, path = path, None
    elif path is not None:
        path = expanded(path)
    terminal = path is None and fd is not None and is_terminal(fd)
    chosen = settings.origin("output.color").kind != "default"
    style = Style(
        ascii=wants_ascii(settings.output_ascii, terminal, locale_environment(environ)),
        color=wants_color(settings.output_color, chosen, terminal, environ),
        width=width(fd if terminal and fd is not None else -1, environ),
        whole=not terminal,
    )
    return Output(path, style, terminal=terminal, fd=fd, name=name)


def discard_standard_output() -> None:
    """Point standard output at nothing, so that text which argparse or another library left in `sys.stdout` does
    not fail, with a message of its own, when the interpreter ends. For use after a write to it has failed."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)


def _check(path: str) -> None:
    """Refuse what plainly cannot be written."""
    name = shown(path)
    folder = os.path.dirname(path) or "."
    if os.path.isdir(path):
        raise _refused(name, "is a folder.", "Name a file in it.")
    if os.path.exists(path):
        if not os.access(path, os.W_OK):
            raise _refused(name, "may not be written to.", "Name another file with -o, or change its mode.")
    elif not os.path.isdir(folder):
        raise _refused(name, "cannot be made: its folder does not exist.", f"mkdir -p {shown(folder)}")
    elif not os.access(folder, os.W_OK | os.X_OK):
        raise _refused(name, "cannot be made: its folder may not be written to.", "Name another file with -o.")


def _replaceable(path: str) -> bool:
    """Return whether this is an ordinary file, existing or not, in a folder that lets a new one be made beside it;
    devices and pipes are not."""
    real = os.path.realpath(path)
    try:
        if not stat.S_ISREG(os.stat(real).st_mode):
            return False
    except OSError:
        pass  # not there yet
    return os.access(os.path.dirname(real), os.W_OK | os.X_OK)


@contextmanager
def _replacement(path: str, name: str) -> Iterator[int]:
    """Open a new file that replaces `path` if the block succeeds, and is removed otherwise.

    A symbolic link is followed, and the mode and owner of the file that was there are kept.
    """
    real = os.path.realpath(path)
    temporary = os.path.join(os.path.dirname(real), f".npumon-{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise unwritable(name, error) from error
    try:
        try:
            yield fd
            _keep_owner_and_mode(real, fd)
        finally:
            os.close(fd)
        try:
            os.replace(temporary, real)
        except OSError as error:
            raise unwritable(name, error) from error
    except BaseException:
        os.unlink(temporary)
        raise


def _keep_owner_and_mode(real: str, fd: int) -> None:
    try:
        before = os.stat(real)
    except OSError:
        return
    try:
        os.fchown(fd, before.st_uid, before.st_gid)
    except OSError:
        pass  # only root may give files away
    try:
        os.fchmod(fd, stat.S_IMODE(before.st_mode))
    except OSError:
        pass  # FAT knows no modes


def unwritable(name: str, error: OSError) -> ProblemError:
    """Return the problem of a destination that cannot be written any further."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    remedy = "Make room there, or name another file with -o." if full else "Name another file with -o."
    reason = "no space is left" if full else error.strerror or str(error)
    return ProblemError(Problem("output.write", f"{name} cannot be written: {reason}.", remedy))


def _refused(name: str, what: str, remedy: str) -> ProblemError:
    return ProblemError(Problem("output.refused", f"{name} {what}", remedy, "usage"))
