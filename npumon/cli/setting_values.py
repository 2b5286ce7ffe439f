"""How the value of a setting is read, from TOML and from text."""

from __future__ import annotations

import os
import re

from npumon.cli.settings_schema import NONE, Setting, Value

_SWITCHES = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class MisfitError(Exception):
    """A value that does not fit its setting; the text says what would (`a number of seconds from 0.2 to 3600`)."""


def from_toml(setting: Setting, value: object) -> Value:
    """The value of a setting in a TOML document. Raises `MisfitError`.

    A boolean is no number here, and a number is no text, except that a variable for the model may be a whole
    number (`VNN_LOOP_TIME = 10`).
    """
    if setting.optional and value == NONE:
        return None
    match setting.kind, value:
        case "number" | "count", int() | float() if not isinstance(value, bool):
            return _in_range(setting, value)
        case (("switch" | "switch or auto"), bool(flag)):
            return flag
        case "switch or auto", "auto":
            return "auto"
        case "choice", str() if value in setting.choices:
            return value
        case "text" | "path", str() if value and "\0" not in value:
            return value
        case "paths", list() if all(isinstance(item, str) and item and "\0" not in item for item in value):
            return tuple(value)
        case "variables", dict():
            return tuple(_variable(name, item) for name, item in value.items())
    raise MisfitError(setting.expectation)


def from_text(setting: Setting, text: str) -> Value:
    """The value of a setting in an environment variable or a command line option. Raises `MisfitError`.

    Lists are separated like $PATH. Several variables are separated by spaces, quoted as in a shell.
    """
    if setting.optional and text.lower() == NONE:
        return None
    match setting.kind:
        case "number" | "count":
            try:
                return _in_range(setting, float(text) if setting.kind == "number" else int(text))
            except ValueError:
                raise MisfitError(setting.expectation) from None
        case "switch" | "switch or auto":
            lowered = text.lower()
            return from_toml(setting, _SWITCHES.get(lowered, lowered))
        case "paths":
            return from_toml(setting, [item for item in text.split(os.pathsep) if item])
        case "variables":
            return _variables(setting, text)
        case _:
            return from_toml(setting, text)


def _in_range(setting: Setting, number: float) -> Value:
    whole = isinstance(number, int)
    if (setting.kind == "count" and not whole) or not setting.minimum <= number <= setting.maximum:
        raise MisfitError(setting.expectation)
    return number if setting.kind == "count" else float(number)


def _variable(name: str, value: object) -> tuple[str, str]:
    if not _VARIABLE_NAME.fullmatch(name):
        raise MisfitError("a table whose names are letters, digits and underscores")
    if isinstance(value, int) and not isinstance(value, bool):
        return name, str(value)
    if not isinstance(value, str) or "\0" in value:
        raise MisfitError("a table whose values are texts in quotes")
    return name, value


def _variables(setting: Setting, text: str) -> Value:
    import shlex

    try:
        words = shlex.split(text)
    except ValueError:
        raise MisfitError("a list of NAME=VALUE with matching quotes") from None
    pairs = [word.partition("=") for word in words]
    if not all(equals for _, equals, _ in pairs):
        raise MisfitError("a list of NAME=VALUE")
    return from_toml(setting, {name: value for name, _, value in pairs})
