"""What views are given of a text, beside the figures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from npumon.board.run.view_text import FAR, ViewText

SAID = b"rest\n[npumon: 9 bytes were not read here: why]\n"


@given(st.data())
def test_all_of_it_in_its_order_whatever_figures_are_given(data: st.DataObject) -> None:
    text = bytes(number % 251 for number in range(data.draw(st.integers(0, 3_000))))
    views, at, shown = ViewText(), 0, b""
    while at < len(text):
        end = min(len(text), at + data.draw(st.integers(1, 1_000)))
        behind = data.draw(st.sampled_from((0, FAR)))
        step = data.draw(st.integers(0, 1_500))

        def read(offset: int, step: int = step) -> tuple[bytes, int]:
            more = text[offset : offset + step]
            return more, offset + len(more)

        given_ = views.beside(text[at:end], at, end, behind, read)
        shown += text[at:end] if given_ is None else given_
        at = end
        assert shown == text[: views.offset]
        assert views.offset >= at
    assert shown == text


def test_a_gap_in_the_figures() -> None:
    """Views that have not come so far are told of it, others have seen what was there."""
    with_figures, in_the_gap, behind_it = ViewText(), ViewText(), ViewText()
    in_the_gap.offset, behind_it.offset = 150, 250
    assert with_figures.skip(SAID, 100, 200) is None
    assert in_the_gap.skip(SAID, 100, 200) == b"\n[npumon: 9 bytes were not read here: why]\n"
    assert behind_it.skip(SAID, 100, 200) == b""
    assert [view.offset for view in (with_figures, in_the_gap, behind_it)] == [200, 200, 250]
