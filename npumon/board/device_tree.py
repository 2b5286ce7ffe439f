"""Which board this is, from the device tree.

The VIM3 has an Amlogic A311D (family g12b), the VIM3L an S905D3 (family sm1). Both families also have members
without an NPU (S922X, S905X3), which their own compatible strings give away.
"""

from __future__ import annotations

from typing import NamedTuple

from npumon.board.roots import Roots
from npumon.board.sysfs import read_bytes
from npumon.core.chips import CHIPS, Chip, chip_compatible
from npumon.core.text import decode

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
    chip = chip_compatible(_strings(read_bytes(roots.device_tree / "compatible"))) or _named_chip(model)
    return Identity(model, chip and chip.name, chip and chip.board)


def _strings(data: bytes | None) -> tuple[str, ...]:
    """A property's strings: each ends with a NUL."""
    return tuple(decode(part.strip())[:_SHOWN] for part in (data or b"").split(b"\0") if part.strip())


def _named_chip(model: str | None) -> Chip | None:
    """The chip of the Khadas board that the model names."""
    words = (model or "").upper().replace("-", " ").split()
    return next((chip for chip in CHIPS if chip.board in words), None)
