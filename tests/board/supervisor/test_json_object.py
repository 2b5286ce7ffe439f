"""JSON without `json`: what that reads is what was written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.board.supervisor.json_object import json_object

TEXTS = st.text(st.characters(exclude_categories=()))
SIMPLE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS


@given(st.dictionaries(TEXTS, SIMPLE | st.lists(SIMPLE)))
def test_it_comes_back(fields: dict[str, object]) -> None:
    data = json_object(fields)
    # Halves of a surrogate pair that stand side by side come back as one character.
    assert json.loads(data) == json.loads(json.dumps(fields))
    assert b"\n" not in data


def test_other_values() -> None:
    with pytest.raises(TypeError):
        json_object({"a": object()})
