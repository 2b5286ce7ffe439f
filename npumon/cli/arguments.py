"""What can stand on the command line. A command's module is imported only when its name stands there."""

from __future__ import annotations

import argparse
import importlib
import os
from collections.abc import Iterable, Iterator, Sequence
from types import ModuleType
from typing import Any, NoReturn

from npumon import __version__
from npumon.core.problems import Problem, ProblemError
from npumon.core.suggestions import choose, nearest
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
#: Another way to write --help; no command with a module.
HELP_COMMAND = "help"
#: The commands that take a program to run after `--`.
_RUNNING = ("run", "snapshot", DEFAULT_COMMAND)

_EXAMPLES = """\
npumon                               the live monitor
npumon --demo                        the same on a simulated board
npumon -- ./run.sh                   the same, with this command running
npumon run inceptionv3               run a model that `npumon models` lists
npumon run -n 10 --warmup 1 -- ./run.sh
                                     run any command in this folder
npumon parse run.log --format json   read a finished log
npumon run.log                       the same; a model file is inspected"""
_STATUSES = """\
0 done, 1 the work failed, 2 usage, 3 no usable NPU or driver, 4 timed out,
130 interrupted, 141 the reader of standard output went away"""


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

    def _misused(self, error: argparse.ArgumentError) -> ProblemError:
        text = f"{error.argument_name}: {error.message}" if error.argument_name else error.message
        return self.problem(_sentence(text))

    def _check_value(self, action: argparse.Action, value: Any) -> None:  # noqa: ANN401  # argparse's own
        """Refuse a value that is none of the choices, with the one that may be meant."""
        if action.choices is None or value in action.choices:
            return
        if action.dest == "command":
            raise UnknownCommandError(value)
        if action.option_strings:
            what = f"Unknown value '{value}' of {action.option_strings[-1]}."
        else:
            what = f"Unknown {str(action.metavar).lower()} '{value}'."
        raise self.problem(what, choose(str(value), action.choices))


class UnknownCommandError(Exception):
    """In place of a command stands another word, which is the text."""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def parse_words(words: Sequence[str]) -> argparse.Namespace:
    """Return the command line, with the name of its `command` and its `program`: what follows `--` for the commands
    that run one, else None. Raises `ProblemError` (usage), and `SystemExit` after `--help`."""
    if "--" in words:
        index = words.index("--")
        before = words[:index]
        if any(name in before for name in _RUNNING) or not any(name in before for name in COMMANDS):
            args = _parsed(before)
            if args.command in _RUNNING:
                args.program = tuple(words[index + 1 :])
                return args
    args = _parsed(words)
    args.program = None
    return args


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    words = tuple(_scenarios_apart(words))
    parser = build_parser(words)
    args: argparse.Namespace
    try:
        args, rest = parser.parse_known_args(words)
    except UnknownCommandError as unknown:
        return _without_command(str(unknown), words, parser)
    name = getattr(args, "command", None)
    if name is None:
        return _parsed([DEFAULT_COMMAND, *words])
    if rest:
        raise _unknown(rest[0], name, parser)
    if name == HELP_COMMAND:
        return _parsed([args.topic, "--help"] if args.topic else ["--help"])
    adapt = getattr(command_module(name), "adapt_arguments", None)  # a command may read a shared option otherwise
    if adapt is not None:
        adapt(args)
    return args


def _scenarios_apart(words: Sequence[str]) -> Iterator[str]:
    """Yield the words; `--demo=NAME` as `--demo --scenario NAME`, because an option whose value may be left out would
    take the next word for it."""
    for number, word in enumerate(words):
        if word == "--":
            yield from words[number:]
            return
        option, equals, scenario = word.partition("=")
        yield from ("--demo", f"--scenario={scenario}") if option == "--demo" and equals else (word,)


def _unknown(word: str, command: str, parser: Parser) -> ProblemError:
    """Return what is wrong with a word that no command and no option takes."""
    commands = next(action.choices for action in parser._actions if action.dest == "command")
    own: Parser = parser if command == DEFAULT_COMMAND else dict(commands or {})[command]
    if word.startswith("-") and word != "-":
        return _unknown_option(word.partition("=")[0], own)
    return own.problem(f"Unexpected argument: {word}.")


def _unknown_option(option: str, parser: Parser) -> ProblemError:
    """Return what is wrong with an option that the parser does not know, or knows behind its command only."""
    if option in parser._option_string_actions:
        return parser.problem(f"{option} stands before the command.", f"Write it behind: {parser.prog} {option}.")
    near = nearest(option, (name for name in parser._option_string_actions if name.startswith("--")))
    return parser.problem(f"Unknown option {option}.", f"Did you mean {near}?" if near else "")


