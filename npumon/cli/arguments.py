"""What can stand on the command line. A command's module is imported only when its name stands there."""

from __future__ import annotations

import argparse
import importlib
import os
import re
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NoReturn

from npumon import __version__
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

#: Every command with its one-line help, in the order of `npumon --help`.
COMMANDS = {
    "monitor": "open the live monitor, as npumon alone does",
    "run": "run a model and print its result",
    "snapshot": "show board, driver and one run on one page",
    "parse": "read finished profiler logs",
    "watch": "follow a log that another program is writing",
    "models": "list what can be run here",
    "inspect": "describe model files, check whether they fit, compare two",
    "driver": "show, reload, load or unload the NPU's kernel driver",
    "doctor": "check the board and suggest fixes",
    "config": "show every setting, its value and its origin",
    "completion": "print a completion script for a shell",
}
#: What `npumon` alone means.
DEFAULT_COMMAND = "monitor"
#: The commands that take a program to run after `--`.
_RUNNING = ("run", "snapshot")

_EPILOG = """\
examples:
  npumon                               the live monitor
  npumon --demo                        the same on a simulated board
  npumon run inceptionv3               run a model that `npumon models` lists
  npumon run -n 10 --warmup 1 -- ./run.sh
                                       run any command in this folder
  npumon parse run.log --format json   read a finished log
  npumon run.log                       the same; a model file is inspected

exit status: 0 done, 1 the work failed, 2 usage, 3 no usable NPU or driver,
             4 timed out, 130 interrupted
"""
_CHOICE = re.compile(r"invalid choice: '(.*)' \(choose from .*\)", re.DOTALL)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are problems like all others."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  # argparse's own, passed on
        super().__init__(exit_on_error=False, allow_abbrev=False, argument_default=argparse.SUPPRESS, **options)

    def error(self, message: str) -> NoReturn:
        raise self.problem(_sentence(message))

    def problem(self, what: str, remedy: str = "") -> ProblemError:
        """Return what is wrong with the words, and who can help."""
        return ProblemError(Problem("usage", visible(what), visible(remedy) or f"See {self.prog} --help.", "usage"))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401  # argparse's own
        """Parse as argparse does, but raise `ProblemError` (usage)."""
        try:
            return super().parse_known_args(args, namespace)
        except argparse.ArgumentError as error:
            raise self._misused(error) from error

    def _misused(self, error: argparse.ArgumentError) -> Exception:
        chosen = _CHOICE.fullmatch(error.message)
        if chosen is None:
            text = f"{error.argument_name}: {error.message}" if error.argument_name else error.message
            return self.problem(_sentence(text))
        if error.argument_name != "COMMAND":
            return self.problem(f"Unknown {error.argument_name} '{chosen[1]}'.")
        if os.path.exists(chosen[1]) and not os.path.isdir(chosen[1]):
            return FileNamedError(chosen[1])
        from difflib import get_close_matches

        near = get_close_matches(chosen[1], COMMANDS, 1)
        remedy = f"Did you mean npumon {near[0]}?" if near else "See npumon --help."
        return self.problem(f"Unknown command '{chosen[1]}'.", remedy)


class FileNamedError(Exception):
    """In place of a command stands the name of a file, which is the text."""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def parse_words(words: Sequence[str]) -> argparse.Namespace:
    """Return the command line, with the name of its `command` and its `program`: what follows `--` for the commands
    that run one, else None. Raises `ProblemError` (usage), and `SystemExit` after `--help`."""
    if "--" in words:
        index = words.index("--")
        before = words[:index]
        if any(name in before for name in _RUNNING):
            args = _parsed(before)
            if args.command in _RUNNING:
                args.program = tuple(words[index + 1 :])
                return args
    args = _parsed(words)
    args.program = None
    return args


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    parser = build_parser(words)
    args: argparse.Namespace
    try:
        args, rest = parser.parse_known_args(words)
    except FileNamedError as named:
        return _of_file(str(named), words)
    name = getattr(args, "command", None)
    if name is None:
        return _parsed([DEFAULT_COMMAND, *words])
    if rest:
        parser.prog += f" {name}" if name in words and name != DEFAULT_COMMAND else ""
        option = rest[0].startswith("-") and rest[0] != "-"
        what = "Unknown option" if option else "Unexpected argument:"
        raise parser.problem(f"{what} {rest[0].partition('=')[0] if option else rest[0]}.")
    adapt = getattr(command_module(name), "adapt_arguments", None)  # a command may read a shared option otherwise
    if adapt is not None:
        adapt(args)
    return args


