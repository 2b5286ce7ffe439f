"""Old run logs. The runs are made up, except where one has to be under way."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from npumon.board.procfs import read_process
from npumon.board.run.run_archive import clear_fallback, last_run, remove_old_runs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def sleeper() -> Iterator[int]:
    """A process that lives on; it stands for a supervisor."""
    with subprocess.Popen(["sleep", "1000"]) as process:
        yield process.pid
        process.kill()


def name(number: int) -> str:
    return f"202611{number:02d}T031800-123-{number}-0001"


def put(folder: Path, number: int, **fields: object) -> str:
    """A run that has ended, unless the fields say otherwise."""
    (folder / f"{name(number)}.log").write_text("text\n")
    record = {"id": name(number), "state": "ended", "exit_status": 0, **fields}
    (folder / f"{name(number)}.json").write_text(json.dumps(record).ljust(4096))
    return name(number)


def left(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_the_oldest_go(folder: Path) -> None:
    for number in (3, 1, 5, 2, 4):
        put(folder, number)
    assert remove_old_runs(folder, 5).removed == 0
    assert remove_old_runs(folder, 2).removed == 3
    assert left(folder) == [f"{name(number)}.{ending}" for number in (4, 5) for ending in ("json", "log")]
    assert remove_old_runs(folder, 2).removed == 0


def test_a_folder_that_is_not_there(folder: Path) -> None:
    assert remove_old_runs(folder / "missing", 1).removed == 0


def test_other_files_are_none_of_ours(folder: Path) -> None:
    for other in ("notes.log", "20261101.json", f"{name(1)}.log.gz", f"x{name(1)}.log", "history.sqlite"):
        (folder / other).write_text("")
    put(folder, 2)
    put(folder, 3)
    assert remove_old_runs(folder, 1).removed == 1
    assert len(left(folder)) == 7


def test_halves_of_runs_count_too(folder: Path) -> None:
    for number in (1, 2, 3):
        put(folder, number)
    (folder / f"{name(1)}.json").unlink()
    (folder / f"{name(2)}.log").unlink()
    assert remove_old_runs(folder, 1).removed == 2
    assert left(folder) == [f"{name(3)}.json", f"{name(3)}.log"]


def test_runs_just_made_are_spared(folder: Path) -> None:
    """On a board that takes its clock from the net the newest run may be called the oldest."""
    mine = put(folder, 1)
    put(folder, 2)
    put(folder, 3)
    assert remove_old_runs(folder, 1, spared=[mine]).removed == 1
    assert left(folder) == [f"{name(number)}.{ending}" for number in (1, 3) for ending in ("json", "log")]


def test_the_oldest_go_when_they_take_too_much_space(folder: Path) -> None:
    names = [put(folder, number) for number in range(1, 6)]
    for each in names:
        (folder / f"{each}.log").write_bytes(b"x" * 100_000)
    each_bytes = sum((folder / f"{names[0]}.{ending}").stat().st_blocks * 512 for ending in ("log", "json"))
    assert remove_old_runs(folder, 5, 5 * each_bytes) == (0, 5 * each_bytes)
    assert remove_old_runs(folder, 5, 3 * each_bytes) == (2, 3 * each_bytes)
    assert {file.stem for file in folder.iterdir()} == set(names[2:])
    assert remove_old_runs(folder, 5, 1).removed == 2
    assert {file.stem for file in folder.iterdir()} == {names[4]}  # the newest one stays, whatever it takes


def test_holes_take_no_space(folder: Path) -> None:
    names = [put(folder, number) for number in (1, 2)]
    with (folder / f"{names[1]}.log").open("r+b") as log:
        log.truncate(1 << 40)
    assert remove_old_runs(folder, 2, 1 << 20).removed == 0


def test_what_a_supervisor_left_half_compacted_goes_with_its_run(folder: Path) -> None:
    (folder / f"{put(folder, 1)}.compacting").write_text("half")
    put(folder, 2)
    assert remove_old_runs(folder, 1).removed == 1
    assert {file[:21] for file in left(folder)} == {name(2)[:21]}


def test_a_fallback_goes_with_the_last_of_its_runs(folder: Path, sleeper: int) -> None:
    process = read_process(sleeper)
    assert process is not None
    state = folder / "npumon-0"
    runs = state / "runs"
    runs.mkdir(parents=True)
    put(runs, 1)
    mine = put(runs, 2)
    put(runs, 3, state="running", supervisor=sleeper, supervisor_started=process.started)
    clear_fallback(state, [mine])
    assert {file[:21] for file in left(runs)} == {name(2)[:21], name(3)[:21]}
    put(runs, 3)
    clear_fallback(state, [])
    assert left(folder) == []
    clear_fallback(state, [])


@pytest.mark.parametrize("linked", ["npumon-0", "npumon-0/runs"])
def test_a_fallback_behind_a_link_is_left_alone(folder: Path, linked: str) -> None:
    """Anybody can put one into the folder for temporary files."""
    real = folder / "real" / "runs"
    real.mkdir(parents=True)
    put(real, 1)
    link = folder / linked
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(real.parent if linked == "npumon-0" else real)
    clear_fallback(folder / "npumon-0", [])
    assert len(left(real)) == 2


def test_other_files_in_a_fallback_stay(folder: Path) -> None:
    (folder / "npumon-0" / "runs").mkdir(parents=True)
    (folder / "npumon-0" / "notes").write_text("")
    put(folder / "npumon-0" / "runs", 1)
    clear_fallback(folder / "npumon-0", [])
    assert left(folder / "npumon-0") == ["notes"]


def test_runs_under_way_stay(folder: Path, sleeper: int) -> None:
    process = read_process(sleeper)
    assert process is not None
    put(folder, 1, state="running", supervisor=sleeper, supervisor_started=process.started)
    put(folder, 2, state="running", supervisor=sleeper, supervisor_started=process.started - 1)  # its number is reused
    put(folder, 3, state="running", supervisor=2**22 + 1, supervisor_started=1)  # nobody has this number
    put(folder, 4)
    assert remove_old_runs(folder, 1).removed == 2
    assert {file[:21] for file in left(folder)} == {name(1)[:21], name(4)[:21]}


def test_what_cannot_be_removed_stays(folder: Path) -> None:
    put(folder, 1)
    put(folder, 2)
    (folder / f"{name(1)}.log").unlink()
    (folder / f"{name(1)}.log").mkdir()
    assert remove_old_runs(folder, 1).removed == 0
    assert len(left(folder)) == 4


def test_a_link_is_removed_and_not_what_it_leads_to(folder: Path) -> None:
    precious = folder / "precious"
    precious.write_text("kept")
    (folder / f"{name(1)}.log").symlink_to(precious)
    put(folder, 2)
    assert remove_old_runs(folder, 1).removed == 1
    assert precious.read_text() == "kept"


def test_the_last_one(folder: Path) -> None:
    assert last_run(folder) is None
    assert last_run(folder / "missing") is None
    for number in (2, 3, 1):
        put(folder, number, log="/elsewhere.log")
    found = last_run(folder)
    assert found is not None
    assert (found.id, found.log) == (name(3), str(folder / f"{name(3)}.log"))


def test_the_one_under_way_comes_first(folder: Path, sleeper: int) -> None:
    """A board without a battery for its clock may have named it 1970."""
    process = read_process(sleeper)
    assert process is not None
    put(folder, 1, state="running", supervisor=sleeper, supervisor_started=process.started)
    put(folder, 2)
    put(folder, 3, state="running", supervisor=sleeper, supervisor_started=process.started - 1)
    found = last_run(folder)
    assert found is not None
    assert found.id == name(1)


def test_what_has_no_log_or_no_record_is_passed_over(folder: Path) -> None:
    put(folder, 1)
    (folder / f"{put(folder, 2)}.log").unlink()
    (folder / f"{put(folder, 3)}.json").write_text("garbled")
    (folder / f"{put(folder, 4)}.json").unlink()
    put(folder, 5, id="another")
    found = last_run(folder)
    assert found is not None
    assert found.id == name(1)
