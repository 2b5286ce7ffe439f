"""A model that can be chosen in a list: what a person needs to know before running it. All text is visible text."""

from __future__ import annotations

from typing import NamedTuple


class ModelChoice(NamedTuple):
    """One thing that can be run here.

    `id` names it for whoever starts it. `full_name` tells variants apart (`inceptionv3/VIM3`); `preferred` is
    False for one that another chip wants, and `note` then says so. `folder`, `command` and `labels` are for
    reading only. `files` are its network, library and image files, relative to `folder`; `networks` are the
    network files among them, each as a path that can be inspected.
    """

    id: str
    name: str
    full_name: str
    variant: str | None
    kind: str
    folder: str
    command: str
    labels: str | None
    files: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    preferred: bool = True
    note: str | None = None
