"""Figures as text for people: three or four significant digits and a unit that fits, `n/a` for an absent figure.

Never an exponent, and never a unit so large that digits which were measured get lost (`162 µs`, not `0.16 ms`). The
only character beyond ASCII is the sign of `µs`; views that keep to ASCII write `us`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

ABSENT = "n/a"

#: Units of time, each a thousand times the one before.
_TIMES = ("µs", "ms", "s")
#: Seconds from which on a time is told in hours, hours from which on in days, and how many of each make the next; days
#: from which on nobody reads more than a prefix.
_LONG_S, _HOUR_S, _LONG_H, _DAY_H, _LONG_D = 10_000, 3_600, 1_000, 24, 99_995
#: Prefixes of large numbers without a unit.
_PREFIXES = ("", "k", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q")
_BEYOND = 1e3 ** len(_PREFIXES)
#: Figures that end in a unit, and digits with a blank between thousands.
_UNIT = re.compile(r"(.*\d) (\D+)")
_THOUSANDS = re.compile(r"\d \d")
#: The profiler prints MByte and scores with as many decimals.
_DECIMALS = 6


def microseconds(us: float | None) -> str:
    """Format microseconds as `162 µs`, `21.6 ms`, `3.32 s`, `1 234 s`, `2.78 h` or `31.0 d`."""
    if us is None:
        return ABSENT
    text, power = _scaled(us, len(_TIMES) - 1)
    if power < len(_TIMES) - 1 or abs(us) < 999.5e6:
        return f"{text} {_TIMES[power]}"
    duration_s = us / 1e6
    if abs(duration_s) < _LONG_S:
        return f"{significant(duration_s, 4, most_decimals=0)} s"
    hours = duration_s / _HOUR_S
    if abs(hours) < _LONG_H:
        return f"{significant(hours, 3)} h"
    days = hours / _DAY_H
    return f"{significant(days, 4, most_decimals=1) if abs(days) < _LONG_D else quantity(days)} d"


def seconds(duration_s: float | None) -> str:
    """Format a duration as `1.2 s`, `3:05` or `2:03:05`."""
    if duration_s is None:
        return ABSENT
    if duration_s < 60:
        return f"{duration_s:.1f} s"
    minutes, rest = divmod(int(duration_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def spread(times_us: Sequence[float]) -> str:
    """Summarize several times in microseconds as `min 21.6 ms, median 21.7 ms, max 22.0 ms`."""
    ordered = sorted(times_us)
    median = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    figures = (("min", ordered[0]), ("median", median), ("max", ordered[-1]))
    return ", ".join(f"{name} {microseconds(value)}" for name, value in figures)


def percent(share: float | None) -> str:
    """Format a share of one as `98.2 %`, and many times the whole as `1 230 %`."""
    if share is None:
        return ABSENT
    hundreds = share * 100
    return f"{hundreds:.1f} %" if abs(hundreds) < 999.95 else f"{significant(hundreds, 4, most_decimals=0)} %"


def mbyte(amount: float | None) -> str:
    """Format MByte as `71.70`, `0.0123` or `1 235`, without the unit, which is in the column's header."""
    if amount is None:
        return ABSENT
    if amount and abs(amount) < 1:
        return significant(amount, 3)
    return significant(amount, 4, most_decimals=2)


def rate(mbyte_per_s: float | None) -> str:
    """Format MByte/s with three or four digits and no unit, thousands separated: `3 440`, `93.4`, `12 860`."""
    if mbyte_per_s is None:
        return ABSENT
    return significant(mbyte_per_s, 4 if abs(mbyte_per_s) >= 1_000 else 3, most_decimals=2)


def quantity(number: float | None) -> str:
    """Format a count of cycles or operations as `16.7 M` or `38.5 G`; below 10 000 in full: `4 000`.

    What is a thousand times the largest prefix and more is `> 999 Q`.
    """
    if number is None:
        return ABSENT
    if abs(number) >= _BEYOND:
        return f"{'< -' if number < 0 else '> '}999 {_PREFIXES[-1]}"
    if abs(number) < 10_000 and number == int(number):
        return grouped(int(number))
    text, power = _scaled(number, len(_PREFIXES) - 1)
    return f"{text} {_PREFIXES[power]}".rstrip()


