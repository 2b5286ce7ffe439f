"""Sequences that grow from one another, and never change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.growing import Growing

STEPS = st.lists(
    st.tuples(st.integers(0, 20), st.one_of(st.integers(), st.tuples(st.just("drop"), st.integers(0, 4)))), max_size=60
)


@given(STEPS)
def test_each_sequence_stays_what_it_was(steps: list[tuple[int, object]]) -> None:
    """Each step takes one of the sequences so far, and makes another of it, as one would with tuples."""
    made: list[Growing[object]] = [Growing()]
    right: list[tuple[object, ...]] = [()]
    for place, step in steps:
        source = place % len(made)
        if isinstance(step, tuple):
            made.append(made[source].without_first(step[1]))
            right.append(right[source][step[1] :])
        else:
            made.append(made[source].plus(step))
            right.append((*right[source], step))
    for sequence, expected in zip(made, right, strict=True):
        assert sequence == expected
        assert (len(sequence), tuple(sequence), list(reversed(sequence))) == (
            len(expected),
            expected,
            list(reversed(expected)),
        )


@given(st.lists(st.integers(), max_size=8), st.slices(8), st.integers(0, 3))
def test_parts_are_those_of_a_tuple(items: list[int], part: slice, dropped: int) -> None:
    sequence, right = Growing([0] * dropped + items).plus(1).without_first(dropped), (*items, 1)
    assert sequence[part] == right[part]
    for place in range(-len(right), len(right)):
        assert sequence[place] == right[place]
    for place in (len(right), -len(right) - 1):
        with pytest.raises(IndexError):
            sequence[place]


def test_equality_with_other_kinds() -> None:
    sequence = Growing((1, 2))
    assert sequence == (1, 2)
    assert sequence != [1, 2]
    assert sequence != (1, 3)
    assert hash(sequence) == hash((1, 2))
    assert repr(sequence) == "(1, 2)"


def test_one_of_them_is_itself() -> None:
    sequence = Growing((1,))
    assert Growing.of(sequence) is sequence
    assert Growing.of((1,)) == sequence


def test_what_was_dropped_is_freed() -> None:
    """The list that is shared holds at most twice as much as is kept, and one more."""
    sequence: Growing[int] = Growing()
    for number in range(1_000):
        sequence = sequence.plus(number)
        sequence = sequence.without_first(len(sequence) - 10) if len(sequence) > 10 else sequence
        assert len(sequence._items) <= 21
    assert sequence == tuple(range(990, 1_000))


@given(st.lists(st.lists(st.integers(), max_size=4), max_size=6), st.integers(0, 3))
def test_many_at_once_are_the_same_as_one_by_one(pieces: list[list[int]], dropped: int) -> None:
    grown: Growing[int] = Growing()
    for piece in pieces:
        longer, right = grown.plus_all(piece), (*grown, *piece)
        assert longer == right
        assert grown.plus_all(piece) == right  # of a list that has grown already
        grown = longer.without_first(dropped)
