"""What the live monitor shows: values that are complete in themselves, and who else uses the NPU."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState, Holder
from npumon.core.log.scrollback import ScrollbackView
from npumon.core.monitor.activity import Activity
from npumon.core.run.report import RunReport

#: So many programs are named, each with so much of its name.
_NAMED, _LETTERS = 2, 24


class Snapshot(NamedTuple):
    """The whole monitor at one moment. `taken_at` is ISO 8601 in UTC."""

    taken_at: str
    board: BoardState
    driver: DriverState
    run: RunReport | None = None
    demo: bool = False


class Latencies(NamedTuple):
    """How long iterations took, in microseconds: those of a model's last series, or of its single runs since.

    Only the newest are kept of very many. `runs` is how many the series was to have, 0 for single runs.
    """

    samples: int = 0
    least_us: float | None = None
    median_us: float | None = None
    p95_us: float | None = None
    runs: int = 0


class Sample(NamedTuple):
    """One iteration's figures for the graphs: MByte/s (read and write together), a share of 1, microseconds."""

    total_mbyte_per_s: float | None = None
    axi_mbyte_per_s: float | None = None
    ddr_mbyte_per_s: float | None = None
    utilization: float | None = None
    elapsed_us: float | None = None


class History(NamedTuple):
    """The last samples. `ever` counts all there were, so a view can tell how many are new to it."""

    samples: tuple[Sample, ...] = ()
    ever: int = 0


class Live(NamedTuple):
    """The monitor at one moment.

    `snapshot.run` is the newest run: the one under way as far as it went (its `info.outcome` is then `running`),
    or the last one that ended. `previous` is the one that ended before it, for what changed since. `runs` are this
    session's ended runs, the newest last, each with its last iterations only. `latencies` are those of the newest
    run's model. `log` is the text of the newest run, or of the file that is watched. `in_use` is a sentence when
    somebody else has the NPU open.
    """

    snapshot: Snapshot
    activity: Activity = Activity()
    previous: RunReport | None = None
    runs: tuple[RunReport, ...] = ()
    latencies: Latencies = Latencies()
    history: History = History()
    log: ScrollbackView = ScrollbackView()
    in_use: str | None = None


class ModelChoice(NamedTuple):
    """One thing that can be run here.

    `id` names it for whoever starts it. `full_name` tells variants apart (`inceptionv3/VIM3`); `preferred` is
    False for one that another chip wants, and `note` then says so. `folder`, `command` and `labels` are for
    reading only. `files` are its network, library and image files, relative to `folder`; `networks` are the
    network files among them, each as a path that can be inspected.
    """

    id: str
    name: str
    full_name: str
    variant: str | None
    kind: str
    folder: str
    command: str
    labels: str | None
    files: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    preferred: bool = True
    note: str | None = None


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
