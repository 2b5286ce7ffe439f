"""The parts of `make bench`, which two scripts share: each is asked for all of them, and does those that it has."""

from __future__ import annotations

import sys
from collections.abc import Iterable

#: What run.py and terminal.py have.
NAMES = (
    *("commands", "runs", "parse", "flood", "log"),
    *("steady", "busy", "start", "keys", "watch", "reading", "flow", "rates", "series", "camera", "stop"),
)


def chosen(asked: str, own: Iterable[str]) -> list[str]:
    """Return which of its `own` parts a script is to do, in their order: all where nothing is asked. Ends the script
    where a part is asked for that there is not."""
    wanted = {name for name in asked.split(",") if name}
    if unknown := sorted(wanted.difference(NAMES)):
        sys.exit(f"there is no part {', '.join(unknown)} in the bench; there are {', '.join(NAMES)}")
    return [name for name in own if name in wanted or not wanted]
