from __future__ import annotations

import grp
import os
import pwd
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.cli.paths import expanded, home_folder, make_private_folder, shown, user_folders
from npumon.core.problems import ProblemError
from tests import golden

Python = Callable[..., "subprocess.CompletedProcess[str]"]

FIELDS = """
from npumon.cli.paths import user_folders
f = user_folders()
print(f.home, f.config_file, f.state, f.state_source, sep="|")
"""
#: A user id that no user database has. Only root can take it on.
NOBODY_AT_ALL = 54_321
#: The interpreter itself may lie where nobody else may look, so everything is imported beforehand.
BECOME_NOBODY = f"import npumon.cli.paths, tempfile, pwd, os; os.setuid({NOBODY_AT_ALL})\n"
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="needs to change the user id")


def test_xdg_variables_name_the_folders(python: Python) -> None:
    result = python(FIELDS, HOME="/home/ann", XDG_CONFIG_HOME="/conf", XDG_STATE_HOME="/var/state")
    assert result.stdout == "/home/ann|/conf/npumon/config.toml|/var/state/npumon|XDG state folder\n"


@pytest.mark.parametrize("variable", ["", "relative/folder"])
def test_an_xdg_variable_that_is_no_absolute_path_is_ignored(python: Python, variable: str) -> None:
    result = python(FIELDS, HOME="/home/ann", XDG_CONFIG_HOME=variable, XDG_STATE_HOME=variable)
    assert result.stdout == (
        "/home/ann|/home/ann/.config/npumon/config.toml|/home/ann/.local/state/npumon|XDG state folder\n"
    )


@pytest.mark.parametrize("home", [None, "", "relative"])
def test_without_an_absolute_home_the_user_database_is_asked(home: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    if home is None:
        monkeypatch.delenv("HOME", raising=False)
    else:
        monkeypatch.setenv("HOME", home)
    assert home_folder() == pwd.getpwuid(os.getuid()).pw_dir


@needs_root
def test_without_any_home_state_goes_to_a_private_temporary_folder(python: Python) -> None:
    result = python(BECOME_NOBODY + FIELDS, TMPDIR="/tmp")
    assert result.stderr == ""
    source = "temporary folder, because no home folder is known"
    assert result.stdout == f"None|None|/tmp/npumon-{NOBODY_AT_ALL}|{source}\n"


@needs_root
def test_without_any_home_the_xdg_variables_still_count(python: Python) -> None:
    result = python(BECOME_NOBODY + FIELDS, HOME="", XDG_CONFIG_HOME="/conf", XDG_STATE_HOME="/state")
    assert result.stdout == "None|/conf/npumon/config.toml|/state/npumon|XDG state folder\n"


def test_folders_are_only_named_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert user_folders().state == str(tmp_path / "state" / "npumon")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/abs/x", "/abs/x"),
        ("~", "/home/ann"),
        ("~/x y", "/home/ann/x y"),
        ("x", "/base/x"),
        ("../x", "/x"),
        ("./~", "/base/~"),
    ],
)
def test_expanded(path: str, meant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert expanded(path, "/base") == meant


def test_a_relative_path_starts_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert expanded("x") == str(tmp_path / "x")


def test_home_may_be_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/")
    assert (expanded("~"), expanded("~/x"), shown("/x")) == ("/", "/x", "/x")


@pytest.mark.parametrize(
    ("path", "word"), [("", "''"), ("a\0b", "a\\x00b"), ("~no-such-user-here/x", "'no-such-user-here'")]
)
def test_a_path_that_cannot_be_meant_is_refused(path: str, word: str) -> None:
    with pytest.raises(ProblemError) as refusal:
        expanded(path)
    assert word in refusal.value.problem.what
    assert refusal.value.problem.kind == "usage"


def test_a_relative_path_in_a_folder_that_is_gone(python: Python) -> None:
    program = """
import os
from npumon.cli.paths import expanded
from npumon.core.problems import ProblemError
os.mkdir("gone"); os.chdir("gone"); os.rmdir("../gone")
try:
    expanded("x")
except ProblemError as error:
    print(error.problem)
"""
    result = python(program, HOME="/")
    assert result.stdout == ("The current folder has been removed. Change to another folder.\n")


def test_shown_shortens_home_and_spells_out_control_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert shown("/home/ann/x") == "~/x"
    assert shown("/home/ann") == "~"
    assert shown("/home/anna/x") == "/home/anna/x"
    assert shown("/tmp/\x1b[31mred") == "/tmp/\\x1b[31mred"


def test_a_private_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    make_private_folder(str(folder))
    make_private_folder(str(folder))
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_private_folder_may_be_a_link_in_a_folder_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "state").symlink_to("disk")
    make_private_folder(str(tmp_path / "state"))
    assert (tmp_path / "state").is_symlink()


