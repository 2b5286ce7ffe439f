"""The settings and the memory that a firmware needs for a model, as the public GX8002 SDK (lvp_kws) computes them.

The program keeps two or more buffers shaped like `in_out`. It refuses to start unless CONFIG_KWS_SNPU_BUFFER_SIZE is
sizeof(struct in_out), and takes `N / 16 * 16 + 16` bytes for each. The NPU's own block is CONFIG_NPU_SRAM_SIZE_KB,
which the SDK's deploy tool sets to the bytes it must hold, in KiB, plus one, rounded. Both come out of the chip's SRAM,
and the MCU has the rest.
"""

from __future__ import annotations

from typing import NamedTuple

from npumon.modelfile.budget import GX8002_SRAM_BYTES, MODE_WORDS, Budget, fits
from npumon.modelfile.description import FileCheck, Fit, Mode, ModelFile, Tensor

#: The least number of buffers with which one can be filled while the NPU works on the other.
DEFAULT_CONTEXTS = 2
#: Lines of a quad SPI flash, each of which carries one bit a clock.
FLASH_LINES = 4
BUFFER_SIZE, SRAM_KB, RUN_IN_FLASH = "KWS_SNPU_BUFFER_SIZE", "NPU_SRAM_SIZE_KB", "NPU_RUN_IN_FLASH"
WINDOW, DIMENSION, OUTPUT = (
    "KWS_MODEL_INPUT_WIN_LENGTH",
    "KWS_MODEL_FEATURES_DIM_PER_FRAME",
    "KWS_MODEL_OUTPUT_LENGTH",
)
#: How `FirmwareSetting` names the NPU's share for running from flash, where the option has another value.
SRAM_KB_XIP = SRAM_KB + "_XIP"
_ROUNDING = 16


class FirmwareSetting(NamedTuple):
    """An option of the firmware's Kconfig, without CONFIG_, and what it must be; `meaning` says where it comes from."""

    name: str
    value: int
    meaning: str


class BufferMember(NamedTuple):
    """A member of `in_out` at its place. `next_output` is the output that the NPU writes there, into the next buffer,
    `reads` that the program finds a result there."""

    tensor: Tensor
    offset_bytes: int
    next_output: str | None
    reads: bool


class RamMap(NamedTuple):
    """How the chip's SRAM is divided between the NPU, the buffers of the program and the MCU."""

    mode: Mode
    npu_bytes: int
    contexts: int
    buffer_bytes: int
    budget_bytes: int

    @property
    def buffers_bytes(self) -> int:
        return self.contexts * self.buffer_bytes

    @property
    def left_bytes(self) -> int:
        """What is left for the MCU; negative if there is not enough."""
        return self.budget_bytes - self.npu_bytes - self.buffers_bytes


class FlashCost(NamedTuple):
    """What one run from flash fetches at least: commands and weights once. `clock_hz` is None if it was not given."""

    bytes_per_run: int
    clock_hz: int | None = None

    @property
    def least_us(self) -> float | None:
        """The time that the transfer alone takes, on four lines; caches and gaps between bursts are left out."""
        return None if not self.clock_hz else self.bytes_per_run * 8 / FLASH_LINES / self.clock_hz * 1e6


class FirmwareOptions(NamedTuple):
    """What is known of a firmware: how many buffers it has, the NPU's share of the SRAM, how it runs its models, the
    flash's clock."""

    contexts: int = DEFAULT_CONTEXTS
    npu_bytes: int | None = None
    mode: Mode | None = None
    flash_clock_hz: int | None = None


#: Nothing is known beyond the chip.
PLAIN_FIRMWARE = FirmwareOptions()


def is_grus(model: ModelFile) -> bool:
    """Whether the model is for the GX8002's core, of whose firmware this is known."""
    return model.format == "gx8002" or (model.format == "npub" and model.array("npu") is None)


def in_flash_by_name(model: ModelFile) -> bool:
    """Whether a header is that of a model that runs from flash, by the names of its arrays and structs (`xip`)."""
    arrays = [array.name for array in model.arrays if array.role in ("cmd", "weight")]
    structs = [struct.name for struct in model.structs]
    return any("xip" in name.lower().split("_") for name in (*arrays, *structs))


def buffer_bytes(model: ModelFile) -> int | None:
    """Return sizeof(struct in_out). A container has none: there, of its inputs and outputs of type float."""
    if model.sizes.in_out_bytes is not None or model.format != "npub":
        return model.sizes.in_out_bytes
    members = model.inputs + tuple(output for output in model.outputs if output.dtype != "float16")
    sizes = [member.bytes for member in members if member.bytes is not None]
    return sum(sizes) if members and len(sizes) == len(members) else None


def rounded_buffer(size: int) -> int:
    """Return the RAM of a buffer as the firmware rounds it, which is more than `size` even for a multiple of 16."""
    return size // _ROUNDING * _ROUNDING + _ROUNDING


def rounded_kb(size: int) -> int:
    """Return CONFIG_NPU_SRAM_SIZE_KB for so many bytes, as the SDK's deploy tool computes it."""
    return round(size / 1024 + 1)


