"""The detection demos. The folders are synthetic, laid out as Khadas' documentation shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from npumon.board.models.entry import ModelEntry
from npumon.board.models.finder import find_models, resolve_model


@pytest.fixture
def demos(tmp_path: Path) -> Path:
    """The demos with their submodule."""
    top = tmp_path / "aml_npu_demo_binaries"
    for name in (
        "detect_demo_picture/detect_demo_fb",
        "detect_demo_picture/detect_demo_x11",
        "detect_demo/detect_demo_fb_usb",
        "detect_demo/detect_demo_x11_mipi",
    ):
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x7fELF")
        path.chmod(0o755)
    (top / "detect_demo_picture/1080p.bmp").write_bytes(b"BM")
    (top / "nn_data").mkdir()
    for name in ("yolov3_88.nb", "yolov3_tiny_88.nb", "yolo_face_88.nb", "other.nb"):
        (top / "nn_data" / name).write_bytes(b"VPMN")
    return top


def detections(demos: Path) -> dict[str, ModelEntry]:
    return {entry.name: entry for entry in find_models([demos], "VIM3")}


def test_an_entry_for_each_network_that_is_there(demos: Path) -> None:
    found = detections(demos)
    assert list(found) == ["detect_yoloface", "detect_yolov3", "detect_yolov3_tiny"]
    entry = found["detect_yolov3"]
    assert (entry.kind, entry.folder, entry.variant) == ("detection", demos / "detect_demo_picture", None)
    assert entry.command == ("./detect_demo_fb", "-m", "2", "-p", "1080p.bmp")
    assert entry.files == ("../nn_data/yolov3_88.nb", "1080p.bmp")
    assert entry.note is None
    assert found["detect_yolov3_tiny"].command[2] == "3"
    assert found["detect_yoloface"].files[0] == "../nn_data/yolo_face_88.nb"


def test_without_the_submodule_all_are_listed_with_what_helps(demos: Path) -> None:
    for path in (demos / "nn_data").iterdir():
        path.unlink()
    found = detections(demos)
    assert len(found) == 6
    assert found["detect_yolov4"].note == "no network for it in nn_data: git submodule update --init"


def test_the_window_program_is_taken_where_there_is_no_other(demos: Path) -> None:
    (demos / "detect_demo_picture/detect_demo_fb").unlink()
    (demos / "detect_demo_picture/detect_demo_x11").chmod(0o644)
    (demos / "detect_demo_picture/1080p.bmp").unlink()
    entry = detections(demos)["detect_yolov3"]
    assert entry.command == ("./detect_demo_x11", "-m", "2")
    assert entry.note is not None
    assert entry.note.startswith("detect_demo_x11 is not executable: chmod +x ")
    assert entry.note.endswith("; no picture to feed it")


def test_its_folder_is_ambiguous_and_its_name_is_not(demos: Path) -> None:
    entries = find_models([demos], "VIM3")
    assert resolve_model("detect_yolov3", entries, demos).name == "detect_yolov3"
