"""Compares a network binary graph with the `nbg_meta.json` that the exporter writes beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from npumon.modelfile.description import FileCheck, ModelFile, Quantization, Severity, Tensor
from npumon.modelfile.nbg_meta import MetaTensor, kind_of, read_meta

#: The graph has the scale in single precision, the JSON in any number of digits.
_SCALE_TOLERANCE = 1e-5
#: The most digits behind the point that count when a scale was printed with few.
_MOST_PLACES = 30

_MOST_LISTED = 4

_Pair = tuple[MetaTensor, Tensor]


def meta_checks(model: ModelFile, data: bytes) -> tuple[FileCheck, ...]:
    """Yield nb.meta, one for each difference: names, shapes, element types and quantization, tensor by tensor.

    Only what both files state is compared. Any other figure fails; other names alone are worth a look, as exporters
    spell them differently. The JSON may have more inputs than the graph, since an exporter folds constant ones; it
    does not say which, so then only shapes are compared.
    """
    meta = read_meta(data)
    if meta is None:
        return (FileCheck("nb.meta", "warn", False, "a JSON object", None, "nbg_meta.json cannot be read"),)
    names: list[FileCheck] = []
    figures: list[FileCheck] = []
    for kind, entries, tensors in (
        ("Inputs", meta.inputs, model.inputs),
        ("Outputs", meta.outputs, model.outputs),
    ):
        if len(entries) != len(tensors):
            figures += _uneven(kind, entries, tensors)
            continue
        for entry, tensor in _paired(entries, tensors):
            figures += _unlike(entry, tensor)
            if _named(tensor) and entry.names and not _same_name(entry, tensor):
                detail = "nbg_meta.json has another name for it"
                names.append(FileCheck("nb.meta", "warn", False, entry.name, tensor.name, detail))
    if any(check.severity == "fail" for check in figures):
        names = [check._replace(severity="fail") for check in names]
    detail = "nbg_meta.json agrees with the graph"
    return (*names, *figures) or (FileCheck("nb.meta", "fail", True, detail=detail),)


def _paired(entries: tuple[MetaTensor, ...], tensors: tuple[Tensor, ...]) -> list[_Pair]:
    """Pair by name as far as the names agree, and what is left in its order."""
    left = list(entries)
    found: dict[int, MetaTensor] = {}
    for place, tensor in enumerate(tensors):
        entry = next((entry for entry in left if _named(tensor) and _same_name(entry, tensor)), None)
        if entry is not None:
            left.remove(entry)
            found[place] = entry
    return [(found[place] if place in found else left.pop(0), tensor) for place, tensor in enumerate(tensors)]


def _named(tensor: Tensor) -> bool:
    """Whether the tensor's name in the original graph is known."""
    return tensor.entry_name is not None


def _same_name(entry: MetaTensor, tensor: Tensor) -> bool:
    """Whether a name of the entry is the tensor's. Exporters write `@conv_5:out0` and `conv_5_id`, too."""
    wanted = {name for own in (tensor.name, tensor.entry_name) if own is not None for name in (own, *_spelled(own))}
    return any(name in wanted or not wanted.isdisjoint(_spelled(name)) for name in entry.names)


def _spelled(name: str) -> tuple[str, str]:
    """Return a name as the graph may have it: `conv_5/out0`, or `conv_5` for a layer's first output."""
    bare = name.removeprefix("@").removesuffix("_id")
    return bare.replace(":", "/"), bare.removesuffix(":out0").replace(":", "/")


def _uneven(kind: str, entries: tuple[MetaTensor, ...], tensors: tuple[Tensor, ...]) -> Iterator[FileCheck]:
    folded = kind == "Inputs" and len(entries) > len(tensors)
    detail = f"nbg_meta.json lists a different number of {kind.lower()}"
    detail += "; constant ones are folded into the graph" if folded else ""
    severity: Severity = "info" if folded else "fail"
    yield FileCheck("nb.meta", severity, False, len(entries), len(tensors), detail)
    wanted = Counter(entry.shape for entry in entries)
    for shape in Counter(tensor.shape for tensor in tensors) - wanted:
        detail = f"no shape of {kind} in nbg_meta.json is like this one"
        yield FileCheck("nb.meta", "fail", False, None, str(list(shape)), detail)


def _unlike(entry: MetaTensor, tensor: Tensor) -> Iterator[FileCheck]:
    """Yield what the entry says otherwise than the graph, of the figures that this quantization uses."""
    found = tensor.quantization or Quantization("none")
    kind = kind_of(entry)
    if _without_ones(entry.shape) != _without_ones(tensor.shape):
        yield _difference(tensor, "shape", str(list(entry.shape)), str(list(tensor.shape)))
    if entry.dtype is not None and entry.dtype != tensor.dtype:
        # a graph of half-precision numbers may take and give single-precision ones: the exporter writes either
        floats = "float" in entry.dtype and "float" in tensor.dtype
        yield _difference(tensor, "element type", entry.dtype, tensor.dtype, "warn" if floats else "fail")
    if kind is not None and found.kind != "unknown" and kind != found.kind:
        yield _difference(tensor, "quantization", kind, found.kind)
    # several values in a list are those of channels; a graph has room for one of them
    pairs = (
        ("fixed-point position", entry.fractional_bits, found.fractional_bits),
        ("zero point", entry.zero_points, found.zero_point),
    )
    for what, stated, value in pairs:
        if stated and value is not None and value not in stated:
            one = len(set(stated)) == 1
            yield _difference(tensor, what, stated[0] if one else _listed(map(str, stated)), value)
    there = found.scale
    if entry.scales and there is not None and not any(_same_scale(scale, there) for scale in entry.scales):
        told = _listed(f"{float(scale):.6g}" for scale in entry.scales)
        yield _difference(tensor, "scale", told, f"{there:.6g}")


def _listed(values: Iterable[str]) -> str:
    """Return a few values and how many more there are."""
    each = list(dict.fromkeys(values))
    more = len(each) - _MOST_LISTED
    return " or ".join(each[:_MOST_LISTED]) + (f" or {more} more" if more > 0 else "")


def _same_scale(stated: Decimal, found: float) -> bool:
    """Compare with the digits that were printed: 0.000012 may stand for 0.0000123."""
    exponent = stated.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    rounding = 0.5 * 10.0**-places if 0 < places <= _MOST_PLACES else 0.0
    return abs(float(stated) - found) <= max(_SCALE_TOLERANCE * abs(found), rounding * 1.01)


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape without leading dimensions of 1, which either side may leave out."""
    start = next((place for place, size in enumerate(shape) if size != 1), len(shape))
    return shape[start:]


def _difference(
    tensor: Tensor, what: str, stated: str | int, found: str | int, severity: Severity = "fail"
) -> FileCheck:
    return FileCheck("nb.meta", severity, False, stated, found, f"{tensor.name}: its {what} differs from nbg_meta.json")
