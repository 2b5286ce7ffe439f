"""The table of settings: every key, what it means and what its value may be.

One name serves everywhere: the attribute `run_timeout_s` is the key `run.timeout_s`, `timeout_s` in the file's table
`[run]`, and the environment variable NPUMON_RUN_TIMEOUT_S.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Generic, Literal, TypeVar, cast, overload

from npumon.core.run.roofs import ORIGINS, Origin

Kind = Literal["text", "path", "paths", "number", "count", "switch", "switch or auto", "choice", "variables"]
Value = str | float | int | bool | None | tuple[str, ...] | tuple[tuple[str, str], ...]

Set_co = TypeVar("Set_co", covariant=True)

#: How "no value" is written, in the file, the environment and on the command line. Only for optional settings.
NONE = "none"


class Setting(Generic[Set_co]):
    """One setting: an attribute of a class, whose instances have its value there.

    `key` is its name in the file and on the command line. `flag` is the command line option that sets it, if there is
    one; `unit` is in words. `optional` settings may be none. Numbers have an inclusive `minimum` and `maximum`.
    `example` is a TOML value, for those whose default shows nothing.
    """

    def __init__(
        self,
        kind: Kind,
        default: Value,
        meaning: str,
        *,
        unit: str = "",
        flag: str | None = None,
        minimum: float = 0,
        maximum: float = 0,
        choices: tuple[str, ...] = (),
        optional: bool = False,
        example: str = "",
    ) -> None:
        self.kind = kind
        self.default = default
        self.meaning = meaning
        self.unit = unit
        self.flag = flag
        self.minimum = minimum
        self.maximum = maximum
        self.choices = choices
        self.optional = optional
        self.example = example

    def __set_name__(self, owner: type, name: str) -> None:
        self.key = name.replace("_", ".", 1)

    @overload
    def __get__(self, instance: None, owner: type) -> Setting[Set_co]: ...

    @overload
    def __get__(self, instance: SettingsTable, owner: type) -> Set_co: ...

    def __get__(self, instance: SettingsTable | None, owner: type) -> Setting[Set_co] | Set_co:
        return self if instance is None else cast("Set_co", instance._values[self.key])

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "NPUMON_" + self.key.replace(".", "_").upper()

    @property
    def expectation(self) -> str:
        """What a value must be, in words that complete "must be"."""
        match self.kind:
            case "number" | "count":
                words = "a number" if self.kind == "number" else "a whole number"
                words += f" of {self.unit}" if self.unit else ""
                words += f" from {plain(self.minimum)} to {plain(self.maximum)}"
            case "switch":
                words = "true or false"
            case "switch or auto":
                words = "true, false or auto"
            case "choice":
                words = ", ".join(self.choices[:-1]) + " or " + self.choices[-1]
            case "path":
                words = "a path"
            case "paths":
                words = "a list of paths"
            case "variables":
                words = "a table of environment variables, each a name and a value"
            case "text":
                words = "text"
        return words + (f", or {NONE}" if self.optional else "")


def plain(number: float) -> str:
    """Return a number without an exponent and without a needless `.0`."""
    return str(int(number)) if number == int(number) else str(number)


#: One year: far beyond any run, and small enough for every timer.
_LONGEST_S = 31_536_000


class SettingsTable:
    """Every setting with its type; an instance has their values."""

    models_roots: Setting[tuple[str, ...]] = Setting(
        "paths",
        ("~/aml_npu_demo_binaries",),
        "Folders to search for models. The current folder is always searched as well.",
    )
    run_timeout_s: Setting[float | None] = Setting(
        "number",
        None,
        "How long a run may take before it is stopped.",
        unit="seconds",
        flag="--timeout",
        minimum=0.001,
        maximum=_LONGEST_S,
        optional=True,
        example="60",
    )
    run_warmup: Setting[int] = Setting(
        "count",
        0,
        "Runs made beforehand and not reported: on a cold NPU the first one is mostly waiting.",
        unit="runs",
        flag="--warmup",
        maximum=1_000_000,
    )
    run_profile: Setting[bool] = Setting(
        "switch",
        True,
        "Ask the driver for a profile (VIV_VX_PROFILE=1, VIV_VX_DEBUG_LEVEL=1).",
        flag="--no-profile",
    )
    run_keep: Setting[bool] = Setting(
        "switch",
        False,
        "Let a run continue if npumon ends first.",
        flag="--keep",
    )
    run_environment: Setting[tuple[tuple[str, str], ...]] = Setting(
        "variables",
        (),
        "Environment variables for the model, added to those npumon was started with. The file, the environment and "
        "the command line are combined, name by name.",
        flag="--env",
        example='{ VNN_LOOP_TIME = "10" }',
    )
    output_format: Setting[str] = Setting(
        "choice",
        "text",
        "How results are printed, by commands that support the format; only snapshot supports svg.",
        flag="--format",
        choices=("text", "json", "jsonl", "csv", "svg"),
    )
    output_color: Setting[Literal["auto", "always", "never"]] = Setting(
        "choice",
        "auto",
        "Whether text is coloured. auto means on a terminal, unless NO_COLOR is set or TERM is dumb.",
        flag="--no-color",
        choices=("auto", "always", "never"),
    )
    output_ascii: Setting[bool | Literal["auto"]] = Setting(
        "switch or auto",
        "auto",
        "Plain ASCII instead of Unicode bars and lines. auto follows the locale and the terminal's type.",
        flag="--ascii",
    )
    labels_file: Setting[str | None] = Setting(
        "path",
        None,
        "Class names, one per line, starting with class 0. none means the labels file found beside the model or one "
        "folder up.",
        flag="--labels",
        optional=True,
        example='"~/aml_npu_demo_binaries/imagenet_slim_labels.txt"',
    )
    state_folder: Setting[str] = Setting(
        "path",
        None,
        "Where run logs are kept. The default is the npumon folder in the XDG state folder.",
    )
    board_root: Setting[str] = Setting(
        "path",
        "/",
        "The folder that holds /sys, /proc, /dev and /lib/modules.",
        flag="--root",
    )
    npu_nominal_clock_mhz: Setting[float | None] = Setting(
        "number", None, "The clock that the NPU should run at. none means the chip's nominal clock.",
        unit="MHz", minimum=1, maximum=10_000, optional=True, example="800",
    )  # fmt: skip
    roofs_mac_per_cycle: Setting[float | None] = Setting(
        "number", None,
        "The most multiply-accumulates that the NPU can do in a cycle: the roof that convolutions are compared with. "
        "none means what is known of the chip.",
        unit="MAC per cycle", minimum=1, maximum=1_000_000, optional=True, example="1485",
    )  # fmt: skip
    roofs_mac_per_cycle_origin: Setting[Origin] = Setting(
        "choice", "user",
        "Where roofs.mac_per_cycle comes from; a percentage of a roof is always given with its origin.",
        choices=ORIGINS,
    )  # fmt: skip
    roofs_ddr_mbyte_per_s: Setting[float | None] = Setting(
        "number", None,
        "The most that the board's DDR memory can move; by it npumon recognises what memory limits. none means what is "
        "known of the chip.",
        unit="MByte/s", minimum=1, maximum=1_000_000, optional=True, example="10000",
    )  # fmt: skip
    roofs_ddr_origin: Setting[Origin] = Setting(
        "choice", "user", "Where roofs.ddr_mbyte_per_s comes from.", choices=ORIGINS
    )
    export_folder: Setting[str | None] = Setting(
        "path", None, "Where the live monitor writes files; none means the current folder.", optional=True
    )
    log_kept_runs: Setting[int] = Setting(
        "count", 200, "How many run logs are kept in the state folder; the oldest are removed first.",
        unit="runs", minimum=1, maximum=1_000_000,
    )  # fmt: skip
    log_max_mib: Setting[int | None] = Setting(
        "count", 256, "How large a run's log may get: then only its beginning and its newest part are kept.",
        unit="MiB", minimum=1, maximum=1_000_000, optional=True,
    )  # fmt: skip
    log_total_mib: Setting[int | None] = Setting(
        "count", 2048, "How much space run logs may take; the oldest are removed first, the newest is always kept.",
        unit="MiB", minimum=1, maximum=100_000_000, optional=True,
    )  # fmt: skip
    tui_refresh_s: Setting[float] = Setting(
        "number",
        1.0,
        "Time between two readings of the board in the live monitor.",
        unit="seconds",
        minimum=0.2,
        maximum=3_600,
    )
    tui_theme: Setting[str] = Setting(
        "choice",
        "auto",
        "The live monitor's theme. terminal (auto) uses the terminal's own colours and background.",
        choices=("auto", "terminal", "dark", "light", "colorblind"),
    )

    def __init__(self, values: Mapping[str, Value]) -> None:
        """`values` by key."""
        self._values = values


#: By key, in the order of the table.
BY_KEY: Mapping[str, Setting[Any]] = {
    setting.key: setting for setting in vars(SettingsTable).values() if isinstance(setting, Setting)
}
SETTINGS = tuple(BY_KEY.values())


_SWITCHES = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class MisfitError(Exception):
    """A value that does not fit its setting; the text says what would (`a number of seconds from 0.2 to 3600`)."""


def from_toml(setting: Setting[Any], value: object) -> Value:
    """Return the value of a setting in a TOML document. Raises `MisfitError`.

    A boolean is not a number here, and a number is not a text, except that a variable for the model may be a whole
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


def from_text(setting: Setting[Any], text: str) -> Value:
    """Return the value of a setting in an environment variable or a command line option. Raises `MisfitError`.

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


def _in_range(setting: Setting[Any], number: float) -> Value:
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
        raise MisfitError("a table whose values are quoted text")
    return name, value


def _variables(setting: Setting[Any], text: str) -> Value:
    import shlex

    try:
        words = shlex.split(text)
    except ValueError:
        raise MisfitError("a list of NAME=VALUE with matching quotes") from None
    pairs = [word.partition("=") for word in words]
    if not all(equals for _, equals, _ in pairs):
        raise MisfitError("a list of NAME=VALUE")
    return from_toml(setting, {name: value for name, _, value in pairs})
