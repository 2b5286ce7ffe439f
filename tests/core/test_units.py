"""Figures as people read them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core import units


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (None, "n/a"),
        (0, "0 µs"),
        (0.4, "0.40 µs"),
        (7, "7 µs"),
        (7.25, "7.25 µs"),
        (162, "162 µs"),
        (823.4, "823 µs"),
        (999.4, "999 µs"),
        (999.6, "1.00 ms"),
        (9_994, "9.99 ms"),
        (10_000, "10.0 ms"),
        (21_609.0, "21.6 ms"),
        (999_400, "999 ms"),
        (999_600, "1.00 s"),
        (3_320_000, "3.32 s"),
        (53_000_000, "53.0 s"),
        (999_600_000, "1 000 s"),
        (1_234_000_000, "1 234 s"),
        (10_000_000_000, "2.78 h"),
        (3_600_000_000_000, "41.7 d"),
        (1e15, "11 570 d"),
        (1e18, "11.6 M d"),
        (-5, "-5 µs"),
    ],
)
def test_microseconds(us: float | None, text: str) -> None:
    assert units.microseconds(us) == text


@pytest.mark.parametrize(
    ("duration_s", "text"), [(None, "n/a"), (1.23, "1.2 s"), (59.9, "59.9 s"), (185.4, "3:05"), (7_385, "2:03:05")]
)
def test_seconds(duration_s: float | None, text: str) -> None:
    assert units.seconds(duration_s) == text


@pytest.mark.parametrize(
    ("share", "text"), [(None, "n/a"), (0.982268, "98.2 %"), (0.0, "0.0 %"), (1.0, "100.0 %"), (12.345, "1 234 %")]
)
def test_percent(share: float | None, text: str) -> None:
    assert units.percent(share) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "n/a"),
        (0.0, "0.00"),
        (0.000001, "0.000001"),
        (0.001, "0.00100"),
        (0.0123456, "0.0123"),
        (-0.5, "-0.500"),
        (0.9999, "1.00"),
        (9.996, "10.00"),
        (71.70338, "71.70"),
        (99.996, "100.0"),
        (1_234.56, "1 235"),
    ],
)
def test_mbyte(amount: float | None, text: str) -> None:
    assert units.mbyte(amount) == text


@pytest.mark.parametrize(
    ("speed", "text"),
    [
        (None, "n/a"),
        (0, "0.00"),
        (0.93, "0.93"),
        (93.44, "93.4"),
        (999.4, "999"),
        (999.6, "1 000"),
        (3_439.7, "3 440"),
        (12_864, "12 860"),
        (1e7, "10 000 000"),
    ],
)
def test_rate(speed: float | None, text: str) -> None:
    assert units.rate(speed) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "n/a"),
        (0, "0"),
        (4_000, "4 000"),
        (9_999, "9 999"),
        (10_000, "10.0 k"),
        (290_000, "290 k"),
        (16_697_255, "16.7 M"),
        (38_500_000_000, "38.5 G"),
        (10**18, "1.00 E"),
        (3.4e38, "> 999 Q"),
        (-1e33, "< -999 Q"),
        (4.17, "4.17"),
    ],
)
def test_quantity(number: float | None, text: str) -> None:
    assert units.quantity(number) == text


@pytest.mark.parametrize(("mhz", "text"), [(None, "n/a"), (790.42, "790.4 MHz"), (1_000.0, "1 000 MHz")])
def test_megahertz(mhz: float | None, text: str) -> None:
    assert units.megahertz(mhz) == text


@given(st.floats(-1e15, 1e15, allow_nan=False), st.sampled_from((3, 4)))
def test_significant_digits_are_kept_and_none_is_made_up(value: float, digits: int) -> None:
    text = units.significant(value, digits)
    assert "e" not in text
    shown = float(text.replace(" ", ""))
    assert abs(shown - value) <= max(abs(value) * 10.0 ** (1 - digits), 10**-6)


def test_score() -> None:
    scores = (None, 0.0, 0.833984, 0.00005, 0.00001, -0.00001)
    assert [units.score(value) for value in scores] == ["n/a", "0.0000", "0.8340", "0.0001", "0.000010", "-0.000010"]
    assert [units.score(value) for value in (12_999.5, 50_000_000.0, -3e8)] == ["12999.5000", "50.0 M", "-300 M"]


@pytest.mark.parametrize(
    ("text", "value", "width", "short"),
    [
        ("n/a", None, 2, "n/a"),
        ("12.5", 12.5, 4, "12.5"),
        ("3 440", 3_440.0, 6, "3 440"),
        ("3 440", 3_440.0, 5, "3440"),
        ("16 697 255", 16_697_255, 6, "16.7 M"),
        ("16 697 255", 16_697_255, 5, "16.7M"),
        ("16 697 255", 16_697_255, 4, "17 M"),
        ("16 697 255", 16_697_255, 2, "##"),
        ("0.0000001", 1e-7, 6, "0.0000"),
        ("-0.0123456", -0.0123456, 6, "-0.012"),
        ("12.55", 12.55, 3, "13"),
        ("21.6 ms", 21_600.0, 7, "21.6 ms"),
        ("21.6 ms", 21_600.0, 6, "21.6ms"),
        ("21.6 ms", 21_600.0, 5, "#####"),
        ("10 000 d", 864e12, 8, "10 000d"),
        ("10 000 d", 864e12, 7, "10000d"),
    ],
)
def test_a_figure_fits_its_cell(text: str, value: float | None, width: int, short: str) -> None:
    assert units.fitted(text, value, width) == short


@given(
    st.floats(-1e40, 1e40), st.integers(1, 12), st.sampled_from(("microseconds", "rate", "mbyte", "quantity", "score"))
)
def test_no_figure_has_an_exponent_or_joins_the_one_beside_it(value: float, width: int, kind: str) -> None:
    text = units.fitted(getattr(units, kind)(value), value, width)
    assert len(text) <= width
    assert "e" not in text
    assert len(text) < width or not re.search(r"\d \d", text)


def test_spread() -> None:
    assert units.spread([30_000.0, 10_000.0, 20_000.0]) == "min 10.0 ms, median 20.0 ms, max 30.0 ms"
    assert units.spread([10_000.0, 20_000.0]) == "min 10.0 ms, median 15.0 ms, max 20.0 ms"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "n/a"),
        (1_048_576, "1.00 MiB"),
        (4 << 30, "4.00 GiB"),
        (522_240, "510 KiB"),
        (1_023, "1023 B"),
        (0, "0 B"),
    ],
)
def test_size(count: int | None, text: str) -> None:
    assert units.size(count) == text


def test_grouped() -> None:
    assert [units.grouped(number) for number in (0, 999, 1_000, -1_234_567)] == ["0", "999", "1 000", "-1 234 567"]


@pytest.mark.parametrize(("sizes", "text"), [((1, 3, 299, 299), "1×3×299×299"), ((1001,), "1001"), ((), "n/a")])
def test_shape(sizes: tuple[int, ...], text: str) -> None:
    assert units.shape(sizes) == text
    assert units.shape(sizes, "x") == text.replace("×", "x")


@pytest.mark.parametrize(("number", "text"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs")])
def test_counted(number: int, text: str) -> None:
    assert units.counted(number, "run") == text
