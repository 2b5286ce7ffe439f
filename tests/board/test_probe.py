from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from npumon.board.driver.state import read_driver
from npumon.board.probe import HostProbe
from npumon.board.roots import Roots
from npumon.board.sensors import read_board
from npumon.core.board_state import BoardState
from npumon.demo import galcore
from npumon.demo.board import temporary_board
from npumon.ports import BoardProbe

Put = Callable[[str, "str | bytes"], Path]
LOG = "dev/kmsg"


def test_it_is_a_board_probe_and_reads_what_is_there(vim3: Path) -> None:
    probe: BoardProbe = HostProbe(Roots(vim3))
    assert probe.board() == read_board(Roots(vim3))
    assert probe.driver() == read_driver(Roots(vim3))
    assert probe.driver().version == "6.4.8.7.1.1.1"


def test_it_sees_changes(vim3: Path, put: Put) -> None:
    probe = HostProbe(Roots(vim3))
    assert probe.driver().profiling is True
    put("sys/module/galcore/parameters/gpuProfiler", "0")
    put("sys/class/thermal/thermal_zone0/temp", "60000")
    assert probe.driver().profiling is False
    assert probe.board().zones[0].celsius == 60.0


def test_the_version_is_searched_once_for_each_load(vim3: Path, put: Put) -> None:
    (vim3 / "sys/kernel/debug/gc/version").unlink()
    put(LOG, "Galcore version 6.4.6.2\n")
    probe = HostProbe(Roots(vim3))
    assert probe.driver().version == "6.4.6.2"
    (vim3 / LOG).unlink()
    assert probe.driver().version == "6.4.6.2"
    put(LOG, "Galcore version 6.4.8.7\n")
    shutil.copytree(vim3 / "sys/module/galcore", vim3 / "sys/module/again")
    shutil.rmtree(vim3 / "sys/module/galcore")
    (vim3 / "sys/module/again").rename(vim3 / "sys/module/galcore")
    assert probe.driver().version == "6.4.8.7"


def test_a_driver_without_a_sysfs_folder_is_named_all_the_same(vim3: Path) -> None:
    shutil.rmtree(vim3 / "sys/module/galcore")
    driver = HostProbe(Roots(vim3)).driver()
    assert (driver.name, driver.version, driver.parameters) == ("galcore", "6.4.8.7.1.1.1", ())


def test_an_unloaded_driver_has_no_version(vim3: Path, put: Put) -> None:
    probe = HostProbe(Roots(vim3))
    assert probe.driver().version is not None
    shutil.rmtree(vim3 / "sys/module/galcore")
    put("proc/modules", "")
    assert (probe.driver().name, probe.driver().version) == (None, None)


def test_a_machine_that_is_no_board_raises_nothing(tree: Path) -> None:
    probe = HostProbe(Roots(tree / "missing"))
    assert probe.board() == BoardState()
    assert probe.driver().name is None


def test_what_a_killed_program_held_is_taken_back() -> None:
    with temporary_board() as board:
        probe = HostProbe(Roots(board.root), recount=lambda: galcore.users(board.root))
        assert probe.driver().references == 0
        node = board.root / "dev/galcore"
        words = [sys.executable, "-c", "import sys; node = open(sys.argv[1]); print(flush=True); input()", str(node)]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
            assert program.stdout is not None
            program.stdout.readline()
            galcore.users(board.root)
            seen = probe.driver()
            assert (seen.references, [holder.pid for holder in seen.holders]) == (1, [program.pid])
            program.kill()
        seen = probe.driver()
        assert (seen.references, seen.holders, seen.unseen_references) == (0, (), 0)
