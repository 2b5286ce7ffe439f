"""Matching text that goes on as it began: rows of iterations like a model, and where the text is then."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple

from npumon.core.log.steady_text import BETWEEN, Found, SteadyText, end_of_iteration, last_end_of_iteration
from npumon.engine.offline.steady_model import Ahead, Between, Model, alike

#: Characters that are matched at once, unless an iteration is longer: what is found stays in the processor's cache.
_WINDOW = 1 << 16


class Rows(NamedTuple):
    """Rows of iterations, and how many runs ended among them, all of them well and with iterations."""

    text: str
    runs: int = 0


class Matcher:
    """Matches text with a model, and with lines that may stand between its iterations."""

    def __init__(self, model: Model, between: tuple[Between, ...], text: SteadyText) -> None:
        """`text` finds the model's operations, and those lines."""
        self.model = model
        self.text = text
        self._between = between

    def finds(self, between: tuple[Between, ...], model: Model) -> bool:
        """Return whether its text finds operations with that model's heads and counters, and these lines."""
        known = self.model
        return (between, model.heads, model.places) == (self._between, known.heads, known.places)

    @property
    def iterations(self) -> int | None:
        """How many iterations runs have that go on as the newest ones did; None if none is known to have ended."""
        return next((each.iterations for each in reversed(self._between) if each.iterations is not None), None)

    def matched(self, text: str, at: int, end: int, ahead: Ahead) -> Generator[Rows, None, tuple[int, Ahead]]:
        """Match a part of the text, in which iterations may begin, and make rows of them.

        `ahead` is where that part begins. Return where the rest of it begins.
        """
        model = self.model
        few = model.size > _WINDOW // 4
        step, window = model.size, model.size * 7 // 8 if few else 0
        matched = 0, 0
        while at < end:
            if not text.startswith("layer", at):
                lines = self.text.between_at(text, at)
                if lines is None or (turned := self._behind(ahead, *lines)) is None:
                    break
                ahead, at = turned, at + len(lines[0])
            stop = end_of_iteration(text, at + window, end) or last_end_of_iteration(text, at, end)
            if stop is None:
                break
            stop = min(self.text.with_lines_behind(text, stop), end)
            found = self.text.found_in(text, at, stop)
            rows, iterations, ahead, left = self._found(found, ahead)
            if not iterations:
                break
            yield Rows(rows)
            operations = iterations * len(model.heads)
            whole = len(found) == operations and not left
            start, at = at, stop if whole else self.text.end_of(operations, text, at, stop) - left
            matched = start, at
            window = window if few else min(2 * window + step, _WINDOW) if whole else 0
        if ahead.ended and matched[1]:
            start = text.rfind(f"\n{model.heads[0]}", *matched) + 1 or matched[0]
            ahead = ahead._replace(newest=text[start : end_of_iteration(text, start)])
        return at, ahead

    def _found(self, found: Sequence[Found], ahead: Ahead) -> tuple[str, int, Ahead, int]:
        """Make rows of what was found, up to the first iteration that is not like the model.

        Return them, of how many iterations they are, and where that is; at last, how many characters behind the last
        iteration mean something else here.
        """
        columns = tuple(zip(*found, strict=True))
        model = self.model
        many = len(model.heads)
        like = alike(columns, model.heads, model.places, model.numbers)
        between = columns[BETWEEN][many - 1 : like : many]
        runs, after, left = self._passed(ahead, between)
        rows, iterations = "", 0
        if runs:
            rows, iterations = model.rows.rows(runs, [column[: len(runs) * many] for column in columns])
        if iterations < len(runs):
            _, after, left = self._passed(ahead, between[:iterations])
        return rows, iterations, after, left

    def _passed(self, ahead: Ahead, between: Sequence[str]) -> tuple[Sequence[int], Ahead, int]:
        """Return the run of each iteration, by the lines behind them, up to lines that mean something else here.

        At last, how long those are.
        """
        many = len(between)
        length = None if self.text.only is None else self._between[self.text.only].iterations
        if not any(between):
            return [ahead.run] * many, ahead._replace(ended=ahead.ended + many, behind=""), 0
        if length is not None and ahead.ended < length:
            turns = between[length - ahead.ended - 1 :: length]
            if turns and all(turns) and between.count("") == many - len(turns):
                return _turned(ahead, turns, many, length)
        runs = []
        for lines in between:
            runs.append(ahead.run)
            ahead = ahead._replace(ended=ahead.ended + 1, behind="")
            if lines:
                turned = self._behind(ahead, lines, self.text.which(lines))
                if turned is None:
                    return runs, ahead, len(lines)
                ahead = turned
        return runs, ahead, 0

    def _behind(self, ahead: Ahead, lines: str, which: int) -> Ahead | None:
        """Take lines behind an iteration; None if they mean something else here, in a run of another length."""
        iterations = self._between[which].iterations
        if ahead.behind or ahead.ended != (iterations or ahead.ended or 1):
            return None
        if iterations is None:
            return ahead._replace(behind=lines)
        return Ahead(ahead.run + 1, 0, (lines, ahead.run, ahead.ended))


def _turned(ahead: Ahead, turns: Sequence[str], many: int, length: int) -> tuple[Sequence[int], Ahead, int]:
    """Return what `Matcher._passed` does where each run has as many iterations, and ends in lines of one kind."""
    runs = [(ahead.ended + place) // length + ahead.run for place in range(many)]
    more, ended = divmod(ahead.ended + many, length)
    return runs, Ahead(ahead.run + more, ended, (turns[-1], ahead.run + more - 1, length)), 0
