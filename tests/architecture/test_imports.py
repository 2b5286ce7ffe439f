"""What is imported when: quick commands import little, no headless one a terminal toolkit, and each module stands
alone. Every test looks at a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEED = ROOT / "tests" / "data" / "seed_run.txt"
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "npumon").rglob("*.py")
    if path.stem != "__main__"
)

#: Runs a command and writes down, for this process and no other, which modules were imported.
RECORDER = """
import sys
from npumon.cli.main import main
status = main(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write("\\n".join(sys.modules))
sys.exit(status)
"""

#: Imports each module in a process of its own that has imported no other one of npumon. What npumon itself imports from
#: elsewhere is there already: that it can be imported is known, and reading it takes most of the time.
IMPORTER = """
import asyncio, importlib, json, os, subprocess, sys, psutil, textual.app, watchdog.observers
assert not [name for name in sys.modules if name.partition(".")[0] == "npumon"]
status = 0
for name in sys.argv[1:]:
    pid = os.fork()
    if pid == 0:
        try:
            importlib.import_module(name)
            print("imported", flush=True)
        except BaseException:
            sys.stderr.write(f"{name}: ")
            raise
        os._exit(0)
    status |= os.waitpid(pid, 0)[1] != 0
sys.exit(status)
"""

COMMANDS = [
    ["--version"],
    ["--help"],
    ["parse", str(SEED)],
    ["parse", "--format", "csv", str(SEED)],
    ["parse", "missing.log"],
    ["run", "--", "cat", str(SEED)],
    ["run", "--demo"],
    ["snapshot", "--demo"],
    ["models", "--demo"],
    ["driver", "status", "--demo"],
    ["doctor", "--demo"],
    ["config"],
    ["completion", "bash"],
    ["watch", "--headless", "--timeout", "0.01", str(SEED)],
    [],
]


def imported(tmp_path: Path, *words: str) -> set[str]:
    """The top-level and full names of what a command imports."""
    done = subprocess.run(
        [sys.executable, "-c", RECORDER, str(tmp_path / "modules"), *words],
        cwd=ROOT,
        env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return set((tmp_path / "modules").read_text().splitlines())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_headless_command_imports_a_terminal_toolkit(tmp_path: Path, words: list[str]) -> None:
    found = imported(tmp_path, *words)
    assert not {name for name in found if name.partition(".")[0] in ("textual", "rich")}


def test_the_version_imports_next_to_nothing(tmp_path: Path) -> None:
    found = imported(tmp_path, "--version")
    assert not found & {"argparse", "dataclasses", "inspect", "re", "typing", "json", "asyncio", "pathlib"}
    assert {name for name in found if name.startswith("npumon")} == {"npumon", "npumon.cli", "npumon.cli.main"}


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        (["parse", "--format", "json", str(SEED)], {"asyncio", "subprocess", "psutil", "watchdog", "multiprocessing"}),
        (["run", "--help"], {"asyncio", "subprocess", "psutil", "watchdog", "npumon.core.log.parser"}),
        (["run", "missing"], {"asyncio", "subprocess", "watchdog", "npumon.core.log.parser"}),
        (["snapshot", "--root", "/nonexistent"], {"asyncio", "subprocess", "watchdog", "npumon.core.log.parser"}),
        (["parse", "missing.log"], {"asyncio", "subprocess", "npumon.core.log.parser"}),
        (["models"], {"asyncio", "subprocess", "npumon.core.log.parser"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_imports_only_what_it_needs(tmp_path: Path, words: list[str], unwanted: set[str]) -> None:
    assert not imported(tmp_path, *words) & unwanted


def test_each_module_can_be_imported_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORTER, *MODULES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "imported\n" * len(MODULES), "")
