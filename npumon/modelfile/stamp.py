"""The compiler's time stamps, `YYYYMMDDhhmmss`, checked against the calendar without a clock."""

from __future__ import annotations

import re

_STAMP = re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?!\d)", re.ASCII)
_DAY = re.compile(r"(?<!\d)(20\d{2})[-/.]?(\d{2})[-/.]?(\d{2})", re.ASCII)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def compiled_at(text: str) -> str | None:
    """Return the last stamp in a model_info text as ISO 8601 (no zone); None if there is none or it is not a valid
    time."""
    stamps = _STAMP.findall(text)
    if not stamps:
        return None
    year, month, day, hour, minute, second = map(int, stamps[-1])
    if not _is_day(year, month, day) or hour > 23 or minute > 59 or second > 60:
        return None
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"


def first_day(text: str) -> str | None:
    """Return the first calendar day written in a text (`20220212`, `2022-02-12`), as ISO 8601."""
    for match in _DAY.finditer(text):
        year, month, day = map(int, match.groups())
        if _is_day(year, month, day):
            return f"{year:04}-{month:02}-{day:02}"
    return None


def is_after(stamp: str, today: str) -> bool:
    """Return whether an ISO stamp is more than a day after `today` (ISO), which allows for any time zone."""
    return _day_number(stamp) > _day_number(today) + 1


def _is_day(year: int, month: int, day: int) -> bool:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return year > 0 and 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] - (month == 2 and not leap)


def _day_number(stamp: str) -> int:
    """Return days since an arbitrary origin (the proleptic Gregorian calendar, counted in years that begin in
    March)."""
    year, month, day = int(stamp[:4]), int(stamp[5:7]), int(stamp[8:10])
    year -= month < 3
    month = (month + 9) % 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day
