"""What npumon is doing at the moment, and how far it is."""

from __future__ import annotations

from typing import Literal, NamedTuple

#: What npumon is doing. "no file": watching a file that does not exist yet; "following": watching one between two runs;
#: "restarted": the same, before the first run of a text that replaced another.
Stage = Literal[
    "idle",
    "reloading",
    "starting",
    "creating",
    "verifying",
    "running",
    "finishing",
    "stopping",
    "no file",
    "following",
    "restarted",
]

#: Less unread text than this is the normal delay between writing and reading.
BEHIND_BYTES = 64 << 10

#: Stages in which a program is running.
UNDER_WAY: frozenset[Stage] = frozenset({"starting", "creating", "verifying", "running", "finishing", "stopping"})


class SeriesProgress(NamedTuple):
    """Progress of a series of runs, warm-up runs included: `over` of its `runs` have ended. Times are in seconds.

    `elapsed_s` is the time since the first one began, `remaining_s` the estimate until the last one ends.
    """

    over: int
    runs: int
    elapsed_s: float
    remaining_s: float | None = None


class Activity(NamedTuple):
    """The work in progress. Times are in seconds; None means "unknown" or "does not apply".

    `run` counts the runs of this session, 1-based, including the current one, which is `part` of `parts` in a series
    (warm-up runs are counted separately, with `warmup`), and `series_progress` says how far the series is. `iteration`
    is the current one, 1-based, and `iterations` how many were announced; `frames` counts a detection demo's.
    `elapsed_s` is the time since the run began, `remaining_s` the estimate for the rest at the mean pace so far.
    `silent_s` is how long the program has printed nothing, once that is suspicious. `source` names the watched file,
    `behind_bytes` is how much of it is unread. `note` is a further sentence: the log was truncated, the board does not
    answer.
    """

    stage: Stage = "idle"
    model: str | None = None
    run: int = 0
    part: int | None = None
    parts: int | None = None
    warmup: bool = False
    iteration: int | None = None
    iterations: int | None = None
    frames: int = 0
    elapsed_s: float | None = None
    remaining_s: float | None = None
    silent_s: float | None = None
    source: str | None = None
    behind_bytes: int = 0
    note: str | None = None
    series_progress: SeriesProgress | None = None

    @property
    def under_way(self) -> bool:
        """Whether a program is running."""
        return self.stage in UNDER_WAY

    @property
    def share(self) -> float | None:
        """How much of the work is done, from 0 to 1; None if that is unknown or there is only one thing to do."""
        if not self.under_way:
            return None
        run = None
        if self.iterations and self.iterations > 1:
            run = min(max((self.iteration or 1) - 1, 0) / self.iterations, 1.0)
        if self.series_progress is None:
            return run
        return min((self.series_progress.over + (run or 0.0)) / self.series_progress.runs, 1.0)
