"""Whether an unknown line looks like the profiler's: it holds one of the grammar's keywords, perhaps misspelt or cut.

The cost is bounded: only the beginning of a line is looked at, and what was found of a word is remembered.
"""

from __future__ import annotations

import functools
import re

from npumon.core.log.grammar import Grammar

#: Characters of a line that are looked at.
_JUDGED = 200
#: Words of fewer characters are recognised only whole: too many others are like them.
_LIKE = 9
#: A cut word is recognised by as many of its first characters, or of its last ones.
_FIRST, _LAST = 6, 8

_WORD = re.compile(r"[A-Za-z_]{3,40}", re.ASCII)
_BEGINNING = re.compile(r"[\W\d_]{0,40}([A-Za-z][A-Za-z. ]{1,30})", re.ASCII)
#: Figures as the demos print them: `21.00ms or 21609.00us`; and the driver's unit.
_FIGURES = re.compile(r"\d ?ms or |\(MByte\)|\bunkown operation ", re.ASCII)


class Keywords:
    """The keywords of a grammar, and what was found of the last few thousand words."""

    def __init__(self, grammar: Grammar) -> None:
        self._words = grammar.words
        self._beginnings = grammar.beginnings
        self._is_word = functools.lru_cache(maxsize=4_096)(self._like_a_word)
        self._is_beginning = functools.lru_cache(maxsize=4_096)(self._like_a_beginning)

    def found_in(self, text: str) -> bool:
        """Return whether the line looks like one that the grammar should know."""
        text = text[:_JUDGED]
        if any(map(self._is_word, _WORD.findall(text))) or _FIGURES.search(text):
            return True
        beginning = _BEGINNING.match(text)
        return beginning is not None and self._is_beginning(beginning[1].rstrip(" ."))

    def _like_a_word(self, word: str) -> bool:
        for keyword in self._words:
            if word == keyword or (len(word) > len(keyword) and word.startswith(keyword) and keyword.isupper()):
                return True
            if keyword[:3].isupper() and (
                (len(word) >= _FIRST and keyword.startswith(word)) or (len(word) >= _LAST and keyword.endswith(word))
            ):
                return True
            if len(keyword) >= _LIKE and alike(word, keyword):
                return True
        return False

    def _like_a_beginning(self, beginning: str) -> bool:
        for known in self._beginnings:
            if beginning == known:
                return True
            first = len(known.partition(" ")[0])
            if len(beginning) >= max(_FIRST, first + 3) and known.startswith(beginning):
                return True
            if len(beginning) >= _FIRST + 2 and " " in beginning and known.endswith(beginning):
                return True
            if len(known) >= _LIKE and alike(beginning, known):
                return True
        return False


def alike(one: str, other: str) -> bool:
    """Return whether two words differ by a slip or, if they are long, by two: a letter more, less, wrong or swapped."""
    allowed = 1 if len(other) < 13 else 2
    if abs(len(one) - len(other)) > allowed or len(_pairs(one) & _pairs(other)) * 2 < len(other) - 1:
        return False
    return _distance(one, other) <= allowed


def _pairs(word: str) -> set[str]:
    return {word[at : at + 2] for at in range(len(word) - 1)}


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
