"""Model files as plain values for JSON and CSV. Absent is None; every float is finite."""

from __future__ import annotations

from collections.abc import Iterable

from npumon.modelfile.compiler_report import OperationMemory, operation_share
from npumon.modelfile.description import ModelFile, NbgInfo, Quantization, Tensor
from npumon.modelfile.diff import ModelDiff
from npumon.modelfile.firmware.needs import (
    FLASH_LINES,
    PLAIN_FIRMWARE,
    FirmwareOptions,
    FlashCost,
    RamMap,
    best_map,
    flash_cost,
    in_out_offsets,
    is_grus,
    ram_maps,
    settings,
)
from npumon.modelfile.firmware.sums import Firmware
from npumon.modelfile.weights import WeightStatistics

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

_SIZES = ("total", "npu", "cmd", "weight", "data", "tmp", "ops", "input", "output", "in_out")
#: The columns of the table with one row a model.
COLUMNS = (
    "path",
    "format",
    "ok",
    "compiler.version",
    "compiler.unit",
    "compiler.compiled_at",
    "pb_md5",
    *(f"sizes.{size}_bytes" for size in _SIZES),
    "inputs",
    "outputs",
    "states",
    "fit.sram",
    "fit.xip",
    "fit.sram_headroom_bytes",
    "fit.xip_headroom_bytes",
    "failed",
    "nbg.network",
    "nbg.target",
    "nbg.format_version",
    "nbg.pool_bytes",
    "nbg.axi_sram_bytes",
    "nbg.vip_sram_bytes",
)


def document(model: ModelFile, path: str, options: FirmwareOptions = PLAIN_FIRMWARE) -> dict[str, Json]:
    """Return one model as `npumon.model/1`. `path` is shown as given; the key `nbg` exists only for such a graph.

    `options` are those of the firmware that is to run a GX8002 model.
    """
    compiler, offsets = model.compiler, in_out_offsets(model)
    value: dict[str, Json] = {
        "schema": "npumon.model/1",
        "path": path,
        "format": model.format,
        "ok": model.ok,
        "compiler": {
            "version": compiler.version,
            "unit": compiler.unit,
            "model_info": compiler.model_info,
            "compiled_at": compiler.compiled_at,
        },
        "pb_md5": model.pb_md5,
        "sizes": {f"{size}_bytes": getattr(model.sizes, f"{size}_bytes") for size in _SIZES},
        "inputs": [_tensor(tensor, offsets) for tensor in model.inputs],
        "outputs": [_tensor(tensor, offsets) for tensor in model.outputs],
        "states": [{"input": state.input, "output": state.output, "ok": state.ok} for state in model.states],
        "fit": [
            {
                "mode": fit.mode,
                "needs_bytes": fit.needs_bytes,
                "budget_bytes": fit.budget_bytes,
                "headroom_bytes": fit.headroom_bytes,
                "flash_bytes": fit.flash_bytes,
                "flash_budget_bytes": fit.flash_budget_bytes,
                "ok": fit.ok,
            }
            for fit in model.fit
        ],
        "checks": [
            {
                "id": check.id,
                "severity": check.severity,
                "ok": check.ok,
                "expected": check.expected,
                "found": check.found,
                "detail": check.detail,
            }
            for check in model.checks
        ],
    }
    if model.nbg is not None:
        value["nbg"] = _nbg(model.nbg, model)
    value["tables"] = [
        {
            "name": table.name,
            "offset": table.offset,
            "bytes": table.size_bytes,
            "share": table.size_bytes / model.file_bytes if model.file_bytes else None,
        }
        for table in model.tables
    ]
    value["weights_compressed"] = model.weights_compressed
    value["in_out"] = [_tensor(member, offsets) for member in model.in_out]
    known = is_grus(model)
    value["config"] = {setting.name: setting.value for setting in settings(model)} if known else None
    value["ram"] = _ram(best_map(ram_maps(model, options)))
    value["flash"] = _flash(flash_cost(model, options))
    return value


def firmware_document(firmware: Firmware) -> dict[str, Json]:
    """Return several models of one firmware, added up, which their document has under `firmware`."""
    return {
        "models": [
            {
                "path": part.name,
                "mode": part.mode,
                "npu_bytes": part.npu_bytes,
                "buffers_bytes": part.buffers_bytes,
                "flash_bytes": part.flash_bytes,
            }
            for part in firmware.parts
        ],
        "npu_bytes": firmware.npu_bytes,
        "npu_budget_bytes": firmware.npu_budget_bytes,
        "buffers_bytes": firmware.buffers_bytes,
        "sram_bytes": firmware.sram_bytes,
        "budget_bytes": firmware.budget_bytes,
        "left_bytes": firmware.left_bytes,
        "flash_bytes": firmware.flash_bytes,
        "flash_budget_bytes": firmware.flash_budget_bytes,
        "ok": firmware.ok,
    }


def _ram(ram: RamMap | None) -> Json:
    if ram is None:
        return None
    return {
        "mode": ram.mode,
        "npu_bytes": ram.npu_bytes,
        "buffers": {"contexts": ram.contexts, "each_bytes": ram.buffer_bytes, "bytes": ram.buffers_bytes},
        "left_bytes": ram.left_bytes,
        "budget_bytes": ram.budget_bytes,
    }


def _flash(cost: FlashCost | None) -> Json:
    if cost is None:
        return None
    return {
        "bytes_per_run": cost.bytes_per_run,
        "clock_hz": cost.clock_hz,
        "lines": FLASH_LINES,
        "least_us": cost.least_us,
    }


