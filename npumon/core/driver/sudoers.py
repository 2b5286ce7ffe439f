"""A rule for sudo that allows exactly some commands. Syntax: sudoers(5)."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: What sudo takes literally only with a backslash before it: separators, comments, wildcards. It refuses a backslash
#: before anything else.
_SPECIAL = re.compile(r"([\\,:=#\s*?\[\]!^])")
_ESCAPE = r"\\\1"
#: The beginning of a listed entry that lets commands be run as root: `(root)`, `(ALL : ALL)`, `(www-data, root)`.
_AS_ROOT = re.compile(r"\s*\((?:[^):]*,\s*)?(?:root|ALL)\s*[,:)]")
_SPECIAL_IN_NAME = re.compile(r"([^A-Za-z0-9_.-])")


def sudo_rule(user: str, commands: Sequence[Sequence[str]]) -> str:
    """Return a file for /etc/sudoers.d: the user may run these commands as root without a password, with exactly these
    arguments. A command without arguments would allow any, so it is written with `""`, which means none."""
    lines = [
        "# npumon: change the NPU's kernel driver without a password.",
        "# sudo visudo -f /etc/sudoers.d/npumon, and paste this; visudo -c checks it.",
    ]
    lines += [f"{_SPECIAL_IN_NAME.sub(_ESCAPE, user)} ALL=(root) NOPASSWD: {_command(command)}" for command in commands]
    return "\n".join(lines) + "\n"


def without_password(listing: str, command: Sequence[str]) -> bool:
    """Return whether a listing (`sudo -l`) shows that the command may be run as root without a password.

    sudo escapes there what it has to escape in a rule, and breaks long lines.
    """
    wanted = " ".join(command)
    for entry in re.split(r"\n\s*(?=\()", listing):
        if not _AS_ROOT.match(entry):
            continue
        for free in re.findall(r"NOPASSWD:(.*?)(?=(?<!NO)PASSWD:|\Z)", entry, re.DOTALL):
            plain = re.sub(r"\s+", " ", re.sub(r"\\(.)", r"\1", free)).strip(", ")
            if plain == "ALL" or wanted in re.split(r", ", plain):
                return True
    return False


def _command(command: Sequence[str]) -> str:
    path, *arguments = command
    return " ".join([_escaped(path), *(map(_escaped, arguments) if arguments else ('""',))])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(_ESCAPE, text)
