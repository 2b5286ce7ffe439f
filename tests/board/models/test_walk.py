from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from npumon.board.models.walk import MOST_DEPTH, Folder, walk


def below(top: Path, **limits: int) -> list[str]:
    return [str(folder.path.relative_to(top)) for folder in walk(top, **limits)]


def test_the_walk_is_in_name_order_and_nearest_first(tmp_path: Path) -> None:
    for name in ("b/x", "a/y", "c"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("a")
    assert below(tmp_path) == [".", "a", "b", "c", "a/y", "b/x"]
    assert next(walk(tmp_path)) == Folder(tmp_path, ("a", "b", "c"), ("file", "link"))


def test_the_depth_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "1/2/3/4/5/6/7").mkdir(parents=True)
    assert below(tmp_path)[-1] == "1/2/3/4/5"
    assert len(below(tmp_path)) == MOST_DEPTH + 1
    assert below(tmp_path, depth=0) == ["."]


def test_the_number_of_folders_and_names_is_bounded(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number:02}").mkdir()
    assert len(below(tmp_path, folders=5)) == 5
    assert len(below(tmp_path, names=7)) == 1
    assert len(next(walk(tmp_path, names=7)).folders) == 7


def test_links_are_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "top/inside", tmp_path / "outside"
    inside.mkdir(parents=True)
    (outside / "deep").mkdir(parents=True)
    (inside / "out").symlink_to(outside)
    (inside / "up").symlink_to("..")
    (inside / "self").symlink_to("self")
    assert below(tmp_path / "top") == [".", "inside"]


def test_the_top_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real/a").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    assert below(tmp_path / "link") == [".", "a"]


def test_hidden_folders_and_dependencies_are_left_out(tmp_path: Path) -> None:
    for name in (".git/a", "node_modules/a", "__pycache__", "kept"):
        (tmp_path / name).mkdir(parents=True)
    assert below(tmp_path) == [".", "kept"]


def test_a_folder_of_another_user_is_passed_over(
    open_place: Path, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    for name in ("a", "closed/b", "d"):
        (open_place / name).mkdir(parents=True)
    (open_place / "closed").chmod(0)
    try:
        with without_rights():
            assert below(open_place) == [".", "a", "d"]
    finally:
        (open_place / "closed").chmod(0o700)


def test_what_is_no_folder_has_nothing_in_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    for name in ("file", "missing", "loop", "nul\0"):
        assert list(walk(tmp_path / name)) == []
