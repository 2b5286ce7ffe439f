"""The lock that lets one npumon instance at a time use a board, and its text, which says who holds it.

It is an flock(2) on a file: the kernel releases it when its holder ends, however that happens, so it is never stale. A
run may outlive its npumon, so the run's supervisor holds the lock too. The text in the file is only for messages: pid
and purpose of the instance, then the pid of the supervisor. Root and users share the file, so it lies in a folder that
all of them may write to.
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

#: Below the root, in this order.
FOLDERS = ("run/lock", "var/lock", "tmp")
_NAME = "npumon.lock"
#: Seconds. An instance that only asks whether the lock is free holds it for a moment.
_PATIENCE_S, _POLL_S = 0.3, 0.02


def lock_folder(roots: Roots) -> Path | None:
    """Return the folder of the lock: the first one that all users may write to. None on a system without such folders.

    Whether this user may write there is not asked: root and others have to choose the same folder.
    """
    parents = [parent for parent in (roots.root / name for name in FOLDERS) if os.path.isdir(parent)]
    return next((parent for parent in parents if parent.stat().st_mode & stat.S_IWOTH), parents[0] if parents else None)


class HeldBoard:
    """The lock, held. A child process that is given `descriptor` holds it as well, for as long as it keeps that
    open."""

    def __init__(self, descriptor: int, purpose: str) -> None:
        self.descriptor = descriptor
        self._text = f"{os.getpid()} {purpose}\n"
        self._child: int | None = None
        self._write(self._text)

    def share(self, pid: int) -> None:
        """Write down which process was given the lock."""
        self._child = pid
        self._write(f"{self._text}{pid}\n")

    def release(self) -> None:
        """Remove the names from the file, unless the child still holds the lock."""
        if self._child is None or not _is_running(self._child):
            self._write("")

    def _write(self, text: str) -> None:
        try:
            os.ftruncate(self.descriptor, 0)
            os.pwrite(self.descriptor, text.encode(), 0)
        except OSError as error:  # a full disk: the lock is held nevertheless
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG):
                raise


class FileBoardLock:
    """The lock of one board: a machine, or a simulated one."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME

    @contextmanager
    def hold(self, purpose: str) -> Iterator[HeldBoard]:
        """Hold the board while the block runs; `purpose` ("runs a model") is what other instances show.

        Raises `ProblemError` (unavailable) with the pid and purpose of the holder if the lock is held already, even by
        this process.
        """
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
                time.sleep(_POLL_S)
            held = HeldBoard(descriptor, purpose)
            try:
                yield held
            finally:
                held.release()
        finally:
            os.close(descriptor)

    @property
    def exists(self) -> bool:
        """Whether the lock was ever held. Without its file there is nothing to check, and no need to create it."""
        return os.path.lexists(self._path)

    def busy(self) -> Problem | None:
        """Return who holds the lock now, None if it is free."""
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
            raise ProblemError(self._unusable("not a regular file"))
        return descriptor

    def _make(self, flags: int) -> int:
        try:
            descriptor = os.open(self._path, flags | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:  # another instance was faster
            return os.open(self._path, flags)
        except OSError as error:
            raise ProblemError(self._not_made(error)) from error
        os.fchmod(descriptor, 0o666)  # regardless of the umask: other users lock the same file
        return descriptor

    def _held(self, descriptor: int) -> Problem:
        first, second, *_ = (*os.pread(descriptor, 200, 0).split(b"\n"), b"", b"")
        word, _, purpose = decode(first).partition(" ")
        pid, supervisor = _pid(word), _pid(decode(second))
        remedy = "Wait until it ends, or end it."
        if pid is None:
            what = "Another npumon instance is using this board."
        elif pid == os.getpid():
            what, remedy = f"This npumon already {purpose} on this board.", "Wait until that ends, or stop it."
        elif supervisor is not None and not _is_running(pid) and _is_running(supervisor):
            what = f"A run that outlived its npumon is still using this board (process {supervisor})."
            remedy = "npumon watch --last shows it. Wait until it ends, or end that process."
        else:
            what = f"Another npumon instance (process {pid}) {purpose or 'works'} on this board."
        return Problem("board.busy", what, remedy, "unavailable")

    def _not_made(self, error: OSError) -> Problem:
        path, folder = visible(str(self._path)), visible(str(self._path.parent))
        what = f"The lock file {path} cannot be created: {error.strerror}."
        remedy = f"Check that folder: ls -ld {folder}; df {folder}"
        if isinstance(error, PermissionError):
            what = f"The lock file {path} cannot be created: you may not write to {folder}."
            remedy = f"Make it writable: sudo chmod 1777 {folder}"
        return Problem("board.lock", what, remedy, "unavailable")

    def _unusable(self, why: str) -> Problem:
        path = visible(str(self._path))
        return Problem(
            "board.lock", f"The lock file {path} cannot be used: {why}.", f"Remove it: sudo rm {path}", "unavailable"
        )


def _pid(text: str) -> int | None:
    """Return the pid that a text in the file states, None if it cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True
