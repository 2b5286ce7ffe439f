"""Compares a model with the `.config` of a firmware.

Format: Kconfig's, `CONFIG_NAME=value` or `# CONFIG_NAME is not set` on each line. Projects name their options
differently, so one is known by the end of its name: `CONFIG_LVP_KWS_SNPU_BUFFER_SIZE` is the buffer's size as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from npumon.modelfile.description import FileCheck, Mode, ModelFile, Severity
from npumon.modelfile.firmware import needs
from npumon.modelfile.text import shown

_MOST_OPTIONS = 20_000
_OPTION = re.compile(rb"^CONFIG_(\w{1,120})=(.{0,300})$", re.M)
_UNSET = re.compile(rb"^# CONFIG_\w{1,120} is not set", re.M)
_NUMBER = re.compile(r"-?\d{1,12}|0[xX][0-9a-fA-F]{1,10}", re.ASCII)
_ENDINGS = {
    needs.BUFFER_SIZE: ("SNPU_BUFFER_SIZE",),
    needs.SRAM_KB: ("NPU_SRAM_SIZE_KB",),
    needs.RUN_IN_FLASH: ("NPU_RUN_IN_FLASH",),
    needs.WINDOW: ("INPUT_WIN_LENGTH", "INPUT_WINDOW_LENGTH"),
    needs.DIMENSION: ("FEATURES_DIM_PER_FRAME", "FEATURES_DIM"),
    needs.OUTPUT: ("MODEL_OUTPUT_LENGTH",),
}


class Kconfig(NamedTuple):
    """A firmware's configuration: (name without CONFIG_, value) of every option that is set."""

    options: tuple[tuple[str, str], ...]

    def option(self, name: str) -> tuple[str, str] | None:
        """Return the option of this meaning as (name, value); an exact name goes before a similar one."""
        endings = _ENDINGS.get(name, (name,))
        exact = next((option for option in self.options if option[0] == name), None)
        return exact or next((option for option in self.options if option[0].endswith(endings)), None)

    def number(self, name: str) -> int | None:
        """Return an option's value; None if it is not set or not a number."""
        option = self.option(name)
        text = "" if option is None else option[1].strip().strip('"')
        return int(text, 0) if _NUMBER.fullmatch(text) and not re.fullmatch(r"-?0\d+", text) else None

    @property
    def mode(self) -> Mode:
        """How the firmware runs its models."""
        option = self.option(needs.RUN_IN_FLASH)
        return "xip" if option is not None and option[1].strip() == "y" else "sram"

    @property
    def npu_bytes(self) -> int | None:
        """The NPU's share of the SRAM."""
        size = self.number(needs.SRAM_KB)
        return None if size is None or size < 0 else size << 10


def read_kconfig(data: bytes) -> Kconfig | None:
    """Read a `.config`; None if the text has no option of Kconfig's."""
    found = [
        (shown(match.group(1)), shown(match.group(2).strip()))
        for match, _ in zip(_OPTION.finditer(data), range(_MOST_OPTIONS), strict=False)
    ]
    return Kconfig(tuple(found)) if found or _UNSET.search(data) else None


def config_checks(model: ModelFile, config: Kconfig) -> Iterator[FileCheck]:
    """Yield gx.config for each option that the model determines: the buffer, the NPU's SRAM, the shape of a frame.

    A wrong buffer size keeps the firmware from starting, and too little SRAM from linking: these fail. An option that
    is not set is only noted, since a project may not have it.
    """
    for setting in needs.settings(model):
        if setting.name in (needs.SRAM_KB, needs.SRAM_KB_XIP):
            continue
        option = config.option(setting.name)
        if option is None:
            detail = f"CONFIG_{setting.name} is not set; the model needs it ({setting.meaning})"
            yield FileCheck("gx.config", "info", False, setting.value, None, detail)
            continue
        found = config.number(setting.name)
        ok = found in _accepted(model, setting, config)
        severity: Severity = "warn" if setting.name == needs.OUTPUT else "fail"
        detail = f"CONFIG_{option[0]}: {setting.meaning}"
        yield FileCheck("gx.config", severity, ok, setting.value, found, detail)
    yield from _sram(model, config)


def _accepted(model: ModelFile, setting: needs.FirmwareSetting, config: Kconfig) -> set[int]:
    """Return the values with which the program reads the model's tensors correctly."""
    if setting.name == needs.OUTPUT:
        shapes = [output.shape for output in model.outputs if output.shape]
        return {setting.value} | {prod(shape) for shape in shapes} | {shape[-1] for shape in shapes}
    if setting.name in (needs.WINDOW, needs.DIMENSION):
        window, dimension = config.number(needs.WINDOW), config.number(needs.DIMENSION)
        own, (frames, features) = config.number(setting.name), needs.frame(model)
        flat = frames == 1 and features is not None
        if flat and window and dimension and window * dimension == features and own is not None:
            return {setting.value, own}  # the file does not say how the firmware divides it
    return {setting.value}


def _sram(model: ModelFile, config: Kconfig) -> Iterator[FileCheck]:
    option, there = config.option(needs.SRAM_KB), config.npu_bytes
    mode: Mode = "xip" if needs.in_flash_by_name(model) else config.mode
    ram = next((ram for ram in needs.ram_maps(model) if ram.mode == mode), None)
    if ram is None:
        return
    how = "from flash" if mode == "xip" else "in SRAM"
    if option is None or there is None:
        detail = f"CONFIG_{needs.SRAM_KB} is not set; {how} the model needs {ram.npu_bytes} bytes of the NPU's SRAM"
        yield FileCheck("gx.config", "info", False, needs.rounded_kb(ram.npu_bytes), None, detail)
        return
    detail = f"CONFIG_{option[0]} is {there >> 10} KiB; {how} the model needs {ram.npu_bytes} bytes"
    yield FileCheck("gx.config", "fail", ram.npu_bytes <= there, there, ram.npu_bytes, detail, limit=True)
