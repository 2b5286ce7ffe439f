"""CSV rows of iterations that are like one which was judged: made of their texts, many at once.

That is possible where all counters surely hold (`core.run.trust`): nothing else of a row depends on other operations,
and figures stand in the text as they are to be printed (`core.log.steady_text`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, cycle, repeat
from operator import sub, truediv

from npumon.core.log.steady_text import AMOUNTS, ELAPSED, EXECUTION, IDLE, ITERATION, TOTAL, WINDOW, Columns
from npumon.core.run.analysis import IterationProfile
from npumon.core.run.trust import LONE_WINDOW_US, lone_in_question, surely_holding
from npumon.export.csv_rows import identity, iteration_rows

#: Smaller shares are printed with an exponent, and without any there is no rate of MAC.
_LEAST_SHARE = 1e-4
_NO_MACS = ","
_SHARE, _TIME = "%.6f".__mod__, "%.3f".__mod__


class OperationRows:
    """Renders iterations as rows of their operations."""

    def like(self, profile: IterationProfile, nominal_clock_mhz: float | None) -> SteadyRows:
        """Return what makes rows of iterations like this one."""
        return SteadyRows(profile, nominal_clock_mhz)

    def judged(self, run: int, profile: IterationProfile) -> str:
        """Render a judged iteration."""
        return iteration_rows(run, profile)


class SteadyRows:
    """Makes rows of iterations like a judged one."""

    def __init__(self, profile: IterationProfile, nominal_clock_mhz: float | None) -> None:
        self._nominal_mhz = nominal_clock_mhz
        self._identities = tuple(identity(each.operation) for each in profile.operations)
        self._places = tuple(f"{each.order},{each.target_kind or ''}" for each in profile.operations)
        self._macs = tuple(each.macs for each in profile.operations)

    def rows(self, runs: Iterable[int], found: Columns) -> list[str]:
        """Render iterations of these runs, a row for each operation, up to the first that has to be judged."""
        many = len(self._identities)
        executions, windows, totals, idles = (list(map(int, found[at])) for at in (EXECUTION, WINDOW, TOTAL, IDLE))
        clocks = self._clocks(executions, windows, totals, idles)
        worked = list(map(sub, totals[: len(clocks)], idles))
        shares = list(map(truediv, worked, totals))
        if shares and min(shares) < _LEAST_SHARE:
            least = next(place for place, share in enumerate(shares) if share < _LEAST_SHARE)
            del clocks[least - least % many :]
        ends = slice(many - 1, len(clocks), many)
        iterations = (map(str, runs), found[ITERATION][ends], found[ELAPSED][ends])
        figures = (
            found[EXECUTION],
            *(found[at] for at in AMOUNTS),
            found[TOTAL],
            found[IDLE],
            _printed(_SHARE, shares),
        )
        behind = (_times(worked, clocks), self._computed(worked), repeat("0,true\n"))
        if many == 1:
            name, place = repeat(self._identities[0]), repeat(self._places[0])
            return [*map(",".join, zip(*iterations, found[WINDOW], name, *figures, place, *behind, strict=False))]
        vpc = [str(sum(windows[at : at + many])) for at in range(0, len(clocks), many)]
        before = map(",".join, zip(*iterations, vpc, strict=False))
        befores = chain.from_iterable(map(repeat, before, repeat(many)))
        names, places = cycle(self._identities), cycle(self._places)
        return [*map(",".join, zip(befores, names, *figures, places, *behind, strict=False))]

    def _clocks(
        self, executions: list[int], windows: list[int], totals: list[int], idles: list[int]
    ) -> list[float | None]:
        """Return the clock for each operation, None where nothing tells it, up to what has to be judged."""
        many, nominal_mhz = len(self._identities), self._nominal_mhz
        if many == 1:
            return self._lone_clocks(executions, windows, totals, idles)
        clocks: list[float | None] = []
        for start in range(0, len(totals), many):
            part = slice(start, start + many)
            told = surely_holding(executions[part], windows[part], totals[part], idles[part], nominal_mhz)
            if told is None:
                break
            clocks += [told.mhz or nominal_mhz] * many
        return clocks

    def _lone_clocks(
        self, executions: list[int], windows: list[int], totals: list[int], idles: list[int]
    ) -> list[float | None]:
        """Return the same for iterations of one operation each, which is quicker."""
        nominal_mhz = self._nominal_mhz
        many = len(totals)
        for at in lone_in_question(executions, windows, totals, idles, nominal_mhz):
            one = slice(at, at + 1)
            if surely_holding(executions[one], windows[one], totals[one], idles[one], nominal_mhz) is None:
                many = at
                break
        return [
            total / window_us if window_us >= LONE_WINDOW_US else nominal_mhz
            for total, window_us in zip(totals[:many], windows, strict=False)
        ]

    def _computed(self, worked: Sequence[int]) -> Iterable[str]:
        """Return the columns of MAC and MAC per cycle."""
        if all(macs is None for macs in self._macs):
            return repeat(_NO_MACS)
        return (
            _NO_MACS if macs is None else f"{macs},{_decimal(f'{macs / cycles:.3f}')}"
            for macs, cycles in zip(cycle(self._macs), worked, strict=False)
        )


def _times(worked: Sequence[int], clocks: Sequence[float | None]) -> list[str]:
    """Return the busy times."""
    if None in clocks:
        return [
            "" if clock is None else _decimal(_TIME(cycles / clock))
            for cycles, clock in zip(worked, clocks, strict=False)
        ]
    return _printed(_TIME, map(truediv, worked, clocks))


def _printed(spelled: Callable[[float], str], numbers: Iterable[float]) -> list[str]:
    """Return numbers of fixed decimals as Python prints them."""
    return [text if text[-1] != "0" else _decimal(text) for text in map(spelled, numbers)]


def _decimal(text: str) -> str:
    """Return a number of fixed decimals as Python prints it: without zeros at the end, but `0.0`."""
    text = text.rstrip("0")
    return text + "0" if text[-1] == "." else text