def test_a_link_in_a_folder_that_everybody_writes_to_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "npumon-0").symlink_to(tmp_path / "disk")
    with pytest.raises(ProblemError) as caught:
        make_private_folder(str(shared / "npumon-0"))
    golden.problem(caught.value.problem, "state.folder of another user", folder=shared)


@needs_root
def test_a_folder_of_somebody_else_is_not_trusted(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "npumon-0").mkdir()
    os.chown(shared / "npumon-0", NOBODY_AT_ALL, -1)
    with pytest.raises(ProblemError) as caught:
        make_private_folder(str(shared / "npumon-0"))
    golden.problem(caught.value.problem, "state.folder of another user", folder=shared)


@pytest.mark.parametrize("mode", [0o777, 0o1777], ids=oct)
def test_a_folder_that_all_users_may_write_to_is_not_trusted(tmp_path: Path, mode: int) -> None:
    """Logs are read back: what another user puts there would be shown as this user's runs."""
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(mode)
    (tmp_path / "link").symlink_to(folder)
    for path in (folder, tmp_path / "link"):
        with pytest.raises(ProblemError) as caught:
            make_private_folder(str(path))
        golden.problem(caught.value.problem, "state.folder for all users", folder=path)
    folder.chmod(mode & 0o755)
    make_private_folder(str(folder))


@needs_root
def test_a_folder_that_a_group_may_write_to(tmp_path: Path) -> None:
    """The group of the owner's name is the owner's own, other ones are not."""
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(0o775)
    make_private_folder(str(folder))
    os.chown(folder, -1, NOBODY_AT_ALL)
    with pytest.raises(ProblemError) as caught:
        make_private_folder(str(folder))
    golden.problem(caught.value.problem, "state.folder for a group", folder=folder, group=NOBODY_AT_ALL)
    daemon = grp.getgrnam("daemon").gr_gid
    os.chown(folder, -1, daemon)
    with pytest.raises(ProblemError) as caught:
        make_private_folder(str(folder))
    golden.problem(caught.value.problem, "state.folder for a group", folder=folder, group="daemon")


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(ProblemError) as caught:
        make_private_folder(str(tmp_path / "state"))
    golden.problem(caught.value.problem, "state.folder a file", folder=tmp_path)
    with pytest.raises(ProblemError) as caught:
        make_private_folder(str(tmp_path / "state" / "below"))
    golden.problem(caught.value.problem, "state.folder below a file", folder=tmp_path)


@needs_root
def test_a_folder_that_may_not_be_written_to(python: Python) -> None:
    program = """
from npumon.cli.paths import make_private_folder
from npumon.core.problems import ProblemError
try:
    make_private_folder("/usr")
except ProblemError as error:
    print(error.problem.what)
"""
    assert python(BECOME_NOBODY + program).stdout == "The state folder /usr cannot be written to.\n"


def test_a_home_that_is_not_absolute_gives_way_to_the_user_database(python: Python) -> None:
    """The XDG specification wants absolute paths."""
    home = pwd.getpwuid(os.getuid()).pw_dir
    result = python(FIELDS, HOME="not/absolute")
    assert result.stdout == f"{home}|{home}/.config/npumon/config.toml|{home}/.local/state/npumon|XDG state folder\n"
