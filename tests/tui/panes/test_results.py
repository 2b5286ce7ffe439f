"""What the network found."""

from __future__ import annotations

import pytest

from npumon.core.monitor.live import Live
from npumon.tui.paint import Area
from npumon.tui.panes.results import results_lines, results_title
from tests.tui.moments import DETECTIONS, OTHER_TEXT, ROOMS, TEXT, fits, moments, seed_run, texts, under_way
from tests.tui.stage import live, report


def drawn(shown: Live, width: int = 32, height: int = 5, *, ascii_only: bool = False) -> list[str]:
    return texts(results_lines(shown, Area(width, height, ascii_only)))


def changed() -> Live:
    return live(seed_run(), previous=report(OTHER_TEXT))


def test_class_label_score_and_bar() -> None:
    assert drawn(live(seed_run())) == [
        "    2 goldfish   0.8340 ██████▋ ",
        "  795            0.0091 ▏       ",
        "  974            0.0036 ▏       ",
        "  408            0.0022 ▏       ",
        "  393            0.0021 ▏       ",
    ]


@pytest.mark.parametrize(("ascii_only", "marks"), [(False, " +↑↓ "), (True, " +^v ")])
def test_what_changed_since_the_run_before_is_marked(ascii_only: bool, marks: str) -> None:
    assert [line[0] for line in drawn(changed(), ascii_only=ascii_only)] == list(marks)


def test_a_wide_room_tells_how_far_a_score_moved() -> None:
    lines = drawn(changed(), 48, 7)
    assert [line[29:37].strip() for line in lines[:5]] == ["+0.1000", "", "+0.0014", "-0.0014", ""]
    assert lines[5:] == ["", "+ new  ↑ up  ↓ down since the run before"]


def test_without_a_run_before_nothing_is_marked() -> None:
    assert {line[:2] for line in drawn(live(seed_run()), 48, 7)} == {"  "}


def test_the_same_result_again_is_not_marked() -> None:
    lines = drawn(live(seed_run(), previous=seed_run()), 48, 5)
    assert {line[:2] for line in lines} == {"  "}
    assert "0000" not in lines[1]


def test_no_class_and_no_score() -> None:
    run = report(TEXT.replace(b"  2: 0.833984", b" -1: 0.000000").replace(b"795: 0.009102", b"795: nan"))
    assert drawn(live(run))[0].startswith("   -1 no class   0.0000")
    assert drawn(live(run))[1].startswith("  795 ")
    assert "n/a" in drawn(live(run))[1]


def test_large_scores_keep_their_size() -> None:
    run = report(TEXT.replace(b"  2: 0.833984", b"  2: 12345.5"))
    assert "  12346 " in drawn(live(run))[0]
    run = report(TEXT.replace(b"  2: 0.833984", b"  2: -0.5"))
    assert " -0.500 " in drawn(live(run))[0]


def test_objects_of_the_last_frame() -> None:
    shown = live(report(DETECTIONS, model="yolov3"))
    assert results_title(shown) == "Detections"
    assert drawn(shown, 36) == [
        "frame 1: 2 objects",
        "object 1              120,56→345,478",
        "object 2                  12,5→34,78",
    ]


def test_objects_that_came_and_went_since_the_run_before_are_marked() -> None:
    run = report(DETECTIONS, model="yolov3")
    first, second = run.state.detections
    other = first._replace(left=500.0, right=700.0)
    before = run._replace(state=run.state._replace(detections=(second, other, other)))
    assert drawn(live(run, previous=before), 36) == [
        "frame 1: 2 objects, 1 new, 2 gone",
        "+ object 1            120,56→345,478",
        "  object 2                12,5→34,78",
    ]
    assert drawn(live(run, previous=run), 36)[0] == "frame 1: 2 objects"


def test_objects_with_labels_and_scores() -> None:
    run = report(DETECTIONS)
    found = run.state.detections[0]._replace(label="[bold]dog", score=0.87, left=0.12, top=0.5, right=None)
    shown = live(run._replace(state=run.state._replace(detections=(found,))))
    assert drawn(shown, 40, ascii_only=True)[1] == "[bold]dog         0.8700 0.12,0.50>?,478"


def test_more_objects_than_room_are_counted() -> None:
    run = report(DETECTIONS)
    many = live(run._replace(state=run.state._replace(detections=run.state.detections * 9)))
    lines = drawn(many, 36, 5)
    assert len(lines) == 5
    assert lines[0] == "frame 1: 18 objects"
    assert lines[4] == "15 more"


def test_a_frame_without_objects() -> None:
    assert drawn(live(report(b"resultData.detect_num=0\n"))) == ["frame 1: no objects"]


def test_the_title_counts_the_classes() -> None:
    assert results_title(live()) == "Top-5"
    assert results_title(live(report(TEXT.replace(b"--- Top5 ---", b"--- Top3 ---")))) == "Top-3"


def test_nothing_to_show() -> None:
    assert drawn(live())[0] == "The best classes, or the objects"
    assert drawn(live(under_way(b"Verify Graph"))) == ["They come at the end of the run."]
    assert drawn(live(report(TEXT[: TEXT.index(b" --- Top5")]))) == ["The run printed no top-5."]


def test_the_last_classes_stay_until_there_are_new_ones() -> None:
    shown = live(under_way(b" --- Top5"), previous=seed_run(), runs=(seed_run(),))
    assert drawn(shown) == drawn(live(seed_run()))


def test_markup_is_text() -> None:
    shown = live(seed_run(labels=("", "", "[bold]a[/]")))
    assert "[bold]a[/]" in drawn(shown, 60)[0]


@pytest.mark.parametrize("area", ROOMS, ids=str)
def test_every_moment_fits_every_room(area: Area) -> None:
    for name, shown in moments().items():
        assert fits(results_lines(shown, area), area) or (area.ascii and name == "hostile"), name
