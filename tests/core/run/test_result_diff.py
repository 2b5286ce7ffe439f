"""Results of two runs, synthetic."""

from __future__ import annotations

import pytest

from npumon.core.profile import Detection, TopEntry
from npumon.core.run.result_diff import MOST_OBJECTS, ClassChange, ObjectChanges, class_changes, object_changes

DOG = Detection(1, "dog", 0.9, 10.0, 10.0, 110.0, 110.0)
CAT = Detection(2, "cat", 0.8, 200.0, 200.0, 260.0, 260.0)


def top(*classes: int, score: float | None = 0.5) -> tuple[TopEntry, ...]:
    return tuple(TopEntry(rank, index, score) for rank, index in enumerate(classes, 1))


def test_without_a_list_before_nothing_changed() -> None:
    assert class_changes(top(1, 2), ()) == (ClassChange(), ClassChange())


def test_classes_come_and_change_places() -> None:
    changes = class_changes(top(4, 1, 2, 9), top(4, 2, 1, 3))
    assert [change.move for change in changes] == ["", "up", "down", "new"]
    assert [change.score for change in changes] == [0.0, 0.0, 0.0, None]


def test_how_much_a_score_changed() -> None:
    (change,) = class_changes(top(4, score=0.75), top(4, score=0.5))
    assert change == ClassChange("", 0.25)
    for now, before in ((None, 0.5), (0.5, None)):
        assert class_changes(top(4, score=now), top(4, score=before)) == (ClassChange(),)


def test_a_class_that_was_listed_twice_was_at_its_first_place() -> None:
    assert class_changes(top(7), top(7, 7)) == (ClassChange("", 0.0),)


def test_the_same_objects_again() -> None:
    moved = DOG._replace(left=15.0, right=115.0, number=7, score=0.1)
    assert object_changes((CAT, moved), (DOG, CAT)) == ObjectChanges((False, False), 0)


def test_objects_come_and_go() -> None:
    assert object_changes((DOG,), ()) == ObjectChanges((True,), 0)
    assert object_changes((), (DOG, CAT)) == ObjectChanges((), 2)
    elsewhere = DOG._replace(left=300.0, right=400.0)
    assert object_changes((elsewhere,), (DOG,)) == ObjectChanges((True,), 1)
    assert object_changes((DOG._replace(label="fox"),), (DOG,)) == ObjectChanges((True,), 1)


def test_each_object_is_one_of_those_before_once() -> None:
    assert object_changes((DOG, DOG), (DOG,)) == ObjectChanges((False, True), 0)


def test_the_nearest_box_is_the_same_object() -> None:
    near, far = DOG._replace(left=12.0), DOG._replace(left=40.0)
    assert object_changes((DOG, far), (far, near)) == ObjectChanges((False, False), 0)


@pytest.mark.parametrize("missing", ["left", "top", "right", "bottom"])
def test_without_boxes_the_label_tells(missing: str) -> None:
    partly = DOG._replace(**{missing: None})
    assert object_changes((partly,), (partly,)) == ObjectChanges((False,), 0)
    assert object_changes((partly,), (DOG,)) == ObjectChanges((True,), 1)


def test_boxes_without_an_area() -> None:
    point = DOG._replace(right=10.0, bottom=10.0)
    assert object_changes((point,), (point,)) == ObjectChanges((False,), 0)
    assert object_changes((point,), (point._replace(left=11.0, right=11.0),)) == ObjectChanges((True,), 1)


def test_too_many_objects_are_not_compared() -> None:
    assert object_changes((DOG,) * (MOST_OBJECTS + 1), ()) is None
    assert object_changes((), (DOG,) * MOST_OBJECTS) == ObjectChanges((), MOST_OBJECTS)
