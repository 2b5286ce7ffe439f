"""Several models of one firmware, added up: one sum of SRAM and one of flash.

The SDK puts a model that runs from flash beside one that runs in SRAM as `model_xip.h` beside `model.h`.
"""

from __future__ import annotations

from typing import NamedTuple

from npumon.modelfile.budget import GX8002_SRAM_BYTES, Budget, fits
from npumon.modelfile.description import Mode, ModelFile
from npumon.modelfile.firmware import needs


class FirmwarePart(NamedTuple):
    """What one model takes. `buffers_bytes` is 0 if it uses the buffers of another model's struct."""

    name: str
    mode: Mode
    npu_bytes: int
    buffers_bytes: int
    flash_bytes: int


class Firmware(NamedTuple):
    """The models of a firmware, and what there is: `budget_bytes` of SRAM, `flash_budget_bytes` of flash.

    `npu_budget_bytes` is the NPU's share of the SRAM if it was given.
    """

    parts: tuple[FirmwarePart, ...]
    budget_bytes: int
    flash_budget_bytes: int
    npu_budget_bytes: int | None = None

    @property
    def npu_bytes(self) -> int:
        return sum(part.npu_bytes for part in self.parts)

    @property
    def buffers_bytes(self) -> int:
        return sum(part.buffers_bytes for part in self.parts)

    @property
    def sram_bytes(self) -> int:
        return self.npu_bytes + self.buffers_bytes

    @property
    def flash_bytes(self) -> int:
        """What the NPU reads from flash while it works; the image also holds what is copied to SRAM."""
        return sum(part.flash_bytes for part in self.parts)

    @property
    def left_bytes(self) -> int:
        """SRAM left for the MCU; negative if there is not enough."""
        return self.budget_bytes - self.sram_bytes

    @property
    def ok(self) -> bool:
        share = self.budget_bytes if self.npu_budget_bytes is None else self.npu_budget_bytes
        return self.left_bytes >= 0 and self.npu_bytes <= share and self.flash_bytes <= self.flash_budget_bytes


def runs_from_flash(model: ModelFile, name: str) -> bool:
    """Whether a header is that of a model that runs from flash, by the names of its arrays, its structs or itself."""
    return needs.in_flash_by_name(model) or name.lower().rpartition("/")[2].removesuffix(".h").endswith("_xip")


def firmware(models: list[tuple[str, ModelFile]], budget: Budget, contexts: int) -> Firmware | None:
    """Add up models, each with its name; None if the needs of one of them are unknown."""
    parts = []
    for name, model in models:
        mode: Mode = "xip" if runs_from_flash(model, name) else "sram"
        way = next((way for way in fits(model.sizes, Budget()) if way.mode == mode), None)
        if way is None or not needs.is_grus(model):
            return None
        buffer = needs.buffer_bytes(model)
        borrowed = any(struct.role == "in_out" and struct.disabled for struct in model.structs)
        buffers = 0 if buffer is None or borrowed else contexts * needs.rounded_buffer(buffer)
        parts.append(FirmwarePart(name, mode, way.needs_bytes, buffers, way.flash_bytes))
    share = budget.sram_bytes if budget.sram_named else None
    return Firmware(tuple(parts), GX8002_SRAM_BYTES, budget.flash_bytes, share) if parts else None
