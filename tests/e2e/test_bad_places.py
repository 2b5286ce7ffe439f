"""A home, a state folder or a current folder that is missing, full or read-only."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests import golden
from tests.command_line import SEED, CommandLine, refused, until

FAILED, USAGE = 1, 2


@pytest.mark.parametrize("home", [None, "", "not/absolute", "/no/such/home"])
def test_no_home(npumon: CommandLine, home: str | None) -> None:
    """The state folder is named, lest the user database lead to the home of whoever runs these tests."""
    environ = {"HOME": home, "XDG_CONFIG_HOME": None, "XDG_STATE_HOME": None, "NPUMON_STATE_FOLDER": str(npumon.state)}
    done = npumon("run", "--format", "json", "--", "cat", str(SEED), environ=environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["run"]["log"].startswith(str(npumon.state))
    assert npumon("parse", str(SEED), environ=environ).returncode == 0
    assert npumon("config", environ=environ).returncode == 0


def test_the_current_folder_is_gone(npumon: CommandLine) -> None:
    gone = npumon.folder / "gone"
    for words in (["run", "--", "true"], ["models"], ["run", "x"]):
        gone.mkdir()
        change = "import os, sys; os.rmdir(os.getcwd()); os.execv(sys.argv[1], sys.argv[1:])"
        done = npumon.run([sys.executable, "-c", change, sys.executable, "-m", "npumon", *words], cwd=gone)
        refused(done, USAGE, key="path.no_folder")


@pytest.mark.parametrize(
    ("environ", "key"),
    [
        ({"XDG_STATE_HOME": "/dev/null"}, "state.folder under a file"),
        ({"XDG_STATE_HOME": None, "HOME": "/dev/null"}, "state.folder in a home that is a file"),
        ({"NPUMON_STATE_FOLDER": "/dev/null"}, "state.folder is a file"),
    ],
)
def test_a_state_folder_that_cannot_be(npumon: CommandLine, environ: dict[str, str | None], key: str) -> None:
    """Logs go to a folder of the user's own among the temporary files, and old ones go from there."""
    elsewhere = npumon.temporary / f"npumon-{os.getuid()}"
    for runs in (1, 2, 2):
        words = ("run", "--format", "json", "--", "cat", str(SEED))
        done = npumon(*words, environ={**environ, "NPUMON_LOG_KEPT_RUNS": "2"})
        assert (done.returncode, done.stderr.count("\n")) == (0, 1)
        golden.printed(done.stderr, key, folder=elsewhere)
        assert Path(json.loads(done.stdout)["run"]["log"]).read_bytes() == SEED.read_bytes()
        assert len(list((elsewhere / "runs").glob("*.log"))) == runs
    assert elsewhere.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(elsewhere)


@pytest.mark.parametrize("below", [".", "runs"])
def test_a_state_folder_that_all_users_may_write_to(npumon: CommandLine, below: str) -> None:
    """Logs go elsewhere, and it is said how to mend it."""
    folder = npumon.state / below
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    elsewhere = npumon.temporary / f"npumon-{os.getuid()}"
    words = ("run", "--format", "json", "--", "cat", str(SEED))
    done = npumon(*words, environ={"NPUMON_STATE_FOLDER": str(npumon.state)})
    assert Path(json.loads(done.stdout)["run"]["log"]).parent == elsewhere / "runs"
    golden.printed(done.stderr, "state.folder that all may write to", folder=elsewhere, state=folder)
    assert list(folder.iterdir()) == []
    shutil.rmtree(elsewhere)


def test_no_folder_for_logs_at_all(npumon: CommandLine) -> None:
    taken = npumon.temporary / f"npumon-{os.getuid()}"
    taken.write_text("")
    done = npumon("run", "--", "true", environ={"XDG_STATE_HOME": "/dev/null"})
    refused(done, FAILED, key="state.folder and none elsewhere")
    taken.unlink()


@pytest.fixture
def mounted(npumon: CommandLine) -> list[str]:
    """What comes before a command so that a tiny file system of its own is its state folder: `MOUNTED OPTIONS FILL`.

    It is mounted in a namespace of its own, so nobody else sees it and it goes with the command.
    """
    npumon.state.mkdir()
    script = 'mount -t tmpfs -o "$1" tmpfs "$0" && { [ "$2" = 0 ] || head -c "$2" /dev/zero >"$0/filler" 2>/dev/null; }'
    prefix = ["unshare", "-rm", "sh", "-c", f'{script}; shift 2; exec "$@"', str(npumon.state)]
    try:
        tried = npumon.run([*prefix, "size=64k", "0", "cat", "/proc/mounts"])
    except FileNotFoundError:
        pytest.skip("unshare is not installed, so there is no full disk: apt-get install util-linux")
    if f"tmpfs {npumon.state} " not in tried.stdout:
        pytest.skip(f"no file system can be mounted here, so there is no full disk: {tried.stderr.strip()}")
    return prefix


@pytest.mark.parametrize(("options", "fill"), [("size=64k", "100000"), ("size=64k,ro", "0")], ids=["full", "read-only"])
def test_a_state_folder_without_room(npumon: CommandLine, mounted: list[str], options: str, fill: str) -> None:
    words = ["run", "--format", "json", "--", "cat", str(SEED)]
    done = npumon.run([*mounted, options, fill, sys.executable, "-m", "npumon", *words])
    assert done.returncode == 0
    log = Path(json.loads(done.stdout)["run"]["log"])
    elsewhere = npumon.temporary / "npumon-0"  # a user who may mount is root there
    assert log.parent == elsewhere / "runs"
    assert elsewhere.stat().st_mode & 0o777 == log.parent.stat().st_mode & 0o777 == 0o700
    assert log.read_bytes() == SEED.read_bytes()
    assert done.stderr.count("\n") == 1
    golden.printed(done.stderr, "state.folder without room", folder=log.parent)
    # When there is room again, it is no longer needed.
    done = npumon.run([*mounted, "size=1m", "0", sys.executable, "-m", "npumon", *words])
    assert (done.returncode, done.stderr) == (0, "")
    assert not elsewhere.exists()


