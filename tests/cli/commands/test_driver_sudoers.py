"""`npumon driver sudoers`: a rule that sudo understands."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command_line import CommandLine, refused
from tests.scripted_board import ScriptedBoard

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
