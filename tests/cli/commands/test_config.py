from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from npumon.cli.arguments import parse_words
from npumon.cli.commands import config
from npumon.cli.context import CommandContext
from npumon.cli.diagnostics import Diagnostics
from npumon.cli.output import Output
from npumon.cli.paths import UserFolders
from npumon.cli.settings import Settings, load
from npumon.cli.settings_schema import BY_KEY, SETTINGS, Value
from npumon.core.problems import ProblemError
from npumon.export.drawing import Style
from tests import golden
from tests.command_line import CommandLine, refused


def carry_out(settings: Settings, output: Output, *words: str) -> None:
    """The command, with these settings."""
    args = parse_words(["config", "--config", "/dev/null", *words])
    with CommandContext(args, Diagnostics()) as ctx:
        ctx.settings, ctx.output = settings, output
        assert config.run(args, ctx) == 0


def printed(settings: Settings, tmp_path: Path, *words: str, width: int = 80) -> str:
    path = tmp_path / "printed"
    carry_out(settings, Output(str(path), Style(width=width)), *words)
    return path.read_text()


def changed(settings: Settings, config_file: str | None, values: dict[str, Value] | None = None) -> Settings:
    """The settings with another file, and with these values."""
    return Settings(
        {key: settings.value(key) for key in BY_KEY} | (values or {}),
        {key: settings.origin(key) for key in BY_KEY},
        config_file,
        settings.config_found,
    )


def test_every_key_is_explained(defaults: Settings, tmp_path: Path) -> None:
    text = printed(defaults, tmp_path)
    for setting in SETTINGS:
        assert f"\n{setting.key} = " in text
        assert setting.variable in text
        assert setting.flag is None or setting.flag in text
    assert text.startswith(f"Settings file: {defaults.config_file} (not there;")


def test_the_text_keeps_to_its_width(defaults: Settings, tmp_path: Path) -> None:
    settings = changed(defaults, None, {"state.folder": "/state", "models.roots": ("/m",)})
    text = printed(settings, tmp_path, width=60)
    assert max(map(len, text.splitlines())) <= 60
    assert text.startswith("Settings file: none, because no home folder is known.\n")


def test_a_value_says_where_it_came_from(folders: UserFolders, tmp_path: Path) -> None:
    settings = load(environ={"NPUMON_RUN_WARMUP": "2"}, folders=folders, flags={"run.timeout_s": "5"})
    text = printed(settings, tmp_path)
    assert re.search(r"\nrun\.timeout_s = 5\.0\n.*\n    from      --timeout\n    default   \"none\"\n", text)
    assert re.search(r"\nrun\.warmup = 2\n.*\n.*\n    from      NPUMON_RUN_WARMUP\n    default   0\n", text)


def test_json(folders: UserFolders, tmp_path: Path) -> None:
    settings = load(
        environ={"NPUMON_RUN_ENVIRONMENT": "A=1"},
        folders=folders,
        flags={"output.format": "json", "board.root": "/b\x1b\udcff"},
    )
    document = json.loads(printed(settings, tmp_path))
    assert document["schema"] == "npumon.config/1"
    assert document["path"] == folders.config_file
    assert document["found"] is False
    entries = {entry["key"]: entry for entry in document["settings"]}
    assert list(entries) == list(BY_KEY)
    assert entries["run.timeout_s"] == {
        "key": "run.timeout_s",
        "type": "number",
        "meaning": "How long a run may take before it is stopped.",
        "unit": "seconds",
        "minimum": 0.001,
        "maximum": 31536000,
        "choices": None,
        "optional": True,
        "default": None,
        "value": None,
        "origin": {"kind": "default", "where": None},
        "variable": "NPUMON_RUN_TIMEOUT_S",
        "flag": "--timeout",
    }
    assert entries["run.environment"]["value"] == {"A": "1"}
    assert entries["run.environment"]["default"] == {}
    assert entries["models.roots"]["value"] == [f"{folders.home}/aml_npu_demo_binaries"]
    assert entries["board.root"]["value"] == "/b\\x1b\\udcff"
    assert entries["output.format"]["origin"] == {"kind": "flag", "where": "--format"}


def test_the_example_changes_nothing(folders: UserFolders, defaults: Settings, tmp_path: Path) -> None:
    example = tmp_path / "example.toml"
    example.write_text(printed(defaults, tmp_path, "--example"))
    settings = load(config=str(example), environ={}, folders=folders)
    assert settings.config_found
    for setting in SETTINGS:
        assert settings.value(setting.key) == defaults.value(setting.key)
        assert settings.origin(setting.key).kind == "default"


@pytest.mark.parametrize("home", ["/home/ann", "/home/\x1b[2J\"quoted\\\u202e 'é"])
def test_every_key_of_the_example_has_its_default(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", home)
    folders = UserFolders(home, None, f"{home}/.local/state/npumon", "XDG state folder")
    defaults = load(environ={}, folders=folders)
    text, uncommented = re.subn(r"(?m)^#(?=[a-z_]+ = )", "", printed(defaults, tmp_path, "--example"))
    assert uncommented == len(SETTINGS)
    assert text.replace("\n", "").isprintable()
    example = tmp_path / "example.toml"
    example.write_text(text)
    settings = load(config=str(example), environ={}, folders=folders)
    for setting in SETTINGS:
        assert settings.value(setting.key) == defaults.value(setting.key), setting.key
        assert settings.origin(setting.key).kind == "file", setting.key


def test_examples_given_for_a_setting_are_right(folders: UserFolders, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    with_example = [setting for setting in SETTINGS if setting.example]
    path.write_text("".join(f"{setting.key} = {setting.example}\n" for setting in with_example))
    settings = load(config=str(path), environ={}, folders=folders)
    assert all(settings.origin(setting.key).kind == "file" for setting in with_example)


def test_the_path_alone(defaults: Settings, tmp_path: Path) -> None:
    assert printed(defaults, tmp_path, "--path") == f"{defaults.config_file}\n"
    odd = changed(defaults, "/x/\udcff.toml")
    carry_out(odd, Output(str(tmp_path / "p"), Style()), "--path")
    assert (tmp_path / "p").read_bytes() == b"/x/\xff.toml\n"


def test_the_path_on_a_terminal_is_made_visible(defaults: Settings, terminal: Any) -> None:
    odd = changed(defaults, "/x/\x1b[2J.toml")
    output = Output(None, Style(), terminal=True, fd=terminal.fd)
    carry_out(odd, output, "--path")
    assert terminal.read() == "/x/\\x1b[2J.toml\n"


def test_no_path_without_a_home(defaults: Settings, tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        printed(changed(defaults, None), tmp_path, "--path")
    golden.problem(caught.value.problem, "config.no_home")


def test_the_way_out_of_a_broken_file(npumon: CommandLine) -> None:
    npumon.config.parent.mkdir(parents=True)
    npumon.config.write_text("[run\n")
    refused(npumon("config"), 2, "config.toml is not valid TOML")
    assert npumon("config", "--path").stdout == f"{npumon.config}\n"
    assert npumon("config", "--example").stdout.startswith("# Settings of npumon.")
