"""What npumon is doing at the moment, in words and figures for a person who waits."""

from __future__ import annotations

from typing import Literal, NamedTuple

#: What npumon is at. "no file": it watches a file that is not there yet; "following": it watches one, between two runs;
#: "restarted": the same, before the first run of a text that took another's place.
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

#: Less than this unread is the ordinary delay between writing and reading.
BEHIND_BYTES = 64 << 10

#: Stages in which a program is under way.
UNDER_WAY: frozenset[Stage] = frozenset({"starting", "creating", "verifying", "running", "finishing", "stopping"})


class SeriesProgress(NamedTuple):
    """A series of runs, those to warm up included: `over` of its `runs` have ended. Times in seconds.

    `elapsed_s` is the time since the first one began, `remaining_s` until the last one ends, None while nothing tells.
    """

    over: int
    runs: int
    elapsed_s: float
    remaining_s: float | None = None


class Activity(NamedTuple):
    """The work under way. Times in seconds; `None` is "not known" or "not concerned".

    `run` counts the runs of this session, 1-based, the one under way included;
    of a series it is the `part`th of `parts` (warm-up runs are counted apart, `warmup` is True in them), and
    `series_progress` says how far the series is. `iteration` is the 1-based one under way and `iterations` how many
    were announced;
    `frames` counts a detection demo's. `elapsed_s` is the time since this run's start, `remaining_s` the time that the
    rest of it will take at the mean pace so far. `silent_s` is how long the program has said nothing, once that is
    suspiciously long. `source` names the file that is watched; `behind_bytes` is what of it is still unread. `note` is
    one more thing worth a sentence: the log was truncated, the board does not answer.
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
        """Whether a program runs, as far as npumon knows."""
        return self.stage in UNDER_WAY

    @property
    def share(self) -> float | None:
        """How much of the work is over, from 0 to 1; None where nobody knows, or there is only one thing to do."""
        if not self.under_way:
            return None
        run = None
        if self.iterations and self.iterations > 1:
            run = min(max((self.iteration or 1) - 1, 0) / self.iterations, 1.0)
        if self.series_progress is None:
            return run
        return min((self.series_progress.over + (run or 0.0)) / self.series_progress.runs, 1.0)
