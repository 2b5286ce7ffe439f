"""The two files of a run: the log with the program's text, and the record of how it ended.

Belongs to the supervisor's program: only the standard library, and little of that, is imported here.
"""

from __future__ import annotations

import errno
import os

from npumon.board.procfs import read_process
from npumon.board.supervisor.json_object import json_object
from npumon.board.supervisor.run_log import RunLog

TYPE_CHECKING = False  # what `typing` would say; importing it takes longer than all the rest here
if TYPE_CHECKING:
    from typing import Any

#: Bytes that the end of a run may add to its record: times, a sentence, pids.
_ROOM = 5120
_BLOCK = 4096
#: How the name of a log ends, in place of `.log`, while it is written without its hole.
COMPACTING = ".compacting"


class RecordFile:
    """One JSON object in a file of fixed size, padded with spaces and rewritten in place.

    All of its blocks exist from the beginning, so a disk that fills up meanwhile cannot keep the end of a run from
    being recorded.
    """

    def __init__(self, path: str, fields: dict[str, object]) -> None:
        """Create the file with these fields. Raises OSError if it exists or cannot be written completely."""
        text = json_object(fields)
        self._size = -(-(len(text) + _ROOM) // _BLOCK) * _BLOCK
        self._fields = dict(fields)
        self.descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            self._store(text)
        except OSError:
            os.close(self.descriptor)
            os.unlink(path)
            raise

    def update(self, fields: dict[str, object]) -> None:
        """Add or replace fields. Raises OSError if they cannot be stored; the previous text then remains."""
        self._fields.update(fields)
        self._store(json_object(self._fields))

    def _store(self, text: bytes) -> None:
        padded = text.ljust(self._size - 1) + b"\n"
        if os.pwrite(self.descriptor, padded, 0) < len(padded):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class RunFiles:
    """Both files of a run, named after its `id` in its `folder`. Only their owner may read them.

    `path` is that of the log.
    """

    def __init__(self, spec: dict[str, Any]) -> None:
        """Create them. Raises OSError if they exist or cannot be written, and then leaves neither behind."""
        base = os.path.join(spec["folder"], spec["id"])
        self.path = f"{base}.log"
        # Not the environment: it may hold secrets.
        fields = {key: spec[key] for key in ("id", "command", "cwd", "model", "started_at", "timeout_s", "keep")}
        own = read_process(os.getpid())
        fields.update(
            state="running", log=self.path, overflow=spec["overflow"],
            supervisor=os.getpid(), supervisor_started=own.started if own else 0,
        )  # fmt: skip
        descriptor = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            self.record = RecordFile(f"{base}.json", fields)
        except OSError:
            os.close(descriptor)
            os.unlink(self.path)
            raise
        self._descriptor = descriptor
        self.log = RunLog(descriptor, spec["log_bound"], spec["overflow"])

    def close(self, ended: dict[str, object]) -> dict[str, object]:
        """Record the end of the run, and return what is recorded of it: what is given here, and what is said of the
        log."""
        self.log.finish()
        if not self.log.has_hole:
            self.log.close()
        log = self.log
        sizes = {"log_bytes": log.length, "left_out_bytes": log.left_out, "lost_bytes": log.lost, "loss": log.reason}
        ended = {**ended, **sizes}
        try:
            self.record.update({"state": "ended", **ended})
        except OSError:
            pass  # npumon learns how the run ended from the control channel anyway
        return ended

    def compact(self) -> None:
        """Take the hole out of the log, in another process, since that may take seconds for which nobody waits.

        Who reads along keeps the file that is replaced. Without room for the new one the log stays as it is.
        """
        if not self.log.has_hole or os.fork():
            return
        try:
            _close_all_but(self._descriptor, self.record.descriptor)
            os.nice(19)
            path = f"{self.path[:-4]}{COMPACTING}"
            length = self.log.compacted(path)
            if _is_at(self._descriptor, self.path):
                os.rename(path, self.path)
                self.record.update({"log_bytes": length})
            else:  # the run has been removed meanwhile
                os.unlink(path)
        except OSError:
            pass
        finally:
            os._exit(0)


def _is_at(descriptor: int, path: str) -> bool:
    """Return whether the open file is the one of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except OSError:
        return False


def _close_all_but(*kept: int) -> None:
    """Close all descriptors but these: others wait for their ends."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in kept:
            try:
                os.close(int(name))
            except OSError:  # the one of the listing itself
                continue
