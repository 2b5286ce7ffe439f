"""Rows are the same where parts of the text are matched beside this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.engine.offline import steady_parts
from npumon.engine.offline.steady_parts import PartedText
from tests.engine.offline.steady_logs import judged, logs, plain, steady

Work = Callable[..., object]


class Text:
    """A text as a long file has it."""

    def __init__(self, text: bytes) -> None:
        self.position = 0
        self._text = text

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.read_at(self.position, 700):
            self.position += len(chunk)
            yield chunk

    def read_at(self, offset: int, size: int) -> bytes:
        return self._text[offset : offset + size]


class Helpers:
    """Helpers in this process: what they are asked and answer are values that are sent.

    All answers from number `lost` on are lost, and there are `most` helpers at most.
    """

    def __init__(self, lost: int = 1 << 30, most: int = 1 << 30) -> None:
        self.running = 0
        self.asked = self.rows = 0
        self.lost = lost
        self.most = most

    def start(self, work: Work) -> Helper:
        if self.running >= self.most:
            raise BlockingIOError
        self.running += 1
        return Helper(self, work)


class Helper:
    def __init__(self, all_of_them: Helpers, work: Work) -> None:
        self._all = all_of_them
        self._work = work
        self._answer = ""

    def ask(self, request: tuple[int, int, int]) -> None:
        self._all.asked += 1
        self._answer = json.dumps(self._work(tuple(json.loads(json.dumps(request)))))

    def answer(self) -> tuple[str, int, bool, tuple[object, ...]] | None:
        answer: tuple[str, int, bool, tuple[object, ...]] | None = json.loads(self._answer)
        self._all.lost -= 1
        if self._all.lost < 0 or answer is None:
            return None
        self._all.rows += answer[0].count("\n")
        return answer

    def stop(self) -> None:
        self._all.running -= 1


@pytest.fixture(autouse=True, scope="module")
def _short() -> Iterator[None]:
    """Parts are so short that they fit into the logs here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steady_parts, "_OWN", 1_500)
        patch.setattr(steady_parts, "_OTHER", 2_000)
        patch.setattr(steady_parts, "_PAUSE", 1_000)
        yield


def parted(text: bytes, helpers: Helpers, others: int) -> tuple[object, ...]:
    """What is read with so many helpers, which have all been stopped at the end."""
    source = Text(text)
    found = steady(source, 1_000, PartedText(source, helpers.start, others))
    assert helpers.running == 0
    return found[:3]


@given(logs(), st.integers(1, 3), st.sampled_from((0, 1, 2, 1 << 30)), st.sampled_from((0, 1, 9)))
def test_rows_are_those_of_judged_iterations(text: bytes, others: int, lost: int, most: int) -> None:
    assert parted(text, Helpers(lost, most), others) == judged(text)[:3]


@pytest.mark.parametrize(
    ("operations", "iterations", "runs", "preamble"),
    [(1, 1, 60, True), (1, 200, 1, True), (3, 4, 25, True), (1, 1, 60, False), (3, 1, 40, True), (2, 100, 2, False)],
)
@pytest.mark.parametrize("others", [1, 3])
def test_most_of_what_goes_on_is_matched_beside(
    monkeypatch: pytest.MonkeyPatch, operations: int, iterations: int, runs: int, others: int, *, preamble: bool
) -> None:
    monkeypatch.setattr(steady_parts, "_OWN", 5_000)
    monkeypatch.setattr(steady_parts, "_OTHER", 7_500)
    text = plain(operations, iterations, runs, preamble=preamble)
    helpers = Helpers()
    assert parted(text, helpers, others) == judged(text)[:3]
    assert helpers.rows >= operations * iterations * runs * 0.35


def test_where_parts_begin_cannot_be_guessed_in_runs_of_different_lengths() -> None:
    text = b"".join(plain(1, 1 + at % 2, 1, preamble=False) for at in range(60))
    helpers = Helpers()
    assert parted(text, helpers, 2) == judged(text)[:3]
    assert helpers.asked < 40


@pytest.mark.parametrize("others", [1, 2, 3])
def test_a_disturbance_in_any_part(others: int) -> None:
    text = plain(1, 1, 40)
    lines = text.splitlines(keepends=True)
    for at in range(len(lines) // 3, len(lines), 17):
        disturbed = b"".join((*lines[:at], b"what?\n", *lines[at:]))
        assert parted(disturbed, Helpers(), others) == judged(disturbed)[:3]


def test_an_iteration_that_is_longer_than_a_part() -> None:
    text = plain(9, 12, 1)
    helpers = Helpers()
    assert parted(text, helpers, 2) == judged(text)[:3]


def test_without_helpers_it_is_read_as_ever() -> None:
    text = plain(1, 1, 60)
    for helpers in (Helpers(most=0), Helpers(most=1), Helpers(lost=0), Helpers(lost=3)):
        assert parted(text, helpers, 2) == judged(text)[:3]
