"""What an iteration is compared with that may be like the one before, and what is known of its run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, cycle
from operator import eq, sub
from typing import NamedTuple, Protocol

from npumon.core.log.steady_text import HEAD, ITERATION, NINTH, NUMBERS, Columns, Likeness, likeness
from npumon.core.run.analysis import IterationProfile, RunFacts
from npumon.core.run.iterations import is_mixed
from npumon.core.run.outcome import outcome
from npumon.core.run.splitter import RunCompleted
from npumon.core.run.state import RunState
from npumon.engine.offline.profiles import Judged

#: Longer lines between iterations are not remembered: their pattern takes too long to make.
_LONGEST = 1 << 18


class IterationRows(Protocol):
    """Makes rows of iterations that are like a judged one."""

    def rows(self, runs: Sequence[int], found: Columns) -> tuple[str, int]:
        """Render iterations of these runs, a row for each operation, up to the first that has to be judged.

        `runs` are in order. Return the rows, and of how many iterations they are.
        """


class RowMaker(Protocol):
    """Renders judged iterations, and those like them."""

    def like(self, profile: IterationProfile, nominal_clock_mhz: float | None) -> IterationRows:
        """Return what makes rows of iterations like this one."""

    def judged(self, run: int, profile: IterationProfile) -> str:
        """Render a judged iteration."""


class Kind(NamedTuple):
    """What a run's ending may hang on, apart from how many iterations it has and from the text behind them."""

    product: str | None
    created: bool
    loops: int | None
    graph_started: bool
    errors: frozenset[tuple[object, ...]]


class Between(NamedTuple):
    """Lines between two iterations: what they look like, and what is known of the runs before and behind them alike.

    `iterations` is how many the run has that ends in them, None where none does.
    """

    like: Likeness
    kind: Kind
    facts: RunFacts
    iterations: int | None


class Model(NamedTuple):
    """An iteration that others are compared with: the heads of its operations, its rows, what is known of its run.

    `places` are those of the numbers in brackets, `numbers` their texts, place by place, if none is missing. `size` is
    how many characters it has.
    """

    heads: tuple[str, ...]
    places: tuple[int, ...]
    numbers: tuple[tuple[str, ...], ...]
    rows: IterationRows
    facts: RunFacts
    kind: Kind
    size: int


class Ahead(NamedTuple):
    """What was matched and not read yet. `run` and `ended` are where that is: its run, and how many iterations ended.

    `turn` are the newest lines that end a run, with that run's number and iterations; `newest` is the text of the
    newest iteration since then, `behind` the lines behind that.
    """

    run: int
    ended: int
    turn: tuple[str, int, int] | None = None
    newest: str = ""
    behind: str = ""


def rests(state: RunState) -> bool:
    """Return whether an iteration has just ended in a run of which nothing else is told: then iterations go on alike,
    whatever their figures."""
    return bool(state.iterations_ended) and not (
        state.operations
        or state.total_us is not None
        or state.average_us is not None
        or state.reported is not None
        or state.ksnn_version is not None
        or state.frames
        or state.objects is not None
        or state.detections
        or state.top
        or state.iterations_failed
        or state.cut
        or state.cancelled
        or state.ended is not None
        or is_mixed(state)
    )


def kind_of(state: RunState) -> Kind:
    """Return what the run's ending may hang on, as its text says so far."""
    errors = frozenset(said[1:4] for said in state.diagnostics if said.level == "error")
    return Kind(state.product, state.create_us is not None, state.loops, state.graph_started, errors)


def between_of(lines: str, ended: Sequence[Judged], model: Model, before: RunState) -> Between | None:
    """Return what lines mean that stand between two iterations: they end one run at most, which went well."""
    if len(lines) > _LONGEST:
        return None
    if not ended:
        return Between(likeness(lines), model.kind, model.facts, None)
    if len(ended) > 1 or not isinstance(ended[0], RunCompleted) or outcome(ended[0].state) != "ok":
        return None
    return Between(likeness(lines), model.kind, model.facts, before.iterations_ended)


def places_of_numbers(columns: Columns) -> tuple[int, ...] | None:
    """Return where the numbers of counters stand; None if operations have different counters."""
    ninth = columns[NINTH]
    return NUMBERS if not any(ninth) else (*NUMBERS, NINTH) if all(ninth) else None


def alike(columns: Columns, heads: Sequence[str], places: Sequence[int], numbers: Sequence[Sequence[str]] = ()) -> int:
    """Return how many operations there are, to the end of an iteration, that are those of an iteration each time.

    Their numbers in brackets, at these places, go on without a gap within an iteration: else lines of theirs are
    another's. `numbers` are some for which that is so, by place, of programs that print them again in each run.
    """
    many, found = len(heads), len(columns[HEAD])
    like = found - found % many
    if columns[HEAD][:like] != tuple(heads) * (like // many):
        like = _first_not(map(eq, columns[HEAD], cycle(heads)))
    ends = columns[ITERATION][:like]
    if not all(ends[many - 1 :: many]) or ends.count("") != like - like // many:
        like = _first_not(map(eq, map(bool, ends), cycle([False] * (many - 1) + [True])))
    if numbers and all(
        columns[place][:like] == tuple(known) * (like // many) for place, known in zip(places, numbers, strict=True)
    ):
        return like - like % many
    if like and _without_gap([columns[place][:like] for place in places]):
        return like - like % many
    return _numbered([columns[place] for place in places], like, many)


def _numbered(numbers: Columns, like: int, many: int) -> int:
    """Return how many of those operations, to the end of an iteration, are numbered as one iteration's."""
    first = list(map(int, numbers[0][:like]))
    for further, column in enumerate(numbers):
        like = _first_not(int(text) == one + further for text, one in zip(column[:like], first, strict=False))
    if many > 1 and like:
        steps = map(sub, first[1:like], first)
        like = 1 + _first_not(step <= len(numbers) or not place % many for place, step in enumerate(steps, 1))
    return like - like % many


#: The last three digits of numbers.
_DIGITS = tuple(f"{number:03}" for number in range(1000))


def _without_gap(columns: Sequence[Sequence[str]]) -> bool:
    """Return whether numbers in these columns, row by row, are spelled one after the other.

    A thousand of them differ in their last digits: that is much quicker than to read them.
    """
    at, found = int(columns[0][0]), ",".join(chain.from_iterable(zip(*columns, strict=True)))
    end = at + len(columns) * len(columns[0])
    parts = []
    while at < end:
        thousands, below = divmod(at, 1000)
        digits = _DIGITS[below : below + end - at]
        before = str(thousands or "")
        spelled = digits if thousands else map(str, range(below, below + len(digits)))
        parts.append(before + f",{before}".join(spelled))
        at += len(digits)
    return found == ",".join(parts)


def _first_not(holds: Iterable[bool]) -> int:
    """Return the place of the first that does not hold; how many there are if all do."""
    place = -1
    for place, each in enumerate(holds):
        if not each:
            return place
    return place + 1
