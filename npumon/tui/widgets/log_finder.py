"""The file behind a log view, and what is looked for in it: read in threads, so that keys go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from npumon.core import units
from npumon.core.log.scrollback import ScrollbackView
from npumon.core.problems import ProblemError
from npumon.engine.log_search import LogSearch, Test
from npumon.engine.whole_log import KeptText, WholeLog
from npumon.tui.widgets.log_lines import LogLines

if TYPE_CHECKING:
    from textual.widget import Widget

    from npumon.ports import LogReader

#: Lines at the end of the scrollback by which its place in the file is found, and how far back they are looked for.
_LANDMARK, _FAR = 5, 20_000


class Quest(NamedTuple):
    """A search: the next line that the test accepts, from `start` on in steps of +1 or -1; with `around` also from the
    other end on. `found` is called with the number of the line, `tell` with what is to be said."""

    test: Test
    start: int
    step: int
    around: bool
    found: Callable[[int], None]
    tell: Callable[[str], None]


class LogFinder:
    """Belongs to one view. `whole` is the log as its file has it; None until it is needed, and without a file.

    `problem` says why it cannot be read, `fate` what became of its name, `reading` how much is known while it is read.
    `moved` is how many lines it has lost. `changed` is called when more is known.
    """

    def __init__(self, view: Widget, changed: Callable[[], None]) -> None:
        self._view = view
        self._changed = changed
        self._open: Callable[[], LogReader] | None = None
        self._search: LogSearch | None = None
        self._kept: tuple[ScrollbackView, WholeLog] | None = None
        self._page = ScrollbackView()
        self._busy = False
        self.whole: WholeLog | None = None
        self.problem: str | None = None
        self.fate: str | None = None
        self.reading: float | None = None
        self.moved = 0

    def begin(self, open_reader: Callable[[], LogReader] | None) -> None:
        """Go over to another log, which `open_reader` opens (it blocks, and may raise `ProblemError`)."""
        self._view.workers.cancel_node(self._view)
        if self.whole is not None:
            self.whole.close()
        self.whole = self._search = self._kept = self.problem = self.fate = self.reading = None
        self.moved, self._busy = 0, False
        self._open = open_reader

    def read(self, page: ScrollbackView) -> None:
        """Read the file up to its end, unless that is going on."""
        self._page = page
        if not self._busy and self.problem is None:
            self._work(self._read)

    def seek(self, page: ScrollbackView, quest: Quest, *, in_file: bool) -> None:
        """Look for a line, in the file or in what is kept of the text, instead of what is looked for now."""
        self._page = page
        self._work(partial(self._seek, quest, in_file=in_file))

    def stop(self) -> None:
        """Look for nothing any more."""
        self._search = None
        self._view.workers.cancel_node(self._view)
        self._busy, self.reading = False, None

    def _work(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do this instead of what is done now."""
        self._busy = True
        # A worker that is made of a function needs no coroutine until it starts.
        self._view.run_worker(partial(self._worked, work), exclusive=True)  # type: ignore[arg-type]

    async def _worked(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        await work()
        self._busy, self.reading = False, None
        self._changed()

    async def _read(self) -> None:
        """Read the file up to its end, or note why it cannot be read."""
        try:
            await self._catch_up()
        except ProblemError as error:
            self.problem = error.problem.what
        except OSError as error:
            self.problem = f"The log cannot be read: {error.strerror}."
        self.reading = None

    async def _catch_up(self) -> None:
        whole = self.whole
        if whole is None:
            if self._open is None:
                return
            # A file on a disk that does not answer must not hold up the keys.
            whole = self.whole = WholeLog(await asyncio.to_thread(self._open))
        async for _ in whole.catch_up():
            self.reading = whole.share
            self._changed()
        self.moved = _moved(self._page, whole)
        self.fate = await whole.in_thread(whole.fate)

    async def _text(self, *, in_file: bool) -> tuple[WholeLog, int]:
        """Return what is searched, and how many lines of the log are before it."""
        if in_file and self.problem is None:
            await self._read()
            if self.whole is not None and self.problem is None:
                return self.whole, 0
        if self._kept is None or self._kept[0] is not self._page:
            self._kept = (self._page, WholeLog(KeptText(self._page)))
            self._search = None
        async for _ in self._kept[1].catch_up():
            pass
        return self._kept[1], self._page.first - 1

    async def _seek(self, quest: Quest, *, in_file: bool) -> None:
        whole, before = await self._text(in_file=in_file)
        search = self._search
        if search is None or search.test is not quest.test or search.whole is not whole:
            search = self._search = LogSearch(whole, quest.test)
        async for _ in search.seek(quest.start - before, quest.step, around=quest.around):
            quest.tell(f"searching {whole_percent(search.share)}")
        name = quest.test.name
        if search.found is None:
            lines = units.grouped(whole.map.lines)
            where = f"in {lines} lines" if quest.around else "below" if quest.step > 0 else "above"
            quest.tell(f"not found {where}" if name == "match" else f"no {name} {where}")
            return
        number = search.found
        quest.found(number + before)
        label = LogLines(self._page, whole, self.moved).label(number) if whole is self.whole else number + before
        line = f"line {units.grouped(label)}"
        async for _ in search.count():
            quest.tell(f"{line}, counting {whole_percent(search.share)}")
        place = await whole.in_thread(search.place_of, number)
        quest.tell(f"{line}, {units.grouped(place.rank)} of {_many(place.total, name)}")


def whole_percent(share: float) -> str:
    """Format how far work is, a share of one, as `12 %`."""
    return f"{share * 100:.0f} %"


def _many(count: int, name: str) -> str:
    plural = "es" if name.endswith("ch") else "s"
    return f"{units.grouped(count)} {name}{'' if count == 1 else plural}"


def _moved(page: ScrollbackView, whole: WholeLog) -> int:
    """Return how many lines fewer the file has before those of the page than were printed.

    That is not 0 only for a file with a gap: then the last lines of the page are looked for at its end.
    """
    landmark = page.lines[-_LANDMARK:]
    if whole.map.gap is None or not landmark:
        return 0
    last = whole.map.lines
    for number in range(last, max(last - _FAR, len(landmark) - 1), -1):
        if all(whole.line(number - back) == line for back, line in enumerate(reversed(landmark))):
            return page.ever - number
    return 0
