"""A long text that goes on as it began, matched in parts: most of them beside this process, on other processors.

Where in its run a part begins is guessed by counting. What was made of it counts only if all text before has led to
just that place: then it is what would have been made of it here. Otherwise it is made here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack
from functools import partial
from typing import NamedTuple, Protocol

from npumon.core.log.steady_text import ends_of_iterations, last_end_of_iteration
from npumon.engine.offline.steady_matching import Matcher, Rows
from npumon.engine.offline.steady_model import Ahead

#: Bytes that this process takes at once, and each other: this process also reads all text, and writes all rows.
_OWN = 1 << 20
_OTHER = 5 << 18
#: After the text went on otherwise it has to go on for so many bytes before parts are given away again, and each time
#: for twice as many: to begin costs as much as to match some.
_PAUSE = 4 << 20

#: Where a part begins, and the run and its iterations there. It ends where the last iteration does in so much text.
_Request = tuple[int, int, int]
#: Rows, where the rest of the text begins, whether that is the part's end, and the fields of `Ahead` there.
_Answer = tuple[str, int, bool, tuple[object, ...]]


class LongText(Protocol):
    """A text that can be read anywhere. `position` is where whoever reads it from beginning to end goes on."""

    position: int

    def read_at(self, offset: int, size: int) -> bytes:
        """Return so many bytes from there on, or what there is of them."""


class Helper(Protocol):
    """Works beside this process."""

    def ask(self, request: _Request) -> None:
        """Ask for the next answer; the one before has been taken."""

    def answer(self) -> _Answer | None:
        """Wait for the answer; None if there will be none."""

    def stop(self) -> None:
        """End whatever it does."""


#: Makes what answers with this function, as everything is at this moment. Raises `OSError` if that is not possible.
StartHelper = Callable[[Callable[[_Request], _Answer | None]], Helper]


class _Part(NamedTuple):
    """A part for others: where it begins, in the text and in its runs."""

    at: int
    ahead: Ahead


class PartedText:
    """Matches parts of a text."""

    def __init__(self, text: LongText, start: StartHelper, others: int) -> None:
        """`others` is how many may work beside this process."""
        self._text = text
        self._start = start
        self._others = others
        self._begin, self._pause = 0, _PAUSE

    def matched(self, matcher: Matcher, begin: int, ahead: Ahead) -> Generator[Rows, None, tuple[int, Ahead]]:
        """Match the text from that byte on, as long as it goes on. `ahead` is where that is; return where it ends.

        If it goes on at all, the text's `position` is there then.
        """
        if begin < self._begin:
            return begin, ahead
        start, rows = begin, ""
        with ExitStack() as stack:
            helpers: list[Helper] = []
            while True:
                text, parts = self._divided(matcher, begin, ahead)
                if not parts or not (helpers or self._helped(matcher, helpers, stack)):
                    break
                for helper, part in zip(helpers, parts, strict=False):
                    helper.ask((begin + part.at, part.ahead.run, part.ahead.ended))
                yield Rows(rows)  # of the round before: the others are at work meanwhile
                rows = ""
                at, ahead = yield from matcher.matched(text, 0, parts[0].at, ahead)
                whole = False
                for helper, part in zip(helpers, parts, strict=False):
                    whole = part == (at, ahead._replace(turn=None, newest=""))
                    answer = helper.answer() if whole else None
                    if answer is None:
                        whole = False
                        break
                    yield Rows(rows)
                    rows, end, whole, fields = answer
                    at = end - begin
                    after = Ahead(*fields)  # type: ignore[arg-type]  # as `_answer` gives them
                    ahead = after if after.turn else after._replace(turn=ahead.turn)
                begin += at
                if not whole:
                    self._begin, self._pause = begin + self._pause, 2 * self._pause
                    break
        yield Rows(rows)
        if begin > start:
            self._text.position = begin
        return begin, ahead

    def _helped(self, matcher: Matcher, helpers: list[Helper], stack: ExitStack) -> bool:
        """Start the helpers; return whether there are any."""
        try:
            for _ in range(self._others):
                helper = self._start(partial(_answer, matcher, self._text))
                stack.callback(helper.stop)
                helpers.append(helper)
        except OSError:
            self._others = len(helpers)
        return bool(helpers)

    def _divided(self, matcher: Matcher, begin: int, ahead: Ahead) -> tuple[str, list[_Part]]:
        """Read this process's share of the text from there on; return it, and the parts for others behind it.

        None is for others where there is no more text than that.
        """
        own = text = self._text.read_at(begin, _OWN).decode("latin-1")
        parts: list[_Part] = []
        at, size = 0, _OWN
        for number in range(self._others):
            if number:
                text, size = self._text.read_at(begin + at, _OTHER).decode("latin-1"), _OTHER
            cut = last_end_of_iteration(text, 0, len(text)) if len(text) == size else None
            if cut is None:
                break
            ahead = _guessed(ahead, ends_of_iterations(text, 0, cut), matcher.iterations)
            at += cut
            parts.append(_Part(at, ahead))
        return own, parts


def _guessed(ahead: Ahead, iterations: int, length: int | None) -> Ahead:
    """Return where that is behind so many iterations more, if all runs that end have the same length."""
    if length is None:
        return Ahead(ahead.run, ahead.ended + iterations)
    runs, ended = divmod(ahead.ended + iterations - 1, length)
    return Ahead(ahead.run + runs, ended + 1)


def _answer(matcher: Matcher, text: LongText, request: _Request) -> _Answer | None:
    """Match a part of the text; None if that is not worth anything."""
    begin, run, ended = request
    part = text.read_at(begin, _OTHER).decode("latin-1")
    end = last_end_of_iteration(part, 0, len(part)) or 0
    ends: list[tuple[int, Ahead]] = []
    rows = "".join(row.text for row in _noting_end(matcher.matched(part, 0, end, Ahead(run, ended)), ends))
    (at, ahead), *_ = ends
    return (rows, begin + at, at == end, tuple(ahead)) if rows else None


def _noting_end(
    matching: Generator[Rows, None, tuple[int, Ahead]], ends: list[tuple[int, Ahead]]
) -> Generator[Rows, None, None]:
    ends.append((yield from matching))
