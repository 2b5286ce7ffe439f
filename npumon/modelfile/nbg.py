"""Reads a Vivante network binary graph (`.nb`) from its bytes, as many as there are. See `nbg_layout` for the
source."""

from __future__ import annotations

import math
import struct
from collections import Counter
from math import prod
from typing import NamedTuple

from npumon.core.chips import target_of_pid
from npumon.modelfile import nbg_layout as layout
from npumon.modelfile.checks_nbg import Device, nbg_checks
from npumon.modelfile.description import Array, FileTable, ModelFile, NbgInfo, Quantization, Tensor
from npumon.modelfile.nbg_tables import TableEntry, read_directory, read_trailer, tensor_names
from npumon.modelfile.text import shown

#: More than any network has. The counts of a hostile file are limited to this, and to the bytes that exist.
MOST_TENSORS = 1024
MOST_LAYERS = 4096
_MOST_OPERATIONS = 1 << 20
_MOST_BLOBS = 1 << 16


class NbgFile(NamedTuple):
    """The header and directory of a file, before the tables are read. `fixed_bytes` is where they end."""

    info: NbgInfo
    tables: tuple[TableEntry, ...]
    fixed_bytes: int
    complete: bool

    def table(self, name: str) -> TableEntry | None:
        return next((table for table in self.tables if table.name == name), None)


def read_nbg(data: bytes, *, device: Device | None = None) -> ModelFile | None:
    """Describe a graph; None if the magic differs. Never raises, whatever the bytes are.

    `device` is the NPU at hand, to compare the target and the SRAM with.
    """
    if data[:4] != layout.MAGIC:
        return None
    file = _header(data)
    end = max((table.offset + table.size_bytes for table in file.tables if table.place == "inside"), default=0)
    trailer = read_trailer(data, max(end, file.fixed_bytes))
    names = tensor_names(trailer)
    outputs = _renamed(_tensors(data, file, "output", file.info.output_count), 0, names)
    inputs = _renamed(_tensors(data, file, "input", file.info.input_count), file.info.output_count or 0, names)
    info = file.info._replace(
        layers=_layers(data, file),
        operation_types=_operation_types(data, file),
        sections=tuple((table.name, table.offset, table.size_bytes) for table in file.tables),
        tensor_names=tuple(names.values()),
        largest_blob_bytes=max((size for _, size in _blobs(data, file)), default=None),
    )
    tables = tuple(FileTable(table.name, table.offset, table.size_bytes) for table in file.tables)
    arrays = _arrays(data, file.tables)
    model = ModelFile(
        "nbg", inputs=inputs, outputs=outputs, arrays=arrays, nbg=info, tables=tables, file_bytes=len(data)
    )
    ends = [offset + size for offset, size in _blobs(data, file)]
    return model.with_checks(
        *nbg_checks(
            info,
            inputs + outputs,
            length=len(data),
            complete=file.complete,
            tables=file.tables,
            blobs_end=max(ends, default=None),
            unended=_unended(data, file),
            trailing=trailer,
            device=device,
        )
    )


def _arrays(data: bytes, tables: tuple[TableEntry, ...]) -> tuple[Array, ...]:
    """Return the tables with their bytes, to compare two files; nothing if they overlap, which no real ones do."""
    filled = [table for table in tables if table.size_bytes and table.place == "inside"]
    if sum(table.size_bytes for table in filled) > len(data):
        return ()
    return tuple(
        Array(table.name, table.name, table.size_bytes, data[table.offset : table.offset + table.size_bytes])
        for table in filled
    )


def _word(data: bytes, offset: int) -> int | None:
    return int.from_bytes(data[offset : offset + 4], "little") if 0 <= offset <= len(data) - 4 else None


def _text(data: bytes, offset: int, length: int) -> str:
    return shown(data[offset : offset + length].partition(b"\0")[0])


def _header(data: bytes) -> NbgFile:
    version = _word(data, 4) or 0
    target = _word(data, 8) or 0
    counts = [_word(data, layout.COUNTS_OFFSET + 4 * index) for index in range(4)]
    position = layout.FEATURES_OFFSET
    if version >= layout.FEATURES_SINCE:
        position += layout.FEATURES_BYTES
    pool, alignment = _word(data, position), _word(data, position + 4)
    position += layout.POOL_BYTES
    axi = _word(data, position + 4)
    position += layout.SRAM_BYTES
    vip = None
    if version >= layout.VIP_SRAM_SINCE:
        vip = _word(data, position + 4)
        position += layout.SRAM_BYTES
    tables = read_directory(data, position, version)
    position += layout.ENTRY_BYTES * max(len(tables), sum(version >= since for _, since in layout.TABLES))
    info = NbgInfo(
        format_version=version,
        target_pid=target,
        target=target_of_pid(target),
        network=_text(data, layout.NAME_OFFSET, layout.NAME_BYTES) or None,
        layer_count=counts[0],
        operation_count=counts[1],
        input_count=counts[2],
        output_count=counts[3],
        pool_bytes=pool,
        pool_alignment_bytes=alignment,
        axi_sram_bytes=axi,
        vip_sram_bytes=vip,
    )
    return NbgFile(info, tables, position, position <= len(data))


