"""One kind of line, and the pieces of patterns that the kinds share. Digits are bounded: no number can be hostile."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

INT = r"\d{1,18}"
NUM = r"(?:-?\d{1,18}(?:\.\d{1,18})?(?:[eE][-+]?\d{1,3})?|[-+]?(?:nan|inf(?:inity)?)(?:\(\w{0,20}\))?)"
HEX = r"0x[0-9a-fA-F]{1,16}"

#: The characters with which a pattern can begin as it is written.
_LITERAL = re.compile(r"[\w #=-]*")


class LineRule(NamedTuple):
    """A kind of line.

    `first` holds the characters it can begin with (empty: any), `opening` the text it begins with for certain
    (`Grammar.of` fills it in), so that few patterns are tried on a line. A rule that can begin with anything has
    `hints`: one of these texts is in it.
    `open_ended` lines end in a figure that may be incomplete if the text breaks off.
    """

    kind: str
    first: str
    source: str
    open_ended: bool = False
    hints: tuple[str, ...] = ()
    opening: str = ""

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Match a whole line, or rule it out at little cost."""
        if not text.startswith(self.opening):
            return None
        if self.hints:
            for hint in self.hints:
                if hint in text:
                    break
            else:
                return None
        return compiled(self.source).fullmatch(text)


@functools.cache
def compiled(source: str) -> re.Pattern[str]:
    """Compile a pattern, once and on first use: a log has few kinds of lines, and start-up must be fast.

    Digits and letters are ASCII, as the driver prints them.
    """
    return re.compile(source, re.ASCII)


def rule(kind: str, first: str, pattern: str, *, open_ended: bool = False, hints: tuple[str, ...] = ()) -> LineRule:
    """Make a rule; patterns match a whole line without surrounding blanks and without control sequences."""
    return LineRule(kind, first, pattern, open_ended, hints)


def opening(pattern: str) -> str:
    """Return the literal text that a pattern begins with; none if it has alternatives outside of brackets."""
    depth = 0
    for char in pattern:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            return ""
    found = _LITERAL.match(pattern)
    literal = found[0] if found else ""
    return literal[:-1] if pattern[len(literal) : len(literal) + 1] in set("*?+{") else literal
