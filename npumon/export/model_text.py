"""A model file as text for people: what it is, whether it fits, its tensors, checks and operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from npumon.core import units
from npumon.export.drawing import PLAIN, Style, flowed, left_out, painted, wrapped
from npumon.export.grid import Bar, GridColumn, grid
from npumon.export.model_checks import check_lines
from npumon.export.model_firmware import firmware_blocks
from npumon.modelfile.budget import MODE_WORDS
from npumon.modelfile.compiler_report import OperationMemory, operation_share
from npumon.modelfile.description import ModelFile, NbgInfo, Quantization, Tensor
from npumon.modelfile.firmware.needs import PLAIN_FIRMWARE, FirmwareOptions

_FORMATS = {
    "gx8002": "GX8002 header",
    "gxnpuc-leo": "LEO header (GX8008 family)",
    "gxnpuc-apus": "APUS header (GX830x)",
    "gxnpuc": "gxnpuc header of an unknown core",
    "npub": "NPUB container",
    "nbg-meta": "nbg_meta.json of a network binary graph",
    "graph-json": "graph.json of a network's operations",
}
#: Names of a gxnpuc model's sizes; LEO and APUS have other names for some arrays.
_SIZES = (
    *(("cmd", "cmd_content"), ("weight", "weight_content"), ("data", "data_content"), ("tmp", "tmp_content")),
    *(("ops", "ops_content"), ("npu", "NPU in all"), ("input", "struct input"), ("output", "struct output")),
    *(("total", "total_size"), ("in_out", "struct in_out")),
)
_LEO_NAMES = {"cmd": "npu_content", "data": "cpu_content"}
_OTHER_NAMES = {"gxnpuc-leo": _LEO_NAMES, "gxnpuc-apus": {"tmp": "cache_content"}, "npub": {"ops": "mcu_content"}}
#: What total_size is the sum of.
_PARTS = ("cmd", "weight", "data", "tmp", "ops", "input", "output")
#: Text for people lists this many; the rest are counted.
_MOST_ROWS = 40
_MOST_STATEMENTS = 12
_INDENT = "  "


def model_text(model: ModelFile, name: str, style: Style = PLAIN, options: FirmwareOptions = PLAIN_FIRMWARE) -> str:
    """Render the whole description, ending in a newline. `name` is the file's name as visible text.

    `options` are those of the firmware that is to run a GX8002 model.
    """
    blocks = (
        chain(_headline(model, name, style), _statements(model, style)),
        _network(model.nbg, style) if model.nbg else _memory(model, style),
        _tables(model, style),
        _fit(model, style),
        _tensors(model, style),
        _states(model, style),
        *firmware_blocks(model, options, style),
        check_lines(model, style),
    )
    return "\n\n".join("\n".join(lines) for block in blocks if (lines := list(block))) + "\n"


def _headline(model: ModelFile, name: str, style: Style) -> Iterator[str]:
    yield from (painted(line, "bold", style) for line in wrapped(name, style.width, style))
    compiler, nbg = model.compiler, model.nbg
    pieces = (
        (f"NBG format {nbg.format_version:#010x}" if nbg else _FORMATS[model.format], ""),
        ("ok" if model.ok else "not ok", "green" if model.ok else "red"),
        (f"compiler {compiler.version}" if compiler.version else "", ""),
        (compiler.unit or "", ""),
        (f"compiled {compiler.compiled_at.replace('T', ' ')}" if compiler.compiled_at else "", ""),
        (_target(nbg) if nbg else "", ""),
    )
    yield from flowed([piece for piece in pieces if piece[0]], " - " if style.ascii else " · ", style)


def _target(nbg: NbgInfo) -> str:
    return f"for PID {nbg.target_pid:#x}" if nbg.target is None else f"for {nbg.target}, PID {nbg.target_pid:#x}"


def _statements(model: ModelFile, style: Style) -> Iterator[str]:
    """Render what else the file says about itself."""
    info, at = model.compiler.model_info, model.compiler.compiled_at
    if info is not None and at is not None and len(info) <= len("(YYYYMMDDhhmmss)"):
        info = None  # only the time, which is in the headline
    stated = [
        ("pb_md5", model.pb_md5),
        ("model_info", info),
        *model.strings,
        ("settings", ", ".join(f"{key} {value}" for key, value in model.settings[:_MOST_ROWS])),
    ]
    told = [(key, value) for key, value in stated if value]
    for key, value in told[:_MOST_STATEMENTS]:
        yield from wrapped(f"{key} {value}", style.width, style, _INDENT)
    if len(told) > _MOST_STATEMENTS:
        yield f"{_INDENT}{len(told) - _MOST_STATEMENTS} more"


def _memory(model: ModelFile, style: Style) -> Iterator[str]:
    leo = model.array("npu") is not None
    names = dict(_SIZES) | (_LEO_NAMES if leo else _OTHER_NAMES.get(model.format, {}))
    sizes = {role: size for role, _ in _SIZES if (size := getattr(model.sizes, f"{role}_bytes")) is not None}
    whole = max(model.sizes.total_bytes or 0, sum(sizes.get(role, 0) for role in _PARTS))
    if sizes:
        yield from _shares("Memory", [(names[role], size) for role, size in sizes.items()], whole, style)


def _shares(title: str, sizes: list[tuple[str, int]], whole: int, style: Style) -> list[str]:
    layout = (GridColumn(title, most=30), GridColumn("bytes", 1, right=True), GridColumn("share", 2, right=True))
    shares = [size / whole if whole else 0.0 for _, size in sizes]
    rows = [
        (_INDENT + name, units.grouped(size), units.percent(share))
        for (name, size), share in zip(sizes, shares, strict=True)
    ]
    return grid(layout, rows, style, [Bar(share) for share in shares])


def _fit(model: ModelFile, style: Style) -> Iterator[str]:
    if not model.fit:
        return
    layout = (
        GridColumn("Fit"),
        GridColumn("needs", 2, right=True),
        GridColumn("budget", 3, right=True),
        GridColumn("left", 4, right=True),
        GridColumn("", 1),
    )
    rows, bars = [], []
    for way in model.fit:
        parts = [(MODE_WORDS[way.mode], way.needs_bytes, way.budget_bytes, way.tight)]
        if way.mode == "xip":
            parts.append(("  and in flash", way.flash_bytes, way.flash_budget_bytes, False))
        for name, needs, budget, tight in parts:
            word, color = ("fits", "green") if needs <= budget else ("TOO BIG", "red")
            if tight:
                word, color = "tight", "yellow"
            rows.append((_INDENT + name, *map(units.grouped, (needs, budget, budget - needs)), word))
            bars.append(Bar(needs / budget if budget else 1.0, color))
    yield from grid(layout, rows, style, bars)


def _network(nbg: NbgInfo, style: Style) -> Iterator[str]:
    counts = ", ".join(
        f"{units.grouped(count)} {what}{'' if count == 1 else 's'}"
        for what, count in (("layer", nbg.layer_count), ("operation", nbg.operation_count))
        if count is not None
    )
    kinds = ", ".join(f"{kind} {units.grouped(count)}" for kind, count in nbg.operation_types)
    told = (nbg.network or "unnamed") + (f": {counts}" if counts else "") + (f" ({kinds})" if kinds else "")
    yield from wrapped(told, style.width, style, " " * len("Network  "), "Network  ")
    wanted = (("pool", nbg.pool_bytes), ("AXI-SRAM", nbg.axi_sram_bytes), ("VIP-SRAM", nbg.vip_sram_bytes))
    told = ", ".join(f"{name} {units.grouped(size)} bytes" for name, size in wanted if size is not None)
    if told:
        yield from wrapped(told, style.width, style, " " * len("Memory   "), "Memory   ")


def _tables(model: ModelFile, style: Style) -> Iterator[str]:
    """Render the directory's tables and what is in none of them, with their shares of the file."""
    tables = [(table.name, table.size_bytes) for table in model.tables if table.size_bytes]
    whole = model.file_bytes or 0
    if not tables:
        return
    rest = whole - sum(size for _, size in tables)
    if len(tables) > _MOST_ROWS:
        smaller = sorted(tables, key=lambda table: -table[1])[_MOST_ROWS:]
        tables = [table for table in tables if table not in smaller]
        tables.append((f"{len(smaller)} smaller ones", sum(size for _, size in smaller)))
    if rest > 0:
        tables.append(("header and names", rest))
    yield from _shares("Tables", tables, whole, style)


