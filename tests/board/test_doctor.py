from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from npumon.board.doctor import DoctorContext, Finding, examine, healthy
from npumon.board.driver.state import read_driver
from npumon.board.models.finder import find_models
from npumon.board.roots import Roots
from npumon.board.sensors import read_board
from tests import golden

Put = Callable[[str, "str | bytes"], Path]
IDS = [
    *("board.recognised", "board.kernel"),
    *("driver.loaded", "driver.kind", "driver.node", "driver.access", "driver.profiling"),
    *("driver.holders", "driver.resets", "driver.module_file", "driver.debugfs", "board.temperature"),
    *("models.found", "labels.found", "state.writable", "state.space", "terminal.encoding", "terminal.kind"),
]


@pytest.fixture
def context(tmp_path: Path) -> DoctorContext:
    """A model with labels, a state folder still to be made, a terminal."""
    (tmp_path / "models/mobilenet").mkdir(parents=True)
    (tmp_path / "models/mobilenet/run.sh").touch()
    (tmp_path / "models/labels.txt").write_text("dummy\n")
    return DoctorContext(tmp_path / "state/npumon", (tmp_path / "models",), "utf-8", "xterm-256color", 120, 40, 1)


def look(tree: Path, context: DoctorContext) -> dict[str, Finding]:
    roots = Roots(tree)
    board = read_board(roots)
    models = find_models(context.model_roots, board.variant)
    findings = examine(roots, board, read_driver(roots), models, context)
    assert [finding.id for finding in findings] == IDS
    assert all((finding.what + (finding.remedy or "")).isprintable() for finding in findings)
    assert all(finding.remedy for finding in findings if finding.ok is False)
    assert healthy(findings) is all(finding.ok is not False for finding in findings)
    return {finding.id: finding for finding in findings}


def sentences(findings: dict[str, Finding]) -> str:
    """What the doctor says, one finding a paragraph."""
    marks = {True: "ok", False: "wrong", None: "unknown"}
    return "\n".join(
        f"{name} ({marks[finding.ok]})\n  {finding.what}" + (f"\n  {finding.remedy}" if finding.remedy else "")
        for name, finding in findings.items()
    )


def free(findings: dict[str, Finding]) -> str:
    """The figure of this machine's disk."""
    return findings["state.space"].what.partition(" ")[0]


def wrong(findings: dict[str, Finding]) -> set[str]:
    return {name for name, finding in findings.items() if finding.ok is False}


def test_a_board_in_order_passes_everything(vim3: Path, tmp_path: Path, context: DoctorContext) -> None:
    findings = look(vim3, context)
    assert {name for name, finding in findings.items() if finding.ok is not True} == set()
    golden.text("doctor in order", sentences(findings), folder=tmp_path, free=free(findings))


def test_off_a_board_the_essential_is_wrong_and_the_rest_unknown(tree: Path, tmp_path: Path) -> None:
    findings = look(tree, DoctorContext(tmp_path, (tmp_path / "gone",), enough_bytes=1))
    assert wrong(findings) == {"board.recognised", "driver.loaded", "driver.module_file", "models.found"}
    golden.text("doctor off a board", sentences(findings), folder=tmp_path, free=free(findings))
    for name in (
        "board.kernel",
        "driver.kind",
        "driver.node",
        "driver.profiling",
        "labels.found",
        "driver.resets",
        "driver.holders",
    ):
        assert findings[name].ok is None


def test_another_board_is_named(tree: Path, put: Put, context: DoctorContext) -> None:
    put("proc/device-tree/model", b"Raspberry Pi 4\x1b\0")
    golden.problem(look(tree, context)["board.recognised"], "board.recognised another board")


def test_a_missing_driver_comes_with_the_command(vim3: Path, put: Put, context: DoctorContext) -> None:
    shutil.rmtree(vim3 / "sys/module/galcore")
    put("proc/modules", "")
    findings = look(vim3, context)
    assert wrong(findings) == {"driver.loaded"}
    golden.problem(findings["driver.loaded"], "driver.loaded missing")


def test_the_mainline_driver_is_the_wrong_kind(vim3: Path, put: Put, context: DoctorContext) -> None:
    shutil.rmtree(vim3 / "sys/module/galcore")
    put("proc/modules", "etnaviv 1 0 - Live 0x0\n")
    findings = look(vim3, context)
    assert wrong(findings) == {"driver.kind"}
    assert findings["driver.loaded"].ok is True


def test_profiling_off_and_no_node_are_wrong(vim3: Path, put: Put, context: DoctorContext) -> None:
    put("sys/module/galcore/parameters/gpuProfiler", "0")
    (vim3 / "dev/galcore").unlink()
    findings = look(vim3, context)
    assert wrong(findings) == {"driver.profiling", "driver.node"}
    assert findings["driver.access"].ok is None
    golden.problem(findings["driver.access"], "driver.access unknown")
    golden.problem(findings["driver.node"], "driver.node missing", root=vim3)
    golden.problem(findings["driver.profiling"], "driver.profiling off")


def test_a_loaded_driver_needs_no_module_file(vim3: Path, context: DoctorContext) -> None:
    shutil.rmtree(vim3 / "lib")
    finding = look(vim3, context)["driver.module_file"]
    assert finding.ok is None
    golden.problem(finding, "driver.module_file missing, driver loaded")


