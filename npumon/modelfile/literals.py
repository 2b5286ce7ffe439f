"""Converts the numbers between the braces of an array into bytes, many at a time.

The compiler writes `0x1f, ` without end. That form, `0x5, ` and `31, ` are undone with whole-buffer operations of the C
library, a megabyte at a time; any other way of writing a byte in C is read more slowly. Nothing is evaluated.
"""

from __future__ import annotations

import re
from binascii import Error, unhexlify
from collections.abc import Iterator
from typing import NamedTuple

_BLANKS = b" \t\r\n\v\f"
_SMALL_X = bytes.maketrans(b"X", b"x")
_TABS = bytes.maketrans(b",", b"\t")
_VALUES = bytes.maketrans(b"0123456789 ", bytes([*range(10), 0]))
_CHUNK = 1 << 20
_SLOW_CHUNK = 1 << 16
#: Two or more dots stand for numbers that a document leaves out.
_ELLIPSIS = re.compile(rb"\.\.+|\xe2\x80\xa6")
#: The usual ways to write each byte. A look-up is several times faster than `int`, and rejects everything else.
_USUAL = {form % value: value for value in range(256) for form in (b"%d", b"0%o", b"0x%x", b"0x%02x")}
_SUFFIX = re.compile(rb"[ul]{1,3}(?=,|\Z)")
_HEX_ZEROS = re.compile(rb"\b0x0+(?=[0-9a-f])")
_OCTAL_ZEROS = re.compile(rb"\b0+(?=[0-7])")
#: After that many faulty numbers in one piece, the rest of it is only counted.
_PATIENCE = 16


class Literals(NamedTuple):
    """What an initialiser holds.

    `numbers` of them, `content` their bytes (None if some were left out or are not bytes), `elided` if `......` stands
    for some of them. `bad` counts those that are not numbers of 0..255, `first_bad` is the first of them.
    """

    numbers: int = 0
    content: bytes | None = b""
    elided: bool = False
    bad: int = 0
    first_bad: bytes | None = None


def read_literals(body: bytes) -> Literals:
    """Read the text between two braces, without comments. Time and memory grow only with its length."""
    count = bad = 0
    first_bad = None
    elided = False
    parts: list[bytes] = []
    for chunk in _chunks(body, _CHUNK):
        packed = chunk.translate(_SMALL_X, _BLANKS)
        content = _uniform(packed)
        if content is None:
            content = _of_any_length(packed)
        if content is not None:
            count += len(content)
            parts.append(content)
            continue
        for piece in _chunks(packed, _SLOW_CHUNK):
            result = _any_form(piece)
            count += result.numbers
            bad += result.bad
            elided = elided or result.elided
            first_bad = result.first_bad if first_bad is None else first_bad
            parts.append(result.content or b"")
    return Literals(count, None if bad or elided else b"".join(parts), elided, bad, first_bad)


def _chunks(body: bytes, size: int) -> Iterator[bytes]:
    """Yield pieces of about `size` bytes that end after a comma; a longer stretch without one is cut anywhere."""
    start = 0
    while start < len(body):
        stop = start + size
        if stop < len(body):
            stop = body.rfind(b",", start, stop) + 1 or stop
        yield body[start:stop]
        start = stop


def _uniform(packed: bytes) -> bytes | None:
    """Return the bytes of `0x1f,0x02,…` with or without a comma at the end; None for any other text."""
    if packed and not packed.endswith(b","):
        packed += b","
    count, rest = divmod(len(packed), 5)
    if rest or not (packed[0::5].count(b"0") == packed[1::5].count(b"x") == packed[4::5].count(b",") == count):
        return None
    digits = bytearray(2 * count)
    digits[0::2] = packed[2::5]
    digits[1::2] = packed[3::5]
    try:
        return unhexlify(digits)
    except Error:
        return None


def _of_any_length(packed: bytes) -> bytes | None:
    """Return the bytes of `5,255,` or of `0x5,0xff,`, with or without suffix; None for any other text.

    Read backwards, a number begins with its ones. With tabs for commas and those expanded, all ones are in the first
    column, all tens (or sixteens) in the second, and a column is a slice.
    """
    if not packed.endswith(b","):
        packed += b","
    for suffix in (b"u", b"U"):
        if suffix in packed:
            packed = packed.replace(suffix + b",", b",")
    count = packed.count(b",")
    hexadecimal = packed.startswith(b"0x")
    if hexadecimal:
        if not packed.count(b"0x") == packed.count(b",0x") + 1 == count:
            return None
        packed = packed.replace(b"0x", b"")
    width = 3 if hexadecimal else 4
    lines = (packed[-2::-1] + b",").translate(_TABS).expandtabs(width)
    if len(lines) != width * count or b" " in lines[0::width]:
        return None
    columns = [lines[index::width] for index in range(width - 1)]
    backwards = _sixteens(*columns) if hexadecimal else _tens(*columns)
    return None if backwards is None else backwards[::-1]


def _sixteens(ones: bytes, sixteens: bytes) -> bytes | None:
    digits = bytearray(2 * len(ones))
    digits[0::2] = sixteens.replace(b" ", b"0")
    digits[1::2] = ones
    try:
        return unhexlify(digits)
    except Error:
        return None


def _tens(ones: bytes, tens: bytes, hundreds: bytes) -> bytes | None:
    """Return the decimal numbers of three columns; None if one has other characters, is octal or too large.

    They are added up as one large number each, in which every number has two bytes of its own.
    """
    upper = bytearray(2 * len(ones))
    upper[0::2] = tens
    upper[1::2] = hundreds
    leading_zero = b"0" in hundreds or b"0 " in upper
    if leading_zero or (ones + upper).translate(None, b"0123456789 "):
        return None
    total = 0
    for column, weight in ((ones, 1), (tens, 10), (hundreds, 100)):
        wide = bytearray(2 * len(ones))
        wide[0::2] = column.translate(_VALUES)
        total += weight * int.from_bytes(wide, "little")
    sums = total.to_bytes(2 * len(ones), "little")
    return sums[0::2] if sums[1::2] == bytes(len(ones)) else None


def _any_form(packed: bytes) -> Literals:
    """Read decimal, hexadecimal and octal numbers, suffixes and dots."""
    elided = b".." in packed or b"\xe2\x80\xa6" in packed
    if elided:
        packed = _ELLIPSIS.sub(b",", packed)
    packed = packed.removesuffix(b",")
    tokens = packed.split(b",")
    try:
        return Literals(len(tokens), bytes(map(_USUAL.__getitem__, tokens)), elided)
    except KeyError:
        usual = _OCTAL_ZEROS.sub(b"0", _HEX_ZEROS.sub(b"0x", _SUFFIX.sub(b"", packed.lower()))).split(b",")
    try:
        return Literals(len(tokens), bytes(map(_USUAL.__getitem__, usual)), elided)
    except KeyError:
        pass
    values = bytearray()
    bad = 0
    first_bad = None
    for token, form in zip(tokens, usual, strict=True):
        value = _USUAL.get(form)
        if value is not None:
            values.append(value)
        elif token:
            bad += 1
            first_bad = token[:32] if first_bad is None else first_bad
            if bad >= _PATIENCE:
                break
    return Literals(len(tokens) - tokens.count(b""), bytes(values), elided, bad, first_bad)
