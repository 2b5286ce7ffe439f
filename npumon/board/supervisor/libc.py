"""Two system calls that `os` does not have.

Belongs to the supervisor's program: only the standard library, and little of that, is imported here.
"""

from __future__ import annotations

import os

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_KEEP_SIZE, _PUNCH_HOLE = 1, 2  # linux/falloc.h


def adopt_orphans() -> bool:
    """Become the parent of every descendant whose own parent ends (Linux 3.4). Return False if that is impossible."""
    try:
        import _ctypes  # ctypes itself is Python code around it that takes five times as long to import

        own_symbols = _ctypes.dlopen(None, os.RTLD_NOW)  # type: ignore[arg-type]  # None is this program itself
        prctl = _ctypes.dlsym(own_symbols, "prctl")
        return bool(_ctypes.call_function(prctl, (_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)) == 0)
    except (ImportError, OSError, AttributeError):  # a Python without _ctypes, a C library without prctl
        return False


def punch_hole(descriptor: int, start: int, length: int) -> bool:
    """Give these bytes of a file back to its file system: the file keeps its length, and they read as zeros. Return
    False if the file system cannot do that."""
    try:
        import ctypes

        library = ctypes.CDLL(None)
        # Where offsets have 32 bits by default, the other name is the one of the call with 64; musl has only 64.
        fallocate = library.fallocate64 if hasattr(library, "fallocate64") else library.fallocate
        part = ctypes.c_longlong(start), ctypes.c_longlong(length)
        return bool(fallocate(descriptor, _KEEP_SIZE | _PUNCH_HOLE, *part) == 0)
    except (ImportError, OSError, AttributeError):
        return False
