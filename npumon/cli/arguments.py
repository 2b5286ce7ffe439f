"""What can stand on the command line. A command's module is imported only when its name stands there."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NoReturn

from npumon import __version__
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

#: Every command with its one-line help, in the order of `npumon --help`.
COMMANDS = {
    "run": "run a model and print its result",
    "snapshot": "board, driver and one run, all on one page",
    "parse": "read finished profiler logs",
    "models": "list what can be run here",
    "driver": "the NPU's kernel driver: status",
    "doctor": "what is missing on this board, and what mends it",
    "config": "every setting, its value and where that comes from",
    "completion": "print a completion script for a shell",
}

EPILOG = """\
exit status: 0 done, 1 the work failed, 2 usage, 3 no usable NPU or driver, 4 timed out, 130 interrupted
"""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are problems like all others."""

    def error(self, message: str) -> NoReturn:
        what = visible(message[:1].upper() + message[1:].rstrip(".") + ".")
        raise ProblemError(Problem("usage", what, f"{self.prog} --help explains.", "usage"))


def command_module(name: str) -> ModuleType:
    """The module of a command."""
    return importlib.import_module(f"npumon.cli.commands.{name}")


def build_parser(words: Sequence[str], *, complete: bool = False) -> Parser:
    """The parser for these words; `complete` builds every command's own options, for completion scripts."""
    shared = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    add_shared(shared)
    parser = Parser(
        prog="npumon",
        description="Run a model on a Vivante NPU, read its profile, show the result.",
        epilog=EPILOG,
        parents=[shared],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument("--version", action="version", version=f"npumon {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, summary in COMMANDS.items():
        wanted = complete or name in words
        options: dict[str, Any] = {"parents": [shared]} if wanted else {"add_help": False}
        command = commands.add_parser(
            name,
            help=summary,
            description=summary[:1].upper() + summary[1:] + ".",
            argument_default=argparse.SUPPRESS,
            **options,
        )
        if wanted:
            command_module(name).add_arguments(command)
    return parser


def add_shared(parser: argparse.ArgumentParser) -> None:
    """The options that every command takes."""
    group = parser.add_argument_group("shared options")
    group.add_argument("--format", metavar="FORMAT", help="text, json, jsonl or csv, where the command knows it")
    group.add_argument("-o", "--output", metavar="FILE", help="write the result to FILE")
    group.add_argument("--demo", action="store_true", help="on a simulated board")
    group.add_argument("--scenario", metavar="NAME", help="what the simulated board shows (implies --demo)")
    group.add_argument("--seed", type=int, metavar="N", help="vary the simulated board's figures (implies --demo)")
    group.add_argument("--root", metavar="DIR", help="look for /sys, /proc, /dev and /lib/modules in DIR")
    group.add_argument("--timeout", metavar="SECONDS", help="end a run that takes longer")
    group.add_argument("--labels", metavar="FILE", help="names of the classes, one a line, the first for class 0")
    group.add_argument("--no-color", action="store_true", help="no colour (so does NO_COLOR)")
    group.add_argument("--ascii", action="store_true", help="only ASCII characters")
    group.add_argument("--config", metavar="FILE", help="read settings from FILE")
    group.add_argument("-q", "--quiet", action="store_true", help="no notes and no progress")
    group.add_argument("--debug", action="store_true", help="show where an error comes from")


def flags_of(args: argparse.Namespace) -> dict[str, object]:
    """The settings that the command line says, by key."""
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
