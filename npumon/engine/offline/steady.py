"""A finished log whose text goes on as it began: rows are made of it without reading it line by line.

An iteration that was read and judged is the model of those that follow. As long as the text has the same operations
with other figures, and between iterations lines that were read before, it is only matched (`core.log.steady_text`). All
other text is read, by a parser and a fold that first catch up with what was matched. What no row and no outcome shows
is left behind: statistics, the iterations before the newest, line numbers.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from npumon.core.log.parser import ProfileParser
from npumon.core.log.steady_text import HEAD, HEAD_LINE, ITERATION, NINTH, SteadyText, end_of_iteration
from npumon.core.run.iterations import with_iterations
from npumon.core.run.splitter import RunSplitter
from npumon.engine.offline.profiles import IterationAnalyzer, Judged, ProfileCompleted
from npumon.engine.offline.steady_matching import Matcher, Rows
from npumon.engine.offline.steady_model import (
    Ahead,
    Between,
    Model,
    RowMaker,
    alike,
    between_of,
    kind_of,
    places_of_numbers,
    rests,
)
from npumon.engine.reporting import Context

if TYPE_CHECKING:  # most logs are short
    from npumon.engine.offline.steady_parts import PartedText

#: Characters that are read at once, and that are held back until an iteration ends in them.
_PIECE = 1 << 20
_HELD = 1 << 22
#: More bytes than any text here has. Once so many were given back, glibc keeps what is freed for the next text:
#: otherwise the kernel takes it and hands out each page anew, which takes up to a sixth of the time.
_LARGEST = 1 << 24
#: Kinds of lines between iterations that are known at once, the newest, and those that were seen once.
_KNOWN = 3
#: Iterations in a row that are no model of the next one before no more is looked for, in so many pieces.
_PATIENCE = 8
_PAUSE = 16
#: So many that were like the model make good for one that was none, which takes as long to read as some in a row.
_MANY = 4


class SteadyLog:
    """Reads a finished log for rows of its iterations."""

    def __init__(self, context: Context, first_run: int, maker: RowMaker, piece: int = _PIECE) -> None:
        """`piece` is how many characters are read at once, at least."""
        self._piece = piece
        self._maker = maker
        self._analyzer = IterationAnalyzer(context)
        self._parser = ProfileParser()
        self._fold = RunSplitter(first_run, kept_operations=1)
        self._matcher: Matcher | None = None
        self._between: list[Between] = []
        self._seen: list[Between] = []
        self._patience = _PATIENCE
        self._pause = 0
        self._ahead: Ahead | None = None
        #: Whether the text that comes next stands directly behind an iteration that was read, or inside a line.
        self._follows = self._inside = False

    def read(self, chunks: Iterable[bytes], parts: PartedText | None = None) -> Iterator[Judged | Rows]:
        """Yield what the text completes, in order: rows, or what was judged; at last the last run's `RunCompleted`.

        `parts` divides the same text among processors, which then goes on in `chunks` where that ends.
        """
        bytes(_LARGEST)
        held: list[str] = []
        size, text, begin = 0, "", 0
        for chunk in chain(chunks, (b"",)):
            held.append(chunk.decode("latin-1"))
            size += len(chunk)
            if size >= self._piece or not chunk:
                text = "".join(held)
                at = yield from self._taken(text)
                text, begin = text[at:], begin + at
                if parts is not None and self._ahead is not None and self._matcher is not None:
                    end, self._ahead = yield from parts.matched(self._matcher, begin, self._ahead)
                    text, begin = "" if end > begin else text, end
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
            if self._matcher is not None:
                start = at
                at = yield from self._matched(self._matcher, text, at)
                if at - start >= _MANY * self._matcher.model.size:
                    self._patience = _PATIENCE
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
                self._matcher, self._patience, self._pause = None, 1, _PAUSE
            return
        self._patience = _PATIENCE
        if before is not None and rests(before) and kind_of(before) == model.kind:
            self._note(between_of(text[: head.start()], items[:-1], model, before))
        self._matcher = self._matcher_of(model)

    def _matcher_of(self, model: Model) -> Matcher:
        """Return what matches with this model; the text's pattern is kept where it is the same."""
        usable = tuple(each for each in self._between if (each.facts, each.kind) == (model.facts, model.kind))
        if self._matcher is not None and self._matcher.finds(usable, model):
            return Matcher(model, usable, self._matcher.text)
        like = tuple(each.like for each in usable)
        return Matcher(model, usable, SteadyText(like, model.heads, ninth=NINTH in model.places))

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
        places = places_of_numbers(columns)
        if ids != list(range(len(heads))) or places is None or not rests(self._fold.state):
            return None
        facts = self._analyzer.facts_of(self._fold.state)
        rows = self._maker.like(item.profile, facts.nominal_clock_mhz)
        if rows.rows((item.run,), columns) != (self._maker.judged(item.run, item.profile), 1):
            return None
        numbers = tuple(columns[place] for place in places) if alike(columns, heads, places) else ()
        return Model(heads, places, numbers, rows, facts, kind_of(self._fold.state), len(text) - start)

    # -- matching --------------------------------------------------------------------------------------------------

    def _matched(self, matcher: Matcher, text: str, at: int) -> Generator[Rows, None, int]:
        """Match iterations like the model, and make rows of them; return where the rest begins."""
        ahead = self._ahead or self._start(matcher.model)
        if ahead is None:
            return at
        at, self._ahead = yield from matcher.matched(text, at, len(text), ahead)
        return at

    def _start(self, model: Model) -> Ahead | None:
        """Return where matching may begin: behind an iteration of a run that the model holds for; None elsewhere."""
        state = self._fold.state
        known = self._analyzer.facts_of(state), kind_of(state)
        if not (self._follows and rests(state)) or known != (model.facts, model.kind):
            return None
        return Ahead(self._fold.number, state.iterations_ended)

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