def _tensors(model: ModelFile, style: Style) -> Iterator[str]:
    sides = [("in", tensor) for tensor in model.inputs] + [("out", tensor) for tensor in model.outputs]
    if not sides:
        return
    layout = (
        GridColumn("Tensors", most=32),
        GridColumn("type", 2, most=16),
        GridColumn("shape", 1, most=24),
        GridColumn("elements", 6, right=True, most=16),
        GridColumn("bytes", 4, right=True, most=16),
        GridColumn("offset", 5, right=True, most=16),
        GridColumn("quantization", 3, most=32),
    )
    rows = [_tensor(side, tensor, style) for side, tensor in sides[:_MOST_ROWS]]
    lines = grid(layout, rows, style)
    yield from lines
    told = [column.head for index, column in enumerate(layout) if any(row[index] for row in rows)]
    if hidden := [title for title in told if title not in lines[0]]:
        yield from wrapped(f"no room for: {', '.join(hidden)}", style.width, style, _INDENT)
    if len(sides) > _MOST_ROWS:
        yield from left_out(len(sides) - _MOST_ROWS, style, _INDENT)


def _tensor(side: str, tensor: Tensor, style: Style) -> tuple[str, ...]:
    return (
        f"{_INDENT}{side:<3}  {tensor.name}",
        tensor.dtype,
        ("x" if style.ascii else "×").join(map(str, tensor.shape)),
        units.grouped(tensor.elements),
        units.ABSENT if tensor.bytes is None else units.grouped(tensor.bytes),
        "" if tensor.offset_bytes is None else units.grouped(tensor.offset_bytes),
        _quantization(tensor.quantization),
    )


