"""`npumon driver status`: the kernel driver as it is."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command_line import CommandLine, refused
from tests.scripted_board import ScriptedBoard


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A synthetic root with a galcore that is loaded, profiling, and has a parameter that nobody knows."""
    files = {
        "proc/modules": "galcore 434176 1 - Live 0x0000000000000000 (O)\n",
        "proc/sys/kernel/osrelease": "4.9.241\n",
        "sys/module/galcore/version": "6.4.8.7.1.1.1\n",
        "sys/module/galcore/refcnt": "1\n",
        "sys/module/galcore/parameters/gpuProfiler": "1\n",
        "sys/module/galcore/parameters/newKnob": "42,43\n",
        "sys/module/galcore/parameters/hardwareResetNum": "0\n",
        "dev/galcore": "",
    }
    top = tmp_path / "root"
    for name, text in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return top


def test_text(npumon: CommandLine, root: Path) -> None:
    done = npumon("driver", "status", "--root", str(root))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "Driver  galcore 6.4.8.7.1.1.1, profiling on"
    assert any(line.split() == ["newKnob", "42,43"] for line in lines)


def test_json(npumon: CommandLine, root: Path) -> None:
    document = json.loads(npumon("driver", "status", "--root", str(root), "--format", "json").stdout)
    assert (document["schema"], document["demo"]) == ("npumon.driver/1", False)
    assert (document["name"], document["version"], document["profiling"]) == ("galcore", "6.4.8.7.1.1.1", True)
    assert document["parameters"] == {"gpuProfiler": "1", "hardwareResetNum": "0", "newKnob": "42,43"}
    assert document["hardware_resets"] == 0


def test_none(npumon: CommandLine) -> None:
    done = npumon("driver", "status", "--root", str(npumon.home))
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.startswith("Driver  none loaded\n")
    document = json.loads(npumon("driver", "status", "--root", str(npumon.home), "--format", "json").stdout)
    assert document["name"] is None
    assert [problem["id"] for problem in document["problems"]] == ["driver.missing"]


def test_another_driver(npumon: CommandLine, root: Path) -> None:
    (root / "proc" / "modules").write_text("etnaviv 77824 0 - Live 0x0000000000000000\n")
    for path in sorted((root / "sys" / "module").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    done = npumon("driver", "status", "--root", str(root), "--format", "json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["name"] == "etnaviv"


def test_this_machine(npumon: CommandLine) -> None:
    """Whatever machine it is: an answer and no traceback."""
    done = npumon("driver", "status")
    assert done.returncode in (0, 3)
    assert done.stdout.startswith("Driver  ")
    assert done.stderr == ""


#: Who called sudo, where root prints the rule.
KHADAS = {"SUDO_USER": "khadas"}
VISUDO = shutil.which("visudo", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def test_rule(npumon: CommandLine) -> None:
    done = npumon("driver", "sudoers", "--demo", environ=KHADAS)
    assert (done.returncode, done.stderr) == (0, "")
    user = "khadas" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    path = "/lib/modules/4.9.241/kernel/drivers/amlogic/npu/galcore.ko"
    lines = done.stdout.splitlines()
    assert lines[0] == "# DEMO"
    assert [line for line in lines if not line.startswith("#")] == [
        f"{user} ALL=(root) NOPASSWD: /usr/sbin/rmmod galcore",
        f"{user} ALL=(root) NOPASSWD: /usr/sbin/insmod {path} gpuProfiler\\=1 showArgs\\=1",
        f"{user} ALL=(root) NOPASSWD: /usr/sbin/insmod {path} gpuProfiler\\=0 showArgs\\=1",
    ]


@pytest.mark.skipif(os.getuid() != 0, reason="only for root is it somebody else who called sudo")
def test_for_whom(npumon: CommandLine) -> None:
    assert "\nkhadas ALL=(root) NOPASSWD: " in npumon("driver", "sudoers", "--demo", environ=KHADAS).stdout
    for name in (None, "", "root"):
        done = npumon("driver", "sudoers", "--demo", environ={"SUDO_USER": name})
        refused(done, 2, key="driver.no_user root")


def test_with_parameters(npumon: CommandLine) -> None:
    done = npumon("driver", "sudoers", "--demo", "--param", "powerManagement=0", environ=KHADAS)
    assert "gpuProfiler\\=1 showArgs\\=1 powerManagement\\=0\n" in done.stdout


@pytest.mark.skipif(VISUDO is None, reason="visudo is not installed")
def test_visudo_accepts_it(npumon: CommandLine, tmp_path: Path) -> None:
    rule = tmp_path / "rule"
    rule.write_text(npumon("driver", "sudoers", "--demo", environ=KHADAS).stdout)
    assert "NOPASSWD: /usr/sbin/rmmod galcore\n" in rule.read_text()
    assert VISUDO is not None
    done = subprocess.run([VISUDO, "-c", "-f", rule], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_none_without_a_module(npumon: CommandLine, tmp_path: Path) -> None:
    refused(npumon("driver", "sudoers", "--root", str(tmp_path), environ=KHADAS), 3, "No galcore.ko was found")


def test_none_for_a_module_that_others_can_change(npumon: CommandLine, tmp_path: Path) -> None:
    """It would make root of everybody."""
    board = ScriptedBoard(tmp_path / "root")
    board.module.chmod(0o666)
    done = npumon("driver", "sudoers", "--root", str(board.root), environ=KHADAS)
    refused(done, 3, "may not be loaded as root")


@pytest.mark.skipif(os.geteuid() != 0, reason="root may load only root's own files, and only root makes them")
def test_none_for_a_safe_module_where_another_one_puts_the_driver_back(npumon: CommandLine, tmp_path: Path) -> None:
    board = ScriptedBoard(tmp_path / "root")
    board.load()
    other = str(board.put("lib/other.ko", "synthetic"))
    words = ("driver", "sudoers", "--root", str(board.root), "--module", other)
    assert npumon(*words, environ=KHADAS).returncode == 0
    board.module.chmod(0o666)
    refused(
        npumon(*words, environ=KHADAS), 3, f"{board.module}, which would put the driver back, may not be loaded as root"
    )
