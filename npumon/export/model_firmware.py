"""What a firmware needs for a GX8002 model, as text for people: its buffer, the settings, a map of the RAM, flash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from npumon.core import units
from npumon.core.layout import cell_width
from npumon.export.drawing import Style, left_out, painted, plain, wrapped
from npumon.export.grid import GridColumn, grid
from npumon.modelfile.budget import MODE_WORDS
from npumon.modelfile.description import ModelFile
from npumon.modelfile.firmware.needs import (
    SRAM_KB,
    SRAM_KB_XIP,
    BufferMember,
    FirmwareOptions,
    FlashCost,
    RamMap,
    buffer_members,
    flash_cost,
    ram_maps,
    settings,
)
from npumon.modelfile.firmware.sums import Firmware

_INDENT = "  "
_MOST_ROWS = 40
#: The signs of NPU, buffers and what is left in the picture of the RAM, and their colours.
_SIGNS, _ASCII_SIGNS, _COLORS = "█▓░", "#=.", ("cyan", "yellow", "dim")
_WIDEST_PICTURE = 64
_MOST_NAME = 48
_LEAST_TEXT = 12


def firmware_blocks(model: ModelFile, options: FirmwareOptions, style: Style) -> tuple[Iterator[str], ...]:
    """Return the blocks of one model: its buffer, the RAM with what a run from flash costs, the settings."""
    ram = chain(_ram(ram_maps(model, options), style), _flash(flash_cost(model, options), style))
    return _buffer(model, style), ram, _settings(model, style)


def firmware_text(firmware: Firmware, style: Style) -> str:
    """Render several models of one firmware with one sum, ending in a newline."""
    return "\n".join(_sum(firmware, style)) + "\n"


def _buffer(model: ModelFile, style: Style) -> Iterator[str]:
    """Render where the program finds each member of in_out, and where the NPU writes."""
    members = buffer_members(model)
    if not members:
        return
    name = next((struct.name for struct in model.structs if struct.role == "in_out"), "in_out")
    head = (f"Buffer {name}", "offset", "bytes", "")
    rows = [
        (
            _INDENT + member.tensor.name,
            units.grouped(member.offset_bytes),
            units.ABSENT if member.tensor.bytes is None else units.grouped(member.tensor.bytes),
            _use(member, model),
        )
        for member in members[:_MOST_ROWS]
    ]
    yield from _explained(head, rows, style)
    if len(members) > _MOST_ROWS:
        yield from left_out(len(members) - _MOST_ROWS, style, _INDENT)


def _use(member: BufferMember, model: ModelFile) -> str:
    if member.reads:
        return "result"
    if member.next_output is None:
        return "input"
    first = bool(model.states) and member.tensor.name == model.states[0].input
    return f"state, next {member.next_output}" + (" (output begins here)" if first else "")


def _explained(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], style: Style) -> list[str]:
    """Lay out a table whose last column is cut, not given up, as long as there is some room for it."""
    names, *figures, _ = head
    layout = [
        GridColumn(names, most=_MOST_NAME),
        *(GridColumn(title, rank, right=True) for rank, title in enumerate(figures)),
    ]
    widths = [max(cell_width(plain(text, style)) for text in column) for column in zip(head, *rows, strict=True)]
    used = min(widths[0], _MOST_NAME) + sum(width + 2 for width in widths[1:-1]) + 2
    return grid([*layout, GridColumn("", 3, most=max(style.width - used, _LEAST_TEXT))], rows, style)


def _ram(maps: tuple[RamMap, ...], style: Style) -> Iterator[str]:
    """Render a picture of the SRAM for each way of running, and the bytes of its three parts."""
    if not maps:
        return
    layout = (
        GridColumn("RAM"),
        GridColumn("NPU", 2, right=True),
        GridColumn("buffers", 3, right=True),
        GridColumn("left for the MCU", 1, right=True),
    )
    rows = [
        (_INDENT + MODE_WORDS[ram.mode], *map(units.grouped, (ram.npu_bytes, ram.buffers_bytes, ram.left_bytes)))
        for ram in maps
    ]
    yield from grid(layout, rows, style)
    signs = _ASCII_SIGNS if style.ascii else _SIGNS
    width = min(_WIDEST_PICTURE, style.width - len(_INDENT))
    yield from (_INDENT + _picture(ram, signs, width, style) for ram in maps)
    first = maps[0]
    times = "x" if style.ascii else "×"
    size, each = units.grouped(first.budget_bytes), units.grouped(first.buffer_bytes)
    told = f"{signs[0]} NPU, {signs[1]} buffers ({first.contexts} {times} {each}), {signs[2]} left, of {size} bytes"
    yield from wrapped(told, style.width, style, _INDENT)


def _picture(ram: RamMap, signs: str, width: int, style: Style) -> str:
    """Draw the parts one after the other; each part that is there has at least one column."""
    parts = [ram.npu_bytes, ram.buffers_bytes, max(0, ram.left_bytes)]
    whole = max(sum(parts), 1)
    columns = [max(1, round(part * width / whole)) if part else 0 for part in parts]
    columns[columns.index(max(columns))] += width - sum(columns)
    return "".join(
        painted(sign * column, color, style) for sign, column, color in zip(signs, columns, _COLORS, strict=True)
    )


def _flash(cost: FlashCost | None, style: Style) -> Iterator[str]:
    if cost is None:
        return
    told = f"A run from flash reads at least {units.grouped(cost.bytes_per_run)} bytes"
    if cost.clock_hz is not None and cost.least_us is not None:
        told += f": {units.microseconds(cost.least_us)} or more at {cost.clock_hz / 1e6:g} MHz on four lines"
    yield from wrapped(told + ".", style.width, style, _INDENT)


def _settings(model: ModelFile, style: Style) -> Iterator[str]:
    """Render the options of the firmware's .config and their values, to copy."""
    found = settings(model)
    if not found:
        return
    rows = [
        (f"{_INDENT}CONFIG_{SRAM_KB if item.name == SRAM_KB_XIP else item.name}", str(item.value), item.meaning)
        for item in found
    ]
    lines = grid(
        (GridColumn("Config", most=60), GridColumn("", 0, right=True), GridColumn("", 1, most=60)), rows, style
    )
    yield from lines


