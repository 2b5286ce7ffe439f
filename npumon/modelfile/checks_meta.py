"""Compares a network binary graph with the `nbg_meta.json` that the exporter writes beside it."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping

from npumon.modelfile.description import FileCheck, ModelFile, Quantization, Tensor
from npumon.modelfile.text import shown

_LONGEST_META = 1 << 22
_MOST_META = 1024
#: The exporter's names of element types, by the name that they have here.
_TYPES = {
    **{f"{sign}{bits}": f"{word}{bits}" for sign, word in (("i", "int"), ("u", "uint")) for bits in (8, 16, 32, 64)},
    **{"fp16": "float16", "float16": "float16", "half": "float16", "bf16": "bfloat16", "bfloat16": "bfloat16"},
    **{"fp32": "float32", "float32": "float32", "float": "float32"},
    **{f"{word}{bits}": f"{word}{bits}" for word in ("int", "uint") for bits in (8, 16, 32, 64)},
}
#: The graph has the scale in single precision, the JSON in any number of digits.
_SCALE_TOLERANCE = 1e-4

_Entry = Mapping[str, object]


def meta_checks(model: ModelFile, data: bytes) -> tuple[FileCheck, ...]:
    """Yield nb.meta: names, shapes, element types and quantization, tensor by tensor.

    Only what both files state is compared. The JSON may have more inputs than the graph, since an exporter folds
    constant ones; it does not say which, so then only shapes are compared.
    """
    try:
        meta = json.loads(data[:_LONGEST_META])
    except (ValueError, RecursionError):
        meta = None
    if not isinstance(meta, dict):
        return (FileCheck("nb.meta", "warn", False, "a JSON object", None, "nbg_meta.json cannot be read"),)
    checks: list[FileCheck] = []
    for kind, tensors in (("Inputs", model.inputs), ("Outputs", model.outputs)):
        entries = _entries(meta.get(kind))
        checks += _pairs(entries, tensors) if len(entries) == len(tensors) else _uneven(kind, entries, tensors)
    return tuple(checks) or (FileCheck("nb.meta", "warn", True, detail="nbg_meta.json agrees with the graph"),)


def _uneven(kind: str, entries: list[tuple[str, _Entry]], tensors: tuple[Tensor, ...]) -> Iterator[FileCheck]:
    folded = kind == "Inputs" and len(entries) > len(tensors)
    detail = f"nbg_meta.json lists a different number of {kind.lower()}"
    detail += "; constant ones are folded into the graph" if folded else ""
    yield FileCheck("nb.meta", "info" if folded else "warn", False, len(entries), len(tensors), detail)
    wanted = Counter(_shape(entry) for _, entry in entries)
    for shape in Counter(tensor.shape for tensor in tensors) - wanted:
        detail = f"no shape of {kind} in nbg_meta.json is like this one"
        yield FileCheck("nb.meta", "warn", False, None, str(list(shape)), detail)


def _pairs(entries: list[tuple[str, _Entry]], tensors: tuple[Tensor, ...]) -> Iterator[FileCheck]:
    for (name, entry), tensor in zip(entries, tensors, strict=True):
        # an entry without a name of its own is not compared by name, nor a tensor whose original name is unknown
        if name and tensor.entry_name is not None and name not in (tensor.name, tensor.entry_name):
            yield FileCheck("nb.meta", "info", False, name, tensor.name, "nbg_meta.json has another name for it")
        shape = _shape(entry)
        if shape != tensor.shape:
            yield _unlike(tensor, "shape", str(list(shape)), str(list(tensor.shape)))
        quantize = entry.get("quantize")
        stated = [entry, quantize] if isinstance(quantize, dict) else [entry]
        dtype = next(
            (
                known
                for stated_at in stated
                for key in ("dtype", "qtype")
                if (known := _type(stated_at.get(key))) is not None
            ),
            None,
        )
        if dtype is not None and dtype != tensor.dtype:
            yield _unlike(tensor, "element type", dtype, tensor.dtype)
        for stated_at in stated:
            yield from _quantization(tensor, tensor.quantization or Quantization("none"), stated_at)


def _quantization(tensor: Tensor, found: Quantization, stated_at: _Entry) -> Iterator[FileCheck]:
    """Return what the entry, or the object in it, says about the figures that this quantization uses."""
    whole = (("fl", "fixed-point position", found.fractional_bits), ("zero_point", "zero point", found.zero_point))
    for key, what, value in whole:
        stated = stated_at.get(key)
        if isinstance(stated, int) and value is not None and stated != value:
            yield _unlike(tensor, what, stated, value)
    scale, there = stated_at.get("scale"), found.scale
    if isinstance(scale, float) and there is not None and not math.isclose(scale, there, rel_tol=_SCALE_TOLERANCE):
        yield _unlike(tensor, "scale", f"{scale:.6g}", f"{there:.6g}")


def _unlike(tensor: Tensor, what: str, stated: str | int, found: str | int) -> FileCheck:
    return FileCheck("nb.meta", "warn", False, stated, found, f"{tensor.name}: its {what} differs from nbg_meta.json")


def _entries(value: object) -> list[tuple[str, _Entry]]:
    """Return the entries with their names, which are keys or fields of them."""
    if isinstance(value, dict):
        items = list(value.items())
    else:
        items = [("", item) for item in value] if isinstance(value, list) else []
    return [(_name(name, item), item) for name, item in items[:_MOST_META] if isinstance(item, dict)]


def _name(key: str, entry: _Entry) -> str:
    name = entry.get("name")
    return shown((name if isinstance(name, str) else key).encode("utf-8", "backslashreplace"))


def _type(value: object) -> str | None:
    return _TYPES.get(value.lower()) if isinstance(value, str) else None


def _shape(entry: _Entry) -> tuple[int, ...]:
    shape = entry.get("shape")
    return tuple(size for size in shape if isinstance(size, int)) if isinstance(shape, list) else ()
