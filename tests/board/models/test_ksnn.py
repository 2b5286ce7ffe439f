from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from npumon.board.models.entry import ModelEntry
from npumon.board.models.ksnn import ksnn_entries
from npumon.board.models.walk import walk


def example(top: Path, names: Iterable[str]) -> Path:
    """A synthetic KSNN example folder with these files in it."""
    for name in names:
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return top


def entries(folder: Path, chip: str | None = "VIM3") -> list[ModelEntry]:
    return list(ksnn_entries(next(walk(folder)), chip, folder))


def test_an_example_is_run_with_all_its_files(tmp_path: Path) -> None:
    example(
        tmp_path,
        ["yolov3.py", "yolov3-cap.py", "models/VIM3/yolov3.nb", "libs/libnn_yolov3.so", "data/1080p.bmp", "labels.txt"],
    )
    (entry,) = entries(tmp_path)
    assert (entry.name, entry.variant, entry.kind, entry.folder) == ("yolov3", "VIM3", "ksnn", tmp_path)
    assert entry.command == (
        *("python3", "yolov3.py", "--model", "models/VIM3/yolov3.nb"),
        *("--library", "libs/libnn_yolov3.so", "--picture", "data/1080p.bmp", "--level", "2"),
    )
    assert entry.files == ("models/VIM3/yolov3.nb", "libs/libnn_yolov3.so", "data/1080p.bmp")
    assert (entry.preferred, entry.note, entry.labels) == (True, None, str(tmp_path / "labels.txt"))


def test_both_variants_are_entries(tmp_path: Path) -> None:
    example(tmp_path, ["a.py", "models/VIM3/a.nb", "models/VIM3L/a.nb", "libs/libnn_a.so", "a.jpg"])
    found = {entry.full_name: entry.preferred for entry in entries(tmp_path, "VIM3L")}
    assert found == {"a/VIM3": False, "a/VIM3L": True}


def test_names_need_not_be_quite_the_same(tmp_path: Path) -> None:
    example(
        tmp_path,
        [
            *("mobilenetv2.py", "yolov8n.py", "models/VIM3/mobilenet_v2.nb", "models/VIM3/yolov8n_relu.nb"),
            *("libs/libnn_mobilenet_v2.so", "libs/libnn_yolov8n_relu.so", "data/dog.jpg", "data/mobilenet-v2.png"),
        ],
    )
    mobilenet, yolo = entries(tmp_path)
    assert mobilenet.command[1] == "mobilenetv2.py"
    assert mobilenet.command[-3] == "data/mobilenet-v2.png"
    assert yolo.command[1] == "yolov8n.py"
    assert yolo.command[5] == "libs/libnn_yolov8n_relu.so"


def test_what_is_missing_is_left_out_and_said(tmp_path: Path) -> None:
    example(tmp_path, ["-m.py", "models/net.nb"])
    (entry,) = entries(tmp_path)
    assert entry.command == ("python3", "./-m.py", "--model", "models/net.nb", "--level", "2")
    assert entry.variant is None
    assert entry.note == "no library for it under libs; no picture to feed it"


def test_a_network_without_a_script_is_no_entry(tmp_path: Path) -> None:
    example(tmp_path, ["one.py", "two.py", "models/VIM3/three.nb"])
    assert entries(tmp_path) == []


def test_other_folders_are_no_examples(tmp_path: Path) -> None:
    assert entries(example(tmp_path / "a", ["setup.py"])) == []
    assert entries(example(tmp_path / "b", ["models/VIM3/a.nb"])) == []
    assert entries(example(tmp_path / "c", ["a.py", "models/VIM3/readme"])) == []
    assert entries(example(tmp_path / "d", ["a-cap.py", "models/VIM3/a.nb"])) == []


def test_hostile_names_are_visible(tmp_path: Path) -> None:
    example(tmp_path, ["x.py", "models/VIM3/a\nb\x1b.nb"])
    (entry,) = entries(tmp_path)
    assert entry.name == "a\\x0ab\\x1b"
    assert entry.files == ("models/VIM3/a\\x0ab\\x1b.nb",)
    assert entry.command[3] == "models/VIM3/a\nb\x1b.nb"


def test_the_number_of_networks_is_bounded(tmp_path: Path) -> None:
    example(tmp_path, ["x.py", *(f"models/VIM3/{number}.nb" for number in range(80))])
    assert len(entries(tmp_path)) == 50
