from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from npumon.cli.paths import UserFolders
from npumon.cli.settings import Origin, Settings, load
from npumon.cli.settings_schema import BY_KEY, SETTINGS, MisfitError, Setting, from_text, from_toml
from npumon.core.problems import Problem, ProblemError

Python = Callable[..., "subprocess.CompletedProcess[str]"]


def write(folders: UserFolders, text: str | bytes) -> str:
    """The settings file with this text; returns its path."""
    assert folders.config_file is not None
    path = Path(folders.config_file)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def refusal(folders: UserFolders, **options: object) -> Problem:
    with pytest.raises(ProblemError) as raised:
        load(**{"environ": {}, "folders": folders, **options})  # type: ignore[arg-type]  # the test says which
    assert raised.value.problem.kind == "usage"
    assert raised.value.problem.remedy or raised.value.problem.what.startswith("--")
    return raised.value.problem


def test_one_name_serves_everywhere(defaults: Settings) -> None:
    setting = Settings.run_timeout_s
    assert (setting.key, setting.variable, setting.flag) == ("run.timeout_s", "NPUMON_RUN_TIMEOUT_S", "--timeout")
    assert BY_KEY["run.timeout_s"] is setting
    assert len(BY_KEY) == len(SETTINGS)
    for setting in SETTINGS:
        value = getattr(defaults, setting.key.replace(".", "_"))
        assert value == defaults.value(setting.key)


def test_every_setting_is_documented() -> None:
    for setting in SETTINGS:
        assert setting.meaning.endswith("."), setting.key
        assert setting.expectation, setting.key
        assert setting.unit or setting.kind not in ("number", "count"), setting.key


def test_every_default_fits_its_setting() -> None:
    for setting in SETTINGS:
        if setting.kind not in ("paths", "variables") and setting.default is not None:
            assert from_toml(setting, setting.default) == setting.default, setting.key


def test_defaults(defaults: Settings, folders: UserFolders) -> None:
    assert defaults.models_roots == (f"{folders.home}/aml_npu_demo_binaries",)
    assert defaults.run_timeout_s is None
    assert defaults.run_profile is True
    assert defaults.state_folder == folders.state
    assert defaults.board_root == "/"
    assert defaults.config_file == folders.config_file
    assert not defaults.config_found
    assert defaults.origin("run.timeout_s") == Origin("default")
    assert str(defaults.origin("run.timeout_s")) == "default"
    assert str(defaults.origin("state.folder")) == "default, XDG state folder"


def test_without_a_home_there_is_no_default_root(tmp_path: Path) -> None:
    settings = load(environ={}, folders=UserFolders(None, None, "/tmp/npumon-1", "temporary folder"))
    assert settings.models_roots == ()
    assert settings.state_folder == "/tmp/npumon-1"
    assert str(settings.origin("state.folder")) == "default, temporary folder"
    assert settings.config_file is None


def test_later_layers_go_before_earlier_ones(folders: UserFolders) -> None:
    path = write(folders, "[run]\nwarmup = 1\ntimeout_s = 1\nkeep = true\n")
    environ = {"NPUMON_RUN_WARMUP": "2", "NPUMON_RUN_TIMEOUT_S": "2"}
    settings = load(environ=environ, folders=folders, flags={"run.warmup": "3", "run.keep": None})
    assert (settings.run_keep, settings.origin("run.keep")) == (True, Origin("file", f"{path}:4"))
    assert (settings.run_timeout_s, settings.origin("run.timeout_s")) == (
        2.0,
        Origin("environment", "NPUMON_RUN_TIMEOUT_S"),
    )
    assert (settings.run_warmup, settings.origin("run.warmup")) == (3, Origin("flag", "--warmup"))
    assert settings.value("run.warmup") == 3
    assert settings.config_found


def test_variables_for_the_model_add_up_name_by_name(folders: UserFolders) -> None:
    path = write(folders, "[run.environment]\nA = '1'\nVNN_LOOP_TIME = 10\n")
    settings = load(
        environ={"NPUMON_RUN_ENVIRONMENT": "A=2 B='x y'"},
        folders=folders,
        flags={"run.environment": ["C=a b=c", "B="]},
    )
    assert settings.run_environment == (("A", "2"), ("VNN_LOOP_TIME", "10"), ("B", ""), ("C", "a b=c"))
    assert settings.origin("run.environment") == Origin("flag", f"{path}:1, NPUMON_RUN_ENVIRONMENT, --env")


def test_none_takes_a_value_back(folders: UserFolders) -> None:
    write(folders, "[run]\ntimeout_s = 5\n[npu]\nnominal_clock_mhz = 'none'\n")
    settings = load(environ={"NPUMON_RUN_TIMEOUT_S": "None"}, folders=folders)
    assert settings.run_timeout_s is None
    assert settings.origin("run.timeout_s").kind == "environment"
    assert settings.npu_nominal_clock_mhz is None
    assert settings.origin("npu.nominal_clock_mhz").kind == "file"


