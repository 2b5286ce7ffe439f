"""Changes in a run's results since the previous run: new or moved classes, new or missing objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from npumon.core.profile import Detection, TopEntry

#: How a class moved in the list; "" if it stayed.
Move = Literal["new", "up", "down", ""]

#: Two boxes belong to the same object if their intersection is at least this share of their union.
SAME_BOX = 0.5
#: More objects are not compared, because each is compared with each.
MOST_OBJECTS = 100


class ClassChange(NamedTuple):
    """How a class moved, and how much its score changed, None if that is unknown."""

    move: Move = ""
    score: float | None = None


class ObjectChanges(NamedTuple):
    """Which of the objects are new, in their order, and how many of the previous ones are gone."""

    new: tuple[bool, ...]
    gone: int


def class_changes(now: Sequence[TopEntry], before: Sequence[TopEntry]) -> tuple[ClassChange, ...]:
    """Find the change of each class of a list; no changes without a previous list."""
    if not before:
        return (ClassChange(),) * len(now)
    indexes = {entry.class_index: index for index, entry in reversed([*enumerate(before)])}
    return tuple(_class_change(index, entry, indexes, before) for index, entry in enumerate(now))


def _class_change(index: int, entry: TopEntry, indexes: dict[int, int], before: Sequence[TopEntry]) -> ClassChange:
    earlier = indexes.get(entry.class_index)
    if earlier is None:
        return ClassChange("new")
    score, old = entry.score, before[earlier].score
    move: Move = "" if index == earlier else "up" if index < earlier else "down"
    return ClassChange(move, None if score is None or old is None else score - old)


def object_changes(now: Sequence[Detection], before: Sequence[Detection]) -> ObjectChanges | None:
    """Compare the objects with the previous ones; None if there are too many.

    Objects are the same if they have the same label and nearly the same box; without boxes, the label is enough.
    """
    if max(len(now), len(before)) > MOST_OBJECTS:
        return None
    left = list(before)
    new = []
    for found in now:
        likeness, index = max(((_likeness(found, old), -index) for index, old in enumerate(left)), default=(0.0, 0))
        new.append(likeness < SAME_BOX)
        if likeness >= SAME_BOX:
            del left[-index]
    return ObjectChanges(tuple(new), len(left))


def _likeness(one: Detection, other: Detection) -> float:
    """Return intersection over union of two boxes, from 0 to 1."""
    if one.label != other.label:
        return 0.0
    mine, theirs = _box(one), _box(other)
    if mine is None or theirs is None:
        return 1.0 if mine is theirs else 0.0
    shared = _area(max(mine[0], theirs[0]), max(mine[1], theirs[1]), min(mine[2], theirs[2]), min(mine[3], theirs[3]))
    covered = _area(*mine) + _area(*theirs) - shared
    return shared / covered if covered > 0 else float(mine == theirs)


def _box(found: Detection) -> tuple[float, float, float, float] | None:
    left, top, right, bottom = found.left, found.top, found.right, found.bottom
    return None if left is None or top is None or right is None or bottom is None else (left, top, right, bottom)


def _area(left: float, top: float, right: float, bottom: float) -> float:
    return max(right - left, 0.0) * max(bottom - top, 0.0)
