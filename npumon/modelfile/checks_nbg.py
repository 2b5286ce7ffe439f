"""The rules that a network binary graph keeps, and whether it suits the NPU at hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from npumon.core.chips import VIP_RESERVE_BYTES
from npumon.modelfile import nbg_layout as layout
from npumon.modelfile.description import FileCheck, NbgInfo, Severity, Tensor
from npumon.modelfile.nbg_tables import TableEntry
from npumon.modelfile.text import shown


class Device(NamedTuple):
    """The NPU to run on: its PID (0x88) and its SRAMs as its driver reports them, in bytes; None if unknown."""

    pid: int | None = None
    axi_sram_bytes: int | None = None
    vip_sram_bytes: int | None = None


def nbg_checks(
    info: NbgInfo,
    tensors: tuple[Tensor, ...],
    *,
    length: int,
    complete: bool,
    tables: tuple[TableEntry, ...],
    blobs_end: int | None,
    unended: tuple[str, ...],
    trailing: bytes,
    device: Device | None,
) -> Iterator[FileCheck]:
    """Yield every check that needs only the file and, if there is one, the device.

    `tensors` are the inputs and outputs. `length` is the file's, `complete` says that its fixed part is complete,
    `tables` is its directory, `blobs_end` is where the last blob ends within the lcd section, `unended` says whose
    names have no NUL at their end, `trailing` what follows the tables.
    """
    newer = info.format_version > layout.NEWEST_KNOWN
    yield FileCheck("nb.magic", "fail", True, "VPMN", "VPMN")
    detail = "newer than the known format versions; what follows may be misread" if newer else ""
    yield FileCheck(
        "nb.version", "warn", not newer, f"at most {layout.NEWEST_KNOWN:#010x}", f"{info.format_version:#010x}", detail
    )
    if not complete:
        yield FileCheck("nb.header", "fail", False, None, length, "the file ends inside its header")
    yield from _tables(tables, length, complete)
    yield from _counts(info)
    yield from _tensors(tensors)
    yield from _names(unended)
    yield from _pool(info)
    yield from _blob_end(info, blobs_end)
    yield from _target(info, device)
    yield from _sram(info, device)
    if trailing and not info.tensor_names:
        yield FileCheck(
            "nb.trailer", "info", False, "tensorname:…", shown(trailing[:16]), "unknown bytes after the tables"
        )
    elif trailing:
        detail = "names of inputs and outputs in the original graph"
        yield FileCheck("nb.trailer", "info", True, None, len(info.tensor_names), detail)


def _tables(tables: tuple[TableEntry, ...], length: int, complete: bool) -> Iterator[FileCheck]:
    """Check that the tables lie inside the file; an entry that points to no table is only worth a look."""
    outside = [table.name for table in tables if table.place == "beyond"]
    end = max(
        (table.offset + table.size_bytes for table in tables if table.size_bytes and table.place != "odd"), default=None
    )
    if outside:
        detail = "reach beyond the end of the file: " + ", ".join(outside[:8])
        yield FileCheck("nb.tables", "fail", False, length, end, detail, limit=True)
    elif complete:
        detail = f"every table lies inside the file; the directory has {len(tables)} entries"
        yield FileCheck("nb.tables", "fail", True, length, end, detail, limit=True)
    odd = [table.name for table in tables if table.place == "odd"]
    if odd:
        detail = "entries of the directory that point to no table: " + ", ".join(odd[:8])
        yield FileCheck("nb.directory", "warn", False, None, len(odd), detail)


def _counts(info: NbgInfo) -> Iterator[FileCheck]:
    sizes = {name: size for name, _, size in info.sections}
    version = info.format_version
    rows = (
        ("input", info.input_count, layout.tensor_bytes(version)),
        ("output", info.output_count, layout.tensor_bytes(version)),
        ("layer", info.layer_count, layout.layer_bytes(version)),
        (
            "operation",
            info.operation_count,
            layout.operation_bytes(version, sizes.get("operation", 0), info.operation_count or 0),
        ),
    )
    for name, count, row in rows:
        if count is not None and name in sizes:
            ok = sizes[name] == count * row
            detail = f"the {name} table: {count} {'entry' if count == 1 else 'entries'} of {row} bytes"
            yield FileCheck("nb.count", "fail", ok, count * row, sizes[name], detail)
    if info.input_count == 0 or info.output_count == 0:
        yield FileCheck("nb.io", "warn", False, "at least one input and output", None, "a network without one of them")


def _tensors(tensors: tuple[Tensor, ...]) -> Iterator[FileCheck]:
    odd = [tensor.name for tensor in tensors if tensor.bytes is None or not tensor.shape or 0 in tensor.shape]
    if odd:
        detail = "an unknown element type or an empty shape: " + ", ".join(odd[:8])
        yield FileCheck("nb.tensor", "warn", False, None, None, detail)


def _names(unended: tuple[str, ...]) -> Iterator[FileCheck]:
    if unended:
        detail = "a name without the NUL that ends it: " + ", ".join(unended[:8])
        yield FileCheck("nb.name", "warn", False, f"at most {layout.NAME_BYTES - 1} bytes", layout.NAME_BYTES, detail)


def _pool(info: NbgInfo) -> Iterator[FileCheck]:
    """Check the video memory for intermediate results; a network that fits the SRAMs needs none."""
    pool, alignment = info.pool_bytes, info.pool_alignment_bytes
    if pool is None or alignment is None:
        return
    ok = alignment & (alignment - 1) == 0 and (alignment > 0 or pool == 0)
    detail = f"{pool} bytes of video memory for intermediate results"
    detail = f"the alignment of {detail}" if ok else f"{detail}, whose alignment is not a power of two"
    yield FileCheck("nb.pool", "warn", ok, None if ok else "a power of two", alignment, detail)


def _blob_end(info: NbgInfo, blobs_end: int | None) -> Iterator[FileCheck]:
    """Check that the blobs lie inside their section, which was verified on files up to 0x0001000f."""
    section = next((size for name, _, size in info.sections if name == "lcd"), None)
    if section is not None and blobs_end is not None:
        detail = "the last blob ends inside the lcd section" if blobs_end <= section else "a blob reaches beyond lcd"
        severity: Severity = "fail" if info.format_version <= layout.NEWEST_VERIFIED else "warn"
        yield FileCheck("nb.lcd", severity, blobs_end <= section, section, blobs_end, detail, limit=True)


def _target(info: NbgInfo, device: Device | None) -> Iterator[FileCheck]:
    if device is None or device.pid is None:
        return
    ok = device.pid == info.target_pid
    detail = "" if ok else f"compiled for {info.target or f'PID {info.target_pid:#x}'}, not for this one"
    yield FileCheck("nb.target", "fail", ok, f"{device.pid:#x}", f"{info.target_pid:#x}", detail)


def _sram(info: NbgInfo, device: Device | None) -> Iterator[FileCheck]:
    if device is None:
        return
    rows = (
        ("AXI-SRAM", info.axi_sram_bytes, device.axi_sram_bytes, 0),
        ("VIP-SRAM", info.vip_sram_bytes, device.vip_sram_bytes, VIP_RESERVE_BYTES),
    )
    for name, wanted, there, reserve in rows:
        if wanted is not None and there is not None:
            ok = wanted <= there + reserve
            detail = f"the network wants {wanted} bytes of {name}, this NPU has {there}"
            yield FileCheck("nb.sram", "warn", ok, there, wanted, detail, limit=True)
