"""`npumon config`: every setting, its meaning, its value and its origin."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from npumon.cli.paths import shown
from npumon.cli.settings import Settings
from npumon.cli.settings_schema import SETTINGS, Setting, Value, plain
from npumon.core.layout import wrapped
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext

SCHEMA = "npumon.config/1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options; --format, --config and -o are shared ones."""
    parser.usage = "npumon config [option ...]"
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--path", action="store_true", default=False, help="print the path of the settings file and nothing else"
    )
    choice.add_argument(
        "--example", action="store_true", default=False, help="print a settings file with every key and its default"
    )


def run(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Print what was asked for. Raises `ProblemError` if there is no path to print."""
    settings, output = ctx.settings, ctx.output
    if args.path:
        path = _path(settings)
        output.document(visible(path) + "\n" if output.terminal else os.fsencode(path) + b"\n")
    elif args.example:
        output.document(example(settings))
    elif ctx.format("text", "json") == "json":
        output.document(as_json(settings))
    else:
        output.text(as_text(settings, output.style.width))
    return 0


def _path(settings: Settings) -> str:
    if settings.config_file is None:
        what, remedy = "Without a home folder, npumon has no settings file.", "Set HOME or XDG_CONFIG_HOME."
        raise ProblemError(Problem("config.no_home", what, remedy, "usage"))
    return settings.config_file


def as_text(settings: Settings, width: int) -> str:
    """Return a paragraph for each setting, in the table's order."""
    lines = [_file_line(settings), ""]
    for setting in SETTINGS:
        origin = settings.origin(setting.key)
        facts = [("from", str(origin))]
        if setting.key != "state.folder":
            facts.append(("default", written(setting, setting.default)))
        facts.append(("must be", setting.expectation))
        facts.append(("set with", " or ".join(filter(None, (setting.variable, setting.flag)))))
        lines.append(f"{setting.key} = {written(setting, settings.value(setting.key))}")
        lines += _wrapped(setting.meaning, width, " " * 4, " " * 4)
        for name, fact in facts:
            lines += _wrapped(fact, width, f"    {name:10}", " " * 14)
        lines.append("")
    return "\n".join(lines[:-1])


def _wrapped(text: str, width: int, first: str, others: str) -> list[str]:
    """Wrap the text behind `first`, further lines behind `others` of the same width; words stay whole, for copying."""
    lines = wrapped(text, max(width, 40) - len(others), keep_blanks=True, break_words=False)
    return [(others if number else first) + line for number, line in enumerate(lines)]


def _file_line(settings: Settings) -> str:
    if settings.config_file is None:
        return "Settings file: none, because no home folder is known."
    missing = "" if settings.config_found else " (not there; npumon config --example prints one)"
    return f"Settings file: {shown(settings.config_file)}{missing}"


def as_json(settings: Settings) -> str:
    """Return a document of the schema npumon.config/1. Paths are absolute; `run.environment` is an object."""
    document = {
        "schema": SCHEMA,
        "path": None if settings.config_file is None else visible(settings.config_file),
        "found": settings.config_found,
        "settings": [_json_setting(setting, settings) for setting in SETTINGS],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _json_setting(setting: Setting[Any], settings: Settings) -> dict[str, object]:
    number = setting.kind in ("number", "count")
    origin = settings.origin(setting.key)
    return {
        "key": setting.key,
        "type": setting.kind,
        "meaning": setting.meaning,
        "unit": setting.unit or None,
        "minimum": setting.minimum if number else None,
        "maximum": setting.maximum if number else None,
        "choices": list(setting.choices) or None,
        "optional": setting.optional,
        "default": _json_value(setting, setting.default),
        "value": _json_value(setting, settings.value(setting.key)),
        "origin": {"kind": origin.kind, "where": origin.where or None},
        "variable": setting.variable,
        "flag": setting.flag,
    }


def _json_value(setting: Setting[Any], value: Value) -> object:
    match setting.kind, value:
        case "variables", tuple():
            return {name: visible(text) for name, text in _variables(value)}
        case _, tuple():
            return [visible(str(item)) for item in value]
        case _, str():
            return visible(value)
    return value


def example(settings: Settings) -> str:
    """Return a settings file that changes nothing: every key is commented out and shows its default."""
    lines = [
        "# Settings of npumon. A key that is commented out has the default shown.",
        "# The environment (NPUMON_...) and the command line go before this file.",
    ]
    group = ""
    for setting in SETTINGS:
        table, _, name = setting.key.partition(".")
        if table != group:
            group = table
            lines += ["", f"[{group}]"]
        lines += ["", *_comments(setting)]
        default = settings.state_folder if setting.key == "state.folder" else setting.default
        lines.append(f"#{name} = {written(setting, default)}")
    return "\n".join(lines) + "\n"


def _comments(setting: Setting[Any]) -> Iterator[str]:
    text = setting.meaning
    if setting.kind not in ("text", "path", "paths"):
        text += f" It is {setting.expectation}."
    if setting.example:
        text += f" Example: {setting.key.partition('.')[2]} = {setting.example}"
    for line in wrapped(text, 96, keep_blanks=True, break_words=False):
        yield f"# {line}"


def written(setting: Setting[Any], value: Value) -> str:
    """Return a value as the settings file would have it; paths below the home folder begin with `~`."""
    match setting.kind, value:
        case _, None:
            return '"none"' if setting.optional else '""'
        case _, bool():
            return "true" if value else "false"
        case "variables", tuple():
            pairs = ", ".join(f"{name} = {_toml_text(text)}" for name, text in _variables(value))
            return f"{{ {pairs} }}" if pairs else "{}"
        case _, tuple():
            return "[" + ", ".join(_toml_text(shown_path(str(item))) for item in value) + "]"
        case "path", str():
            return _toml_text(shown_path(value))
        case "number", float():
            return plain(value) if value != int(value) else f"{value:.1f}"
    return _toml_text(value) if isinstance(value, str) else str(value)


def shown_path(path: str) -> str:
    """Return `paths.shown`, unless the path has characters that it would spell out: TOML has escapes of its own."""
    return shown(path) if path.isprintable() else path


def _variables(value: Value) -> tuple[tuple[str, str], ...]:
    return cast("tuple[tuple[str, str], ...]", value)


def _toml_text(text: str) -> str:
    """Return a basic string of TOML, in visible characters only."""
    return '"' + "".join(map(_toml_character, text)) + '"'


def _toml_character(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:  # TOML knows no lone surrogates
        return "\\\\" + visible(char)[1:]
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
