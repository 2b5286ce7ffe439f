"""Where the user's files live, and how paths are read and shown."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import NamedTuple

from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

APPLICATION = "npumon"
CONFIG_NAME = "config.toml"
#: Standard input, where the command line names a file.
STDIN = "-"


class UserFolders(NamedTuple):
    """The user's own places.

    `home` and `config_file` are None if the home folder is unknown. `state` always exists as a name, not
    necessarily on disk; `state_source` says in words what it follows from.
    """

    home: str | None
    config_file: str | None
    state: str
    state_source: str


def home_folder() -> str | None:
    """Return the user's home: $HOME if that is an absolute path, else the one in the user database, else None."""
    home = os.environ.get("HOME", "")
    if os.path.isabs(home):
        return home
    import pwd

    try:
        home = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return None
    return home if os.path.isabs(home) else None


def user_folders() -> UserFolders:
    """Return the folders of the XDG Base Directory Specification.

    Without a home (a service, a container) the state folder is a private one under the temporary folder, named
    by user id, so that two users do not meet. `make_private_folder` makes either of them.
    """
    home = home_folder()
    config = user_folder(os.environ.get("XDG_CONFIG_HOME"), home, ".config")
    state = user_folder(os.environ.get("XDG_STATE_HOME"), home, ".local/state")
    source = "XDG state folder"
    if state is None:
        state = temporary_state_folder()
        source = "temporary folder, because no home folder is known"
    return UserFolders(home, None if config is None else os.path.join(config, CONFIG_NAME), state, source)


def temporary_state_folder() -> str:
    """Return the name of the last resort for a state folder; `make_private_folder` refuses one that belongs to another
    user."""
    import tempfile

    return os.path.join(tempfile.gettempdir(), f"{APPLICATION}-{os.getuid()}")


def fallback_folder() -> Path:
    """Make the last resort for a state folder. Raises `ProblemError` if it cannot be used."""
    path = temporary_state_folder()
    make_private_folder(path)
    return Path(path)


def user_folder(chosen: str | None, home: str | None, default: str) -> str | None:
    """Return npumon's folder in the chosen one or, unless that is an absolute path, in the default one below the home;
    None without a home."""
    folder = chosen or ""
    if not os.path.isabs(folder):
        if home is None:
            return None
        folder = os.path.join(home, default)
    return os.path.join(folder, APPLICATION)


def expanded(path: str, base: str | None = None) -> str:
    """Return the path as an absolute one: `~` and `~user` replaced, a relative path taken from `base` (default: the
    current folder). Symbolic links and `..` are left as they are.

    Raises `ProblemError` (usage) for a path that cannot be meant: empty, with a NUL, or below an unknown home.
    """
    if not path or "\0" in path:
        raise ProblemError(
            Problem("path.invalid", f"'{visible(path)}' is not a path.", "Name a file or folder.", "usage")
        )
    if path.startswith("~"):
        name, slash, rest = path.partition("/")
        home = home_folder() if name == "~" else os.path.expanduser(name)
        if home is None or not os.path.isabs(home):
            what = f"'{visible(path)}' cannot be expanded: the home folder of {_owner(name)} is not known."
            raise ProblemError(Problem("path.no_home", what, "Write an absolute path.", "usage"))
        return home.rstrip("/") + slash + rest or "/"
    if os.path.isabs(path):
        return path
    return os.path.normpath(os.path.join(base or current_folder(), path))


def current_folder() -> str:
    """Return the current folder. Raises `ProblemError` (usage) when it was removed."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        what = "The current folder has been removed."
        raise ProblemError(Problem("path.no_folder", what, "Change to another folder.", "usage")) from None


def _owner(name: str) -> str:
    return "this user" if name == "~" else f"user '{visible(name[1:])}'"


def shown(path: str) -> str:
    """Return the path for people: visible characters only, the home folder as `~`."""
    home = home_folder()
    if home and home != "/" and (path == home or path.startswith(home.rstrip("/") + "/")):
        path = "~" + path[len(home.rstrip("/")) :]
    return visible(path)


def name_of(path: str) -> str:
    """Return what people call a file that the command line names."""
    return "standard input" if path == STDIN else shown(path)


def unreadable(path: str, error: Exception, problem_id: str, folder_remedy: str) -> ProblemError:
    """Return the problem of a file that cannot be read (usage); `folder_remedy` is what to do about a folder."""
    if isinstance(error, IsADirectoryError):
        remedy = folder_remedy
    elif isinstance(error, FileNotFoundError):
        remedy = "Check the path."
    else:
        remedy = "Check the path and its permissions."
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return ProblemError(Problem(problem_id, f"{name_of(path)} cannot be read: {reason}.", remedy, "usage"))


def make_private_folder(path: str) -> None:
    """Make a folder, and those above it, for this user's eyes only; an existing one is checked.

    Raises `ProblemError` (failed) if it cannot be made or written to, is not a folder, if others may write to it, or,
    below a folder that is writable by all users (as /tmp), if another user could have put it there beforehand: logs are
    read back later. A full or read-only disk is left to the writer, who may use another one.
    """
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        found = os.lstat(path)
        shared = bool(os.stat(os.path.dirname(path.rstrip("/")) or "/").st_mode & stat.S_IWOTH)
        if shared and (stat.S_ISLNK(found.st_mode) or found.st_uid != os.getuid()):
            raise _unusable(path, "belongs to another user.")
        if writers := _other_writers(os.stat(path)):
            raise _unusable(path, f"is writable by {writers}.", f"Make it private: chmod go-w {shown(path)}")
        if not os.access(path, os.W_OK | os.X_OK) and not os.statvfs(path).f_flag & os.ST_RDONLY:
            raise _unusable(path, "cannot be written to.")
    except FileExistsError:
        raise _unusable(path, "is not a folder.") from None
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.ENOSPC, errno.EDQUOT):
            raise _unusable(path, f"cannot be made: {error.strerror or error}.") from error


def _other_writers(status: os.stat_result) -> str:
    """Return who besides its owner may write to a folder; "" for nobody. A group of the owner's name is the owner's own
    (user private groups), which is why many systems make folders writable by it."""
    if status.st_mode & stat.S_IWOTH:
        return "all users"
    if not status.st_mode & stat.S_IWGRP:
        return ""
    import grp
    import pwd

    try:
        group, owner = grp.getgrgid(status.st_gid), pwd.getpwuid(status.st_uid)
    except KeyError:
        return f"group {status.st_gid}"
    return "" if group.gr_name == owner.pw_name else f"group {visible(group.gr_name)}"


def _unusable(
    path: str, why: str, remedy: str = "Name another one with the key state.folder or with NPUMON_STATE_FOLDER."
) -> ProblemError:
    return ProblemError(Problem("state.folder", f"The state folder {shown(path)} {why}", remedy))
