"""Figures as people read them."""

from __future__ import annotations

import pytest

from npumon.core import units


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (None, "n/a"),
        (0, "0.00 ms"),
        (823, "0.82 ms"),
        (9_994, "9.99 ms"),
        (10_000, "10.0 ms"),
        (21_609.0, "21.6 ms"),
        (9_999_000, "9999.0 ms"),
        (53_000_000, "53.0 s"),
    ],
)
def test_milliseconds(us: float | None, text: str) -> None:
    assert units.milliseconds(us) == text


@pytest.mark.parametrize(
    ("duration_s", "text"), [(None, "n/a"), (1.23, "1.2 s"), (59.9, "59.9 s"), (185.4, "3:05"), (7_385, "2:03:05")]
)
def test_seconds(duration_s: float | None, text: str) -> None:
    assert units.seconds(duration_s) == text


@pytest.mark.parametrize(("share", "text"), [(None, "n/a"), (0.982268, "98.2 %"), (0.0, "0.0 %"), (1.0, "100.0 %")])
def test_percent(share: float | None, text: str) -> None:
    assert units.percent(share) == text


@pytest.mark.parametrize(("amount", "text"), [(None, "n/a"), (71.70338, "71.70"), (0.0, "0.00")])
def test_mbyte(amount: float | None, text: str) -> None:
    assert units.mbyte(amount) == text


@pytest.mark.parametrize(("speed", "text"), [(None, "n/a"), (3_439.7, "3 440"), (999.4, "999"), (1e7, "10 000 000")])
def test_rate(speed: float | None, text: str) -> None:
    assert units.rate(speed) == text


@pytest.mark.parametrize(("cycles", "text"), [(None, "n/a"), (16_697_255, "16.70 M"), (290_000, "0.29 M")])
def test_megacycles(cycles: int | None, text: str) -> None:
    assert units.megacycles(cycles) == text


def test_few_cycles_are_told_one_by_one() -> None:
    assert [units.megacycles(cycles) for cycles in (0, 4_000, 9_999, 10_000)] == ["0", "4 000", "9 999", "0.01 M"]


def test_score() -> None:
    scores = (None, 0.0, 0.833984, 0.00005, 0.00001, -0.00001)
    assert [units.score(value) for value in scores] == ["n/a", "0.0000", "0.8340", "0.0001", "1e-05", "-1e-05"]


def test_spread() -> None:
    assert units.spread([30_000.0, 10_000.0, 20_000.0]) == "min 10.0 ms, median 20.0 ms, max 30.0 ms"
    assert units.spread([10_000.0, 20_000.0]) == "min 10.0 ms, median 15.0 ms, max 20.0 ms"


@pytest.mark.parametrize(
    ("count", "text"), [(None, "n/a"), (1_048_576, "1.00 MiB"), (522_240, "510 KiB"), (1_023, "1023 B"), (0, "0 B")]
)
def test_size(count: int | None, text: str) -> None:
    assert units.size(count) == text


def test_grouped() -> None:
    assert [units.grouped(number) for number in (0, 999, 1_000, -1_234_567)] == ["0", "999", "1 000", "-1 234 567"]


@pytest.mark.parametrize(("sizes", "text"), [((1, 3, 299, 299), "1×3×299×299"), ((1001,), "1001"), ((), "n/a")])
def test_shape(sizes: tuple[int, ...], text: str) -> None:
    assert units.shape(sizes) == text
    assert units.shape(sizes, "x") == text.replace("×", "x")
