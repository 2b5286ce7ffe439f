"""Words and settings that cannot be meant: one sentence that names the thing, one with a remedy, no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import golden
from tests.command_line import SEED, CommandLine, refused

FAILED, USAGE = 1, 2


@pytest.fixture
def model(npumon: CommandLine) -> str:
    """A model in the current folder, by name."""
    npumon.script("inceptionv3/run.sh", f"#!/bin/sh\ncat '{SEED}'\n")
    return "inceptionv3"


@pytest.mark.usefixtures("model")
def test_a_missing_model(npumon: CommandLine) -> None:
    refused(npumon("run", "inceptoinv3"), USAGE, key="model.missing near one")
    refused(npumon("run", "/nowhere"), USAGE, key="model.missing", name="/nowhere")
    refused(npumon("run", ""), USAGE, key="model.missing empty")
    refused(npumon("snapshot", "yolo"), USAGE, key="model.missing", name="yolo")


def test_a_folder_without_a_model(npumon: CommandLine) -> None:
    refused(npumon("run", "."), USAGE, key="model.not_runnable current folder")


def test_a_file_in_place_of_a_model(npumon: CommandLine) -> None:
    (npumon.folder / "x.nb").write_bytes(b"VPMN\0\0")
    refused(npumon("run", "./x.nb"), USAGE, key="model.not_runnable network", name="./x.nb")


@pytest.mark.usefixtures("model")
def test_nothing_or_too_much_to_run(npumon: CommandLine) -> None:
    refused(npumon("run"), USAGE, key="run.nothing")
    refused(npumon("run", "--"), USAGE, key="run.nothing after --")
    refused(npumon("run", "inceptionv3", "--", "true"), USAGE, key="run.both a model and a command")
    refused(npumon("snapshot", "--log", str(SEED), "--", "true"), USAGE, key="snapshot.both a log and a command")


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (["./missing"], "run.not_started absent"),
        (["missing-command"], "run.not_started no command"),
        (["./text"], "run.not_started denied"),
        (["./interpreter"], "run.not_started no interpreter"),
        (["./empty"], "run.not_started no program"),
        (["."], "run.not_started folder"),
        ([""], "run.not_started empty name"),
    ],
)
def test_a_command_that_cannot_be_executed(npumon: CommandLine, command: list[str], key: str) -> None:
    (npumon.folder / "text").write_text("#!/bin/sh\n")
    npumon.script("interpreter", "#!/no/such/interpreter\n")
    npumon.script("empty", "")
    refused(npumon("run", "-n", "3", "--", *command), FAILED, key=key)
    done = npumon("run", "--format", "json", "--", *command)
    assert done.returncode == FAILED
    document = json.loads(done.stdout)
    assert (document["run"]["outcome"], document["run"]["exit_status"]) == ("failed", None)
    assert document["metrics"]["verdict_id"] == "run.not_started"
    golden.printed(done.stderr, key)
    assert document["metrics"]["verdict"] in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "key", "value"),
    [
        (["prase"], "arguments unknown command, near one", ""),
        (["frobnicate"], "arguments unknown command", ""),
        (["--bogus"], "arguments unknown option", ""),
        (["run", "--bogus=1"], "arguments unknown option of a command", ""),
        (["run", "--form", "json"], "arguments option cut short", ""),
        (["doctor", "x"], "arguments unexpected", ""),
        (["parse"], "arguments missing", ""),
        (["driver", "fly"], "arguments unknown action", ""),
        (["completion", "ksh"], "arguments unknown shell", ""),
        (["-o"], "arguments option without a value", ""),
        (["--seed", "x"], "arguments no number", ""),
        (["run", "-n", "0", "--", "true"], "arguments no repetitions", ""),
        (["run", "--timeout", "x", "--", "true"], "config.value timeout", "x"),
        (["run", "--timeout", "nan", "--", "true"], "config.value timeout", "nan"),
        (["run", "--warmup", "-1", "--", "true"], "config.value warmup", ""),
        (["run", "--env", "A", "--", "true"], "config.value env", "A"),
        (["run", "--env", "1=2", "--", "true"], "config.value env", "1=2"),
        (["parse", "--format", "xml", "x"], "config.value format", ""),
        (["parse", "--format", "svg", str(SEED)], "output.format svg", ""),
        (["snapshot", "--scenario", "sunny"], "demo.scenario", "sunny"),
        (["run", "--demo=hagn"], "demo.scenario near one", "hagn"),
        (["parse", "--format", "jsno", "x"], "config.value format, near one", ""),
        (["run", "--labels", "missing.txt", "--", "true"], "labels.missing", ""),
        (["run", "--labels", "/bin/sh", "--", "true"], "labels.binary", ""),
        (["run", "--labels", "/", "--", "true"], "labels.folder", ""),
        (["parse", "-o", "/no/such/file", str(SEED)], "output.missing folder", ""),
        (["parse", "-o", "/", str(SEED)], "output.refused folder", ""),
        (["watch", "x"], "monitor.no_terminal watch", ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_words(npumon: CommandLine, words: list[str], key: str, value: str) -> None:
    refused(npumon(*words), USAGE, key=key, **({"value": value} if value else {}), folder=npumon.folder)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[run]\ntimeout_s = 'soon'\n", "config.value in a file"),
        ("[run]\ntimeout = 1\n", "config.key in a file"),
        ("[run\n", ""),  # the rest is said by Python, and differently by its versions
        ("\xff", "config.syntax not UTF-8"),
    ],
)
def test_settings(npumon: CommandLine, text: str, key: str) -> None:
    npumon.config.parent.mkdir(parents=True)
    npumon.config.write_text(text, encoding="latin-1")
    for words in (["models"], ["parse", str(SEED)], ["run", "--", "true"]):
        refused(
            npumon(*words), USAGE, *(() if key else ("config.toml is not valid TOML",)), key=key, file=npumon.config
        )
    assert npumon("config", "--path").returncode == 0


def test_a_variable_that_is_wrong(npumon: CommandLine) -> None:
    refused(npumon("models", environ={"NPUMON_RUN_WARMUP": "many"}), USAGE, key="config.value variable")
    done = npumon("parse", str(SEED), environ={"NPUMON_RUN_WARMPU": "1"})
    assert done.returncode == 0
    golden.printed(done.stderr, "config.variable")


def test_debug_shows_where_it_comes_from(npumon: CommandLine) -> None:
    for words in (["parse", "missing.log"], ["run", "missing"], ["--bogus"]):
        done = npumon("--debug", *words)
        assert (done.returncode, done.stdout) == (USAGE, "")
        *trace, sentence = done.stderr.splitlines()
        assert trace[0] == "Traceback (most recent call last):" or "direct cause" in done.stderr
        assert sentence.startswith("npumon: ")


def test_what_nobody_foresaw_is_one_sentence_too(npumon: CommandLine, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "shtab.py").write_text("raise RuntimeError('broken \\x1b installation')\n")
    path = f"{broken}:{npumon.environ['PYTHONPATH']}"
    done = npumon("completion", "bash", environ={"PYTHONPATH": path})
    refused(done, FAILED, key="unexpected error")
    assert "shtab.py" in npumon("--debug", "completion", "bash", environ={"PYTHONPATH": path}).stderr
