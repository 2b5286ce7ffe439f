"""What is asked for when a model is to be run: once or several times, after as many runs to warm up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from npumon.ports import ReadNetwork, RunRequest


class Job(NamedTuple):
    """`count` runs that count, after `warmup` runs that do not. `labels` are the model's classes by index.

    `network` reads the model's file, None where it has none; it is asked while the first run is under way.
    """

    request: RunRequest
    labels: tuple[str, ...] = ()
    count: int = 1  # type: ignore[assignment]  # hides tuple.count, which makes no sense for a work
    warmup: int = 0
    network: ReadNetwork | None = None


class JobRun(NamedTuple):
    """One run of a work: the `number`th (1-based) of `of` runs that count, or of those to warm up."""

    number: int
    of: int
    warmup: bool = False


def runs_of(work: Job) -> Iterator[JobRun]:
    """The runs in their order."""
    for number in range(1, work.warmup + 1):
        yield JobRun(number, work.warmup, warmup=True)
    for number in range(1, work.count + 1):
        yield JobRun(number, work.count)
