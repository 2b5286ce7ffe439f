"""Words and settings that cannot be meant: one sentence that names the thing, one that mends it, no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import SEED, CommandLine, refused

FAILED, USAGE = 1, 2


@pytest.fixture
def model(npumon: CommandLine) -> str:
    """A model in the current folder, by name."""
    npumon.script("inceptionv3/run.sh", f"#!/bin/sh\ncat '{SEED}'\n")
    return "inceptionv3"


@pytest.mark.usefixtures("model")
def test_a_missing_model(npumon: CommandLine) -> None:
    refused(npumon("run", "inceptoinv3"), USAGE, "There is no model inceptoinv3.", "Did you mean inceptionv3?")
    refused(npumon("run", "/nowhere"), USAGE, "There is no model /nowhere.", "npumon models")
    refused(npumon("run", ""), USAGE, "The model's name is empty.")
    refused(npumon("snapshot", "yolo"), USAGE, "There is no model yolo.")


def test_a_folder_without_a_model(npumon: CommandLine) -> None:
    refused(npumon("run", "."), USAGE, "The folder . has no run.sh.", "npumon run -- COMMAND")


def test_a_file_in_place_of_a_model(npumon: CommandLine) -> None:
    (npumon.folder / "x.nb").write_bytes(b"VPMN\0\0")
    refused(
        npumon("run", "./x.nb"), USAGE, "./x.nb is neither a run.sh nor a folder with one.", "npumon run -- PROGRAM"
    )


@pytest.mark.usefixtures("model")
def test_nothing_or_too_much_to_run(npumon: CommandLine) -> None:
    refused(npumon("run"), USAGE, "There is nothing to run.", "npumon models")
    refused(npumon("run", "--"), USAGE, "There is no command after --.")
    refused(npumon("run", "inceptionv3", "--", "true"), USAGE, "Both a model (inceptionv3) and a command are named.")
    refused(npumon("snapshot", "--log", str(SEED), "--", "true"), USAGE, "Both a log and something to run are named.")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (["./missing"], "No such file or directory"),
        (["missing-command"], "no such command in PATH"),
        (["./text"], "Permission denied"),
        (["./interpreter"], "the interpreter or loader that it names is missing"),
        (["./empty"], "neither a program nor a script"),
        (["."], "it is a folder"),
        ([""], "could not be executed"),
    ],
)
def test_a_command_that_cannot_be_executed(npumon: CommandLine, command: list[str], why: str) -> None:
    (npumon.folder / "text").write_text("#!/bin/sh\n")
    npumon.script("interpreter", "#!/no/such/interpreter\n")
    npumon.script("empty", "")
    refused(npumon("run", "-n", "3", "--", *command), FAILED, f"{command[0]} could not be executed", why, "chmod +x")
    done = npumon("run", "--format", "json", "--", *command)
    assert done.returncode == FAILED
    document = json.loads(done.stdout)
    assert (document["run"]["outcome"], document["run"]["exit_status"]) == ("failed", None)
    assert why in document["metrics"]["verdict"]
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["prase"], ["There is no command 'prase'.", "Did you mean npumon parse?"]),
        (["frobnicate"], ["There is no command 'frobnicate'.", "npumon --help"]),
        (["--bogus"], ["There is no option --bogus.", "npumon --help"]),
        (["run", "--bogus=1"], ["There is no option --bogus.", "npumon run --help"]),
        (["run", "--form", "json"], ["There is no option --form."]),
        (["doctor", "x"], ["One word too many: x.", "npumon doctor --help"]),
        (["parse"], ["required: FILE", "npumon parse --help"]),
        (["driver", "fly"], ["'fly' is no ACTION that npumon driver knows."]),
        (["completion", "ksh"], ["'ksh' is no SHELL that npumon completion knows."]),
        (["-o"], ["-o/--output: expected one argument."]),
        (["--seed", "x"], ["--seed: invalid int value: 'x'."]),
        (["run", "-n", "0", "--", "true"], ["-n: must be a number from 1 up."]),
        (["run", "--timeout", "x", "--", "true"], ["--timeout must be a number of seconds", "Example: --timeout 60."]),
        (["run", "--timeout", "nan", "--", "true"], ["--timeout must be"]),
        (["run", "--warmup", "-1", "--", "true"], ["--warmup must be a whole number of runs"]),
        (["run", "--env", "A", "--", "true"], ["--env must be NAME=VALUE, not 'A'."]),
        (["run", "--env", "1=2", "--", "true"], ["not '1=2'.", "letters, digits and underscores"]),
        (["parse", "--format", "xml", "x"], ["--format must be text, json, jsonl, csv or svg, not 'xml'."]),
        (["parse", "--format", "svg", str(SEED)], ["This command has no format svg.", "text, json, jsonl, csv"]),
        (["snapshot", "--scenario", "sunny"], ["There is no demo scenario named 'sunny'.", "steady"]),
        (["run", "--labels", "missing.txt", "--", "true"], ["The labels file", "missing.txt does not exist."]),
        (["run", "--labels", "/bin/sh", "--", "true"], ["The labels file /bin/sh is not a text file."]),
        (["run", "--labels", "/", "--", "true"], ["The labels file / is a folder."]),
        (["parse", "-o", "/no/such/file", str(SEED)], ["/no/such/file cannot be made", "mkdir -p /no/such"]),
        (["parse", "-o", "/", str(SEED)], ["/ is a folder."]),
        (["watch", "x"], ["The live monitor needs a terminal", "--headless"]),
    ],
    ids=" ".join,
)
def test_words(npumon: CommandLine, words: list[str], parts: list[str]) -> None:
    refused(npumon(*words), USAGE, *parts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[run]\ntimeout_s = 'soon'\n", ["config.toml:2: run.timeout_s must be a number of seconds", "not 'soon'."]),
        ("[run]\ntimeout = 1\n", ["config.toml:2: there is no setting 'run.timeout'.", "Did you mean run.timeout_s?"]),
        ("[run\n", ["config.toml is not valid TOML"]),
        ("\xff", ["config.toml"]),
    ],
)
def test_settings(npumon: CommandLine, text: str, parts: list[str]) -> None:
    npumon.config.parent.mkdir(parents=True)
    npumon.config.write_text(text, encoding="latin-1")
    for words in (["models"], ["parse", str(SEED)], ["run", "--", "true"]):
        refused(npumon(*words), USAGE, *parts)
    assert npumon("config", "--path").returncode == 0


def test_a_variable_that_is_wrong(npumon: CommandLine) -> None:
    refused(npumon("models", environ={"NPUMON_RUN_WARMUP": "many"}), USAGE, "The variable NPUMON_RUN_WARMUP must be")
    done = npumon("parse", str(SEED), environ={"NPUMON_RUN_WARMPU": "1"})
    assert done.returncode == 0
    assert done.stderr.startswith("npumon: warning: The variable NPUMON_RUN_WARMPU has no effect.")


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
    refused(
        done, FAILED, r"Something unforeseen happened: RuntimeError: broken \x1b installation. --debug shows where."
    )
    assert "shtab.py" in npumon("--debug", "completion", "bash", environ={"PYTHONPATH": path}).stderr
