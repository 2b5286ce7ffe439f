"""Files of the demo board. They are replaced atomically, so that a reader sees either the old text or the new."""

from __future__ import annotations

import os
from pathlib import Path


def put(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Write a file, creating its folders. Text that came from a path may hold bytes that are not UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, content if isinstance(content, bytes) else os.fsencode(content), mode)


def replace(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file in a folder that exists. Raises `OSError` if that folder is gone."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def replace_link(path: Path, target: str) -> None:
    """Create a symbolic link, replacing an existing one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    os.replace(beside, path)
