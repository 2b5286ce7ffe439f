"""The chips with a Vivante NPU that npumon knows: one row for each, everything known of it in the row.

Sources: the chip list of Amlogic's get_layer_info tool (PIDs and clocks, by which it divides cycles), Khadas' NPU
performance document (module path, SRAM sizes, parameters of a load), Khadas' kernel (galcore's parameters). Of the
i.MX 8M Plus, the PID is in Acuity's name of the target (VIPNANOSI_PLUS_PID0X9F), and the clock in public profiles. The
PIDs of other vendors' chips are from the headers of public network files.
"""

from __future__ import annotations

from typing import NamedTuple

from npumon.core.profile import MBYTE_BYTES
from npumon.core.run.roofs import Roof, Roofs

#: galcore's file below /lib/modules/RELEASE: in 4.9 kernels, and in 5.15 ones (common_drivers).
_AMLOGIC_MODULES = (
    "kernel/drivers/amlogic/npu/galcore.ko",
    "kernel/common_drivers/drivers/npu/galcore.ko",
)
#: galcore's settings with their defaults. All other parameters describe the hardware: after loading they show what the
#: driver found.
_AMLOGIC_SETTINGS = (
    ("powerManagement", "1"),
    ("recovery", "1"),
    ("stuckDump", "0"),
    ("smallBatch", "1"),
    ("userClusterMask", "0"),
    ("type", "0"),
    ("major", "199"),
)
#: Parameters that every load of galcore names: the counters on, its own list of its parameters in the kernel log.
STATED_PARAMETERS = (("gpuProfiler", "1"), ("showArgs", "1"))
#: A VIM3 reports 522240 bytes of VIP-SRAM and runs networks that want 524288: this much may be missing without harm.
VIP_RESERVE_BYTES = 4_096


#: Public peaks of the chip contradict each other (768, 1,024 and 3,125 MAC a cycle). A public log proves 1,485 with a
#: kernel that does not compress; compressed ones reach more, so there a rate is only equivalent to a dense one. The
#: memory is LPDDR4 of 32 bits at 1608 MHz: 12.9 GB/s.
_A311D_ROOFS = Roofs(
    Roof(1_485.0, "best seen", "1 485 MAC a cycle"),
    Roof(round(1_608e6 * 2 * 4 / MBYTE_BYTES, 1), "data sheet", "the DDR memory's 12.9 GB/s"),
)


class Chip(NamedTuple):
    """A chip. What is not known of it is None or empty.

    `pid` is its NPU's product id, None for a chip without one; `nominal_clock_mhz` the clock its NPU is built for.
    `board` is the Khadas board with it, which also names variants of models. `compatible` are the strings in device
    trees that name it, `family` the one that it shares with related chips. `axi_sram_bytes` and `vip_sram_bytes` are
    what its driver reports. `module_paths` say where vendor kernels keep galcore below /lib/modules/RELEASE, `settings`
    are the parameters, with their defaults, that a reload keeps. `roofs` are the most that it is known to do.
    """

    name: str
    pid: int | None = None
    nominal_clock_mhz: float | None = None
    board: str | None = None
    compatible: tuple[str, ...] = ()
    family: str | None = None
    axi_sram_bytes: int | None = None
    vip_sram_bytes: int | None = None
    module_paths: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    roofs: Roofs = Roofs()

    @property
    def title(self) -> str:
        """The name with the board's: `A311D (VIM3)`."""
        return f"{self.name} ({self.board})" if self.board else self.name


CHIPS = (
    Chip(
        name="A311D",
        pid=0x88,
        nominal_clock_mhz=800.0,
        board="VIM3",
        compatible=("khadas,vim3", "amlogic,a311d"),
        family="amlogic,g12b",
        axi_sram_bytes=1_048_576,
        vip_sram_bytes=522_240,
        module_paths=_AMLOGIC_MODULES,
        settings=_AMLOGIC_SETTINGS,
        roofs=_A311D_ROOFS,
    ),
    Chip(
        name="S905D3",
        pid=0x99,
        nominal_clock_mhz=800.0,
        board="VIM3L",
        compatible=("khadas,vim3l", "amlogic,s905d3"),
        family="amlogic,sm1",
        module_paths=_AMLOGIC_MODULES,
        settings=_AMLOGIC_SETTINGS,
    ),
    Chip("AB301", 0xB9, 800.0),
    Chip("C305X", 0xBE, 667.0),
    Chip("C308X", 0xA1, 667.0),
    Chip("AR301", 0xE8, 850.0),
    Chip("i.MX 8M Plus", 0x9F, 1_000.0),
    Chip("S922X", compatible=("amlogic,s922x",)),
    Chip("S905X3", compatible=("amlogic,s905x3",)),
)

#: The Khadas boards, by which models name their variants.
BOARDS = tuple(chip.board for chip in CHIPS if chip.board is not None)
#: Every path and setting that any chip's driver has.
MODULE_PATHS = tuple(dict.fromkeys(path for chip in CHIPS for path in chip.module_paths))
SETTINGS = tuple(dict.fromkeys(setting for chip in CHIPS for setting in chip.settings))

#: Further targets of public network files, of whose clock and driver nothing is known. Of the last two only the NPU's
#: own name is.
_OTHER_TARGETS = {
    0xEE: "Allwinner V853/V851s",
    0x10000016: "Allwinner T527",
    0x1000003B: "Allwinner A733",
    0xAD: "Realtek AmebaPro2",
    0x15: "STM32MP2",
    0x7D: "VIPNanoQI",
    0x1E: "VIPNanoQI",
}

_BY_NAME = {chip.name: chip for chip in CHIPS}
_BY_PID = {chip.pid: chip for chip in CHIPS if chip.pid is not None}
_BY_PID_TEXT = {f"{pid:#x}": chip for pid, chip in _BY_PID.items()}


def chip_named(name: str | None) -> Chip | None:
    """Find a chip by its name; None if it is unknown."""
    return _BY_NAME.get(name or "")


def chip_of_pid(pid: int | str | None) -> Chip | None:
    """Find the chip whose NPU has this product id, as a number or as the driver prints it (`0x88`)."""
    return _BY_PID_TEXT.get(pid.lower()) if isinstance(pid, str) else _BY_PID.get(pid or 0)


def target_of_pid(pid: int) -> str | None:
    """Return the name of the chip, or else of the NPU, with this product id; None if it is unknown."""
    chip = _BY_PID.get(pid)
    return _OTHER_TARGETS.get(pid) if chip is None else chip.title


def chip_compatible(texts: tuple[str, ...]) -> Chip | None:
    """Find the chip that a device tree's `compatible` strings name; a chip's own strings go before a family's.

    A string counts whole or up to a dash (`khadas,vim3-pro`), so `vim3` is not `vim3l`. The vendor's trees write
    `amlogic, g12b` with a blank, mainline's without.
    """
    known = [text.lower().replace(" ", "") for text in texts]

    def named(text: str | None) -> bool:
        return text is not None and any(found == text or found.startswith(f"{text}-") for found in known)

    own = (chip for chip in CHIPS if any(map(named, chip.compatible)))
    related = (chip for chip in CHIPS if named(chip.family))
    return next(own, None) or next(related, None)
