"""Roofs: the most that the NPU and the memory can do, each with where the figure comes from."""

from __future__ import annotations

from typing import Literal, NamedTuple

#: Where a roof's figure comes from. Public peaks of one chip contradict each other, so it is always said.
Origin = Literal["measured here", "best seen", "data sheet", "user"]
ORIGINS: tuple[Origin, ...] = ("measured here", "best seen", "data sheet", "user")


class Roof(NamedTuple):
    """An upper bound. `value` is in MAC per NPU cycle or in MByte/s; `name` is how sentences call it."""

    value: float
    origin: Origin
    name: str = ""


class Roofs(NamedTuple):
    """The roofs of one board; None if none is known. `mac_per_cycle` is of dense MAC in the NN core."""

    mac_per_cycle: Roof | None = None
    ddr_mbyte_per_s: Roof | None = None
