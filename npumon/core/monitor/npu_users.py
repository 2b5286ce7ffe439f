"""Who else uses the NPU: the figures of a run mean something only while it has the device for itself."""

from __future__ import annotations

from collections.abc import Collection

from npumon.core.driver.driver_state import DriverState, Holder

#: So many programs are named, each with so much of its name.
_NAMED, _LETTERS = 2, 24


def npu_users_notice(driver: DriverState, own: Collection[str | None], unseen: int = 0) -> str | None:
    """A sentence that names those who have the device open, or None.

    `own` are the logs of our runs, whose programs do not count. `unseen` is how many references none of the
    driver's holders accounts for: they belong to programs of other users.
    """
    others = [holder for holder in driver.holders if holder.run is None or holder.run not in own]
    if not others:
        return _sentence("a program of another user") if unseen else None
    who = " and ".join(f"{_name(holder)} ({holder.pid})" for holder in others[:_NAMED])
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    return _sentence(who + more)


def _sentence(who: str) -> str:
    return f"The NPU is in use by {who}; figures of other runs may be off."


def _name(holder: Holder) -> str:
    """The program's name without its folder and its arguments."""
    words = (holder.command or "").split()
    name = words[0].rstrip("/").rpartition("/")[2] if words else ""
    return name[:_LETTERS] or "a program"