def test_a_disk_that_fills_up_while_the_program_runs(npumon: CommandLine, mounted: list[str]) -> None:
    script = npumon.script(
        "much.sh", f"#!/bin/sh\ncat '{SEED}'\nhead -c 200000 /dev/zero | tr '\\0' '\\n'\ntouch ended\n"
    )
    words = ["run", "--format", "json", "--", script]
    done = npumon.run([*mounted, "size=64k", "0", sys.executable, "-m", "npumon", *words])
    assert (npumon.folder / "ended").exists()
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert document["total_us"] == 21625.0
    lost = re.fullmatch(
        r"(\d+) bytes of the program's output could not be written to the log \(No space left on device\); "
        r"make room where run logs are kept",
        document["diagnostics"][-1]["message"],
    )
    assert lost is not None
    assert 100_000 < int(lost[1]) < 200_000
    assert done.stderr == f"npumon: warning: {lost[0]}.\n"


#: What comes before a command that can write nothing to any file, wherever it is.
FULL = ("/bin/sh", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$@"', "sh")


@pytest.mark.parametrize("words", [("run",), ("snapshot",), ("models", "--format", "json")], ids=" ".join)
def test_every_folder_for_temporary_files_is_full(npumon: CommandLine, words: tuple[str, ...]) -> None:
    done = npumon.run([*FULL, sys.executable, "-m", "npumon", *words, "--demo"])
    refused(done, FAILED, key="demo.temporary none")


def test_the_monitor_where_every_folder_for_temporary_files_is_full(npumon: CommandLine) -> None:
    display = npumon.screen()
    process, messages = npumon.on_terminal("--demo", prefix=FULL, stdout=display)
    until(lambda: (display.read(), process.poll() is not None)[1])
    assert process.returncode == FAILED
    golden.printed(messages.read().decode(), "demo.temporary none")


@pytest.mark.parametrize("room", ["size=64k", "size=2m,nr_inodes=60"], ids=["bytes", "files"])
def test_a_folder_for_temporary_files_without_room_for_the_demo(
    npumon: CommandLine, mounted: list[str], room: str
) -> None:
    """The second one fills up while the board is being made, of which nothing stays."""
    then_list = ["sh", "-c", '"$@"; status=$?; ls -A "$TMPDIR"; exit "$status"', "sh"]
    words = [sys.executable, "-m", "npumon", "run", "--demo"]
    done = npumon.run([*mounted, room, "10000", *then_list, *words], environ={"TMPDIR": str(npumon.state)})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (FAILED, "filler\n", 1)
    golden.printed(done.stderr, "demo.temporary no room", folder=npumon.state)


@pytest.mark.parametrize("runs", [5, pytest.param(200, marks=pytest.mark.slow)])
def test_a_disk_that_is_full_before_the_figures_come(npumon: CommandLine, mounted: list[str], runs: int) -> None:
    """Every program fills the disk to the last byte, then prints its figures, and they come through."""
    filler = npumon.state / "filler"
    script = npumon.script("full.sh", f"#!/bin/sh\ncat /dev/zero >'{filler}' 2>&-\ncat '{SEED}'\n")
    loop = f"for run in $(seq {runs}); do \"$@\" || exit; rm '{filler}'; done"
    words = ["run", "--format", "jsonl", "--", script]
    process = npumon.start(*words, prefix=[*mounted, "size=4m", "0", "sh", "-c", loop, "sh"])
    output, errors = process.communicate()
    assert process.returncode == 0
    documents = [document for line in output.splitlines() if "total_us" in (document := json.loads(line))]
    assert len(documents) == runs
    expected = json.loads(SEED.with_name("seed_run.json").read_text())
    for document in documents:
        for key in ("device", "memory", "create_us", "verify_us", "iterations", "total_us", "average_us", "metrics"):
            assert document[key] == expected[key]
        assert [entry["score"] for entry in document["top"]] == [entry["score"] for entry in expected["top"]]
        assert document["log_complete"] is False
    assert errors.count(b"make room where run logs are kept") == runs


def test_a_run_that_is_taken_up_again_while_its_disk_is_full(npumon: CommandLine, mounted: list[str]) -> None:
    """What its log did not take is in the memory of its supervisor, which outlives npumon."""
    filler, folder = npumon.state / "filler", npumon.folder
    program = f"cat /dev/zero >'{filler}' 2>&-\ncat '{SEED}'\ntouch printed\nuntil [ -e go ]; do sleep 0.01; done\n"
    npumon.script("full.sh", f"#!/bin/sh\n{program}")
    kill = '"$@" run --keep -- ./full.sh & until [ -e printed ]; do sleep 0.01; done; kill -9 $!; wait'
    watch = 'exec "$@" watch --last --headless --format jsonl'
    prefix = [*mounted, "size=4m", "0", "sh", "-c", f"{kill}; {watch}", "sh"]
    process = npumon.start(prefix=prefix)
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert (first["index"], first["elapsed_us"]) == (1, 21609.0)
    (folder / "go").touch()
    document = json.loads(process.stdout.readline())
    assert process.wait() == 0
    assert (document["total_us"], document["run"]["outcome"], document["log_complete"]) == (21625.0, "ok", False)
