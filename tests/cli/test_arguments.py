from __future__ import annotations

import argparse
import re

import pytest

from npumon.cli.arguments import COMMANDS, HELP_COMMAND, build_parser, command_module, flags_of, parse_words
from npumon.cli.command_help import OF_COMMAND
from npumon.cli.settings_schema import BY_KEY
from npumon.core.problems import Problem, ProblemError


def refusal(*words: str) -> Problem:
    with pytest.raises(ProblemError) as caught:
        parse_words(words)
    assert caught.value.problem.kind == "usage"
    return caught.value.problem


def test_what_follows_two_dashes_is_the_program() -> None:
    for command in ("run", "snapshot"):
        args = parse_words([command, "--format", "json", "--", "prog", "--format", "csv", "--", "x"])
        assert (args.command, args.model, args.format) == (command, None, "json")
        assert args.program == ("prog", "--format", "csv", "--", "x")
    args = parse_words(["--ascii", "--", "parse", "--demo"])
    assert (args.command, args.program, "demo" in vars(args)) == ("monitor", ("parse", "--demo"), False)
    assert parse_words(["monitor", "--", "x"]).program == ("x",)
    assert parse_words(["run", "--"]).program == ()
    assert parse_words(["run", "model"]).program is None


def test_elsewhere_two_dashes_end_the_options() -> None:
    args = parse_words(["parse", "--", "-x.log", "--run"])
    assert (args.files, args.program) == (["-x.log", "--run"], None)
    args = parse_words(["parse", "run", "--", "-x.log"])  # a file that is called run
    assert (args.files, args.program) == (["run", "-x.log"], None)


def test_options_may_stand_before_and_behind_the_command() -> None:
    for words in (["--format", "json", "doctor"], ["doctor", "--format", "json"]):
        assert parse_words(words).format == "json"
    assert parse_words(["--format", "csv", "doctor", "--format", "json"]).format == "json"
    assert "format" not in vars(parse_words(["doctor"]))


def test_no_command_is_the_monitor_with_its_defaults() -> None:
    args = parse_words(["--demo"])
    assert (args.command, args.demo) == ("monitor", True)
    assert vars(args) == vars(parse_words(["monitor", "--demo"]))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_arguments_and_takes_the_shared_ones(command: str) -> None:
    parser = argparse.ArgumentParser()
    command_module(command).add_arguments(parser)
    assert parser.usage is not None
    assert parser.usage.startswith(f"npumon {command}")
    words = {"parse": "f", "watch": "f", "inspect": "f", "driver": "status", "completion": "zsh"}
    own = [words[command]] if command in words else []
    shared = ["--demo", "--root", "/r", "--timeout", "1", "--labels", "l", "--no-color", "--ascii", "--config", "c"]
    args = parse_words([command, *own, *shared, "-o", "o", "-q", "--debug", "--seed", "3", "--scenario", "s"])
    assert (args.command, args.output, args.seed, args.scenario) == (command, "o", 3, "s")
    assert callable(command_module(command).run)


def test_flags_are_settings() -> None:
    words = [
        "run", "--format", "json", "--root", "/r", "--timeout", "1", "--labels", "l", "--warmup", "2", "--env", "A=1",
        "--env", "B=2", "--no-color", "--ascii", "--no-profile", "--keep",
    ]  # fmt: skip
    flags = flags_of(parse_words(words))
    assert set(flags) <= set(BY_KEY)
    assert flags == {
        "output.format": "json",
        "board.root": "/r",
        "run.timeout_s": "1",
        "labels.file": "l",
        "run.warmup": "2",
        "run.environment": ["A=1", "B=2"],
        "output.color": "never",
        "output.ascii": True,
        "run.profile": False,
        "run.keep": True,
    }
    assert set(flags_of(parse_words(["run"])).values()) == {None}


def test_every_setting_with_an_option_can_be_set_by_it() -> None:
    known = build_parser([], complete=True).format_help() + "".join(
        build_parser([command], complete=True).format_help() for command in COMMANDS
    )
    shared = {setting.flag for setting in BY_KEY.values() if setting.flag and setting.flag in known}
    own = {"--warmup", "--no-profile", "--keep", "--env"}
    assert shared | own == {setting.flag for setting in BY_KEY.values() if setting.flag}


