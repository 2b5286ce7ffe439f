"""The settings in force, each with its origin.

Later ones win: built-in default, settings file, environment (NPUMON_*), command line.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, cast

from npumon.cli.paths import UserFolders, expanded, user_folders
from npumon.cli.settings_schema import (
    BY_KEY,
    SETTINGS,
    MisfitError,
    Setting,
    SettingsTable,
    Value,
    from_text,
    from_toml,
)
from npumon.core.problems import Problem, ProblemError
from npumon.core.suggestions import nearest
from npumon.core.text import visible

GROUPS = frozenset(key.partition(".")[0] for key in BY_KEY)
_PREFIX = "NPUMON_"


class Origin(NamedTuple):
    """Where a value came from. `where` names the file and line, the variable or the option; a default may say
    there what it follows from."""

    kind: Literal["default", "file", "environment", "flag"]
    where: str = ""

    def __str__(self) -> str:
        if self.kind != "default":
            return self.where
        return f"default, {self.where}" if self.where else "default"


class Settings(SettingsTable):
    """The value of every setting, and where it came from. Paths are absolute.

    `config_file` is the file that is looked for (None: no home folder and no --config), `config_found` whether it was
    there. `remarks` are things the user should know, not errors.
    """

    def __init__(
        self,
        values: Mapping[str, Value],
        origins: Mapping[str, Origin],
        config_file: str | None,
        config_found: bool,
        remarks: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__(values)
        self._origins = origins
        self.config_file = config_file
        self.config_found = config_found
        self.remarks = remarks

    def value(self, key: str) -> Value:
        """Return the value by its key. Raises `KeyError` for a key that does not exist."""
        return self._values[key]

    def origin(self, key: str) -> Origin:
        """Return where the value came from. Raises `KeyError` for a key that does not exist."""
        return self._origins[key]


def load(
    *,
    config: str | None = None,
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    folders: UserFolders | None = None,
    read_file: bool = True,
) -> Settings:
    """Return the settings in force.

    `config` is the file named with --config; without it the one in the XDG folder is read if it exists. `flags`
    maps keys to what the command line says: a text is read like a variable of the environment, a value of the
    right type is taken as it is, None means that the option was not given; `run.environment` takes a list of
    NAME=VALUE. `environ` and `folders` default to this process's own. `read_file=False` leaves the file out.

    Raises `ProblemError` (usage) naming the file and line, variable or option that is wrong.
    """
    environ = os.environ if environ is None else environ
    folders = user_folders() if folders is None else folders
    path = expanded(config) if config is not None else folders.config_file
    layers = _Layers(folders)
    found = None
    if path is not None and read_file and (config is not None or _is_there(path)):
        from npumon.cli.config_file import read_entries  # most users have none

        found = read_entries(path, GROUPS, required=config is not None)
        for entry in found or ():
            layers.put_entry(entry.key, entry.value, entry.where, os.path.dirname(path))
    for setting in SETTINGS:
        if text := environ.get(setting.variable):
            layers.put_variable(setting, text)
    for key, value in (flags or {}).items():
        if value is not None:
            layers.put_flag(BY_KEY[key], value)
    return Settings(layers.values, layers.origins, path, found is not None, tuple(_misspelt(environ)))


def _is_there(path: str) -> bool:
    """Return False only if there is certainly no such file."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        pass
    return True


