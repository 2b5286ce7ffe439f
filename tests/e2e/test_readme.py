"""The README's examples are real: each command is run again, and its output compared line by line."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NPUMON = Path(sys.executable).parent / "npumon"
BLOCKS = re.findall(r"```console\n\$ (npumon .*?)\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
#: Stands in the README for lines that are left out.
LEFT_OUT = "..."


def test_the_readme_has_examples() -> None:
    assert len(BLOCKS) >= 5


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_an_example_prints_what_the_readme_shows(command: str, shown: str, tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "COLUMNS": "80", "LC_ALL": "C.UTF-8"}
    program, *words = shlex.split(command)
    assert program == "npumon"
    result = subprocess.run(
        [str(NPUMON), *words], capture_output=True, text=True, encoding="utf-8", env=environment, cwd=ROOT, check=False
    )
    printed = [line.rstrip() for line in result.stdout.splitlines()]
    parts = [part.strip("\n").splitlines() for part in re.split(rf"^{re.escape(LEFT_OUT)}$", shown, flags=re.M)]
    head, *tails = parts
    assert printed[: len(head)] == [line.rstrip() for line in head]
    if not tails:
        assert len(printed) == len(head)
    for tail in tails:
        assert printed[len(printed) - len(tail) :] == [line.rstrip() for line in tail]