def megahertz(clock_mhz: float | None) -> str:
    """Format a clock as `790.4 MHz`."""
    return ABSENT if clock_mhz is None else f"{significant(clock_mhz, 4, most_decimals=1)} MHz"


def score(value: float | None) -> str:
    """Format a class's score with four decimals, or six if they would all be 0; one that is no probability as short."""
    if value is None:
        return ABSENT
    if abs(value) >= 1e6:
        return quantity(value)
    return f"{value:.6f}" if 0 < abs(value) < 0.00005 else f"{value:.4f}"


def size(count: int | None) -> str:
    """Format bytes as `1.00 GiB`, `1.00 MiB` or `510 KiB`."""
    if count is None:
        return ABSENT
    if count >= 1 << 30:
        return f"{count / (1 << 30):.2f} GiB"
    if count >= 1 << 20:
        return f"{count / (1 << 20):.2f} MiB"
    return f"{count / (1 << 10):.0f} KiB" if count >= 1 << 10 else f"{count} B"


def shape(sizes: tuple[int, ...], times: str = "×") -> str:
    """Format a tensor's dimensions as `1×3×299×299`, outermost first."""
    return times.join(map(str, sizes)) or ABSENT


def grouped(number: int) -> str:
    """Format an integer with spaces between thousands."""
    return f"{number:,}".replace(",", " ")


def fitted(text: str, value: float | None, width: int) -> str:
    """Shorten a figure's text for a cell, never by cutting digits off: with a prefix, or without the blank of its unit.

    Blanks between thousands stay only where another one tells the figure from the one beside it. What does not fit by
    any means is `#` in each cell.
    """
    if value is None or _apart(text, width):
        return text
    if unit := _UNIT.fullmatch(text):
        shorter = ["".join(unit.groups()), text.replace(" ", "")]
    elif abs(value) < 1:
        shorter = [f"{value:.{max(0, width - 2 - (value < 0))}f}"]
    else:
        scaled = (quantity(value), *(" ".join(_prefixed(value, digits)).rstrip() for digits in (3, 2, 1)))
        shorter = [shown for each in scaled for shown in (each, each.replace(" ", ""))]
    return next((each for each in shorter if _apart(each, width)), "#" * width)


def significant(value: float, digits: int, *, most_decimals: int = _DECIMALS) -> str:
    """Format a number with at least so many significant digits, thousands separated; more only before the point.

    Larger numbers are rounded to that many digits, so that none stands there that means nothing.
    """
    if not value:
        return f"{0:.{min(digits - 1, most_decimals)}f}"
    before = len(str(int(abs(value)))) if abs(value) >= 1 else _leading_zeros(abs(value))
    rounded = round(value, digits - before)
    if abs(rounded) >= 10 ** max(before, 0):  # 9.996 has become 10.00, which has one digit more before the point
        before += 1
    decimals = min(max(digits - before, 0), most_decimals)
    return f"{rounded:,.{decimals}f}".replace(",", " ")


def _leading_zeros(value: float) -> int:
    """Return 0 for 0.5, -1 for 0.05: minus the zeros behind the point."""
    zeros = 0
    while value < 0.1 and zeros < _DECIMALS:
        value *= 10
        zeros += 1
    return -zeros


def _scaled(number: float, most: int) -> tuple[str, int]:
    """Divide by 1000 until the number is short; whole numbers below 1000 stay whole. Return the text and the power."""
    power = 0
    while power < most and abs(float(f"{number:.3g}")) >= 1_000:
        number /= 1_000
        power += 1
    if not power and number == int(number):
        return grouped(int(number)), power
    return significant(number, 3, most_decimals=2), power


def _apart(text: str, width: int) -> bool:
    """Return whether a figure fits and cannot be read together with the one a blank away."""
    return len(text) < width or (len(text) == width and not _THOUSANDS.search(text))


def _prefixed(number: float, digits: int) -> tuple[str, str]:
    """Return a number below a thousand in so many digits, and the prefix for it."""
    power = 0
    while power < len(_PREFIXES) - 1 and abs(float(f"{number:.{digits}g}")) >= 1_000:
        number /= 1_000
        power += 1
    return significant(number, digits, most_decimals=digits - 1), _PREFIXES[power]


def counted(number: int, noun: str) -> str:
    """Format a number of things as `1 run` or `3 runs`, for nouns whose plural takes an s."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
