"""The system's programs: found where they belong, run with a limit."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from npumon.board.driver.system_tools import SystemTools, run_program
from npumon.board.roots import Roots


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def test_find(tmp_path: Path) -> None:
    tools = SystemTools.of(Roots(tmp_path))
    assert tools.find("insmod") is None
    second = script(tmp_path / "sbin/insmod", "")
    assert tools.find("insmod") == str(second)
    first = script(tmp_path / "usr/sbin/insmod", "")
    assert tools.find("insmod") == str(first)
    first.chmod(0o644)
    assert tools.find("insmod") == str(second)
    (tmp_path / "usr/bin/rmmod").mkdir(parents=True)
    assert tools.find("rmmod") is None


def test_path_is_not_asked(tmp_path: Path) -> None:
    script(tmp_path / "elsewhere/insmod", "")
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{tmp_path}/elsewhere:{before}"
    try:
        assert SystemTools.of(Roots(tmp_path)).find("insmod") is None
    finally:
        os.environ["PATH"] = before


def test_run(tmp_path: Path) -> None:
    script(
        tmp_path / "bin/tool", 'echo "$# $1 $LC_ALL"; echo "  \033[31mbad\033[0m: \007x" >&2; pwd; read -r x; exit 3'
    )
    ended = SystemTools.of(Roots(tmp_path)).run("tool", ("a b", "$(c)"), 60)
    assert (ended.status, ended.hangs) == (3, False)
    assert ended.output == "2 a b C\n/"
    assert ended.last_message == "bad: \\x07x"


def test_what_was_said() -> None:
    assert run_program(["/bin/echo", "one\ntwo\n\n"], 60).last_message == "two"
    assert run_program(["/bin/true"], 60).last_message == ""


def test_a_missing_program(tmp_path: Path) -> None:
    ended = SystemTools.of(Roots(tmp_path)).run("tool", (), 60)
    assert (ended.status, ended.last_message, ended.hangs) == (None, "tool is not installed", False)


def test_a_program_that_cannot_be_started(tmp_path: Path) -> None:
    path = script(tmp_path / "tool", "")
    path.write_text("#!/no/such/interpreter\n")
    ended = run_program([str(path)], 60)
    assert (ended.status, ended.last_message) == (None, "cannot be started: No such file or directory")


def test_a_program_that_hangs(tmp_path: Path) -> None:
    path = script(tmp_path / "tool", f"echo $$ >{tmp_path}/pid; trap '' TERM; echo begun; exec sleep 1000")
    ended = run_program([str(path)], 0.5)
    assert (ended.status, ended.hangs, ended.output) == (None, True, "begun")
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()


def test_a_killed_program(tmp_path: Path) -> None:
    assert run_program([str(script(tmp_path / "tool", "kill -9 $$"))], 60).status == -signal.SIGKILL


def test_interactive_keeps_the_language(tmp_path: Path) -> None:
    path = script(tmp_path / "tool", 'echo "${LC_ALL-unset}"')
    wanted = os.environ.get("LC_ALL", "unset")
    assert run_program([str(path)], 60, interactive=True).output == wanted
