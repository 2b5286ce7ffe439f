"""A finished log whose text goes on as it began: rows are made of it without reading it line by line.

An iteration that was read and judged is the model of those that follow. As long as the text has the same operations
with other figures, and between iterations lines that were read before, it is only matched (`core.log.steady_text`). All
other text is read, by a parser and a fold that first catch up with what was matched. What no row and no outcome shows
is left behind: statistics, the iterations before the newest, line numbers.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from npumon.core.log.parser import ProfileParser
from npumon.core.log.steady_text import (
    BETWEEN,
    HEAD,
    HEAD_LINE,
    ITERATION,
    NUMBERS,
    Found,
    SteadyText,
    end_of_iteration,
    last_end_of_iteration,
)
from npumon.core.run.iterations import with_iterations
from npumon.core.run.splitter import RunSplitter
from npumon.engine.offline.profiles import IterationAnalyzer, Judged, ProfileCompleted
from npumon.engine.offline.steady_model import Ahead, Between, Model, RowMaker, alike, between_of, kind_of, rests
from npumon.engine.reporting import Context

#: Characters that are read at once, and that are held back until an iteration ends in them.
_PIECE = 1 << 20
_HELD = 1 << 22
#: Characters that are matched at once, unless an iteration is longer: what is found stays in the processor's cache.
_WINDOW = 1 << 16
#: Kinds of lines between iterations that are known at once, the newest, and those that were seen once.
_KNOWN = 3
#: Iterations in a row that are no model of the next one before no more is looked for, in so many pieces.
_PATIENCE = 8
_PAUSE = 16


class Rows(NamedTuple):
    """Rows of iterations, and how many runs ended among them, all of them well and with iterations."""

    text: str
    runs: int = 0


class SteadyLog:
    """Reads a finished log for rows of its iterations."""

    def __init__(self, context: Context, first_run: int, maker: RowMaker, piece: int = _PIECE) -> None:
        """`piece` is how many characters are read at once, at least."""
        self._piece = piece
        self._maker = maker
        self._analyzer = IterationAnalyzer(context)
        self._parser = ProfileParser()
        self._fold = RunSplitter(first_run, kept_operations=1)
        self._model: Model | None = None
        self._between: list[Between] = []
        self._usable: tuple[Between, ...] = ()
        self._heads: tuple[str, ...] = ()
        self._seen: list[Between] = []
        self._text = SteadyText()
        self._patience = _PATIENCE
        self._pause = 0
        self._ahead: Ahead | None = None
        #: Whether the text that comes next stands directly behind an iteration that was read, or inside a line.
        self._follows = self._inside = False

    def read(self, chunks: Iterable[bytes]) -> Iterator[Judged | Rows]:
        """Yield what the text completes, in order: rows, or what was judged; at last the last run's `RunCompleted`."""
        held: list[str] = []
        size, text = 0, ""
        for chunk in chain(chunks, (b"",)):
            held.append(chunk.decode("latin-1"))
            size += len(chunk)
            if size >= self._piece or not chunk:
                text = "".join(held)
                at = yield from self._taken(text)
                text = text[at:]
                held, size = [text], 0
        yield from self._caught_up()
        yield from self._plainly(text)
        yield from self._analyzer.fed(self._fold, self._parser.close())
        yield from self._analyzer.judge(self._fold.close(), self._fold.state)

    def _taken(self, text: str) -> Generator[Judged | Rows, None, int]:
        """Take the iterations that end in the text; return where the rest begins."""
        at = 0
        if self._inside:
            at = text.find("\n") + 1 or len(text)
            yield from self._plainly(text[:at])
        while self._pause == 0:
            if self._model is not None:
                at = yield from self._matched(self._model, text, at)
            end = end_of_iteration(text, at)
            if end is not None:
                yield from self._learned(text[at:end])
                at = end
            elif len(text) - at < _HELD:
                return at
            else:
                break
        self._pause = max(self._pause - 1, 0)
        end_of_lines = text.rfind("\n", at) + 1 or len(text)
        yield from self._plainly(text[at:end_of_lines])
        return end_of_lines

    # -- reading ---------------------------------------------------------------------------------------------------

    def _judged(self, text: str) -> Iterator[Judged]:
        """Read the text and judge the iterations in it."""
        return self._analyzer.fed(self._fold, self._parser.feed(text.encode("latin-1")))

    def _plainly(self, text: str) -> Iterator[Judged | Rows]:
        """Read text that is cut anywhere."""
        if text:
            yield from self._caught_up()
            yield from self._judged(text)
            self._inside, self._follows = text[-1] != "\n", False

    def _learned(self, text: str) -> Iterator[Judged | Rows]:
        """Read the text up to the end of an iteration, which becomes the model if it can be one."""
        yield from self._caught_up()
        before = self._fold.state if self._follows else None
        items: list[Judged] = []
        for item in self._judged(text):
            items.append(item)
            yield item
        self._follows = True
        head = HEAD_LINE.search(text)
        model = None if head is None or not items else self._model_of(text, head.start(), items[-1])
        if model is None or head is None:
            self._patience -= 1
            if self._patience <= 0:
                self._model, self._patience, self._pause = None, 1, _PAUSE
            return
        self._model, self._patience = model, _PATIENCE
        if before is not None and rests(before) and kind_of(before) == model.kind:
            self._note(between_of(text[: head.start()], items[:-1], model, before))
        usable = tuple(each for each in self._between if (each.facts, each.kind) == (model.facts, model.kind))
        if (usable, model.heads) != (self._usable, self._heads):
            self._usable, self._heads = usable, model.heads
            self._text = SteadyText(tuple(each.like for each in usable), model.heads)

    def _note(self, between: Between | None) -> None:
        """Note lines between iterations. They are looked for when they have come twice: most of them never do."""
        if between is None:
            return
        if between in self._seen:
            others = [each for each in self._between if each.like != between.like]
            self._between = [*others[-_KNOWN + 1 :], between]
        else:
            self._seen = [*self._seen[-_KNOWN + 1 :], between]

    def _model_of(self, text: str, start: int, item: Judged) -> Model | None:
        """Return the iteration as a model; None if its rows cannot be made from its text alone."""
        whole = SteadyText()
        columns = tuple(zip(*whole.found_in(text, start, len(text)), strict=True))
        heads: tuple[str, ...] = tuple(columns[HEAD])
        if not isinstance(item, ProfileCompleted) or not all(heads) or not columns[ITERATION][-1]:
            return None
        ids = [each.operation.op_abs_id for each in item.profile.operations]
        if ids != list(range(len(heads))) or not rests(self._fold.state):
            return None
        facts = self._analyzer.facts_of(self._fold.state)
        rows = self._maker.like(item.profile, facts.nominal_clock_mhz)
        if rows.rows((item.run,), columns) != (self._maker.judged(item.run, item.profile), 1):
            return None
        numbers = tuple(columns[place] for place in NUMBERS) if alike(columns, heads) else ()
        return Model(heads, numbers, rows, facts, kind_of(self._fold.state), len(text) - start)

    # -- matching --------------------------------------------------------------------------------------------------

    def _matched(self, model: Model, text: str, at: int) -> Generator[Rows, None, int]:
        """Match iterations like the model, and make rows of them; return where the rest begins."""
        ahead = self._ahead or self._start(model)
        if ahead is None:
            return at
        few = model.size > _WINDOW // 4
        step, window = model.size, model.size * 7 // 8 if few else 0
        matched = 0, 0
        while at < len(text):
            if not text.startswith("layer", at):
                lines = self._text.between_at(text, at)
                if lines is None or (turned := self._behind(ahead, *lines)) is None:
                    break
                ahead, at = turned, at + len(lines[0])
            end = end_of_iteration(text, at + window) or last_end_of_iteration(text, at)
            if end is None:
                break
            end = self._text.with_lines_behind(text, end)
            found = self._text.found_in(text, at, end)
            rows, iterations, ahead, left = self._found(model, found, ahead)
            if not iterations:
                break
            yield Rows(rows)
            operations = iterations * len(model.heads)
            whole = len(found) == operations and not left
            start, at = at, end if whole else self._text.end_of(operations, text, at, end) - left
            matched = start, at
            window = window if few else min(2 * window + step, _WINDOW) if whole else 0
        if ahead.ended and matched[1]:
            start = text.rfind(f"\n{model.heads[0]}", *matched) + 1 or matched[0]
            ahead = ahead._replace(newest=text[start : end_of_iteration(text, start)])
        self._ahead = ahead
        return at

    def _start(self, model: Model) -> Ahead | None:
        """Return where matching may begin: behind an iteration of a run that the model holds for; None elsewhere."""
        state = self._fold.state
        known = self._analyzer.facts_of(state), kind_of(state)
        if not (self._follows and rests(state)) or known != (model.facts, model.kind):
            return None
        return Ahead(self._fold.number, state.iterations_ended)

    def _found(self, model: Model, found: Sequence[Found], ahead: Ahead) -> tuple[str, int, Ahead, int]:
        """Make rows of what was found, up to the first iteration that is not like the model.

        Return them, of how many iterations they are, and where that is; at last, how many characters behind the last
        iteration mean something else here.
        """
        columns = tuple(zip(*found, strict=True))
        many = len(model.heads)
        like = alike(columns, model.heads, model.numbers)
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
        length = None if self._text.only is None else self._usable[self._text.only].iterations
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
                turned = self._behind(ahead, lines, self._text.which(lines))
                if turned is None:
                    return runs, ahead, len(lines)
                ahead = turned
        return runs, ahead, 0

    def _behind(self, ahead: Ahead, lines: str, which: int) -> Ahead | None:
        """Take lines behind an iteration; None if they mean something else here, in a run of another length."""
        iterations = self._usable[which].iterations
        if ahead.behind or ahead.ended != (iterations or ahead.ended or 1):
            return None
        if iterations is None:
            return ahead._replace(behind=lines)
        return Ahead(ahead.run + 1, 0, (lines, ahead.run, ahead.ended))

    def _caught_up(self) -> Iterator[Rows]:
        """Bring the fold to where matching ended: read the newest turn from one run to the next, and the newest
        iteration. Yield how many runs ended on the way."""
        ahead, self._ahead = self._ahead, None
        if ahead is None:
            return
        fold = self._fold
        first = fold.number
        if ahead.turn is not None:
            lines, fold.number, ended = ahead.turn
            fold.state = with_iterations(fold.state, ended)
            self._unseen(lines)
        if ahead.newest:
            self._unseen(ahead.newest)
            fold.state = with_iterations(fold.state, ahead.ended)
            self._unseen(ahead.behind)
        if fold.number > first:
            yield Rows("", fold.number - first)

    def _unseen(self, text: str) -> None:
        for _ in self._judged(text):
            pass


def _turned(ahead: Ahead, turns: Sequence[str], many: int, length: int) -> tuple[Sequence[int], Ahead, int]:
    """Return what `SteadyLog._passed` does where each run has as many iterations, and ends in lines of one kind."""
    runs = [(ahead.ended + place) // length + ahead.run for place in range(many)]
    more, ended = divmod(ahead.ended + many, length)
    return runs, Ahead(ahead.run + more, ended, (turns[-1], ahead.run + more - 1, length)), 0
