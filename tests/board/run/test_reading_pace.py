"""How much is read at a time."""

from __future__ import annotations

from npumon.board.run.reading_pace import LEAST, MOST, QUICK_S, SLOW_S, ReadingPace


def test_it_grows_only_while_whole_pieces_are_quick() -> None:
    pace = ReadingPace()
    assert pace.size == LEAST
    pace.took(LEAST - 1, 0.0)
    assert pace.size == LEAST, "there is no more to read"
    pace.took(LEAST, QUICK_S)
    assert pace.size == LEAST
    pace.took(LEAST, 0.0)
    assert pace.size == 2 * LEAST
    for _ in range(20):
        pace.took(pace.size, 0.0)
    assert pace.size == MOST


def test_it_shrinks_whenever_one_takes_long() -> None:
    pace = ReadingPace()
    for _ in range(3):
        pace.took(pace.size, 0.0)
    pace.took(100, 2 * SLOW_S)
    assert pace.size == 4 * LEAST
    pace.took(pace.size, (QUICK_S + SLOW_S) / 2)
    assert pace.size == 4 * LEAST
    for _ in range(5):
        pace.took(pace.size, 2 * SLOW_S)
    assert pace.size == LEAST
