"""Whether a GX8002 model fits: what it needs of the NPU's SRAM and of flash, against what the chip has."""

from __future__ import annotations

from dataclasses import dataclass

from npumon.modelfile.description import Check, Fit, Sizes

#: SRAM that the NPU shares with the MCU and audio output (soc_config.h of the public GX8002 SDK).
GX8002_SRAM_BYTES = 0x30000
#: The window through which the GX8002 reads flash directly (the same file).
GX8002_FLASH_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Budget:
    """What a model may use. A firmware gives the NPU less than the chip has: CONFIG_NPU_SRAM_SIZE_KB."""

    sram_bytes: int = GX8002_SRAM_BYTES
    flash_bytes: int = GX8002_FLASH_BYTES


def fits(sizes: Sizes, budget: Budget) -> tuple[Fit, ...]:
    """Both ways of running, or nothing where the sizes of the arrays are not known.

    In SRAM mode commands, weights, data and the rest are in SRAM; in flash mode (XIP) commands and weights stay
    in flash. Input and output buffers come out of the MCU's memory and count in neither.
    """
    cmd, weight, data = sizes.cmd_bytes, sizes.weight_bytes, sizes.data_bytes
    if cmd is None or weight is None or data is None:
        return ()
    working = data + (sizes.tmp_bytes or 0) + (sizes.ops_bytes or 0)
    return Fit("sram", working + cmd + weight, budget.sram_bytes), Fit("xip", working, budget.sram_bytes)


def budget_checks(sizes: Sizes, fit: tuple[Fit, ...], budget: Budget) -> tuple[Check, ...]:
    """gx.fit fails when neither way fits; gx.headroom and gx.flash warn."""
    if not fit:
        return ()
    best = next((way for way in fit if way.ok), fit[-1])
    told = "; ".join(
        f"{'in SRAM' if way.mode == 'sram' else 'from flash (XIP)'}: {way.needs_bytes} of {way.budget_bytes} bytes, "
        + (f"{way.headroom_bytes} left" if way.ok else f"{-way.headroom_bytes} too many")
        for way in fit
    )
    checks = [
        Check("gx.fit", "fail", best.ok, budget.sram_bytes, best.needs_bytes, told),
        Check(
            "gx.headroom",
            "warn",
            not best.tight,
            best.budget_bytes * 9 // 10,
            best.needs_bytes,
            "a tenth of the budget should stay free",
        ),
    ]
    flash = (sizes.cmd_bytes or 0) + (sizes.weight_bytes or 0)
    if not fit[0].ok:
        detail = "commands and weights must fit the flash window, as only flash mode fits the SRAM"
        checks.append(Check("gx.flash", "warn", flash <= budget.flash_bytes, budget.flash_bytes, flash, detail))
    return tuple(checks)
