"""The ids of runs that are only read: the same log has the same ids everywhere."""

from __future__ import annotations

#: Hex digits of the SHA-256 of a log's bytes in the ids of its runs.
_DIGITS = 16


def log_run_id(digest: str, number: int) -> str:
    """Return the id of a log's run, 1-based. `digest` is the SHA-256 of the log's bytes in hex."""
    return f"log-{digest[:_DIGITS]}-{number}"