@pytest.mark.parametrize(
    ("words", "what", "remedy"),
    [
        (["prase"], "Unknown command 'prase'.", "Did you mean npumon parse?"),
        (["\x1b[2J"], "Unknown command '\\x1b[2J'.", "See npumon --help."),
        (["--fromat=json"], "Unknown option --fromat.", "Did you mean --format?"),
        (["run", "--fromat", "json"], "Unknown option --fromat.", "Did you mean --format?"),
        (["run", "--labl", "x"], "Unknown option --labl.", "Did you mean --labels?"),
        (["run", "--wramup", "1"], "Unknown option --wramup.", "Did you mean --warmup?"),
        (["run", "--xyz"], "Unknown option --xyz.", "See npumon run --help."),
        (["--sedd", "3", "run"], "Unknown option --sedd.", "Did you mean --seed?"),
        (["--warmup=3", "run", "x"], "--warmup stands before the command.", "Write it behind: npumon run --warmup."),
        (
            ["driver", "relaod"],
            "Unknown action 'relaod'.",
            "Did you mean reload? Choose one of status, reload, load, unload, sudoers.",
        ),
        (
            ["snapshot", "--page", "laers"],
            "Unknown value 'laers' of --page.",
            "Did you mean layers? Choose one of live, layers, runs, models, log.",
        ),
        (["help", "prase"], "Unknown command 'prase'.", "Did you mean parse?"),
        (["help", "run", "now"], "Unexpected argument: now.", "See npumon help --help."),
        (["doctor", "a", "b"], "Unexpected argument: a.", "See npumon doctor --help."),
        (["parse"], "The following arguments are required: FILE.", "See npumon parse --help."),
        (["run", "-n"], "-n: expected one argument.", "See npumon run --help."),
        (["--seed", "\x1b"], "--seed: invalid int value: '\\x1b'.", "See npumon --help."),
    ],
)
def test_refusals(words: list[str], what: str, remedy: str) -> None:
    problem = refusal(*words)
    assert problem.what.replace("\\\\", "\\") == what
    assert problem.remedy == remedy


def test_help_ends_with_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse_words(["run", "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("usage: npumon run [option ...] [MODEL | -- COMMAND [ARG ...]]\n")


@pytest.mark.parametrize("words", [["help"], ["--demo", "help"], ["help", "run"], ["help", "help"]])
def test_help_is_a_command_too(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse_words(words)
    assert end.value.code == 0
    told = capsys.readouterr().out
    with pytest.raises(SystemExit):
        parse_words([*words[words.index("help") + 1 :], "--help"])
    assert told == capsys.readouterr().out


@pytest.mark.parametrize("command", [*COMMANDS, HELP_COMMAND])
def test_each_help_has_examples_and_then_only_what_applies(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_words([command, "--help"])
    told = capsys.readouterr().out
    own, _, last = told.partition("\nshared options:\n")
    examples = own.partition("\nexamples:\n")[2]
    assert examples.count("  npumon ") + examples.count("| npumon ") >= 2
    for option, name in (
        ("--timeout", "timeout"),
        ("--demo", "demo"),
        ("--format", "format"),
        ("--version", "version"),
    ):
        assert (option in last) == (name in OF_COMMAND[command].shared)
    formats = OF_COMMAND[command].formats
    if formats:  # Pythons differ in the column where meanings begin
        assert re.search(rf"--format FORMAT +{re.escape(formats)}\n", last)
    else:
        assert "--format" not in last


def test_demo_takes_a_scenario_behind_an_equals_sign() -> None:
    args = parse_words(["run", "--demo=hang", "inceptionv3"])
    assert (args.demo, args.scenario, args.model) == (True, "hang", "inceptionv3")
    assert parse_words(["run", "--", "prog", "--demo=x"]).program == ("prog", "--demo=x")
    args = parse_words(["parse", "--", "--demo=x"])
    assert (args.files, "demo" in vars(args)) == (["--demo=x"], False)
