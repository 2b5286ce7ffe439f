"""Which board this is, from the device tree.

The VIM3 has an Amlogic A311D (family g12b), the VIM3L an S905D3 (family sm1). Both families also have members
without an NPU (S922X, S905X3), which their own compatible strings give away.
"""

from __future__ import annotations

from typing import NamedTuple

from npumon.board.roots import Roots
from npumon.board.sysfs import read_bytes
from npumon.core.text import decode

#: Part of a compatible string -> chip. The first that any string of the board contains decides.
_CHIPS = (
    ("khadas,vim3l", "S905D3"),
    ("khadas,vim3", "A311D"),
    ("amlogic,a311d", "A311D"),
    ("amlogic,s905d3", "S905D3"),
    ("amlogic,s922x", "S922X"),
    ("amlogic,s905x3", "S905X3"),
    ("amlogic,g12b", "A311D"),
    ("amlogic,sm1", "S905D3"),
)
_VARIANTS = {"A311D": "VIM3", "S905D3": "VIM3L"}
_SHOWN = 200


class Identity(NamedTuple):
    """The device tree's `model`, and the chip and model file variant (VIM3, VIM3L) that follow from it."""

    model: str | None = None
    chip: str | None = None
    variant: str | None = None


def read_identity(roots: Roots) -> Identity:
    """Read `model` and `compatible`; both absent on a machine without a device tree."""
    models = _strings(read_bytes(roots.device_tree / "model"))
    model = models[0] if models else None
    chip = _chip(_strings(read_bytes(roots.device_tree / "compatible")), model)
    return Identity(model, chip, _VARIANTS.get(chip) if chip else None)


def _strings(data: bytes | None) -> tuple[str, ...]:
    """A property's strings: each ends with a NUL."""
    return tuple(decode(part.strip())[:_SHOWN] for part in (data or b"").split(b"\0") if part.strip())


def _chip(compatible: tuple[str, ...], model: str | None) -> str | None:
    """The vendor's trees write `amlogic, g12b` with a space, mainline's write `amlogic,g12b`."""
    known = [text.lower().replace(" ", "") for text in compatible]
    for part, chip in _CHIPS:
        # a board's name is matched whole or up to a dash (`khadas,vim3-pro`): vim3 is not vim3l, a family is its own
        if any(text == part or text.startswith(part + "-") for text in known):
            return chip
    words = (model or "").upper().replace("-", " ").split()
    return "S905D3" if "VIM3L" in words else "A311D" if "VIM3" in words else None