def _sum(firmware: Firmware, style: Style) -> Iterator[str]:
    """Render a row a model, their sum, and what there is and is left."""
    layout = (
        GridColumn("Firmware", most=32),
        GridColumn("", 5),
        GridColumn("NPU", 3, right=True),
        GridColumn("buffers", 4, right=True),
        GridColumn("SRAM", 1, right=True),
        GridColumn("flash", 2, right=True),
    )
    rows = [
        (
            _INDENT + part.name,
            MODE_WORDS[part.mode],
            units.grouped(part.npu_bytes),
            units.grouped(part.buffers_bytes) if part.buffers_bytes else "shared",
            units.grouped(part.npu_bytes + part.buffers_bytes),
            units.grouped(part.flash_bytes),
        )
        for part in firmware.parts[:_MOST_ROWS]
    ]
    sums = (firmware.npu_bytes, firmware.buffers_bytes, firmware.sram_bytes, firmware.flash_bytes)
    together = (_INDENT + "together", "", *map(units.grouped, sums))
    yield from grid(layout, [*rows, together], style)
    left, flash_left = firmware.left_bytes, firmware.flash_budget_bytes - firmware.flash_bytes
    told = f"SRAM: {_of(firmware.sram_bytes, firmware.budget_bytes, left)}"
    if firmware.npu_budget_bytes is not None:
        share = firmware.npu_budget_bytes
        told += f"; the NPU's share: {_of(firmware.npu_bytes, share, share - firmware.npu_bytes)}"
    told += f"; flash: {_of(firmware.flash_bytes, firmware.flash_budget_bytes, flash_left)}"
    color = "green" if firmware.ok else "red"
    yield from (painted(line, color, style) for line in wrapped(told, style.width, style, _INDENT))


def _of(used: int, budget: int, left: int) -> str:
    rest = f"{units.grouped(left)} left" if left >= 0 else f"{units.grouped(-left)} too many"
    return f"{units.grouped(used)} of {units.grouped(budget)} bytes, {rest}"
