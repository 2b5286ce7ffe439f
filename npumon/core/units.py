"""Figures as text for people: fixed decimals followed by the unit, `n/a` for an absent figure."""

from __future__ import annotations

from collections.abc import Sequence

ABSENT = "n/a"


def milliseconds(us: float | None) -> str:
    """Format microseconds as `21.6 ms`; two decimals below 10 ms, seconds from 10 s on."""
    if us is None:
        return ABSENT
    if us >= 10_000_000:
        return f"{us / 1e6:.1f} s"
    return f"{us / 1e3:.2f} ms" if us < 10_000 else f"{us / 1e3:.1f} ms"


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
    return ", ".join(f"{name} {milliseconds(value)}" for name, value in figures)


def percent(share: float | None) -> str:
    """Format a share of one as `98.2 %`."""
    return ABSENT if share is None else f"{share * 100:.1f} %"


def mbyte(amount: float | None) -> str:
    """Format MByte with two decimals, without the unit, which is in the column's header."""
    return ABSENT if amount is None else f"{amount:.2f}"


def rate(mbyte_per_s: float | None) -> str:
    """Format MByte/s without decimals or unit, thousands separated: `3 440`."""
    return ABSENT if mbyte_per_s is None else grouped(round(mbyte_per_s))


def megacycles(cycles: int | None) -> str:
    """Format cycles as `16.70 M`, small numbers in full: `4 000`."""
    if cycles is None:
        return ABSENT
    return grouped(cycles) if cycles < 10_000 else f"{cycles / 1e6:.2f} M"


def score(value: float | None) -> str:
    """Format a class's score with four decimals, or as `1e-05` if they would all be 0."""
    if value is None:
        return ABSENT
    return f"{value:.0e}" if 0 < abs(value) < 0.00005 else f"{value:.4f}"


def size(count: int | None) -> str:
    """Format bytes as `1.00 MiB` or `510 KiB`."""
    if count is None:
        return ABSENT
    if count >= 1 << 20:
        return f"{count / (1 << 20):.2f} MiB"
    return f"{count / (1 << 10):.0f} KiB" if count >= 1 << 10 else f"{count} B"


def shape(sizes: tuple[int, ...], times: str = "×") -> str:
    """Format a tensor's dimensions as `1×3×299×299`, outermost first."""
    return times.join(map(str, sizes)) or ABSENT


def grouped(number: int) -> str:
    """Format an integer with spaces between thousands."""
    return f"{number:,}".replace(",", " ")
