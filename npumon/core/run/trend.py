"""Figures over time in a bounded number of parts: however many there are, all of them are in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

#: Once there are more parts than this, two at a time become one. As many columns tell enough on the widest screen.
PARTS = 128


class Part(NamedTuple):
    """Some figures that followed one another: how many, the smallest, their mean, the largest."""

    many: int
    least: float
    mean: float
    most: float

    def plus(self, other: Part) -> Part:
        """Return both together."""
        many = self.many + other.many
        mean = self.mean + (other.mean - self.mean) * other.many / many
        return Part(many, min(self.least, other.least), mean, max(self.most, other.most))


class Trend(NamedTuple):
    """Figures in the order in which they came. All parts but the last one hold `each` of them."""

    each: int = 1
    parts: tuple[Part, ...] = ()

    @property
    def many(self) -> int:
        """How many figures there are."""
        return sum(part.many for part in self.parts)

    def plus_all(self, figures: Iterable[float]) -> Trend:
        """Return the trend with further figures."""
        each, parts = self.each, list(self.parts)
        for figure in figures:
            new = Part(1, figure, figure, figure)
            if parts and parts[-1].many < each:
                parts[-1] = parts[-1].plus(new)
                continue
            parts.append(new)
            if len(parts) > PARTS:
                each *= 2
                parts = _in_pairs(parts)
        return Trend(each, tuple(parts))

    def in_columns(self, most: int) -> tuple[Part, ...]:
        """Return at most so many parts, which stand for as many figures each, the last one perhaps for fewer."""
        parts = list(self.parts)
        while len(parts) > most >= 1:
            parts = _in_pairs(parts)
        return tuple(parts)


def _in_pairs(parts: list[Part]) -> list[Part]:
    pairs = [first.plus(second) for first, second in zip(parts[::2], parts[1::2], strict=False)]
    return pairs + parts[len(parts) - len(parts) % 2 :]


NO_TREND = Trend()