def test_an_empty_variable_is_not_set(folders: UserFolders) -> None:
    assert load(environ={"NPUMON_RUN_TIMEOUT_S": ""}, folders=folders).run_timeout_s is None


def test_paths_of_the_file_start_from_its_folder(folders: UserFolders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    path = write(folders, "[models]\nroots = ['models', '~/m', '/abs']\n[labels]\nfile = '../labels.txt'\n")
    settings = load(environ={}, folders=folders)
    folder = os.path.dirname(path)
    assert settings.models_roots == (f"{folder}/models", "/home/ann/m", "/abs")
    assert settings.labels_file == os.path.normpath(f"{folder}/../labels.txt")


def test_paths_of_variables_and_options_start_from_the_current_folder(
    folders: UserFolders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"NPUMON_MODELS_ROOTS": "a::/b", "NPUMON_STATE_FOLDER": "s"}
    settings = load(environ=environ, folders=folders, flags={"labels.file": "l.txt"})
    assert settings.models_roots == (f"{tmp_path}/a", "/b")
    assert settings.state_folder == f"{tmp_path}/s"
    assert settings.labels_file == f"{tmp_path}/l.txt"


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", True), ("TRUE", True), ("Yes", True), ("on", True), ("0", False), ("no", False), ("Off", False)],
)
def test_switches_in_text(text: str, value: bool) -> None:
    assert from_text(BY_KEY["run.profile"], text) is value
    assert from_text(BY_KEY["output.ascii"], text) is value


def test_ascii_may_be_auto(folders: UserFolders) -> None:
    assert from_text(BY_KEY["output.ascii"], "AUTO") == "auto"
    assert from_toml(BY_KEY["output.ascii"], "auto") == "auto"
    assert load(environ={}, folders=folders, flags={"output.ascii": True}).output_ascii is True


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("run.timeout_s", "soon"),
        ("run.timeout_s", "nan"),
        ("run.timeout_s", "inf"),
        ("run.timeout_s", "0"),
        ("run.timeout_s", "-1"),
        ("run.timeout_s", "1e400"),
        ("run.warmup", "1.5"),
        ("run.warmup", "-1"),
        ("run.warmup", "9" * 5_000),
        ("tui.refresh_s", "0.1"),
        ("tui.refresh_s", "none"),
        ("run.profile", "maybe"),
        ("run.profile", "auto"),
        ("output.ascii", "sometimes"),
        ("output.format", "xml"),
        ("log.kept_runs", "0"),
        ("run.environment", "A"),
        ("run.environment", "A='"),
        ("run.environment", "=1"),
        ("run.environment", "a-b=1"),
        ("labels.file", "a\0b"),
    ],
)
def test_text_that_does_not_fit(key: str, text: str) -> None:
    with pytest.raises(MisfitError):
        from_text(BY_KEY[key], text)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("run.timeout_s", "5"),
        ("run.timeout_s", True),
        ("run.timeout_s", math.nan),
        ("run.timeout_s", 10**400),
        ("run.warmup", 1.0),
        ("run.warmup", True),
        ("run.profile", 1),
        ("run.profile", "true"),
        ("output.format", 1),
        ("output.format", []),
        ("models.roots", "~/m"),
        ("models.roots", [1]),
        ("models.roots", [""]),
        ("run.environment", {"A": True}),
        ("run.environment", {"A": 1.5}),
        ("run.environment", {"A": "\0"}),
        ("run.environment", {"": "x"}),
        ("run.environment", []),
        ("labels.file", ""),
        ("tui.theme", {}),
    ],
)
def test_toml_that_does_not_fit(key: str, value: object) -> None:
    with pytest.raises(MisfitError):
        from_toml(BY_KEY[key], value)


@hypothesis(deadline=None)
@given(setting=st.sampled_from(SETTINGS), text=st.text())
def test_any_text_fits_or_is_refused(setting: Setting[Any], text: str) -> None:
    with suppress(MisfitError):
        # What text gives, TOML would give as well, so it is of the setting's type.
        value = from_text(setting, text)
        assert value is None or isinstance(value, tuple) or from_toml(setting, value) == value


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@hypothesis(deadline=None)
@given(setting=st.sampled_from(SETTINGS), value=ANYTHING)
def test_any_value_fits_or_is_refused(setting: Setting[Any], value: object) -> None:
    with suppress(MisfitError):
        fitting = from_toml(setting, value)
        assert fitting is None or isinstance(fitting, str | int | float | tuple)


