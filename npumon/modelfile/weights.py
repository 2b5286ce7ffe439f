"""Statistics of half-precision weights, from a count of each of the 65536 bit patterns, and whether they are halves.

gxnpuc compresses weights on request (COMPRESS, CONV2D_COMPRESS); what is then in the array looks like random halves. A
network has no weight that is not a number, so one such pattern proves that the array holds something else.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections import Counter
from typing import NamedTuple

#: The least power of two in the histogram; half-precision numbers below it are subnormal.
_LEAST_EXPONENT = -14
_CHUNK = 1 << 20
#: By the upper byte of a half: 1 if it is not a number whatever the lower byte, 2 if a lower byte of 0 makes it
#: infinite.
_NOT_A_NUMBER = bytes((byte & 0x7F > 0x7C) + 2 * (byte & 0x7F == 0x7C) for byte in range(256))


class Bin(NamedTuple):
    """How many finite values other than zero have a magnitude of `low` up to, not including, `high`."""

    low: float
    high: float
    positive: int
    negative: int

    @property
    def values(self) -> int:
        return self.positive + self.negative


class WeightStatistics(NamedTuple):
    """What a run of little-endian IEEE halves holds.

    `values` is how many there are. `minimum`, `maximum`, `mean` and `deviation` (of the population) are over the finite
    values and None if there are none. `odd_byte` says that a last byte was left over. The NPU treats exponent 31 as
    infinite. `compressed` is True for an encoding other than halves, of which the other figures would be noise: they
    are then not computed. It is None where nothing shows either.
    """

    size_bytes: int = 0
    compressed: bool | None = None

    values: int = 0
    zeros: int = 0
    nans: int = 0
    infinities: int = 0
    subnormals: int = 0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    deviation: float | None = None
    odd_byte: bool = False
    histogram: tuple[Bin, ...] = ()


def weights_compressed(content: bytes | None, settings: tuple[tuple[str, str], ...]) -> bool | None:
    """Return whether weights are compressed, by what the compiler's banner says and by their bytes; None if neither
    tells."""
    stated = [value.lower() for key, value in settings if key in ("COMPRESS", "CONV2D_COMPRESS")]
    if "true" in stated or (content is not None and holds_not_a_number(content)):
        return True
    return False if stated else None


def holds_not_a_number(content: bytes) -> bool:
    """Return whether one of the little-endian halves is not a number."""
    for start in range(0, len(content) - 1, _CHUNK):
        piece = content[start : start + _CHUNK]
        kinds = piece[1::2].translate(_NOT_A_NUMBER)
        if b"\x01" in kinds:
            return True
        place = kinds.find(b"\x02")
        while place >= 0:
            if piece[2 * place]:
                return True
            place = kinds.find(b"\x02", place + 1)
    return False


def weight_statistics(content: bytes, *, compressed: bool | None = None) -> WeightStatistics:
    """Count the halves in `content`, unless it is known to be compressed. Memory is bounded whatever its length."""
    if compressed:
        return WeightStatistics(size_bytes=len(content), compressed=True)
    patterns = _patterns(content)
    finite: list[tuple[float, int]] = []
    zeros = nans = infinities = subnormals = 0
    for pattern, count in patterns.items():
        exponent, mantissa = pattern >> 10 & 0x1F, pattern & 0x3FF
        if exponent == 0x1F:
            nans += count if mantissa else 0
            infinities += 0 if mantissa else count
            continue
        zeros += 0 if exponent or mantissa else count
        subnormals += count if mantissa and not exponent else 0
        finite.append((_half(pattern), count))
    number = sum(count for _, count in finite)
    mean = math.fsum(value * count for value, count in finite) / number if number else None
    spread = math.fsum((value - mean) ** 2 * count for value, count in finite) / number if mean is not None else None
    return WeightStatistics(
        size_bytes=len(content),
        compressed=compressed,
        values=len(content) // 2,
        zeros=zeros,
        nans=nans,
        infinities=infinities,
        subnormals=subnormals,
        minimum=min((value for value, _ in finite), default=None),
        maximum=max((value for value, _ in finite), default=None),
        mean=mean,
        deviation=None if spread is None else math.sqrt(spread),
        odd_byte=len(content) % 2 == 1,
        histogram=_histogram(finite),
    )


def _patterns(content: bytes) -> Counter[int]:
    patterns: Counter[int] = Counter()
    even = len(content) // 2 * 2
    for start in range(0, even, _CHUNK):
        halves = array("H", content[start : min(start + _CHUNK, even)])
        if sys.byteorder == "big":
            halves.byteswap()
        patterns.update(halves)
    return patterns


def _half(pattern: int) -> float:
    return float(struct.unpack("<e", pattern.to_bytes(2, "little"))[0])


def _histogram(finite: list[tuple[float, int]]) -> tuple[Bin, ...]:
    """Return bins by powers of two, without the empty ones at either end; the first also takes what is smaller."""
    positive, negative = Counter[int](), Counter[int]()
    for value, count in finite:
        if value:
            exponent = max(math.frexp(value)[1] - 1, _LEAST_EXPONENT)
            (positive if value > 0 else negative)[exponent] += count
    used = positive.keys() | negative.keys()
    if not used:
        return ()
    return tuple(
        Bin(
            0.0 if exponent == _LEAST_EXPONENT else 2.0**exponent,
            2.0 ** (exponent + 1),
            positive[exponent],
            negative[exponent],
        )
        for exponent in range(min(used), max(used) + 1)
    )
