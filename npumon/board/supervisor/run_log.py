"""The log of a run: its size is bounded, and what its disk has no room for goes into memory.

Belongs to the supervisor's program: only the standard library, and little of that, is imported here.
"""

from __future__ import annotations

import os

from npumon.board.supervisor.libc import punch_hole

#: A bound is kept by giving up this part of it at a time, lest every write makes a hole.
_STEP = 16
_PIECE = 1 << 20
#: At least the bytes of a note about a gap.
_NOTE_ROOM = 4096
#: An overflow begins with a block for its header: 0 as long as there is no text in it, else one more than the length
#: that the log had when its text began to go there (`OVERFLOW_NUMBER` bytes, little endian).
OVERFLOW_HEAD = 1 << 16
OVERFLOW_NUMBER = 8
#: So much of the newest text is kept in memory.
OVERFLOW_BOUND = 16 << 20

#: The end of a line that was cut, and the line that stands in a log for what was left out of it.
CUT = b" [...]\n"
LEFT_OUT = b"[npumon: %d bytes were left out here: a run's log is bounded by log.max_mib]\n"


class BoundedFile:
    """A file to append to, of which the first `head` bytes and the newest are kept, `bound` bytes in all.

    What was between them becomes a hole, and every other byte stays at its offset, so that who reads along need not be
    told. `bound` is a multiple of 16 blocks, so that holes are whole blocks; None means that all is kept. What cannot
    be written is counted (`lost`), and the next piece is tried. `length` is that of the file, hole included; `tail` is
    where the newest part begins; `in_line` says whether the text stops inside a line. `full` is set, for good, when the
    head is full and no holes can be made here. `reason` says why a write failed (the last error's text).
    """

    def __init__(self, descriptor: int, head: int, bound: int | None) -> None:
        self.descriptor = descriptor
        self.head = self.tail = head
        self.length = self.lost = 0
        self.in_line = False
        self.full = False
        self.reason: str | None = None
        self._bound = bound
        self._step = _PIECE if bound is None else bound // _STEP
        self._tried = False
        self._gap = 0

    def append(self, data: bytes) -> int:
        """Append the data, and return how many bytes of it are in the file now. After a loss, a line of its own says so
        first, lest two halves make a wrong whole."""
        written = self._write(data) if self._note_gap() else 0
        if written:
            self.in_line = data[written - 1 : written] != b"\n"
        if not self.full:
            self._gap += len(data) - written
            self.lost += len(data) - written
        return written

    def _note_gap(self) -> bool:
        """Write how many bytes have been lost just before. Return False if that is impossible."""
        if self._gap:
            cut = CUT if self.in_line else b""
            note = cut + b"[npumon: %d bytes were lost here: %s]\n" % (self._gap, (self.reason or "").encode())
            if self._write(note) < len(note):
                return False
            self._gap = 0
        return True

    def _write(self, data: bytes) -> int:
        done = 0
        try:
            while done < len(data):
                piece = data[done : done + self._step]
                if not self._has_room(len(piece)):
                    break
                written = os.write(self.descriptor, piece)
                done += written
                self.length += written
        except OSError as error:
            self.reason = os.strerror(error.errno or 0)
        return done

    def _has_room(self, count: int) -> bool:
        """Make room for so many bytes, a step at most. Return False if that is impossible."""
        if self._bound is None or self.length + count <= self.head:
            return True
        if not self._tried:  # before the place for the newest part is taken, behind the end, where it does no harm
            self._tried = True
            self.full = not punch_hole(self.descriptor, self._bound, self._step)
        if not self.full and self.length - self.tail + self.head + count > self._bound:
            self.full = not punch_hole(self.descriptor, self.tail, self._step)
            self.tail += 0 if self.full else self._step
        return not self.full


