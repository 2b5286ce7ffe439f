"""One kind of line, and the pieces of patterns that the kinds share. Digits are bounded: no number can be hostile."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

INT = r"\d{1,18}"
NUM = r"(?:-?\d{1,18}(?:\.\d{1,18})?(?:[eE][-+]?\d{1,3})?|[-+]?(?:nan|inf(?:inity)?)(?:\(\w{0,20}\))?)"
HEX = r"0x[0-9a-fA-F]{1,16}"


class LineRule(NamedTuple):
    """A kind of line.

    `first` holds the characters it can begin with (empty: any), so that few patterns are tried on a line. A rule
    without them has a `hint`: a pattern that is cheap to search for, without which the line is none of this kind.
    `open_ended` lines end in a figure that may be incomplete if the text breaks off.
    """

    kind: str
    first: str
    source: str
    open_ended: bool = False
    hint: str = ""

    @property
    def pattern(self) -> re.Pattern[str]:
        """The pattern, compiled on first use: a log has few kinds of lines, and start-up must be fast."""
        return compiled(self.source)


@functools.cache
def compiled(source: str) -> re.Pattern[str]:
    """Compile a pattern once. Digits and letters are ASCII, as the driver prints them."""
    return re.compile(source, re.ASCII)


def rule(kind: str, first: str, pattern: str, *, open_ended: bool = False, hint: str = "") -> LineRule:
    """Make a rule; patterns match a whole line without surrounding blanks and without control sequences."""
    return LineRule(kind, first, pattern, open_ended, hint)