def _quantization(quantization: Quantization | None) -> str:
    if quantization is None or quantization.kind == "none":
        return ""
    if quantization.kind == "dynamic":
        return f"dynamic, {quantization.fractional_bits} fractional bits"
    if quantization.kind == "affine":
        scale = units.ABSENT if quantization.scale is None else f"{quantization.scale:.6g}"
        return f"scale {scale}, zero {quantization.zero_point}"
    return quantization.kind


def _states(model: ModelFile, style: Style) -> Iterator[str]:
    if not model.states:
        return
    layout = (GridColumn("States", most=32), GridColumn("next value", 1, most=32), GridColumn("", 2))
    rows = [
        (_INDENT + state.input, state.output or "none", "ok" if state.ok else "NOT ALIKE" if state.output else "")
        for state in model.states[:_MOST_ROWS]
    ]
    yield from grid(layout, rows, style)
    if len(model.states) > _MOST_ROWS:
        yield from left_out(len(model.states) - _MOST_ROWS, style, _INDENT)
    overlay = next((check for check in model.checks if check.id == "gx.overlay"), None)
    if overlay is not None:
        word = "overlay holds" if overlay.ok else "overlay does not hold"
        if overlay.severity == "info":
            word = "overlay unknown"
        yield from wrapped(f"{word}: {overlay.detail}", style.width, style, _INDENT)


def operations_text(operations: Sequence[OperationMemory], style: Style = PLAIN) -> str:
    """Render the operations in the compiler's order, with the share of each in weights and instructions, which are
    what flash holds; ends in a newline."""
    layout = (
        GridColumn("Operations", most=40),
        GridColumn("weight", 1, right=True),
        GridColumn("data", 3, right=True),
        GridColumn("instructions", 2, right=True),
        GridColumn("share", 0, right=True),
    )
    shares = [operation_share(operation, operations) for operation in operations]
    rows = [
        (
            _INDENT + operation.name,
            *map(_bytes, (operation.weight_bytes, operation.data_bytes, operation.instruction_bytes)),
            "" if share is None else units.percent(share),
        )
        for operation, share in zip(operations[:_MOST_ROWS], shares, strict=False)
    ]
    most = max((share or 0.0 for share in shares), default=0.0) or 1.0
    lines = grid(layout, rows, style, [Bar((share or 0.0) / most) for share in shares[:_MOST_ROWS]])
    if len(operations) > _MOST_ROWS:
        lines.append(f"{_INDENT}{len(operations) - _MOST_ROWS} more; --format json lists them")
    return "\n".join(lines) + "\n"


def _bytes(size: int | None) -> str:
    return "" if size is None else units.grouped(size)
