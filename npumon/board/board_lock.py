"""The lock that lets one npumon instance at a time use a board, and its text, which says who holds it.

It is an flock(2) on a file: the kernel releases it when its holder ends, however that happens, so it is never stale. A
run may outlive its npumon, so the run's supervisor holds the lock too. Root and users share the file, so it lies in a
folder that all of them may write to, and all of them may write to the file: its text is only for messages, and shown as
what the file says. The first line has the instance's pid, when that process started (clock ticks since boot) and its
purpose, the second one pid and start of the supervisor.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from npumon.board.procfs import read_process
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


class _Claim(NamedTuple):
    """A process that the file names; whether it is the holder, or ever was npumon, is not known. `started` is in clock
    ticks since boot, None where the file does not say."""

    pid: int
    started: int | None

    @property
    def is_running(self) -> bool:
        """Whether there is such a process, and not another one that was given its pid."""
        process = read_process(self.pid)
        if process is not None:
            return process.alive and self.started in (None, process.started)
        try:
            os.kill(self.pid, 0)
        except PermissionError:  # another user's, in a /proc that hides those (hidepid, proc(5))
            return True
        except OSError:
            return False
        return True

    @property
    def text(self) -> str:
        """What the file says of it."""
        return str(self.pid) if self.started is None else f"{self.pid} {self.started}"


class HeldBoard:
    """The lock, held. A child process that is given `descriptor` holds it as well, for as long as it keeps that
    open."""

    def __init__(self, descriptor: int, purpose: str) -> None:
        self.descriptor = descriptor
        self._text = f"{_claim_of(os.getpid()).text} {purpose}\n"
        self._child: _Claim | None = None
        self._write(self._text)

    def share(self, pid: int) -> None:
        """Write down which process was given the lock."""
        self._child = _claim_of(pid)
        self._write(f"{self._text}{self._child.text}\n")

    def release(self) -> None:
        """Remove the names from the file, unless the child still holds the lock."""
        if self._child is None or not self._child.is_running:
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
            why = "it is a symbolic link" if error.errno == errno.ELOOP else error.strerror or str(error)
            raise ProblemError(self._unusable(why)) from error
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            why = "it is not a regular file"
        elif status.st_nlink > 1:  # whoever made the second name chose which file is written to here
            why = "it is a hard link to another file"
        else:
            return descriptor
        os.close(descriptor)
        raise ProblemError(self._unusable(why))

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
        holder, purpose, supervisor = _read_claims(os.pread(descriptor, 200, 0))
        remedy = "Wait until it ends, or end it."
        if holder is None:
            what = "Another npumon instance is using this board."
        elif holder.is_running and holder.pid == os.getpid():
            what, remedy = (
                f"This npumon already {purpose or 'works'} on this board.",
                "Wait until that ends, or stop it.",
            )
        elif holder.is_running:
            what = f"Another npumon instance ({_says(holder.pid)}) {purpose or 'works'} on this board."
        elif supervisor is not None and supervisor.is_running:
            what = f"A run that outlived its npumon is still using this board ({_says(supervisor.pid)})."
            remedy = "npumon watch --last shows it. Wait until it ends, or end that process."
        else:
            what = f"Another npumon instance is using this board; its lock file names process {holder.pid}, "
            what += "which is not running here."
            remedy = f"Wait until it ends, or see who has the file open: sudo fuser -v {visible(str(self._path))}"
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


def _says(pid: int) -> str:
    return f"process {pid}, says the lock file"


def _claim_of(pid: int) -> _Claim:
    process = read_process(pid)
    return _Claim(pid, None if process is None else process.started)


def _read_claims(text: bytes) -> tuple[_Claim | None, str, _Claim | None]:
    """Return the instance that the file names, its purpose, and its supervisor."""
    first, second, *_ = (*map(decode, text.split(b"\n")), "", "")
    holder, purpose = _read_claim(first)
    return holder, purpose, _read_claim(second)[0]


def _read_claim(line: str) -> tuple[_Claim | None, str]:
    """Return the process that a line begins with, None if it cannot be one, and what follows."""
    word, _, rest = line.partition(" ")
    pid = _number(word, 10)
    if not pid:
        return None, ""
    word, _, after = rest.partition(" ")
    started = _number(word, 20)
    return (_Claim(pid, None), rest) if started is None else (_Claim(pid, started), after)


def _number(word: str, digits: int) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) < digits else None
