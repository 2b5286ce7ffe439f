"""Root's rights by way of the real sudo."""

from __future__ import annotations

from pathlib import Path

from tests.vm import guest_system as board
from tests.vm.guest_npumon import driver
from tests.vm.guest_terminal import Terminal

_RULE = Path("/etc/sudoers.d/npumon")
_PROMPT = f"password for {board.USER}:"


def sudo_denied(npumon: Path) -> None:
    """A user without any rule: nothing is touched."""
    board.allow(board.NOTHING)
    answer = driver(npumon, "reload", "--yes")
    assert (answer.status, answer.problem) == (3, "driver.not_permitted"), answer
    assert (answer.document["outcomes"], board.parameter("gpuProfiler")) == ([], "0")


def sudo_rule(npumon: Path) -> None:
    """The rule that npumon prints is valid, suffices, and allows nothing else."""
    board.allow(board.NOTHING)
    rule = board.as_user(npumon, "driver", "sudoers")
    assert rule.returncode == 0, rule
    _RULE.write_text(rule.stdout)
    _RULE.chmod(0o440)
    board.root("visudo", "-c")
    for words, value in ((("reload",), "1"), (("reload", "--no-profile"), "0")):
        answer = driver(npumon, *words, "--yes")
        assert (answer.status, answer.problem) == (0, None), answer
        assert board.parameter("gpuProfiler") == value
    module = str(board.MODULE)
    for command in (
        ("/usr/sbin/insmod", module, "gpuProfiler=1", "showArgs=1", "failInit=1"),
        ("/usr/sbin/insmod", "/lib/modules/galcore-foreign.ko", "gpuProfiler=1", "showArgs=1"),
        ("/usr/sbin/rmmod", "overlay"),
        ("/usr/sbin/rmmod",),
        ("/bin/true",),
    ):
        ended = board.as_user("sudo", "-n", "--", *command)
        assert (ended.returncode, "password is required" in ended.stderr) == (1, True), (command, ended)


def sudo_asks(npumon: Path) -> None:
    """At a terminal sudo asks for the password itself, and remembers it; Ctrl-C there changes nothing."""
    board.allow(board.WITH_PASSWORD)
    with Terminal(npumon, "driver", "reload", "--yes") as terminal:
        terminal.until_said(_PROMPT)
        terminal.type("not the password\n")
        terminal.until_said("Sorry, try again.")
        terminal.until_said(_PROMPT, times=2)  # sudo hears no Ctrl-C before it asks
        terminal.type("\x03")
        assert terminal.end() == 3, terminal.output
    assert board.parameter("gpuProfiler") == "0"
    reload = f"{npumon} driver reload --yes"
    with Terminal("/bin/sh", "-c", f"{reload} --no-profile --param recovery=0 && {reload}") as terminal:
        terminal.until_said(_PROMPT)
        terminal.type(board.PASSWORD + "\n")
        assert terminal.end() == 0, terminal.output
        assert terminal.output.count(_PROMPT.encode()) == 1, terminal.output
        assert board.PASSWORD.encode() not in terminal.output
    assert [board.parameter(name) for name in ("gpuProfiler", "recovery")] == ["1", "0"]
