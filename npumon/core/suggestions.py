"""What somebody may have meant by a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable

#: So many choices are listed; of more, only the nearest one is named if there is one.
FEW = 8
#: Longer words are cut before they are compared.
_LONGEST = 80
#: The least similarity of a word that begins with another letter.
_OTHERWISE_BEGUN = 0.75


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known word that is most like this one, in any letter case and without the dashes of options; None if
    none is. `cutoff` is the least similarity, from 0 to 1, as `difflib` measures it; a word that begins with another
    letter has to be more alike."""
    from difflib import get_close_matches

    plain = {name.lstrip("-").casefold(): name for name in known}
    asked = word[:_LONGEST].lstrip("-").casefold()
    for near in get_close_matches(asked, plain, 3, cutoff):
        if near[:1] == asked[:1] or get_close_matches(asked, [near], 1, _OTHERWISE_BEGUN):
            return plain[near]
    return None


def choose(word: str, known: Iterable[str]) -> str:
    """Return the remedy for a word that is none of the known ones: the nearest, and all of them if they are few or none
    is near."""
    choices = list(known)
    near = nearest(word, choices)
    meant = "" if near is None else f"Did you mean {near}?"
    if meant and len(choices) > FEW:
        return meant
    return f"{meant} Choose one of {', '.join(choices)}.".strip()
