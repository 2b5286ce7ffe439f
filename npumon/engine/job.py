"""What is asked for when a model is to be run: once or several times, after as many runs to warm up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from npumon.ports import ReadNetwork, RunRequest


class Job(NamedTuple):
    """`repeat` runs that count, after `warmup` runs that do not. `labels` are the model's classes by index.

    `network` reads the model's file, None where it has none; it is asked while the first run is under way.
    """

    request: RunRequest
    labels: tuple[str, ...] = ()
    repeat: int = 1
    warmup: int = 0
    network: ReadNetwork | None = None


class JobRun(NamedTuple):
    """One run of a job: the `number`th (1-based) of `total` runs that count, or of those to warm up."""

    number: int
    total: int
    warmup: bool = False


def runs_of(job: Job) -> Iterator[JobRun]:
    """The runs in their order."""
    for number in range(1, job.warmup + 1):
        yield JobRun(number, job.warmup, warmup=True)
    for number in range(1, job.repeat + 1):
        yield JobRun(number, job.repeat)
