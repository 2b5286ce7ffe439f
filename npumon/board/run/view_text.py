"""A log's text for those who look at it: never far behind its end, however far behind the reading of figures is."""

from __future__ import annotations

from collections.abc import Callable

#: Unread bytes from which on views are ahead of figures. Less is read within a moment.
FAR = 256 << 10
#: Bytes that views are given beside one piece for figures, in a few milliseconds.
AHEAD = 4 << 20


class ViewText:
    """Keeps how far views have been given the text: all of it in its order, as figures are, but earlier.

    `offset` is where they are.
    """

    def __init__(self) -> None:
        self.offset = 0

    def beside(
        self, data: bytes, begin: int, end: int, behind: int, read: Callable[[int], tuple[bytes, int]]
    ) -> bytes | None:
        """Return what views are given beside `data`, which stands between these offsets and is given to figures; None
        if that is the same.

        `behind` bytes stand behind it. `read` returns text from an offset on, and the offset behind that text.
        """
        if self.offset <= begin and behind < FAR:
            self.offset = end
            return None
        new = b"" if self.offset >= end else data if self.offset <= begin else data[self.offset - end :]
        self.offset = max(self.offset, end)
        if behind >= FAR:
            more, self.offset = read(self.offset)
            new += more
        return new

    def skip(self, said: bytes, begin: int, end: int) -> bytes | None:
        """Return what views are given where figures are given `said` for what stands between these offsets."""
        at, self.offset = self.offset, max(self.offset, end)
        if at <= begin:
            return None
        return b"" if at >= end else b"\n" + said[said.rindex(b"[npumon:") :]
