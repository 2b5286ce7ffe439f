"""The text of the VerifyTiling table: what each operation of a graph computes, and where its data lie.

Two tables list the same operations by number. The second one's sizes of kernels are shares of one another, so the
compressed size is to be found from the size before compression.
"""

from __future__ import annotations

from npumon.core.profile import TilingRow
from npumon.core.run.state import RunState
from npumon.demo.dialect import Dialect

_BEGIN = "---------------------------Begin VerifyTiling -------------------------"
_END = "---------------------------End VerifyTiling -------------------------"
_COLUMNS = " IN [ x  y  w   h ]   OUT  [ x  y  w  h ] (tx, ty, kpc) (ic, kc, kc/ks, ks/eks, kernel_type)"
_OLD_HEAD = f" id{_COLUMNS}"
_HEAD = f" id | opid{_COLUMNS} NNT(in, out)"
_NBG = (
    "  0 NBG [(   0    0    0 0,        0, 0x(nil)(0x(nil), 0x(nil)) ->    0    0    0 0,        0, "
    "0x(nil)(0x(nil), 0x(nil))) k(0 0    0,        0) pad(0 0) pool(0 0, 0 0)]",
    "",
    _OLD_HEAD,
    "   0 NBG DD 0x(nil) [   0    0        0        0] -> DD 0x(nil) [   0    0        0        0] "
    "(  0,   0,   0) (       0,        0, 0.000000%, 0.000000%, NONE)",
    "",
    "PreLoadWeightBiases = 1048576  100.000000%",
)
#: What that table says of a network binary graph: nothing.
NBG_ROWS = (
    TilingRow(0, "NBG", stride=(0, 0), memory_in="DD", memory_out="DD", image_cache_bytes=0, kernel_cache_bytes=0),
)
#: Addresses in the text are those of the program's memory; nothing reads them.
_ADDRESS, _ADDRESS_STEP = 0x5512AB3C40, 0x60D0


def tiling_lines(state: RunState, dialect: Dialect) -> list[str]:
    """Return the block with its sizes of memories, and the lines before it; none if the state has neither."""
    if state.axi_sram_bytes is None or state.vip_sram_bytes is None:
        if state.axi_sram_bytes != state.vip_sram_bytes:
            raise ValueError("the sizes of AXI-SRAM and VIP-SRAM stand on one line")
        if state.tiling:
            raise ValueError("the VerifyTiling table begins with the sizes of the memories")
        return []
    if dialect.tiling == "absent":
        raise ValueError("the sizes of the memories stand only in the VerifyTiling table")
    command_buffer = ["generate command buffer, device count=1, core count per-device: 1,"]
    if dialect.device_lines:
        command_buffer = [
            "generate command buffer, total device count=1, core count per-device: 1, ",
            "current device id=0, AXI SRAM base address=0xff000000",
        ]
    sizes = f"AXI-SRAM = {state.axi_sram_bytes} Bytes VIP-SRAM = {state.vip_sram_bytes} Bytes"
    tables = [*_NBG] if state.tiling == NBG_ROWS else _tables(state.tiling, dialect)
    return [*command_buffer, _BEGIN, sizes + " SWTILING_PHASE_FEATURES[1, 1, 0]", *tables, _END]


def _tables(rows: tuple[TilingRow, ...], dialect: Dialect) -> list[str]:
    second = [_placement(number, row, dialect) for number, row in enumerate(rows) if row.memory_in is not None]
    head = [_HEAD if dialect.ids else _OLD_HEAD] if second else []
    preload = "PreLoadWeightBiases = 1048320  100.000000%"
    return [*(_shape(number, row) for number, row in enumerate(rows)), "", *head, *second, "", preload]


def _shape(number: int, row: TilingRow) -> str:
    """Return an operation's line of the first table."""
    kernel = row.kernel_shape or (0, 0, 0)
    ends = "".join(
        f" {letter}[{', '.join(f'{each:3d}' for each in numbers)}]"
        for letter, numbers in (("P", row.parents), ("C", row.children))
        if numbers
    )
    return (
        f"{row.number:3d} {row.target} [({_tensor(number, row.input_shape, row.input_bytes)} -> "
        f"{_tensor(number + 1, row.output_shape, row.output_bytes)}) "
        f"k({kernel[0]} {kernel[1]} {kernel[2]:4d}, {row.kernel_bytes_estimated or 0:8d}) "
        f"pad({row.pad[0]} {row.pad[1]}) pool({row.pool[0]} {row.pool[1]}, {row.stride[0]} {row.stride[1]})]{ends}"
    )


def _tensor(number: int, shape: tuple[int, ...], size: int | None) -> str:
    width, height, channels, batch = shape or (0, 0, 0, 0)
    at = _ADDRESS + number * _ADDRESS_STEP
    return f"{width:4d} {height:4d} {channels:4d} {batch}, {size or 0:8d}, 0x0x{at:x}(0x0x{at:x}, 0x(nil))"


def _placement(number: int, row: TilingRow, dialect: Dialect) -> str:
    """Return an operation's line of the second table."""
    into, out = (shape[:2] or (0, 0) for shape in (row.input_shape, row.output_shape))
    cached, packed, estimated = row.kernel_cache_bytes or 0, row.kernel_bytes or 0, row.kernel_bytes_estimated or 0
    shares = (100 * cached / packed if packed else 0.0, 100 * packed / estimated if estimated else 0.0)
    first = f"{number:3d} | {row.number:3d}" if dialect.ids else f"{row.number:4d}"
    place = "[   0    0 {:8d} {:8d}]"
    return (
        f"{first} {row.target} {row.memory_in} 0x00000000 {place.format(*into)} -> "
        f"{row.memory_out} 0x00000000 {place.format(*out)} ( 62,   4,   4) "
        f"({row.image_cache_bytes or 0:8d}, {cached:8d}, {shares[0]:.6f}%, {shares[1]:.6f}%, "
        f"{row.kernel_type or 'NONE'})" + (" (       0,        0)" if dialect.ids else "")
    )