def documents(models: Iterable[tuple[ModelFile, str]]) -> dict[str, Json]:
    """Return several models as `npumon.models/1`."""
    return {"schema": "npumon.models/1", "models": [document(model, path) for model, path in models]}


def row(model: ModelFile, path: str) -> dict[str, str | int | bool | None]:
    """Return one model as a row of the table, by the names of `COLUMNS`. Lists are joined with blanks."""
    fit = {way.mode: way.ok for way in model.fit}
    left = {way.mode: way.headroom_bytes for way in model.fit}
    nbg = model.nbg
    return {
        "path": path,
        "format": model.format,
        "ok": model.ok,
        "compiler.version": model.compiler.version,
        "compiler.unit": model.compiler.unit,
        "compiler.compiled_at": model.compiler.compiled_at,
        "pb_md5": model.pb_md5,
        **{f"sizes.{size}_bytes": getattr(model.sizes, f"{size}_bytes") for size in _SIZES},
        "inputs": " ".join(map(_short, model.inputs)),
        "outputs": " ".join(map(_short, model.outputs)),
        "states": len(model.states),
        "fit.sram": fit.get("sram"),
        "fit.xip": fit.get("xip"),
        "fit.sram_headroom_bytes": left.get("sram"),
        "fit.xip_headroom_bytes": left.get("xip"),
        "failed": " ".join(
            dict.fromkeys(check.id for check in model.checks if not check.ok and check.severity == "fail")
        ),
        "nbg.network": nbg and nbg.network,
        "nbg.target": nbg and f"{nbg.target_pid:#x}",
        "nbg.format_version": nbg and f"{nbg.format_version:#010x}",
        "nbg.pool_bytes": nbg and nbg.pool_bytes,
        "nbg.axi_sram_bytes": nbg and nbg.axi_sram_bytes,
        "nbg.vip_sram_bytes": nbg and nbg.vip_sram_bytes,
    }


def weights_document(statistics: WeightStatistics) -> dict[str, Json]:
    """Return the statistics of a model's weights, which its document has under `weights` if they were requested.

    Of compressed weights every figure but the size is None.
    """
    figures: dict[str, Json] = {"count": statistics.values, **statistics._asdict()}
    del figures["values"], figures["size_bytes"], figures["compressed"]
    figures["histogram"] = [
        {"from": item.low, "below": item.high, "positive": item.positive, "negative": item.negative}
        for item in statistics.histogram
    ]
    if statistics.compressed:
        figures = dict.fromkeys(figures)
    return {"compressed": statistics.compressed, "bytes": statistics.size_bytes, **figures}


def operations_document(operations: Iterable[OperationMemory]) -> list[Json]:
    """Return what the compiler printed about each operation, which a document has under `operations`; absent is
    None."""
    listed = tuple(operations)
    return [{**operation._asdict(), "share": operation_share(operation, listed)} for operation in listed]


def diff_document(diff: ModelDiff, before: str, after: str, sentences: Iterable[str] = ()) -> dict[str, Json]:
    """Return a comparison as `npumon.model_diff/1`; `before` and `after` are paths, `sentences` the consequences."""
    return {
        "schema": "npumon.model_diff/1",
        "before": before,
        "after": after,
        "verdict": diff.verdict,
        "identical": diff.identical,
        "same_graph": diff.same_graph,
        "sizes": [
            {"name": size.name, "before_bytes": size.before, "after_bytes": size.after, "delta_bytes": size.delta}
            for size in diff.sizes
        ],
        "contents": [
            {
                "array": content.role,
                "kind": content.kind,
                "same": content.same,
                "equal_prefix_bytes": content.equal_prefix_bytes,
                "different_bytes": content.different_bytes,
            }
            for content in diff.contents
        ],
        "tensors": [
            {"kind": change.kind, "name": change.name, "before": change.before, "after": change.after}
            for change in diff.tensors
        ],
        "facts": [{"name": fact.name, "before": fact.before, "after": fact.after} for fact in diff.facts],
        "renamed": [{"before": was, "after": now} for was, now in diff.renamed],
        "consequences": list(sentences),
    }


def _tensor(tensor: Tensor, offsets: dict[str, int]) -> dict[str, Json]:
    return {
        "name": tensor.name,
        "dtype": tensor.dtype,
        "shape": list(tensor.shape),
        "elements": tensor.elements,
        "bytes": tensor.bytes,
        "offset_bytes": tensor.offset_bytes,
        "offset_in_out": offsets.get(tensor.name),
    }


def _short(tensor: Tensor) -> str:
    return f"{tensor.name}:{tensor.dtype}[{','.join(map(str, tensor.shape))}]"


def _nbg(info: NbgInfo, model: ModelFile) -> dict[str, Json]:
    value: dict[str, Json] = info._asdict()
    value["format_version"] = f"{info.format_version:#010x}"
    value["target_pid"] = f"{info.target_pid:#x}"
    value["layers"] = list(info.layers)
    value["tensor_names"] = list(info.tensor_names)
    value["operation_types"] = dict(info.operation_types)
    value["sections"] = [{"name": name, "offset_bytes": offset, "bytes": size} for name, offset, size in info.sections]
    for kind, tensors in (("inputs", model.inputs), ("outputs", model.outputs)):
        value[kind] = [
            {"name": tensor.name, "entry_name": tensor.entry_name, "quantization": _quantization(tensor.quantization)}
            for tensor in tensors
        ]
    return value


def _quantization(quantization: Quantization | None) -> Json:
    """Return the kind and those fields that mean something for it."""
    if quantization is None:
        return None
    return {key: value for key, value in quantization._asdict().items() if value is not None}
