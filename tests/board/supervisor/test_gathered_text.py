"""A stream's text is gathered for a moment, a lone line is not."""

from __future__ import annotations

import time

from npumon.board.supervisor.gathered_text import GATHER_S, GatheredText


def test_text_after_a_pause_is_passed_on_at_once_and_what_follows_together() -> None:
    written: list[bytes] = []
    text = GatheredText(written.append)
    text.add(b"first\n")
    assert (written, text.due) == ([b"first\n"], None)
    added = 0
    while not written[1:]:
        text.add(b".")
        added += 1
        assert written[1:] or (text.due is not None and text.due <= time.monotonic() + GATHER_S)
    assert written == [b"first\n", b"." * added]
    assert text.due is None


def test_what_is_due_is_passed_on_without_further_text() -> None:
    written: list[bytes] = []
    text = GatheredText(written.append)
    text.add(b"first\n")
    text.add(b"second\n")
    due = text.due
    assert due is not None
    while not written[1:]:
        now = time.monotonic()
        text.pass_on_due()
        assert written[1:] or now < due
    assert written == [b"first\n", b"second\n"]


def test_much_text_is_not_held_back_and_the_end_passes_on_the_rest() -> None:
    written: list[bytes] = []
    text = GatheredText(written.append)
    text.add(b"first\n")
    text.add(b"x" * 65_536)
    assert len(written) == 2
    text.add(b"rest")
    text.pass_on()
    assert written[-1] == b"rest"
    text.pass_on()
    assert len(written) == 3
