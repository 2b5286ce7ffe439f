"""Whether a gxnpuc model fits: what it needs of the NPU's SRAM and of flash, compared with what there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from npumon.modelfile.description import FileCheck, Fit, Mode, Sizes

#: SRAM that the NPU shares with the MCU and audio output (soc_config.h of the public GX8002 SDK).
GX8002_SRAM_BYTES = 0x30000
#: The window through which the GX8002 reads flash directly (the same file).
GX8002_FLASH_BYTES = 1 << 20
#: How sentences and tables call the two ways of running.
MODE_WORDS: dict[Mode, str] = {"sram": "in SRAM", "xip": "from flash (XIP)"}


class Budget(NamedTuple):
    """What a model may use. A firmware gives the NPU less than the chip has: CONFIG_NPU_SRAM_SIZE_KB.

    A budget of SRAM that the user named is binding: a model that also needs flash is then refused, unless flash was
    named too. The chip's own figures only say what is possible at all.
    """

    sram_bytes: int = GX8002_SRAM_BYTES
    flash_bytes: int = GX8002_FLASH_BYTES
    sram_named: bool = False
    flash_named: bool = False

    @property
    def flash_counts(self) -> bool:
        """Whether it is good enough to run from flash."""
        return self.flash_named or not self.sram_named


def fits(sizes: Sizes, budget: Budget) -> tuple[Fit, ...]:
    """Return both ways of running on a GX8002, or what is known of them if the sizes of the arrays are unknown.

    In SRAM mode commands, weights, data and the rest are in SRAM; in flash mode (XIP) commands and weights stay in
    flash. Input and output buffers come out of the MCU's memory and count in neither.
    """
    cmd, weight, data = sizes.cmd_bytes, sizes.weight_bytes, sizes.data_bytes
    if cmd is None or weight is None or data is None:
        return whole_fits(sizes, budget)
    working = data + (sizes.tmp_bytes or 0) + (sizes.ops_bytes or 0)
    flash = cmd + weight
    return (
        Fit("sram", working + flash, budget.sram_bytes),
        Fit("xip", working, budget.sram_bytes, flash, budget.flash_bytes),
    )


def whole_fits(sizes: Sizes, budget: Budget) -> tuple[Fit, ...]:
    """Compare the model as a whole with a budget that was named, for a core whose own memory is unknown here."""
    parts = (sizes.cmd_bytes, sizes.weight_bytes, sizes.data_bytes, sizes.tmp_bytes, sizes.ops_bytes)
    needs = sizes.npu_bytes
    if needs is None and sizes.cmd_bytes is not None and sizes.data_bytes is not None:
        needs = sum(part or 0 for part in parts)
    if needs is None:
        needs = sizes.total_bytes
    return (Fit("sram", needs, budget.sram_bytes),) if budget.sram_named and needs is not None else ()


def budget_checks(fit: tuple[Fit, ...], budget: Budget) -> Iterator[FileCheck]:
    """Yield gx.fit and gx.flash, which fail if the model can run in no way that counts, and gx.headroom, which
    warns."""
    if not fit:
        if budget.sram_named:
            detail = "the file does not say how much memory the model needs, so the budget was not applied"
            yield FileCheck("gx.fit", "warn", False, budget.sram_bytes, None, detail)
        return
    ways = fit if budget.flash_counts else fit[:1]
    best = next((way for way in ways if way.ok), None)
    shown = best or ways[0]
    yield FileCheck(
        "gx.fit", "fail", best is not None, shown.budget_bytes, shown.needs_bytes, _described(fit, budget), limit=True
    )
    if best is not None:
        detail = "a tenth of the budget should stay free"
        yield FileCheck(
            "gx.headroom", "warn", not best.tight, best.budget_bytes * 9 // 10, best.needs_bytes, detail, limit=True
        )
    if len(ways) > 1 and not fit[0].ok:
        flash, there = fit[1].flash_bytes, fit[1].flash_budget_bytes
        detail = "commands and weights must fit the flash window, as the model does not fit the SRAM with them"
        yield FileCheck("gx.flash", "fail", flash <= there, there, flash, detail, limit=True)


def _described(fit: tuple[Fit, ...], budget: Budget) -> str:
    pieces = []
    for way in fit:
        left = way.headroom_bytes
        text = f"{MODE_WORDS[way.mode]}: {way.needs_bytes} of {way.budget_bytes} bytes, "
        text += f"{left} left" if left >= 0 else f"{-left} too many"
        if way.flash_bytes > way.flash_budget_bytes:
            text += f", and {way.flash_bytes - way.flash_budget_bytes} too many for the flash"
        if way.ok and way.mode == "xip" and not budget.flash_counts:
            text += ", but only a budget of SRAM was named"
        pieces.append(text)
    return "; ".join(pieces)
