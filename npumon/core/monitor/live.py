"""What the live monitor shows: one immutable value, complete in itself."""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.log.scrollback import ScrollbackView
from npumon.core.monitor.activity import Activity
from npumon.core.monitor.snapshot import Snapshot
from npumon.core.run.history import History
from npumon.core.run.report import RunReport


class Latencies(NamedTuple):
    """How long iterations took, in microseconds: those of a model's last series, or of its single runs since.

    Only the newest are kept of very many. `runs` is how many the series was to have, 0 for single runs.
    """

    samples: int = 0
    least_us: float | None = None
    median_us: float | None = None
    p95_us: float | None = None
    runs: int = 0


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