def _of_file(path: str, words: Sequence[str]) -> argparse.Namespace:
    """Return the command line with the command that a file asks for, and the remark that says so."""
    from npumon.cli.file_kinds import kind_of

    kind = kind_of(path)
    place = words.index(path)
    args = _parsed([*words[:place], kind.command, *words[place:]])
    args.remark = f"{visible(path)} is taken for {kind.words}: npumon {kind.command}."
    return args


def command_module(name: str) -> ModuleType:
    """Return the module of a command."""
    return importlib.import_module(f"npumon.cli.commands.{name}")


def build_parser(words: Sequence[str], *, complete: bool = False) -> Parser:
    """Return the parser for these words; `complete` builds every command's own options, for completion scripts."""
    parser = Parser(
        prog="npumon",
        usage="npumon [option ...] [COMMAND ...]",
        description="Live monitor and profiler front end for the Vivante NPU.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # `prog` is given because argparse would otherwise format a usage to find it, which imports a lot.
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", prog="npumon")
    for name, summary in COMMANDS.items():
        wanted = complete or name in words
        description = summary[:1].upper() + summary[1:] + "."
        command = commands.add_parser(name, help=summary, description=description, add_help=wanted)
        if wanted:
            command_module(name).add_arguments(command)
            add_shared(command)
    add_shared(parser)
    return parser


def add_shared(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command takes."""
    group = parser.add_argument_group("shared options")
    group.add_argument("--format", metavar="FORMAT", help="text, json, jsonl or csv, if the command supports it")
    group.add_argument("-o", "--output", metavar="FILE", help="write the result to FILE")
    group.add_argument("--demo", action="store_true", help="use a simulated board")
    group.add_argument("--scenario", metavar="NAME", help="what the simulated board does (implies --demo)")
    group.add_argument("--seed", type=int, metavar="N", help="vary the simulated board's figures (implies --demo)")
    group.add_argument("--root", metavar="DIR", help="look for /sys, /proc, /dev and /lib/modules in DIR")
    group.add_argument("--timeout", metavar="SECONDS", help="stop a run that takes longer")
    group.add_argument("--labels", metavar="FILE", help="class names, one per line, starting with class 0")
    group.add_argument("--no-color", action="store_true", help="do not use colour (NO_COLOR does the same)")
    group.add_argument("--ascii", action="store_true", help="use ASCII characters only")
    group.add_argument("--config", metavar="FILE", help="read settings from FILE")
    group.add_argument("-q", "--quiet", action="store_true", help="print no notes and no progress")
    group.add_argument("--debug", action="store_true", help="print a traceback with errors")
    group.add_argument("--version", action="version", version=f"npumon {__version__}", help="print the version")


def flags_of(args: argparse.Namespace) -> dict[str, object]:
    """Return the settings that the command line says, by key."""
    given = vars(args)
    flags: dict[str, object] = {
        key: given.get(name)
        for key, name in (
            ("output.format", "format"),
            ("board.root", "root"),
            ("run.timeout_s", "timeout"),
            ("labels.file", "labels"),
            ("run.warmup", "warmup"),
            ("run.environment", "env"),
        )
    }
    switches = (
        ("output.color", "no_color", "never"),
        ("output.ascii", "ascii", True),
        ("run.profile", "no_profile", False),
        ("run.keep", "keep", True),
    )
    return flags | {key: value for key, name, value in switches if given.get(name)}