def in_out_offsets(model: ModelFile) -> dict[str, int]:
    """Return where in `in_out` each input and output is, in bytes.

    An output that is another member's next value lies over it, in the next buffer, if the outputs can be overlaid.
    """
    offsets = {member.name: member.offset_bytes for member in model.in_out if member.offset_bytes is not None}
    if model.states and any(
        check.id == "gx.overlay" and check.ok and check.severity == "fail" for check in model.checks
    ):
        first = offsets.get(model.states[0].input)
        for output in model.outputs:
            if first is not None and output.offset_bytes is not None:
                offsets[output.name] = first + output.offset_bytes
    return offsets


def buffer_members(model: ModelFile) -> tuple[BufferMember, ...]:
    """Return the members of `in_out` with their places; nothing if there is no such struct or a size is unknown."""
    offsets = in_out_offsets(model)
    outputs = {output.name for output in model.outputs}
    written = {offsets[name]: name for name in outputs if name in offsets}
    return tuple(
        BufferMember(member, member.offset_bytes, written.get(member.offset_bytes), member.name in outputs)
        for member in model.in_out
        if member.offset_bytes is not None
    )


def settings(model: ModelFile) -> tuple[FirmwareSetting, ...]:
    """Return the options that the firmware needs for the model, as far as they are known."""
    if not is_grus(model):
        return ()
    found = []
    buffer = buffer_bytes(model)
    if buffer is not None:
        found.append(FirmwareSetting(BUFFER_SIZE, buffer, "sizeof(struct in_out)"))
    for way in _ways(model):
        if not way.ok:
            continue  # no value would do
        name, how = (SRAM_KB, "in SRAM") if way.mode == "sram" else (SRAM_KB_XIP, f"{RUN_IN_FLASH}=y")
        found.append(FirmwareSetting(name, rounded_kb(way.needs_bytes), f"{how}: {way.needs_bytes} bytes"))
    window, dimension = frame(model)
    output = next((tensor for tensor in model.outputs if not _is_state(model, tensor.name)), None)
    if window is not None and dimension is not None:
        name = _features(model).name
        found += [
            FirmwareSetting(WINDOW, window, f"frames of {name}"),
            FirmwareSetting(DIMENSION, dimension, f"features of {name}"),
        ]
    if output is not None and output.shape:
        found.append(FirmwareSetting(OUTPUT, output.shape[-1], f"of {output.name}"))
    return tuple(found)


def frame(model: ModelFile) -> tuple[int | None, int | None]:
    """Return frames and features of the input that is not a state: of [1][15][40] 15 and 40, of [1][191] 1 and 191."""
    if not model.inputs:
        return None, None
    sizes = [size for size in _features(model).shape if size != 1]
    if len(sizes) > 2:
        return None, None
    window, dimension = [1, 1, *sizes][-2:]
    return window, dimension


def _features(model: ModelFile) -> Tensor:
    return next((tensor for tensor in model.inputs if not _is_state(model, tensor.name)), model.inputs[0])


def _is_state(model: ModelFile, name: str) -> bool:
    return any(name in (state.input, state.output) for state in model.states)


def ram_maps(model: ModelFile, options: FirmwareOptions = PLAIN_FIRMWARE) -> tuple[RamMap, ...]:
    """Return the division of the SRAM for each way of running; nothing if the sizes are unknown.

    Without a share that the firmware reserves, the NPU takes what the model needs.
    """
    size = buffer_bytes(model)
    if not is_grus(model) or size is None:
        return ()
    each, share = rounded_buffer(size), options.npu_bytes
    return tuple(
        RamMap(way.mode, way.needs_bytes if share is None else share, options.contexts, each, GX8002_SRAM_BYTES)
        for way in _ways(model)
        if options.mode in (None, way.mode) or in_flash_by_name(model)
    )


def best_map(maps: tuple[RamMap, ...]) -> RamMap | None:
    """Return the first division that leaves the MCU something, else the one that lacks least."""
    return next((ram for ram in maps if ram.left_bytes >= 0), max(maps, key=lambda ram: ram.left_bytes, default=None))


def flash_cost(model: ModelFile, options: FirmwareOptions = PLAIN_FIRMWARE) -> FlashCost | None:
    """Return what a run from flash fetches; None for a model that cannot run so or whose sizes are unknown."""
    way = next((way for way in _ways(model) if way.mode == "xip"), None)
    return None if way is None or not is_grus(model) else FlashCost(way.flash_bytes, options.flash_clock_hz)


def ram_checks(model: ModelFile, options: FirmwareOptions = PLAIN_FIRMWARE) -> tuple[FileCheck, ...]:
    """Return gx.ram: whether the NPU's block and the buffers leave the MCU anything of the chip's SRAM."""
    best = best_map(ram_maps(model, options))
    if best is None:
        return ()
    taken = best.npu_bytes + best.buffers_bytes
    how = MODE_WORDS[best.mode]
    detail = f"{how}: {best.npu_bytes} bytes for the NPU and {best.contexts} buffers of {best.buffer_bytes}"
    return (FileCheck("gx.ram", "warn", best.left_bytes >= 0, best.budget_bytes, taken, detail, limit=True),)


def _ways(model: ModelFile) -> tuple[Fit, ...]:
    """Return the ways of running the model; one whose names say that it is in flash has no other."""
    ways = fits(model.sizes, Budget())
    return tuple(way for way in ways if way.mode == "xip") if in_flash_by_name(model) else ways
