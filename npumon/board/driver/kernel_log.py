"""The kernel's log, if this user may read it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from npumon.board.driver.system_tools import SystemTools
from npumon.board.roots import Roots
from npumon.core.text import decode

#: The kernel's ring buffer is at most a few MiB; one read of /dev/kmsg gives one record.
_LOG_LIMIT = 4 * 1024 * 1024
_LOG_RECORDS = 100_000
_RECORD = 64 * 1024

#: `level,number,microseconds,flags;text`, the kernel's Documentation/ABI/testing/dev-kmsg. Lines that begin with a
#: space belong to the record before.
_HEAD = re.compile(rb"[0-9]+,[0-9]+,([0-9]{1,18}),[^;\n]*;")
_DMESG_S = 5.0
_SHOWN = 300
#: How many messages in a row identify a position in a later reading.
_MARK = 3


def kernel_messages(roots: Roots, tools: SystemTools) -> tuple[str, ...]:
    """Return all messages that can be read, oldest first: from /dev/kmsg, else by dmesg. Empty if both are
    forbidden."""
    data = read_kernel_log(roots.dev / "kmsg")
    if data:
        lines = [line for line in data.splitlines() if not line.startswith(b" ")]
        return tuple(decode(_HEAD.sub(_stamp, line, count=1))[:_SHOWN] for line in lines)
    said = tools.run("dmesg", (), _DMESG_S)
    return tuple(line[:_SHOWN] for line in said.output.splitlines()) if said.status == 0 else ()


def _stamp(head: re.Match[bytes]) -> bytes:
    """Return the time since boot in seconds, as dmesg shows it."""
    return b"[%12.6f] " % (int(head[1]) / 1e6)


def newer_messages(before: tuple[str, ...], now: tuple[str, ...], most: int) -> tuple[str, ...]:
    """Return the last messages, at most `most`, that came after `before` was read. If the old ones have left the
    kernel's buffer meanwhile, these are simply the last ones."""
    mark = before[-_MARK:]
    for start in range(len(now) - len(mark), -1, -1) if mark else ():
        if now[start : start + len(mark)] == mark:
            return now[start + len(mark) :][-most:]
    return now[-most:]


def read_kernel_log(path: Path) -> bytes:
    """Return the text of /dev/kmsg, or of a plain file in its place. Reads what is there and never waits for more."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except (OSError, ValueError):
        return b""
    text = bytearray()
    try:
        for _ in range(_LOG_RECORDS):
            try:
                record = os.read(descriptor, _RECORD)
            except BrokenPipeError:  # records were overwritten meanwhile; the next read continues after the gap
                continue
            text += record
            if not record or len(text) >= _LOG_LIMIT:
                break
    except OSError:  # EAGAIN: that was the last record. After any other error, what was read so far is all there is
        pass
    finally:
        os.close(descriptor)
    return bytes(text)
