from __future__ import annotations

import math
import struct
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.modelfile import weights
from npumon.modelfile.weights import holds_not_a_number, weight_statistics, weights_compressed


@given(st.lists(st.floats(width=16)), st.binary(max_size=1))
def test_the_statistics_are_those_of_the_numbers(values: list[float], rest: bytes) -> None:
    result = weight_statistics(struct.pack(f"<{len(values)}e", *values) + rest)
    finite = [value for value in values if math.isfinite(value)]
    assert (result.values, result.odd_byte) == (len(values), bool(rest))
    assert result.nans == sum(map(math.isnan, values))
    assert result.infinities == sum(map(math.isinf, values))
    assert result.zeros == finite.count(0.0)
    assert (result.minimum, result.maximum) == (min(finite, default=None), max(finite, default=None))
    assert sum(part.values for part in result.histogram) == len(finite) - result.zeros
    for part in result.histogram:
        positive = sum(part.low <= value < part.high for value in finite if value > 0)
        negative = sum(part.low <= -value < part.high for value in finite if value < 0)
        assert (part.positive, part.negative) == (positive, negative)
    if finite:
        assert result.mean == pytest.approx(math.fsum(finite) / len(finite), abs=1e-3)
        assert result.deviation is not None
        assert result.deviation >= 0
    else:
        assert (result.mean, result.deviation) == (None, None)


def test_the_figures_of_a_small_run() -> None:
    result = weight_statistics(struct.pack("<6e", 1.0, -2.0, 0.5, 0.0, -0.0, 2**-20))
    assert (result.zeros, result.subnormals) == (2, 1)
    assert (result.histogram[0].low, result.histogram[0].high, result.histogram[0].positive) == (0.0, 2**-13, 1)
    assert (result.histogram[-1].low, result.histogram[-1].high, result.histogram[-1].negative) == (2.0, 4.0, 1)


def test_nothing_has_no_histogram() -> None:
    assert weight_statistics(b"").histogram == ()
    assert weight_statistics(bytes(8)).histogram == ()


def test_byte_order_and_pieces_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    content = struct.pack("<300e", *range(300))
    expected = weight_statistics(content)
    monkeypatch.setattr(weights, "_CHUNK", 64)
    assert weight_statistics(content) == expected
    swapped = struct.pack(">300e", *range(300))
    monkeypatch.setattr(sys, "byteorder", "big" if sys.byteorder == "little" else "little")
    assert weight_statistics(swapped) == expected


@given(st.lists(st.integers(0, 0xFFFF), max_size=8), st.binary(max_size=1))
def test_a_half_that_is_not_a_number_is_found(patterns: list[int], rest: bytes) -> None:
    content = struct.pack(f"<{len(patterns)}H", *patterns) + rest
    assert holds_not_a_number(content) is any(
        map(math.isnan, struct.unpack(f"<{len(patterns)}e", content[: 2 * len(patterns)]))
    )


@pytest.mark.parametrize(
    ("content", "settings", "compressed"),
    [
        (b"\x01\x7c", (), True),
        (b"\x00\x7c\x01\xfc", (), True),
        (b"\x00\x7c\x00\xfc", (), None),
        (b"\x00\x7e", (("COMPRESS", "false"),), True),
        (b"\x00\x3c", (("COMPRESS", "false"),), False),
        (None, (("CONV2D_COMPRESS", "True"), ("COMPRESS", "false")), True),
        (None, (("EXCLUDE_COMPRESS_OPS", "true"),), None),
        (None, (), None),
    ],
)
def test_whether_weights_are_compressed(content: bytes | None, settings: Any, compressed: bool | None) -> None:
    assert weights_compressed(content, settings) is compressed


def test_a_half_that_is_not_a_number_is_found_in_every_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "_CHUNK", 64)
    for place in range(0, 200, 2):
        assert holds_not_a_number(bytes(place) + b"\x01\x7c" + bytes(10))
    assert not holds_not_a_number(b"\x00\x7c" * 100)
