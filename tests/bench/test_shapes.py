"""The logs that the bench makes: npumon reads every operation in them, and the awk program has the same figures."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.bench.generate_log import SHAPES, generate
from tests.bench.parts import NAMES, chosen
from tests.bench.run import HERE, same_figures
from tests.command_line import CommandLine


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_read_completely(npumon: CommandLine, tmp_path: Path, shape: str) -> None:
    log, ours, theirs = tmp_path / "log", tmp_path / "ours.csv", tmp_path / "theirs.csv"
    operations = generate(str(log), 0.2, shape)
    done = npumon("parse", "--format", "csv", "--run", "all", "-o", str(ours), str(log))
    assert (done.returncode, done.stderr) == (0, "")
    assert ours.read_text().count("\n") == operations + 1
    mawk = shutil.which("mawk")
    if mawk is None:
        pytest.skip("mawk is not installed, so there is nothing to compare with: apt-get install mawk")
    with theirs.open("wb") as rows:
        subprocess.run([mawk, "-f", str(HERE / "fields.awk"), str(log)], stdout=rows, check=True)
    assert same_figures(ours, theirs) == f"the same fourteen figures in all {operations} rows of both"


def test_parts_are_asked_for_by_name() -> None:
    own = ("parse", "flood")
    assert chosen("", own) == ["parse", "flood"]
    assert chosen("keys,flood", own) == ["flood"]
    with pytest.raises(SystemExit, match="there is no part floods"):
        chosen("floods", own)


def test_the_scripts_have_all_parts() -> None:
    """`terminal.py` needs packages that only the bench's environment has, so it is read."""
    from tests.bench.run import PARTS

    text = (HERE / "terminal.py").read_text()
    assert [name for name in NAMES if name not in PARTS and f'    "{name}": ' not in text] == []
