"""The board as a folder: made, kept, made anew, refused, removed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.core.problems import ProblemError
from npumon.demo.board import DemoBoard, create_board, temporary_board
from npumon.demo.models import MODELS
from npumon.demo.scenarios import SCENARIOS
from tests import golden

MakeBoard = Callable[..., DemoBoard]
RunModel = Callable[..., "subprocess.CompletedProcess[bytes]"]

SEED_RUN = (Path(__file__).parents[1] / "data/seed_run.txt").read_bytes()


def listing(folder: Path) -> dict[str, tuple[int, bytes | str]]:
    """Every file's mode and content."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            os.readlink(path) if path.is_symlink() else path.read_bytes(),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def test_the_root_is_a_vim3(make_board: MakeBoard) -> None:
    root = make_board().root
    assert (root / "proc/sys/kernel/osrelease").read_text() == "4.9.241\n"
    assert (root / "proc/device-tree/model").read_bytes() == b"Khadas VIM3\0"
    assert b"amlogic,a311d\0" in (root / "proc/device-tree/compatible").read_bytes()
    assert (root / "proc/modules").read_text().startswith("galcore ")
    assert (root / "proc/interrupts").read_text().endswith("galcore:0\n")
    assert (root / "sys/module/galcore/parameters/gpuProfiler").read_text() == "1\n"
    assert (root / "sys/module/galcore/version").read_text() == "6.4.6.2\n"
    assert (root / "sys/class/thermal/thermal_zone0/temp").read_text() == "45300\n"
    assert (root / "dev/galcore").is_file()
    assert (root / "lib/modules/4.9.241/kernel/drivers/amlogic/npu/galcore.ko").is_file()


def test_the_home_folder_is_as_the_public_demos_lay_it_out(make_board: MakeBoard) -> None:
    board = make_board()
    demo = board.home / "aml_npu_demo_binaries/inceptionv3"
    assert board.model_folder == demo / "VIM3"
    assert (demo / "VIM3/run.sh").read_text() == (
        "#! /bin/sh\nexport VSI_NN_LOG_LEVEL=0\n./inceptionv3 inception_v3.nb ../goldfish_299x299.jpg\n"
    )
    assert os.readlink(demo / "VIM3L/inceptionv3") == "../VIM3/inceptionv3"
    assert os.access(demo / "VIM3L/run.sh", os.X_OK)
    labels = (demo / "imagenet_slim_labels.txt").read_text().splitlines()
    assert len(labels) == 1001
    assert labels[:3] == ["dummy", "tench", "goldfish"]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_has_its_model_on_its_board(make_board: MakeBoard, scenario: str) -> None:
    board = make_board(scenario)
    program = board.command[0].removeprefix("./")
    assert (board.model_folder / (board.model.program if program == "python3" else program)).is_file()
    assert {model.name for model in MODELS.values() if not (board.home / model.folder).is_dir()} == set()


def test_making_it_again_changes_nothing(make_board: MakeBoard) -> None:
    board = make_board("layers", 3)
    before = listing(board.folder)
    assert make_board("layers", 3) == board
    assert listing(board.folder) == before


def test_making_it_again_keeps_what_happened_on_it(make_board: MakeBoard, run_model: RunModel) -> None:
    board = make_board()
    first = run_model(board).stdout
    subprocess.run([board.bin / "rmmod", "galcore"], check=True, timeout=60)
    make_board(speed=2.0)
    assert not (board.root / "sys/module/galcore").exists()
    subprocess.run(
        [
            board.bin / "insmod",
            board.root / "lib/modules/4.9.241/kernel/drivers/amlogic/npu/galcore.ko",
            "gpuProfiler=1",
        ],
        check=True,
        timeout=60,
    )
    assert run_model(board).stdout != first
    assert (board.folder / "runs").read_text() == "2"


def test_another_scenario_or_seed_makes_it_anew(make_board: MakeBoard, run_model: RunModel) -> None:
    run_model(make_board())
    missing = make_board("driver-missing")
    assert not (missing.folder / "runs").exists()
    assert not (missing.root / "dev/galcore").exists()
    assert run_model(make_board()).stdout == SEED_RUN


def test_one_that_was_not_finished_is_made_anew(make_board: MakeBoard) -> None:
    board = make_board()
    whole = listing(board.folder)
    (board.folder / "BOARD").write_text("npumon demo board\n")
    (board.root / "proc/modules").unlink()
    make_board()
    assert listing(board.folder) == whole


def test_any_path_will_do(tmp_path: Path, run_model: RunModel) -> None:
    name = os.fsdecode(b'it\'s a "board" $HOME; \\ \xff*')
    board = create_board(tmp_path / name, speed=0)
    assert run_model(board).stdout == SEED_RUN
    assert run_model(create_board(tmp_path / (name + "2"), "ksnn", speed=0)).stdout.startswith(b" |--- KSNN")


def test_a_relative_path_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_model: RunModel) -> None:
    monkeypatch.chdir(tmp_path)
    board = create_board(Path("board"), speed=0)
    assert board.folder == tmp_path / "board"
    assert run_model(board).stdout == SEED_RUN


def test_a_folder_with_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(ProblemError) as caught:
        create_board(tmp_path)
    assert caught.value.problem.kind == "usage"
    golden.problem(caught.value.problem, "demo.folder", folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    with pytest.raises(ProblemError) as caught:
        create_board(tmp_path / "file")
    golden.problem(caught.value.problem, "demo.folder", folder=tmp_path / "file")
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.parametrize("speed", [-1.0, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(tmp_path: Path, speed: float) -> None:
    with pytest.raises(ProblemError) as caught:
        create_board(tmp_path / "board", speed=speed)
    golden.problem(caught.value.problem, "demo.speed", speed=speed)
    assert not (tmp_path / "board").exists()


def test_an_unknown_scenario_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        create_board(tmp_path / "board", "hagn")
    golden.problem(caught.value.problem, "demo.scenario mistyped", value="hagn")
    assert not (tmp_path / "board").exists()


class TestTemporary:
    def test_nothing_is_left(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        with temporary_board(speed=0) as board:
            assert board.folder.is_relative_to(tmp_path)
            assert board.folder.parent.stat().st_mode & 0o077 == 0
        assert list(tmp_path.iterdir()) == []

    def test_nothing_is_left_after_a_refusal(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        with pytest.raises(ProblemError), temporary_board("stedy"):
            pass
        assert list(tmp_path.iterdir()) == []


def test_its_programs_need_no_installed_package(make_board: MakeBoard, tmp_path: Path) -> None:
    """They find the package by their own place, so a checkout that is not installed will do."""
    board = make_board()
    argv = [sys.executable, "-I", "-S", "-c", "import npumon"]
    assert subprocess.run(argv, cwd=tmp_path, capture_output=True, timeout=60).returncode != 0
    done = subprocess.run(["./run.sh"], cwd=board.model_folder, env={}, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
