"""What changed in a run's results since the run before: classes that came or moved, objects that came or went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from npumon.core.profile import Detection, TopEntry

#: What became of a class: it came, moved up or down, or stayed where it was.
Move = Literal["new", "up", "down", ""]

#: Two boxes that share at least this part of what they cover together are of one object.
SAME_BOX = 0.5
#: More objects than this are not compared: each is held against each.
MOST_OBJECTS = 100


class ClassChange(NamedTuple):
    """What became of a class, and how much its score changed, None where that is not known."""

    move: Move = ""
    score: float | None = None


class ObjectChanges(NamedTuple):
    """Which of the objects are new, in their order, and how many of those before are gone."""

    new: tuple[bool, ...]
    gone: int


def class_changes(now: Sequence[TopEntry], before: Sequence[TopEntry]) -> tuple[ClassChange, ...]:
    """The change of each class of a list; none where there was no list before."""
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
    """The objects against those before; None where there are too many to tell.

    Objects are the same when they have the same label and much the same box; those without boxes need only the label.
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
    """From 0 to 1: the area that two boxes share, as a part of what they cover together."""
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