def _rows(data: bytes, file: NbgFile, name: str, row_bytes: int, most: int) -> range:
    """Return the offsets of those rows of a table that really exist."""
    table = file.table(name)
    if table is None:
        return range(0)
    end = min(table.offset + table.size_bytes, len(data))
    rows = max(0, end - table.offset) // row_bytes
    return range(table.offset, table.offset + min(rows, most) * row_bytes, row_bytes)


def _tensors(data: bytes, file: NbgFile, kind: str, count: int | None) -> tuple[Tensor, ...]:
    version = file.info.format_version
    rows = _rows(data, file, kind, layout.tensor_bytes(version), MOST_TENSORS)
    return tuple(_tensor(data, position, version, kind, index) for index, position in enumerate(rows[: count or 0]))


def _tensor(data: bytes, position: int, version: int, kind: str, index: int) -> Tensor:
    room = layout.dimensions(version)
    rank, *sizes = struct.unpack_from(f"<{room + 1}I", data, position)
    position += 4 * (room + 1)
    data_format, _, quantized, fixed_point, scale, zero_point = struct.unpack_from("<IIIifi", data, position)
    name = _text(data, position + 24, layout.NAME_BYTES) if version >= layout.TENSOR_NAME_SINCE else ""
    shape = tuple(reversed(sizes[:rank])) if rank <= room else ()
    known = layout.DATA_FORMATS[data_format] if data_format < len(layout.DATA_FORMATS) else None
    elements = prod(shape)
    return Tensor(
        name=name or f"{kind}[{index}]",
        dtype=known[0] if known else f"format {data_format}",
        shape=shape,
        elements=elements,
        bytes=elements * known[1] if known else None,
        quantization=_quantization(quantized, fixed_point, scale, zero_point),
    )


def _quantization(kind: int, fixed_point: int, scale: float, zero_point: int) -> Quantization:
    """Return only the fields that mean something: the others hold leftovers."""
    if kind == 0:
        return Quantization("none")
    if kind == 1:
        return Quantization("dynamic", fractional_bits=fixed_point)
    if kind == 2:
        return Quantization("affine", scale=scale if math.isfinite(scale) else None, zero_point=zero_point)
    return Quantization("unknown")


def _unended(data: bytes, file: NbgFile) -> tuple[str, ...]:
    """Return what bears a name that fills its whole field, without the NUL that ends it."""
    version, info = file.info.format_version, file.info
    fields = [("the network", layout.NAME_OFFSET)]
    if version >= layout.TENSOR_NAME_SINCE:
        size = layout.tensor_bytes(version)
        for kind, count in (("input", info.input_count), ("output", info.output_count)):
            rows = _rows(data, file, kind, size, MOST_TENSORS)[: count or 0]
            fields += [(f"{kind} {index}", position + size - layout.NAME_BYTES) for index, position in enumerate(rows)]
    rows = _rows(data, file, "layer", layout.layer_bytes(version), MOST_LAYERS)[: info.layer_count or 0]
    fields += [(f"layer {index}", position) for index, position in enumerate(rows)]
    whole = ((what, data[position : position + layout.NAME_BYTES]) for what, position in fields)
    return tuple(what for what, name in whole if len(name) == layout.NAME_BYTES and b"\0" not in name)


def _layers(data: bytes, file: NbgFile) -> tuple[str, ...]:
    rows = _rows(data, file, "layer", layout.layer_bytes(file.info.format_version), MOST_LAYERS)
    return tuple(_text(data, position, layout.NAME_BYTES) for position in rows[: file.info.layer_count or 0])


def _operation_types(data: bytes, file: NbgFile) -> tuple[tuple[str, int], ...]:
    """Count the operations by kind: the engines first, then all of unknown kinds, then markers."""
    table, wanted = file.table("operation"), file.info.operation_count or 0
    size = layout.operation_bytes(file.info.format_version, table.size_bytes if table else 0, wanted)
    rows = _rows(data, file, "operation", size, _MOST_OPERATIONS)[:wanted]
    kinds = Counter(_word(data, position) or 0 for position in rows)
    named = [(name, kinds.pop(kind, 0)) for kind, name in layout.OPERATION_TYPES.items()]
    markers = [(name, kinds.pop(kind, 0)) for kind, name in layout.MARKER_TYPES.items()]
    counted = (*named, (layout.OTHER_TYPE, kinds.total()), *markers)
    return tuple((name, number) for name, number in counted if number)


def _blobs(data: bytes, file: NbgFile) -> list[tuple[int, int]]:
    """Return (offset, bytes) of each entry of the LCD table: weights and command states."""
    rows = _rows(data, file, "lcd_table", 8, _MOST_BLOBS)
    return list(struct.iter_unpack("<II", data[rows.start : rows.stop])) if rows else []


def _renamed(tensors: tuple[Tensor, ...], first: int, names: dict[int, str]) -> tuple[Tensor, ...]:
    """Return the tensors under their names in the original graph, of which theirs begin at `first`."""
    return tuple(
        tensor if (name := names.get(first + place)) is None else tensor._replace(name=name, entry_name=tensor.name)
        for place, tensor in enumerate(tensors)
    )
