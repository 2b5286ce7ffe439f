"""One npumon at a time works on a board: a file that is locked, and says by whom.

The kernel lets go of the lock (flock(2)) when its holder ends, however it ends, so none is ever stale; the text in the
file is only for messages. Users and root share it, so it lies where all may write.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from npumon.board.roots import Roots
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import decode, visible

#: Below the root, in this order; the first that is there.
FOLDERS = ("run/lock", "var/lock", "tmp")
_NAME = "npumon.lock"
#: Seconds. Somebody who only asks whether the lock is free holds it for a moment.
_PATIENCE_S, _LOOK_S = 0.3, 0.02


def lock_folder(roots: Roots) -> Path | None:
    """Where the lock is kept, None on a system without any such place."""
    places = (roots.root / name for name in FOLDERS)
    return next((place for place in places if os.path.isdir(place)), None)


class FileBoardLock:
    """Implements `ports.BoardLock`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME

    @contextmanager
    def hold(self, purpose: str) -> Iterator[None]:
        """Hold the board while the block runs. Raises `ProblemError` (unavailable) when somebody else does."""
        import fcntl
        import time

        descriptor = self._open()
        try:
            end = time.monotonic() + _PATIENCE_S
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > end:
                        raise ProblemError(self._held(descriptor)) from None
                time.sleep(_LOOK_S)
            self._write(descriptor, f"{os.getpid()} {purpose}\n")
            try:
                yield
            finally:
                self._write(descriptor, "")
        finally:
            os.close(descriptor)

    def busy(self) -> Problem | None:
        """Who holds it now, None when nobody does."""
        import fcntl

        try:
            descriptor = self._open()
        except ProblemError as error:
            return error.problem
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._held(descriptor)
        finally:
            os.close(descriptor)
        return None

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
        try:
            try:
                # without O_CREAT: the kernel refuses that for other users' files in such folders (protected_regular)
                descriptor = os.open(self._path, flags)
            except FileNotFoundError:
                descriptor = self._make(flags)
        except OSError as error:
            raise ProblemError(self._unusable(error.strerror or str(error))) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise ProblemError(self._unusable("it is no file"))
        return descriptor

    def _make(self, flags: int) -> int:
        try:
            descriptor = os.open(self._path, flags | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:  # somebody else was faster
            return os.open(self._path, flags)
        os.fchmod(descriptor, 0o666)  # whatever the umask: other users lock the same file
        return descriptor

    def _write(self, descriptor: int, text: str) -> None:
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, text.encode(), 0)
        except OSError as error:  # a full disk: the lock holds all the same
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG):
                raise

    def _held(self, descriptor: int) -> Problem:
        pid, _, purpose = decode(os.pread(descriptor, 200, 0).split(b"\n")[0]).partition(" ")
        known = pid.isascii() and pid.isdigit()
        if known and int(pid) == os.getpid():
            return Problem(
                "board.busy",
                f"npumon itself {purpose} on this board.",
                "Wait until that ends, or stop it.",
                "unavailable",
            )
        who = f"Another npumon (process {pid}) {purpose or 'works'}" if known else "Another npumon works"
        return Problem("board.busy", f"{who} on this board.", "Wait until it ends, or end it.", "unavailable")

    def _unusable(self, why: str) -> Problem:
        path = visible(str(self._path))
        return Problem(
            "board.lock", f"The lock file {path} cannot be used: {why}.", f"Remove it: sudo rm {path}", "unavailable"
        )
