"""CSV rows of iterations that are like one which was judged: made of their texts, many at once.

That is possible where all counters surely hold (`core.run.trust`): nothing else of a row depends on other operations,
and figures stand in the text as they are to be printed (`core.log.steady_text`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, cycle, repeat
from operator import mod, sub, truediv

from npumon.core.log.steady_text import AMOUNTS, ELAPSED, EXECUTION, IDLE, ITERATION, TOTAL, WINDOW, Columns
from npumon.core.run.analysis import IterationProfile
from npumon.core.run.trust import LONE_WINDOW_US, lone_in_question, surely_holding
from npumon.export.csv_rows import identity, iteration_rows

#: Smaller shares are printed with an exponent, and without any there is no rate of MAC.
_LEAST_SHARE = 1e-4
#: Between these, six significant digits are six decimals, and are printed without zeros at the end.
_SIX_DIGITS = 0.1, 0.999999
_NO_MACS = ","
_SHARE, _TIME = "%.6f".__mod__, "%.3f".__mod__
#: What ends each row: no wraps, and trusted.
_END = "0,true\n"


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
        #: The share, the place and the time of each operation, in one format.
        self._formats = tuple(f"%.6g,{place.replace('%', '%%')},%.3f" for place in self._places)
        self._macs = tuple(each.macs for each in profile.operations)
        self._without_macs = all(macs is None for macs in self._macs)

    def rows(self, runs: Sequence[int], found: Columns) -> tuple[str, int]:
        """Render iterations of these runs, a row for each operation, up to the first that has to be judged.

        `runs` are in order. Return the rows, and of how many iterations they are.
        """
        many = len(self._identities)
        executions, windows, totals, idles = (list(map(int, found[at])) for at in (EXECUTION, WINDOW, TOTAL, IDLE))
        clocks = self._clocks(executions, windows, totals, idles)
        worked = list(map(sub, totals[: len(clocks)], idles))
        shares = list(map(truediv, worked, totals))
        if shares and min(shares) < _LEAST_SHARE:
            least = next(place for place, share in enumerate(shares) if share < _LEAST_SHARE)
            end = least - least % many
            clocks, worked, shares = clocks[:end], worked[:end], shares[:end]
        rows = len(clocks)
        if not rows:
            return "", 0
        iterations = rows // many
        ends = slice(many - 1, rows, many)
        # Cells stand one behind the other in a list: columns are put into it at once, and it is joined once.
        columns = (
            *self._before(runs[:iterations], found[ITERATION][ends], found[ELAPSED][ends], windows),
            self._identities * iterations,
            *(found[at][:rows] for at in (EXECUTION, *AMOUNTS, TOTAL, IDLE)),
            *self._shares_and_times(shares, worked, clocks),
            [_NO_MACS] * rows if self._without_macs else self._computed(worked),
        )
        cells = [""] * (len(columns) * rows)
        for place, column in enumerate(columns):
            cells[place :: len(columns)] = column
        # What ends a row stands in the first cell of the next one.
        return f"{','.join(cells)[len(_END) :]},{_END}", iterations

    def _before(
        self, runs: Sequence[int], numbers: Sequence[str], times: Sequence[str], windows: Sequence[int]
    ) -> Sequence[Sequence[str]]:
        """Return the columns that say which iteration it is, in the rows of all its operations."""
        many = len(self._identities)
        first = [f"{_END}{runs[0]}"] * len(runs) if runs[0] == runs[-1] else [f"{_END}{run}" for run in runs]
        if many == 1:
            return first, numbers, times, list(map(str, windows[: len(runs)]))
        sums = [str(sum(windows[at : at + many])) for at in range(0, many * len(runs), many)]
        before = map(",".join, zip(first, numbers, times, sums, strict=True))
        return ([*chain.from_iterable(map(repeat, before, repeat(many)))],)

    def _shares_and_times(
        self, shares: Sequence[float], worked: Sequence[int], clocks: Sequence[float | None]
    ) -> Sequence[Sequence[str]]:
        """Return the columns of utilization, of what says where it ran, and of the busy time."""
        iterations = len(shares) // len(self._places)
        least, most = _SIX_DIGITS
        if None not in clocks and min(shares) >= least and max(shares) < most:
            figures = zip(shares, map(truediv, worked, clocks), strict=True)
            return (_printed(map(mod, cycle(self._formats), figures)),)
        times = ["" if clock is None else _TIME(cycles / clock) for cycles, clock in zip(worked, clocks, strict=True)]
        return _printed(map(_SHARE, shares)), self._places * iterations, _printed(times)

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

    def _computed(self, worked: Sequence[int]) -> Sequence[str]:
        """Return the columns of MAC and MAC per cycle."""
        return [
            _NO_MACS if macs is None else f"{macs},{_decimal(f'{macs / cycles:.3f}')}"
            for macs, cycles in zip(cycle(self._macs), worked, strict=False)
        ]


def _printed(numbers: Iterable[str]) -> list[str]:
    """Return numbers of fixed decimals as Python prints them, where others may stand before them."""
    return [text if text[-1:] != "0" else _decimal(text) for text in numbers]


def _decimal(text: str) -> str:
    """Return a number of fixed decimals as Python prints it: without zeros at the end, but `0.0`."""
    text = text.rstrip("0")
    return text + "0" if text[-1] == "." else text
