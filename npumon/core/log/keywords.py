"""Whether an unknown line looks like the profiler's: it holds one of the grammar's keywords, perhaps misspelt or cut.

The cost is bounded: only the beginning of a line is looked at, and what was found of a word is remembered.
"""

from __future__ import annotations

import functools
import re
from itertools import pairwise
from typing import NamedTuple

from npumon.core.log.grammar import Grammar

#: Characters of a line that are looked at.
_JUDGED = 200
#: A cut word is recognised by as many of its first characters, or of its last ones.
_FIRST, _LAST = 6, 8
#: No slip is allowed in words of fewer characters, two in those of as many as the second figure.
_LIKE, _LONG = 9, 13
#: Shorter beginnings are too common to be recognised before further words.
_TELLING = 12

_WORD = re.compile(r"[A-Za-z_]{6,40}", re.ASCII)
_BEGINNING = re.compile(r"[\W\d_]{0,40}([A-Za-z][A-Za-z. ]{4,30})", re.ASCII)


class _Known(NamedTuple):
    """A keyword, its pairs of letters, and how many slips are allowed in it."""

    text: str
    pairs: frozenset[str]
    slips: int


class _Vocabulary:
    """Texts that are recognised whole, with slips, or cut; found by length, so that most words cost little."""

    def __init__(self, texts: tuple[str, ...], cut: tuple[str, ...], shortest: int) -> None:
        self._by_length: dict[int, list[_Known]] = {}
        for text in texts:
            slips = 0 if len(text) < shortest else 1 if len(text) < _LONG else 2
            known = _Known(text, _pairs(text), slips)
            for length in range(len(text) - slips, len(text) + slips + 1):
                self._by_length.setdefault(length, []).append(known)
        self._cut = frozenset(
            part for text in cut for at in range(len(text)) for part in (text[:at], text[at:]) if _tells(part, text)
        )

    def holds(self, text: str, *, cut: bool = True) -> bool:
        """Return whether the text is one of these, or nearly so."""
        if cut and text in self._cut:
            return True
        pairs: frozenset[str] | None = None
        for known in self._by_length.get(len(text), ()):
            if text == known.text:
                return True
            if known.slips:
                pairs = pairs or _pairs(text)
                if len(pairs & known.pairs) * 2 >= len(known.pairs) - 1 and _distance(text, known.text) <= known.slips:
                    return True
        return False


def _tells(part: str, text: str) -> bool:
    """Return whether a part of a cut text is enough: of a word its beginning or end, of several words more than one."""
    if " " in text:
        return len(part) >= _FIRST and " " in part.strip()
    return len(part) >= (_FIRST if text.startswith(part) else _LAST)


class Keywords:
    """The keywords of a grammar, and what was found of the last few thousand words."""

    def __init__(self, grammar: Grammar) -> None:
        self._marks = grammar.marks
        #: Names in capitals are no words of a language: cut, or with more behind them, they are still told.
        names = tuple(word for word in grammar.words if word[:3].isupper())
        self._names = names
        self._words = _Vocabulary(grammar.words, names, _LIKE)
        self._beginnings = _Vocabulary(grammar.beginnings, grammar.beginnings, _FIRST)
        self._counts = sorted({text.count(" ") + 1 for text in grammar.beginnings if len(text) >= _TELLING})
        self._is_word = functools.lru_cache(maxsize=4_096)(self._like_a_word)
        self._is_beginning = functools.lru_cache(maxsize=4_096)(self._like_a_beginning)

    def found_in(self, text: str) -> bool:
        """Return whether the line looks like one that the grammar should know."""
        text = text[:_JUDGED]
        for mark in self._marks:
            if mark in text:
                return True
        for word in _WORD.findall(text):
            if self._is_word(word):
                return True
        beginning = _BEGINNING.match(text)
        return beginning is not None and self._is_beginning(beginning[1].rstrip(" ."))

    def _like_a_word(self, word: str) -> bool:
        return word.startswith(self._names) or self._words.holds(word)

    def _like_a_beginning(self, beginning: str) -> bool:
        if self._beginnings.holds(beginning):
            return True
        words = beginning.split(" ")
        return any(
            len(start) >= _TELLING - 2 and self._beginnings.holds(start, cut=False)
            for start in (" ".join(words[:count]) for count in self._counts if count < len(words))
        )


def _pairs(text: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(text)))


def _distance(one: str, other: str) -> int:
    """Return the optimal string alignment distance: edits, where swapping two neighbours is a single one."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, char in enumerate(one, 1):
        current = [row]
        for column, against in enumerate(other, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (char != against))
            if row > 1 and column > 1 and char == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, last = last, current
    return last[-1]