class _Layers:
    """The values while layer after layer is put on top."""

    def __init__(self, folders: UserFolders) -> None:
        self.values: dict[str, Value] = {setting.key: setting.default for setting in SETTINGS}
        self.origins: dict[str, Origin] = {setting.key: Origin("default") for setting in SETTINGS}
        self.values["state.folder"] = folders.state
        self.origins["state.folder"] = Origin("default", folders.state_source)
        if folders.home:
            roots = cast("tuple[str, ...]", BY_KEY["models.roots"].default)
            self.values["models.roots"] = tuple(root.replace("~", folders.home.rstrip("/"), 1) for root in roots)
        else:
            self.values["models.roots"] = ()
            self.origins["models.roots"] = Origin("default", "empty, because no home folder is known")

    def put_entry(self, key: str, value: object, where: str, base: str) -> None:
        """Put a key of the settings file; relative paths in it start from the file's folder."""
        setting = BY_KEY.get(key)
        if setting is None:
            raise _unknown_key(key, value, where)
        try:
            self._put(setting, from_toml(setting, value), Origin("file", where), base)
        except MisfitError as misfit:
            what = f"{where}: {key} must be {misfit}, not {_quoted(value)}."
            raise _wrong(what, "Correct that line; npumon config explains every key.") from None

    def put_variable(self, setting: Setting[Any], text: str) -> None:
        try:
            self._put(setting, from_text(setting, text), Origin("environment", setting.variable))
        except MisfitError as misfit:
            what = f"The variable {setting.variable} must be {misfit}, not {_quoted(text)}."
            raise _wrong(what, "Correct or unset it.") from None

    def put_flag(self, setting: Setting[Any], value: object) -> None:
        name = setting.flag or setting.key
        try:
            if setting.kind == "variables":
                read = _pairs(setting, cast("Iterable[str]", value))
            elif isinstance(value, str):
                read = from_text(setting, value)
            else:
                read = from_toml(setting, list(value) if isinstance(value, tuple) else value)
            self._put(setting, read, Origin("flag", name))
        except MisfitError as misfit:
            what = f"{name} must be {misfit}, not {_quoted(value)}."
            raise _wrong(what, _meant(setting, value)) from None

    def _put(self, setting: Setting[Any], value: Value, origin: Origin, base: str | None = None) -> None:
        key = setting.key
        try:
            if setting.kind == "path" and isinstance(value, str):
                value = expanded(value, base)
            elif setting.kind == "paths" and isinstance(value, tuple):
                value = tuple(expanded(str(path), base) for path in value)
        except ProblemError as error:
            problem = error.problem
            raise ProblemError(
                Problem(problem.id, f"{origin.where}: {problem.what}", problem.remedy, "usage")
            ) from None
        if setting.kind == "variables" and self.origins[key].kind != "default":
            before = self.origins[key].where
            value = tuple(dict([*self._variables(key), *cast("tuple[tuple[str, str], ...]", value)]).items())
            origin = Origin(origin.kind, f"{before}, {origin.where}")
        self.values[key] = value
        self.origins[key] = origin

    def _variables(self, key: str) -> tuple[tuple[str, str], ...]:
        return cast("tuple[tuple[str, str], ...]", self.values[key])


def _pairs(setting: Setting[Any], words: Iterable[str]) -> Value:
    """Return the variables of an option that is given once for each."""
    pairs: dict[str, object] = {}
    for word in words:
        name, equals, value = word.partition("=")
        try:
            from_toml(setting, {name: value if equals else None})
        except MisfitError:
            what = f"{setting.flag} must be NAME=VALUE, not {_quoted(word)}."
            raise _wrong(what, "A name is made of letters, digits and underscores.") from None
        pairs[name] = value
    return from_toml(setting, pairs)


def _meant(setting: Setting[Any], value: object) -> str:
    """Return the choice that an option's value may mean, or else an example of it."""
    near = nearest(str(value), setting.choices) if setting.choices else None
    if near is not None:
        return f"Did you mean {near}?"
    return f"Example: {setting.flag or setting.key} {setting.example}." if setting.example else ""


def _quoted(value: object) -> str:
    """Return a wrong value for a message: visible, and shortened if long."""
    text = visible(f"'{value}'" if isinstance(value, str) else str(value))
    return text if len(text) <= 60 else text[:57] + "..."


def _wrong(what: str, remedy: str) -> ProblemError:
    return ProblemError(Problem("config.value", what, remedy, "usage"))


def _unknown_key(key: str, value: object, where: str) -> ProblemError:
    if key in GROUPS:
        what = f"{where}: {key} must be a table, not {_quoted(value)}."
        return ProblemError(Problem("config.key", what, f"Write [{key}] and its keys below.", "usage"))
    near = nearest(key, [*BY_KEY, *GROUPS]) or next((known for known in BY_KEY if known.partition(".")[2] == key), None)
    remedy = f"Did you mean {near}?" if near else "npumon config lists every key."
    return ProblemError(Problem("config.key", f"{where}: unknown setting '{visible(key)}'.", remedy, "usage"))


def _misspelt(environ: Mapping[str, str]) -> Iterable[Problem]:
    """Yield a problem for each variable that is named like ours but has no effect."""
    known = [setting.variable for setting in SETTINGS]
    for name in sorted(environ):
        if name.startswith(_PREFIX) and name not in known:
            near = nearest(name, known, 0.85)
            remedy = f"Did you mean {near}?" if near else "npumon config lists every setting."
            yield Problem("config.variable", f"The variable {visible(name)} has no effect.", remedy, "usage")
