"""When a key does anything: what that depends on, and the conditions that rows of `keys` name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from npumon.core.monitor.live import Live


class KeyState(NamedTuple):
    """What keys depend on besides the live value.

    The visible `page`; whether a log is being watched, the last run is `repeatable`, a run is `marked`, and the display
    is `paused`.
    """

    page: str
    watching: bool = False
    repeatable: bool = False
    marked: bool = False
    paused: bool = False


When = Callable[[KeyState, "Live"], bool]


def always(state: KeyState, live: Live) -> bool:
    """Return True: the key can be pressed at any time."""
    return True


def is_idle(state: KeyState, live: Live) -> bool:
    """Return whether nothing runs, so that a run could begin, or the driver be reloaded."""
    return not live.activity.under_way


def may_stop(state: KeyState, live: Live) -> bool:
    """Return whether there is a run that could be stopped."""
    return live.activity.under_way


def may_repeat(state: KeyState, live: Live) -> bool:
    """Return whether the last run could be made again."""
    return state.repeatable and not live.activity.under_way


def has_run(state: KeyState, live: Live) -> bool:
    """Return whether there is a run to be seen, ended or not."""
    return live.snapshot.run is not None


def has_operations(state: KeyState, live: Live) -> bool:
    """Return whether there are several operations, of which one can be the slowest."""
    from npumon.core.monitor.live_content import content_of  # loaded with the Live page; keys are needed without it

    return content_of(live).main == "operations"


def has_ended_run(state: KeyState, live: Live) -> bool:
    """Return whether a run has ended."""
    return bool(live.runs)


def has_older_run(state: KeyState, live: Live) -> bool:
    """Return whether there is a run before the shown one."""
    return (live.shown.run or live.shown.runs + 1) > 1


def has_older_iteration(state: KeyState, live: Live) -> bool:
    """Return whether the shown run has an iteration before the shown one."""
    return (live.shown.iteration or 0) > 1


def shows_older(state: KeyState, live: Live) -> bool:
    """Return whether pages show something else than the newest."""
    return not live.shown.newest
