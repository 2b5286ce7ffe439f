"""The two files of a run: the log with the program's text, and the record of how it ended.

Belongs to the supervisor's program: only the standard library, and little of that, is imported here.
"""

from __future__ import annotations

import errno
import json
import os

from npumon.board.procfs import read_process

TYPE_CHECKING = False  # what `typing` would say; importing it takes longer than all the rest here
if TYPE_CHECKING:
    from typing import Any

#: Bytes that the end of a run may add to its record: times, a sentence, pids.
_ROOM = 5120
_BLOCK = 4096


class RunLog:
    """An append-only file that survives a full disk: what does not fit is counted, and the next piece is tried.

    `length` is how many bytes the file holds, `lost` how many it does not, `reason` why (the last error's text).
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._gap = 0
        self.length = 0
        self.lost = 0
        self.reason: str | None = None

    def write(self, data: bytes) -> None:
        """Append the data. After a loss, a line of its own says so first, lest two halves make a wrong whole."""
        if self._gap:
            note = f"\n[npumon: {self._gap} bytes were lost here: {self.reason}]\n".encode()
            if self._append(note) < len(note):
                self._lose(len(data))
                return
            self._gap = 0
        written = self._append(data)
        if written < len(data):
            self._lose(len(data) - written)

    def close(self) -> None:
        """Close the file. An error that a late write-back reports counts as a reason, not as a number of bytes."""
        try:
            os.close(self._descriptor)
        except OSError as error:
            self.reason = os.strerror(error.errno or 0)

    def _append(self, data: bytes) -> int:
        done = 0
        try:
            while done < len(data):
                done += os.write(self._descriptor, data[done:] if done else data)
        except OSError as error:
            self.reason = os.strerror(error.errno or 0)
        self.length += done
        return done

    def _lose(self, count: int) -> None:
        self._gap += count
        self.lost += count


class RecordFile:
    """One JSON object in a file of fixed size, padded with spaces and rewritten in place.

    All of its blocks exist from the beginning, so a disk that fills up meanwhile cannot keep the end of a run from
    being recorded.
    """

    def __init__(self, path: str, fields: dict[str, object]) -> None:
        """Create the file with these fields. Raises OSError if it exists or cannot be written completely."""
        text = json.dumps(fields).encode()
        self._size = -(-(len(text) + _ROOM) // _BLOCK) * _BLOCK
        self._fields = dict(fields)
        self._descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            self._store(text)
        except OSError:
            os.close(self._descriptor)
            os.unlink(path)
            raise

    def update(self, fields: dict[str, object]) -> None:
        """Add or replace fields. Raises OSError if they cannot be stored; the previous text then remains."""
        self._fields.update(fields)
        self._store(json.dumps(self._fields).encode())

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _store(self, text: bytes) -> None:
        padded = text.ljust(self._size - 1) + b"\n"
        if os.pwrite(self._descriptor, padded, 0) < len(padded):
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
            state="running", log=self.path, supervisor=os.getpid(), supervisor_started=own.started if own else 0
        )
        descriptor = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            self.record = RecordFile(f"{base}.json", fields)
        except OSError:
            os.close(descriptor)
            os.unlink(self.path)
            raise
        self.log = RunLog(descriptor)

    def close(self, ended: dict[str, object]) -> None:
        """Record the end of the run and close the files."""
        self.log.close()
        try:
            self.record.update({"state": "ended", **ended})
            self.record.close()
        except OSError:
            pass  # npumon learns how the run ended from the control channel anyway
