"""All lines of a log, however long, without holding them: where they begin is noted, what is shown is read again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from npumon.core.log.scrollback import KEPT_BYTES, ScrollbackView
from npumon.core.log.whole.line_index import SPACING, LineBlock, LineIndex, LineMap
from npumon.core.log.whole.line_search import GONE, lines_in
from npumon.ports import LogPiece

if TYPE_CHECKING:
    from npumon.ports import LogReader

Result = TypeVar("Result")

#: Bytes that one call of a thread reads, so that it ends soon.
SLICE = 8 << 20
#: Blocks whose lines are kept: more than a screen shows.
_KEPT_BLOCKS = 4
#: Bytes before the end that are remembered, to notice when they have been replaced.
_MEMORY = 256


class WholeLog:
    """Reads one log. `map` tells where its lines are as far as that is known, `length` how long its file is.

    `rewritten` says that the file became another text while it was read: what is known of it begins anew. Used on the
    event loop; reading all of it is done in threads, a slice at a time.
    """

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._index = LineIndex()
        self._memory = b""
        self._kept: dict[LineBlock, list[bytes]] = {}
        self._running: asyncio.Future[Any] | None = None
        self.map = LineMap()
        self.length = 0
        self.rewritten = False

    async def in_thread(self, call: Callable[..., Result], *words: object) -> Result:
        """Call this in a thread, after what is called already: that goes on even if its caller is cancelled."""
        while self._running is not None and not self._running.done():
            await asyncio.wait([self._running])
        running = asyncio.get_running_loop().run_in_executor(None, call, *words)
        running.add_done_callback(lambda over: over.cancelled() or over.exception())  # nobody may be waiting for it
        self._running = running
        return await asyncio.shield(running)

    @property
    def share(self) -> float:
        """How much of the file is known, from 0 to 1."""
        return min(self.map.end / self.length, 1.0) if self.length else 1.0

    async def catch_up(self) -> AsyncIterator[None]:
        """Note the lines of what is not known yet, to the file's end as it is now; yield after each slice. Raises
        OSError."""
        self.length = await self.in_thread(self._look)
        while self.map.end < self.length:
            known = self.map.end
            await self.in_thread(self._index_slice)
            self.map = self._index.map
            if self.map.end == known:  # it was truncated meanwhile
                break
            yield

    def _look(self) -> int:
        """Return the file's length; begin anew if it is another text now."""
        length, begin = self._reader.length(), self._index.end - len(self._memory)
        piece = self._reader.read(begin, len(self._memory))
        present = len(piece.data) == piece.end - begin  # it may also have become a gap
        if length < self._index.end or (present and piece.data != self._memory):
            self._index, self._memory, self._kept = LineIndex(), b"", {}
            self.map, self.rewritten = LineMap(), True
        return length

    def _index_slice(self) -> None:
        index, behind = self._index, min(self._index.end + SLICE, self.length)
        while index.end < behind:
            piece = self._reader.read(index.end, min(SPACING, behind - index.end), in_line=index.in_line)
            if not piece.data:
                break
            whole = len(piece.data) == piece.end - index.end
            self._memory = (self._memory + piece.data)[-_MEMORY:] if whole else b""
            index.feed(piece.data, piece.end)

    def line(self, number: int) -> bytes:
        """Return a line as it is shown, 1-based; it has to be on the map. Reads from the file, a moment at most."""
        block = self.map.block(self.map.place_of(number))
        lines = self._kept.get(block)
        if lines is None:
            try:
                lines = lines_in(self.text_of(block), block.lines)
            except OSError:
                lines = [GONE] * block.lines
            while len(self._kept) >= _KEPT_BLOCKS:
                self._kept.pop(next(iter(self._kept)))
            self._kept[block] = lines
        return lines[number - block.first]

    def text_of(self, block: LineBlock, beyond: int = 0) -> bytes:
        """Return the text of a block and so many bytes `beyond` it, of a very long last line only the beginning. Raises
        OSError."""
        pieces: list[bytes] = []
        offset, size, in_line = block.begin, 0, False
        most, end = self.map.reach + KEPT_BYTES + beyond, min(block.end + beyond, self.map.end)
        while offset < end and size < most:
            data, offset = self._reader.read(offset, min(SPACING, end - offset), in_line=in_line)
            if not data:
                break
            pieces.append(data)
            size += len(data)
            in_line = not data.endswith(b"\n")
        return b"".join(pieces)

    def fate(self) -> str | None:
        """Say what became of the file's name: "gone", "replaced"; None if it still has it."""
        try:
            return self._reader.fate()
        except OSError:
            return "gone"

    def close(self) -> None:
        """Close the file, once nothing reads it any more."""
        if self._running is None or self._running.done():
            self._reader.close()
        else:
            self._running.add_done_callback(lambda over: self._reader.close())


class KeptText:
    """The lines of a scrollback as a text of their own; implements `ports.LogReader`."""

    def __init__(self, page: ScrollbackView) -> None:
        self._text = b"".join(line + b"\n" for line in page.lines) + page.open_line

    def length(self) -> int:
        """Return its length."""
        return len(self._text)

    def read(self, offset: int, count: int, *, in_line: bool = False) -> LogPiece:
        """Return a part of it."""
        data = self._text[offset : offset + count]
        return LogPiece(data, offset + len(data))

    def fate(self) -> None:
        """It has no name to lose."""

    def close(self) -> None:
        """Do nothing."""
