"""`npumon driver status`: the kernel driver as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import CommandLine


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
