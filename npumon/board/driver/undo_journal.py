"""What must be put back if npumon is killed while the driver is unloaded: written before, removed after.

The file lies beside the lock, where it goes with the next reboot, as the need for it does. Others may write there too,
so only files of root's and of this user's own are believed.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from npumon.board.sysfs import names
from npumon.core.driver.inputs import InterruptedReload
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

_PREFIX, _SUFFIX = "npumon-driver-", ".json"
_LIMIT = 64 * 1024


class DriverJournal:
    """How the driver was loaded before it was unloaded; each user has a file of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"{_PREFIX}{os.geteuid()}{_SUFFIX}"

    def write(self, before: InterruptedReload) -> None:
        """Note what must be put back. Raises `ProblemError` when it cannot be written: then nothing may be unloaded."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._path.unlink(missing_ok=True)
            descriptor = os.open(self._path, flags, 0o644)
            with open(descriptor, "wb") as file:
                file.write(json.dumps({"parameters": dict(before.parameters), "module": before.module}).encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            path = visible(str(self._path))
            what = f"{path} cannot be written: {error.strerror}."
            raise ProblemError(
                Problem("driver.journal", what, f"Remove it: sudo rm -f {path}", "unavailable")
            ) from error

    def read(self) -> InterruptedReload | None:
        """What an earlier npumon noted and did not get to remove; None where there is no such note."""
        for name in names(self._folder):
            if name.startswith(_PREFIX) and name.endswith(_SUFFIX):
                found = _read(self._folder / name)
                if found is not None:
                    return found
        return None

    def clear(self) -> None:
        """Everything is in its place again: the notes go, as far as they are ours to remove."""
        for name in names(self._folder):
            if name.startswith(_PREFIX) and name.endswith(_SUFFIX):
                try:
                    (self._folder / name).unlink(missing_ok=True)
                except OSError:  # another user's; while the driver is loaded nobody reads it
                    continue


def _read(path: Path) -> InterruptedReload | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        trusted = stat.S_ISREG(status.st_mode) and status.st_uid in (0, os.geteuid()) and not status.st_mode & 0o022
        data = os.read(descriptor, _LIMIT) if trusted else b""
    finally:
        os.close(descriptor)
    try:
        note = json.loads(data)
        parameters, module = note["parameters"], note.get("module")
        if module is not None and not os.path.isabs(module):
            return None
        return InterruptedReload(tuple((str(name), str(value)) for name, value in parameters.items()), module)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