@pytest.mark.parametrize(
    ("text", "line", "said", "remedy"),
    [
        ("[run]\ntimout_s = 5\n", 2, "unknown setting 'run.timout_s'", "Did you mean run.timeout_s?"),
        ("timeout_s = 5\n", 1, "unknown setting 'timeout_s'", "Did you mean run.timeout_s?"),
        ("[rnu]\nwarmup = 1\n", 1, "unknown setting 'rnu'", "Did you mean run?"),
        ("[x]\ny = 1\n", 1, "unknown setting 'x'", "npumon config lists every key."),
        ("# \n\nrun = 5\n", 3, "run must be a table, not 5", "Write [run] and its keys below."),
        ("[[run]]\nkeep = true\n", None, "run must be a table", "Write [run] and its keys below."),
        (
            "[run]\n\nwarmup = -1\n",
            3,
            "run.warmup must be a whole number of runs from 0 to 1000000, not -1",
            "Correct that line; npumon config explains every key.",
        ),
        ("run.keep = 'x'\n", 1, "run.keep must be true or false, not 'x'", "Correct that line"),
        ("run = { keep = 3 }\n", 1, "run.keep must be true or false, not 3", "Correct that line"),
        ("[run.keep]\nx = 1\n", 1, "run.keep must be true or false", "Correct that line"),
        ("[labels]\nfile = '~no-such-user-here/x'\n", 2, "cannot be expanded", "Write an absolute path."),
        ("[tui]\ntheme = 1979-05-27\n", 2, "tui.theme must be auto, terminal, dark, light or", "Correct that line"),
        ('[tui]\n"th\\u001beme" = 1\n', None, "unknown setting 'tui.th\\x1beme'", "Did you mean tui.theme?"),
    ],
)
def test_a_wrong_key_or_value_in_the_file(
    folders: UserFolders, text: str, line: int | None, said: str, remedy: str
) -> None:
    path = write(folders, text)
    problem = refusal(folders)
    place = path if line is None else f"{path}:{line}"
    assert problem.what.startswith(f"{place}: ")
    assert said in problem.what
    assert problem.remedy.startswith(remedy)


def test_a_wrong_value_is_quoted_shortly_and_visibly(folders: UserFolders) -> None:
    write(folders, "[run]\nkeep = '''\x1b''' \n".replace("\x1b", "k" * 500))
    assert len(refusal(folders).what) < 250 + len(str(folders.config_file))


def test_a_wrong_variable_names_itself(folders: UserFolders) -> None:
    problem = refusal(folders, environ={"NPUMON_TUI_REFRESH_S": "0.1\x1b[2J"})
    assert problem.what == (
        "The variable NPUMON_TUI_REFRESH_S must be a number of seconds from 0.2 to 3600, not '0.1\\x1b[2J'."
    )
    assert problem.remedy == "Correct or unset it."


def test_a_wrong_option_names_itself(folders: UserFolders) -> None:
    problem = refusal(folders, flags={"run.timeout_s": "0"})
    assert str(problem) == (
        "--timeout must be a number of seconds from 0.001 to 31536000, or none, not '0'. Example: --timeout 60."
    )
    assert "--env must be NAME=VALUE" in refusal(folders, flags={"run.environment": ["A"]}).what


def test_a_misspelt_variable_is_remarked_upon(folders: UserFolders) -> None:
    settings = load(environ={"NPUMON_RUN_TIMEOUT": "5", "NPUMON_INTERNAL": "1", "TERM": "x"}, folders=folders)
    assert [str(remark) for remark in settings.remarks] == [
        "The variable NPUMON_INTERNAL has no effect. npumon config lists every setting.",
        "The variable NPUMON_RUN_TIMEOUT has no effect. Did you mean NPUMON_RUN_TIMEOUT_S?",
    ]


def test_a_file_named_on_the_command_line_goes_before_the_usual_one(folders: UserFolders, tmp_path: Path) -> None:
    write(folders, "[run]\nwarmup = 1\n")
    (tmp_path / "other.toml").write_text("[run]\nkeep = true\n")
    settings = load(config=str(tmp_path / "other.toml"), environ={}, folders=folders)
    assert (settings.run_warmup, settings.run_keep) == (0, True)
    assert settings.config_file == str(tmp_path / "other.toml")


def test_the_file_can_be_left_out(folders: UserFolders) -> None:
    write(folders, "this is no TOML")
    settings = load(environ={}, folders=folders, read_file=False)
    assert settings.config_file == folders.config_file


def test_loading_needs_nothing_from_outside(python: Python) -> None:
    program = "from npumon.cli.settings import load; print(load().run_warmup, load().tui_refresh_s)"
    assert python(program, HOME="/nowhere", NPUMON_RUN_WARMUP="4").stdout == "4 1.0\n"


def test_importing_it_is_cheap(python: Python) -> None:
    program = "import sys, npumon.cli.settings; print(sorted({m.partition('.')[0] for m in sys.modules}))"
    modules = python(program, HOME="/").stdout
    assert "npumon" in modules
    for heavy in ("tomllib", "tomli", "argparse", "subprocess", "asyncio", "difflib", "shlex"):
        assert f"'{heavy}'" not in modules