def _without_command(word: str, words: Sequence[str], parser: Parser) -> argparse.Namespace:
    """Return the command line of a file that stands in place of a command. Raises `ProblemError` for another word, or
    for the unknown option before it, whose value it is then."""
    before = [known.partition("=")[0] for known in words[: words.index(word)] if known.startswith("--")]
    strange = [option for option in before if option not in parser._option_string_actions]
    if strange:
        raise _unknown_option(strange[0], parser)
    if os.path.exists(word) and not os.path.isdir(word):
        return _of_file(word, words)
    near = nearest(word, (*COMMANDS, HELP_COMMAND))
    raise parser.problem(f"Unknown command '{word}'.", f"Did you mean npumon {near}?" if near else "")


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
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # `prog` is given because argparse would otherwise format a usage to find it, which imports a lot.
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", prog="npumon")
    helping = complete or not {"-h", "--help", HELP_COMMAND}.isdisjoint(words)
    for name, summary in COMMANDS.items():
        wanted = complete or name in words
        description = summary[:1].upper() + summary[1:] + "."
        command = commands.add_parser(name, help=summary, description=description, add_help=wanted)
        if wanted:
            command_module(name).add_arguments(command)
            _add_what_all_have(command, name, helping=helping)
    wanted = complete or HELP_COMMAND in words
    explained = commands.add_parser(
        HELP_COMMAND, help="explain a command", description="Explain a command.", add_help=wanted
    )
    if wanted:
        explained.usage = "npumon help [COMMAND]"
        topics = (*COMMANDS, HELP_COMMAND)
        explained.add_argument(
            "topic", nargs="?", default=None, metavar="COMMAND", choices=topics, help="what to explain"
        )
        _add_what_all_have(explained, HELP_COMMAND, helping=helping)
    _add_texts(parser, (("examples", _EXAMPLES), ("exit status", _STATUSES)))
    add_shared(parser)
    return parser


def _add_what_all_have(parser: Parser, command: str, *, helping: bool) -> None:
    """Add the shared options to a command, and, if somebody asks for its help, its examples."""
    if not helping:
        add_shared(parser)
        return
    from npumon.cli.command_help import OF_COMMAND

    known = OF_COMMAND[command]
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    _add_texts(parser, [("examples", known.examples)])
    add_shared(parser, known.shared, known.formats)


def _add_texts(parser: Parser, texts: Iterable[tuple[str, str]]) -> None:
    """Add texts as sections of their own: what argparse calls an epilog would come behind the shared options."""
    for title, text in texts:
        parser.add_argument_group(title, text)


def add_shared(parser: argparse.ArgumentParser, explained: frozenset[str] | None = None, formats: str = "") -> None:
    """Add the options that every command takes. The help explains those `explained` (None: all), and the `formats` that
    the command prints."""
    group = parser.add_argument_group("shared options")

    def add(*names: str, **options: Any) -> None:  # noqa: ANN401  # argparse's own
        if explained is not None and names[-1].lstrip("-").replace("-", "_") not in explained:
            options["help"] = argparse.SUPPRESS
        group.add_argument(*names, **options)

    add("--format", metavar="FORMAT", help=formats or "text, json, jsonl or csv, if the command supports it")
    add("-o", "--output", metavar="FILE", help="write the result to FILE")
    add("--demo", action="store_true", help="use a simulated board; --demo=NAME with this scenario")
    add("--scenario", metavar="NAME", help="what the simulated board does (implies --demo)")
    add("--seed", type=int, metavar="N", help="vary the simulated board's figures (implies --demo)")
    add("--root", metavar="DIR", help="look for /sys, /proc, /dev and /lib/modules in DIR")
    add("--timeout", metavar="SECONDS", help="stop a run that takes longer")
    add("--labels", metavar="FILE", help="class names, one per line, starting with class 0")
    add("--no-color", action="store_true", help="do not use colour (NO_COLOR does the same)")
    add("--ascii", action="store_true", help="use ASCII characters only")
    add("--config", metavar="FILE", help="read settings from FILE")
    add("-q", "--quiet", action="store_true", help="print no notes and no progress")
    add("--debug", action="store_true", help="print a traceback with errors")
    add("--version", action="version", version=f"npumon {__version__}", help="print the version")


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