def test_holders_are_told_and_are_no_fault(vim3: Path, put: Put, context: DoctorContext) -> None:
    put("proc/modules", "galcore 1 9 - Live 0x0\n")
    for pid in (71, 72, 73, 74):
        put(f"proc/{pid}/comm", f"camera{pid}")
        (vim3 / f"proc/{pid}/fd").mkdir()
        (vim3 / f"proc/{pid}/fd/3").symlink_to("/dev/galcore")
    finding = look(vim3, context)["driver.holders"]
    assert finding.ok is None
    golden.problem(finding, "driver.holders several")


def test_hardware_resets_are_wrong(vim3: Path, put: Put, context: DoctorContext) -> None:
    put("sys/module/galcore/parameters/hardwareResetNum", "2")
    findings = look(vim3, context)
    assert wrong(findings) == {"driver.resets"}
    golden.problem(findings["driver.resets"], "driver.resets twice")


def test_debugfs_is_only_information(vim3: Path, context: DoctorContext) -> None:
    shutil.rmtree(vim3 / "sys/kernel/debug")
    finding = look(vim3, context)["driver.debugfs"]
    assert finding.ok is None
    golden.problem(finding, "driver.debugfs unreadable")


def test_a_temperature_at_its_limit_is_wrong(vim3: Path, put: Put, context: DoctorContext) -> None:
    put("sys/class/thermal/thermal_zone0/temp", "75000")
    findings = look(vim3, context)
    assert wrong(findings) == {"board.temperature"}
    golden.problem(findings["board.temperature"], "board.temperature over its limit")


def test_no_sensor_tells_nothing(vim3: Path, context: DoctorContext) -> None:
    shutil.rmtree(vim3 / "sys/class/thermal")
    finding = look(vim3, context)["board.temperature"]
    assert finding.ok is None
    golden.problem(finding, "board.temperature unknown")


def test_models_for_another_chip_only_are_wrong(vim3: Path, tmp_path: Path, context: DoctorContext) -> None:
    (tmp_path / "other/net/VIM3L").mkdir(parents=True)
    (tmp_path / "other/net/VIM3L/run.sh").touch()
    findings = look(vim3, context._replace(model_roots=(tmp_path / "other",)))
    assert wrong(findings) == {"models.found"}
    golden.problem(findings["models.found"], "models.found for another chip")


def test_models_without_labels_are_no_fault(vim3: Path, tmp_path: Path, context: DoctorContext) -> None:
    (tmp_path / "models/labels.txt").unlink()
    finding = look(vim3, context)["labels.found"]
    assert finding.ok is None
    golden.problem(finding, "labels.found none")


def test_a_file_in_the_place_of_the_state_folder_is_wrong(vim3: Path, tmp_path: Path, context: DoctorContext) -> None:
    (tmp_path / "state").touch()
    findings = look(vim3, context)
    assert wrong(findings) == {"state.writable"}
    golden.problem(findings["state.writable"], "state.writable no folder", folder=tmp_path)


def test_a_state_folder_of_another_user_is_wrong(
    open_place: Path, vim3: Path, context: DoctorContext, without_rights: Callable[[], AbstractContextManager[None]]
) -> None:
    roots = Roots(vim3)
    board, driver, here = read_board(roots), read_driver(roots), context._replace(state_folder=open_place / "a")
    open_place.chmod(0o555)
    try:
        with without_rights():
            findings = {finding.id: finding for finding in examine(roots, board, driver, (), here)}
    finally:
        open_place.chmod(0o755)
    assert findings["state.writable"].ok is False
    golden.problem(findings["state.writable"], "state.writable not permitted", folder=open_place)
    assert not (open_place / "a").exists()


def test_a_full_disk_is_wrong(vim3: Path, context: DoctorContext) -> None:
    findings = look(vim3, context._replace(enough_bytes=2**80))
    assert wrong(findings) == {"state.space"}
    golden.problem(findings["state.space"], "state.space too little", free=findings["state.space"].what.split()[1])


@pytest.mark.parametrize("encoding", [None, "ascii", "ANSI_X3.4-1968", "latin-1\x1b"])
def test_another_encoding_is_only_information(encoding: str | None, vim3: Path, context: DoctorContext) -> None:
    finding = look(vim3, context._replace(encoding=encoding))["terminal.encoding"]
    assert finding.ok is None
    shown = "latin-1\\x1b" if encoding == "latin-1\x1b" else encoding or "unknown"
    golden.problem(finding, "terminal.encoding another", encoding=shown)


def test_the_terminal_is_named_with_its_size(vim3: Path, context: DoctorContext) -> None:
    golden.problem(look(vim3, context)["terminal.kind"], "terminal.kind named")
    unnamed = context._replace(terminal="", columns=None)
    golden.problem(look(vim3, unnamed)["terminal.kind"], "terminal.kind unnamed")
    none = look(vim3, context._replace(terminal=None))["terminal.kind"]
    assert none.ok is None
    golden.problem(none, "terminal.kind none")


def test_looking_changes_nothing(vim3: Path, tmp_path: Path, context: DoctorContext) -> None:
    before = sorted(tmp_path.rglob("*"))
    look(vim3, context)
    assert sorted(tmp_path.rglob("*")) == before
