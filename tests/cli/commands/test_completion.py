"""`npumon completion`: scripts that the shells take."""

from __future__ import annotations

import shutil

import pytest

from npumon.cli.arguments import COMMANDS
from tests.command_line import CommandLine


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_every_command_is_in_it(npumon: CommandLine, shell: str) -> None:
    done = npumon("completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    for word in (*COMMANDS, "--warmup" if shell != "tcsh" else "warmup"):
        assert word in done.stdout


def test_bash_completes(npumon: CommandLine) -> None:
    script = npumon.folder / "npumon.bash"
    script.write_text(npumon("completion", "bash").stdout)
    ask = 'source ./npumon.bash; COMP_WORDS=(npumon "$@"); COMP_CWORD=$#; _shtab_npumon; echo "${COMPREPLY[@]}"'
    for words, expected in ((["pa"], ["parse"]), (["run", "--war"], ["--warmup"]), (["completion", "z"], ["zsh"])):
        done = npumon.run(["bash", "--norc", "-c", ask, "bash", *words])
        assert done.stderr == ""
        assert done.stdout.split() == expected


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_takes_it(npumon: CommandLine) -> None:
    script = npumon.folder / "_npumon"
    script.write_text(npumon("completion", "zsh").stdout)
    assert npumon.run(["zsh", "-n", str(script)]).returncode == 0
