from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from npumon.modelfile.text import LONGEST_BYTES, shown


@given(st.binary(max_size=2 * LONGEST_BYTES))
def test_any_bytes_become_short_printable_text(data: bytes) -> None:
    text = shown(data)
    assert text.isprintable()
    assert text.endswith("…") or len(data) <= LONGEST_BYTES


def test_invisible_characters_are_spelled_out() -> None:
    assert shown("é \x1b[0m\u202e\U000e0001".encode()) == r"é \x1b[0m\u202e\U000e0001"
    assert shown(b"\xff") == r"\xff"