class RunLog:
    """A bounded file, and what its disk has no room for.

    `overflow` is an empty file in memory. From the first bytes on that the log does not take, all text goes there as
    well, so that whoever follows the run gets all of it. `length` is how many bytes the log holds, its hole included,
    `left_out` how many are left out of it because of its bound, `lost` how many could not be written, `reason` why (the
    last error's text).
    """

    def __init__(self, descriptor: int, bound: int | None = None, overflow: int | None = None) -> None:
        self._file = BoundedFile(descriptor, 0 if bound is None else bound // 2, bound)
        self._bound = bound
        self._overflow: BoundedFile | None = None
        if overflow is not None:
            self._overflow = BoundedFile(overflow, OVERFLOW_HEAD, OVERFLOW_BOUND)
            self._overflow.length = os.lseek(overflow, OVERFLOW_HEAD, os.SEEK_SET)
        self._overflows = False
        self._behind = 0

    @property
    def length(self) -> int:
        """How many bytes are in the file; of those in its hole only the offsets."""
        return self._file.length

    @property
    def has_hole(self) -> bool:
        """Whether what was left out is a hole in the file."""
        return self._file.tail > self._file.head

    @property
    def lost(self) -> int:
        """How many bytes could not be written."""
        return self._file.lost

    @property
    def reason(self) -> str | None:
        """Why that was."""
        return self._file.reason

    @property
    def left_out(self) -> int:
        """How many bytes of the text were left out because of the bound."""
        return self._file.tail - self._file.head + self._behind

    def write(self, data: bytes) -> None:
        """Append the data, and put into the overflow what from now on is not certain to be in the file."""
        if self._overflows:
            self._overflow_with(data)
        written = self._file.append(data)
        if self._file.full:
            self._behind += len(data) - written
        if written < len(data) and not self._overflows:
            self._begin_overflow()
            self._overflow_with(data[written:])

    def finish(self) -> None:
        """Note that no more will come: where no holes can be made, the newest part goes behind the head now."""
        if self._file.full and self._behind:
            self._append_newest()

    def close(self) -> None:
        """Close the file. An error that a late write-back reports counts as a reason, not as a number of bytes."""
        try:
            os.close(self._file.descriptor)
        except OSError as error:
            self._file.reason = os.strerror(error.errno or 0)

    def compacted(self, path: str) -> int:
        """Write the log without its hole to a new file: a note stands in its place. Return that file's length.

        Raises OSError if that is impossible; nothing is left of the file then.
        """
        log, head = self._file.descriptor, self._file.head
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            _copy(log, 0, head, descriptor)
            cut = b"" if os.pread(log, 1, head - 1) == b"\n" else CUT
            rest = os.pread(log, _NOTE_ROOM, self._file.tail).find(b"\n") + 1  # of a line that begins in the hole
            os.write(descriptor, cut + LEFT_OUT % (self.left_out + rest))
            _copy(log, self._file.tail + rest, self.length, descriptor)
            length = os.lseek(descriptor, 0, os.SEEK_CUR)
            os.close(descriptor)
        except OSError:
            os.unlink(path)
            raise
        return length

    def _begin_overflow(self) -> None:
        self._overflows = True
        if self._overflow is not None:
            header = (self.length + 1).to_bytes(OVERFLOW_NUMBER, "little")
            try:
                os.pwrite(self._overflow.descriptor, header, 0)
            except OSError:  # no memory either
                self._overflow = None

    def _overflow_with(self, data: bytes) -> None:
        if self._overflow is None:
            return
        self._overflow.append(data)
        try:
            os.utime(self._file.descriptor)  # wakes who waits for events of the log
        except OSError:
            pass  # they look again after some time anyway

    def _append_newest(self) -> None:
        """Note what was left out, and append the newest part of it as far as the bound allows."""
        overflow, log = self._overflow, self._file.descriptor
        room = (self._bound or 0) - self.length - _NOTE_ROOM
        kept = 0
        if overflow is not None:
            kept = max(0, min(room, self._behind, overflow.length - overflow.tail))
            line = os.pread(overflow.descriptor, _NOTE_ROOM, overflow.length - kept).find(b"\n") + 1
            kept -= min(kept, line)
        self._behind -= kept
        try:
            os.write(log, (CUT if self._file.in_line else b"") + LEFT_OUT % self._behind)
            if overflow is not None:
                _copy(overflow.descriptor, overflow.length - kept, overflow.length, log)
        except OSError as error:
            self._file.reason = os.strerror(error.errno or 0)
            self._file.lost += kept
        self._file.length = os.fstat(log).st_size


def _copy(source: int, begin: int, end: int, target: int) -> None:
    """Append a part of a file to another, or what there is of it. Raises OSError."""
    at = begin
    while at < end and (piece := os.pread(source, min(_PIECE, end - at), at)):
        while piece:
            written = os.write(target, piece)
            at += written
            piece = piece[written:]
