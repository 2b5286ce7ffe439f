"""`npumon snapshot`: board, driver and one run."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from xml.etree import ElementTree

import pytest

from tests import golden
from tests.command_line import SEED, CommandLine, refused


def test_every_pane(npumon: CommandLine) -> None:
    text = npumon("snapshot", "--demo").stdout
    for pane in ("Board   Khadas VIM3 (A311D, VIM3)", "Driver  galcore 6.4.6.2, profiling on", "Utilization  98.2 %"):
        assert pane in text
    document = json.loads(npumon("snapshot", "--demo", "--format", "json").stdout)
    assert list(document) == ["schema", "npumon_version", "demo", "taken_at", "board", "driver", "run", "log_board"]
    assert (document["schema"], document["demo"]) == ("npumon.snapshot/1", True)
    assert document["board"]["chip"] == "A311D"
    assert document["driver"]["parameters"]["gpuProfiler"] == "1"
    assert document["run"]["schema"] == "npumon.run/1"


def test_the_board_alone(npumon: CommandLine) -> None:
    done = npumon("snapshot", "--root", str(npumon.home), "--format", "json")
    assert done.returncode == 3
    document = json.loads(done.stdout)
    assert (document["run"], document["driver"]["name"], document["board"]["chip"]) == (None, None, None)
    assert done.stderr.count("\n") == 1


def test_a_log(npumon: CommandLine) -> None:
    done = npumon("snapshot", "--log", str(SEED), "--format", "json", "--root", str(npumon.home))
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert document["run"]["metrics"]["utilization"] == 0.982268
    assert document["run"]["run"]["log"] == str(SEED)
    assert not npumon.state.exists()
    assert document["log_board"]["written_at"] is not None
    assert document["driver"]["name"] is None
    text = npumon("snapshot", "--log", str(SEED)).stdout
    assert "Utilization  98.2 %" in text
    assert "Driver" not in text


@pytest.mark.parametrize("form", ["text", "svg"])
def test_a_log_from_another_board(npumon: CommandLine, form: str) -> None:
    log = npumon.folder / "run.log"
    log.write_bytes(b"khadas@Elsewhere:~$ ./run.sh\n" + SEED.read_bytes())
    os.utime(log, (1_658_689_920, 1_658_689_920))
    done = npumon("snapshot", "--log", "run.log", "--format", form)
    text = done.stdout if form == "text" else picture(done)
    assert [word for word in ("Elsewhere", "2022-07-24") if word not in text] == []
    assert [
        word for word in ("galcore", "Driver", "4 models", "g driver", "npumon does not know") if word in text
    ] == []


def test_a_log_that_comes_through_a_pipe(npumon: CommandLine) -> None:
    log = npumon.folder / "pipe"
    os.mkfifo(log)
    writer = threading.Thread(target=lambda: log.write_bytes(SEED.read_bytes()), daemon=True)
    writer.start()
    done = npumon("snapshot", "--log", "pipe", "--format", "json")
    writer.join()
    assert json.loads(done.stdout)["log_board"] == dict.fromkeys(("model", "host", "kernel", "written_at"))


def test_a_log_without_a_profile(npumon: CommandLine) -> None:
    done = npumon("snapshot", "--log", "/dev/null", "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["run"]["run"]["outcome"] == "empty"
    assert done.stderr.startswith("npumon: warning: /dev/null contains no profiler output.")


def test_a_command(npumon: CommandLine) -> None:
    done = npumon("snapshot", "--format", "json", "--", "cat", str(SEED))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["run"]["run"]["command"] == ["cat", str(SEED)]
    assert len(list(npumon.runs.glob("*.log"))) == 1


def test_statuses(npumon: CommandLine) -> None:
    assert npumon("snapshot", "--", "false").returncode == 1
    assert npumon("snapshot", "--timeout", "0.3", "--", "sleep", "1000").returncode == 4
    assert npumon("snapshot", "--scenario", "driver-missing").returncode == 3
    (npumon.folder / "wrong.log").write_bytes(SEED.read_bytes().replace(b"71.703380", b"99.000000"))
    assert npumon("snapshot", "--log", "wrong.log").returncode == 0
    assert npumon("snapshot", "--check", "--log", "wrong.log").returncode == 1


ENDLESS = "while :; do cat $0; sleep 0.05; done"


def test_an_endless_program_ends_after_its_first_result(npumon: CommandLine) -> None:
    done = npumon("snapshot", "--patience", "0.2", "--format", "json", "--", "sh", "-c", ENDLESS, str(SEED))
    assert done.returncode == 0
    golden.text("snapshot endless", done.stderr)
    document = json.loads(done.stdout)["run"]
    assert document["run"]["outcome"] == "cancelled"
    assert document["metrics"]["utilization"] == 0.982268


def test_a_camera_ends_too(npumon: CommandLine) -> None:
    done = npumon("snapshot", "--patience", "0.1", "--demo=camera", "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["run"]["run"]["outcome"] == "cancelled"


def test_with_a_timeout_it_may_go_on(npumon: CommandLine) -> None:
    words = ("snapshot", "--patience", "0", "--timeout", "1", "--format", "json")
    done = npumon(*words, "--", "sh", "-c", ENDLESS, str(SEED))
    assert (done.returncode, json.loads(done.stdout)["run"]["run"]["outcome"]) == (4, "timeout")


def test_a_kept_program_is_left(npumon: CommandLine) -> None:
    script = "cat $0; while test ! -e end; do sleep 0.02; done"
    done = npumon("snapshot", "--patience", "0", "--keep", "--format", "json", "--", "sh", "-c", script, str(SEED))
    assert (done.returncode, json.loads(done.stdout)["run"]["run"]["outcome"]) == (0, "running")
    golden.text("snapshot endless, kept", done.stderr)
    (npumon.folder / "end").touch()
    assert npumon("watch", "--last", "--headless").returncode == 0


def test_a_program_that_ends_in_time_is_not_hurried(npumon: CommandLine) -> None:
    script = "cat $0; sleep 0.2"
    done = npumon("snapshot", "--format", "json", "--", "sh", "-c", script, str(SEED))
    assert (done.returncode, done.stderr, json.loads(done.stdout)["run"]["run"]["outcome"]) == (0, "", "ok")


@pytest.mark.parametrize("value", ["x", "-1", "nan", "inf", "1e9"])
def test_a_wrong_patience(npumon: CommandLine, value: str) -> None:
    done = npumon("snapshot", f"--patience={value}")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--patience: must be a number of seconds from 0 to 86400" in done.stderr


def test_old_logs_go(npumon: CommandLine) -> None:
    for _ in range(2):
        npumon("snapshot", "--", "cat", str(SEED), environ={"NPUMON_LOG_KEPT_RUNS": "1"})
    assert len(list(npumon.runs.glob("*.log"))) == 1


def picture(done: subprocess.CompletedProcess[str]) -> str:
    """The words of a picture. It is whole XML and loads nothing."""
    root = ElementTree.fromstring(done.stdout)  # noqa: S314  # our own
    assert "font-face" not in done.stdout
    return " ".join("".join(root.itertext()).split())


def test_a_picture(npumon: CommandLine) -> None:
    done = npumon("snapshot", "--demo", "--format", "svg")
    assert (done.returncode, done.stderr) == (0, "")
    words = picture(done)
    for word in ("DEMO", "Khadas", "71.70", "goldfish", "Compute-bound"):
        assert word in words
    assert "Exit VX Thread" in words, "the log's end is part of it"


def test_a_picture_of_the_models_begins_with_the_one_that_was_run(npumon: CommandLine) -> None:
    done = npumon("snapshot", "--demo", "mobilenet_v1", "--page", "models", "--format", "svg")
    assert (done.returncode, done.stderr) == (0, "")
    words = picture(done)
    assert "Selected" in words
    assert words.index("mobilenet_v1") < words.index("detect_demo_picture")
    assert "NBG format" in words


def test_a_picture_of_a_log(npumon: CommandLine) -> None:
    hostile = b"E [vnn:1]<script>[bold]red[/] \x1b[31m&amp;\n"
    (npumon.folder / "run.log").write_bytes(SEED.read_bytes() + hostile)
    done = npumon("snapshot", "--log", "run.log", "--format", "svg", "--root", str(npumon.home), "--size", "160x50")
    assert done.returncode == 0, done.stderr
    assert "<script" not in done.stdout
    assert "[bold]red[/]" in picture(done)


@pytest.mark.parametrize("size", ["20x5", "60x15", "250x80"])
def test_sizes_of_pictures(npumon: CommandLine, size: str) -> None:
    picture(npumon("snapshot", "--log", str(SEED), "--format", "svg", "--size", size))


@pytest.mark.parametrize("size", ["", "x", "120", "120x", "19x40", "120x4", "501x40", "120x40x1", "1e2x40", "²²x40"])
def test_wrong_sizes(npumon: CommandLine, size: str) -> None:
    refused(npumon("snapshot", "--format", "svg", "--size", size), 2, "must be COLUMNSxROWS such as 120x40")


def test_pictures_in_ascii_and_without_colour(npumon: CommandLine) -> None:
    plain = npumon(
        "snapshot", "--log", str(SEED), "--format", "svg", "--ascii", "--no-color", "--root", str(npumon.home)
    )
    assert "#####" in picture(plain)
    assert not set(picture(plain)) & set("█▏─│…·")


def test_a_picture_into_a_file(npumon: CommandLine) -> None:
    done = npumon("snapshot", "--log", str(SEED), "--format", "svg", "-o", "a.svg", "--root", str(npumon.home))
    assert (done.returncode, done.stdout) == (0, "")
    assert (npumon.folder / "a.svg").read_text().startswith("<svg ")


def test_the_same_log_gives_the_same_picture(npumon: CommandLine) -> None:
    words = ("snapshot", "--log", str(SEED), "--format", "svg", "--root", str(npumon.home))
    assert npumon(*words).stdout == npumon(*words).stdout
