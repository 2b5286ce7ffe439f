"""A quick `_replace` does what that of a named tuple does."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from npumon.core.quick_replace import quickly_replaced


@quickly_replaced
class Pair(NamedTuple):
    """Two figures."""

    one: int
    other: int | None = None


def test_the_named_fields_are_replaced_and_no_others() -> None:
    pair = Pair(1)
    changed = pair._replace(other=3)
    assert (pair, changed) == ((1, None), (1, 3))
    assert type(changed) is Pair
    assert pair._replace() == pair


def test_a_field_that_does_not_exist() -> None:
    with pytest.raises(KeyError, match="third"):
        Pair(1)._replace(third=2)  # type: ignore[call-arg]
