"""The JSON files that Vivante's tools write beside a network binary graph, read for what they say of its tensors.

`nbg_meta.json` is the exporter's: inputs and outputs with shape, element type and quantization. Acuity 5 writes
`scale`, `zero_point` and `fl` as lists, older versions as numbers. `graph.json` is the driver's dump of the operations
(NN_LAYER_DUMP=1): `{"Layers": {"uid_11": {"op": "RELU", "inputs": ["@uid_4:out0"], "inut_shape": [[…]], …}}}`; its
shapes are innermost first (width, height, channels, batch), unlike the exporter's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import prod
from typing import NamedTuple, TypeGuard

from npumon.modelfile.description import FileCheck, ModelFile, Quantization, Tensor
from npumon.modelfile.text import shown

_LONGEST_JSON = 1 << 22
_MOST_TENSORS = 1024
_MOST_NODES = 1 << 16
_MOST_RANK = 16
_MOST_VALUES = 4096
_MOST_BYTES = 1 << 40
#: The exporter's names of element types, by the name that they have here.
_TYPES = {
    **{f"{sign}{bits}": f"{word}{bits}" for sign, word in (("i", "int"), ("u", "uint")) for bits in (8, 16, 32, 64)},
    **{"fp16": "float16", "float16": "float16", "half": "float16", "bf16": "bfloat16", "bfloat16": "bfloat16"},
    **{"fp32": "float32", "float32": "float32", "float": "float32"},
    **{f"{word}{bits}": f"{word}{bits}" for word in ("int", "uint") for bits in (8, 16, 32, 64)},
}
_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2} | {
    f"{sign}int{bits}": bits // 8 for sign in ("", "u") for bits in (8, 16, 32, 64)
}
_QUANTIZERS = {"asymmetric_affine": "affine", "dynamic_fixed_point": "dynamic"}

_Entry = Mapping[str, object]


class MetaTensor(NamedTuple):
    """What the exporter says of an input or output; absent is None, and a list may be empty.

    `names` are the entry's key and its field `name`. `scales` come with the digits that the file has.
    """

    names: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str | None = None
    quantizer: str | None = None
    scales: tuple[Decimal, ...] = ()
    zero_points: tuple[int, ...] = ()
    fractional_bits: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The name that people know: the field, or else the key."""
        return self.names[0] if self.names else ""


class NbgMeta(NamedTuple):
    """The inputs and outputs of `nbg_meta.json`, in its order."""

    inputs: tuple[MetaTensor, ...]
    outputs: tuple[MetaTensor, ...]


def read_meta(data: bytes) -> NbgMeta | None:
    """Read `nbg_meta.json`; None if the bytes are not an object of JSON."""
    meta = _object(data)
    return None if meta is None else NbgMeta(_tensors(meta.get("Inputs")), _tensors(meta.get("Outputs")))


def read_companion(data: bytes) -> ModelFile | None:
    """Describe a JSON file of either kind on its own; None if the bytes are neither."""
    document = _object(data)
    if document is None:
        return None
    if isinstance(document.get("Inputs"), (dict, list)) and isinstance(document.get("Outputs"), (dict, list)):
        meta = NbgMeta(_tensors(document["Inputs"]), _tensors(document["Outputs"]))
        detail = "the exporter's description of a network binary graph (.nb) in the same folder; inspect that one"
        return ModelFile(
            "nbg-meta",
            inputs=tuple(map(_described, meta.inputs)),
            outputs=tuple(map(_described, meta.outputs)),
            checks=(FileCheck("nb.companion", "info", True, None, None, detail),),
            file_bytes=len(data),
        )
    nodes = _nodes(document)
    if not nodes:
        return None
    inputs, outputs = _ends(nodes)
    detail = "the driver's dump of a graph's operations, for the profile beside it: npumon parse LOG"
    return ModelFile(
        "graph-json",
        inputs=inputs,
        outputs=outputs,
        checks=(FileCheck("nb.companion", "info", True, None, len(nodes), detail),),
        file_bytes=len(data),
    )


def _object(data: bytes) -> dict[str, object] | None:
    try:
        value = json.loads(data[:_LONGEST_JSON], parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _tensors(value: object) -> tuple[MetaTensor, ...]:
    """Return the entries with their names, which are keys or fields of them."""
    items: list[tuple[object, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = [(None, item) for item in value]
    return tuple(_tensor(key, item) for key, item in items[:_MOST_TENSORS] if isinstance(item, dict))


def _tensor(key: object, entry: _Entry) -> MetaTensor:
    quantize = entry.get("quantize")
    stated = (entry, quantize) if isinstance(quantize, dict) else (entry,)

    def values(name: str) -> list[object]:
        found = next((part[name] for part in stated if part.get(name) is not None), [])
        return found[:_MOST_VALUES] if isinstance(found, list) else [found]

    types = [known for part in stated for name in ("dtype", "qtype") if (known := _type(part.get(name))) is not None]
    quantizer = next((text for part in stated if isinstance(text := part.get("quantizer"), str)), None)
    names = (_text(name) for name in (entry.get("name"), key) if isinstance(name, str) and name)
    return MetaTensor(
        names=tuple(dict.fromkeys(names)),
        shape=_shape(entry.get("shape")),
        dtype=types[0] if types else None,
        quantizer=None if quantizer is None else _text(quantizer),
        scales=tuple(scale for item in values("scale") if (scale := _decimal(item)) is not None),
        zero_points=tuple(item for item in values("zero_point") if _is_whole(item)),
        fractional_bits=tuple(item for item in values("fl") if _is_whole(item)),
    )


def kind_of(tensor: MetaTensor) -> str | None:
    """Return the kind of quantization that the quantizer's name stands for; None for a name that is not known."""
    return _QUANTIZERS.get((tensor.quantizer or "").lower())


def _described(tensor: MetaTensor) -> Tensor:
    elements = prod(tensor.shape) if tensor.shape else 0
    width = _BYTES.get(tensor.dtype or "")
    kind = kind_of(tensor)
    quantization = None
    if kind == "affine" or (kind is None and tensor.scales):
        scale = float(tensor.scales[0]) if tensor.scales else None
        finite = scale if scale is not None and math.isfinite(scale) else None
        quantization = Quantization("affine", scale=finite, zero_point=next(iter(tensor.zero_points), None))
    elif kind == "dynamic" or tensor.fractional_bits:
        quantization = Quantization("dynamic", fractional_bits=next(iter(tensor.fractional_bits), None))
    return Tensor(
        tensor.name or "unnamed",
        tensor.dtype or "unknown",
        tensor.shape,
        elements,
        elements * width if width is not None and elements < _MOST_BYTES else None,
        quantization=quantization,
    )


def _nodes(document: _Entry) -> dict[str, _Entry]:
    """Return the operations of a `graph.json` by name; nothing if it is not one."""
    layers = document.get("Layers", document)
    if not isinstance(layers, dict):
        return {}
    nodes: dict[str, _Entry] = {
        str(name): node
        for name, node in list(layers.items())[:_MOST_NODES]
        if isinstance(node, dict) and isinstance(node.get("op"), str)
    }
    return nodes if len(nodes) == min(len(layers), _MOST_NODES) else {}


def _ends(nodes: Mapping[str, _Entry]) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Return what the operations read but none of them makes, and what they make but none of them reads."""
    made = {f"@{name}:{output}": tensor for name, node in nodes.items() for output, tensor in _outputs(name, node)}
    inputs: dict[str, Tensor] = {}
    read = set()
    for node in nodes.values():
        shapes = node.get("inut_shape", node.get("input_shape"))
        for place, source in enumerate(_listed(node.get("inputs"))):
            if isinstance(source, str):
                read.add(source)
                if source not in made and len(inputs) < _MOST_TENSORS:
                    inputs.setdefault(source, _unquantized(source.lstrip("@"), _nth(shapes, place)))
    outputs = tuple(tensor for source, tensor in made.items() if source not in read)
    return tuple(inputs.values()), outputs[:_MOST_TENSORS]


def _outputs(name: str, node: _Entry) -> Iterator[tuple[str, Tensor]]:
    shapes = node.get("output_shape")
    for place, output in enumerate(_listed(node.get("outputs"))):
        if isinstance(output, str):
            yield output, _unquantized(f"{name}:{output}", _nth(shapes, place))


def _unquantized(name: str, shape: object) -> Tensor:
    """Return a tensor of the driver's dump; its shape is turned to be outermost first, as everywhere."""
    sizes = _shape(shape)[::-1]
    return Tensor(_text(name), "unknown", sizes, prod(sizes) if sizes else 0, None)


def _listed(value: object) -> list[object]:
    return value[:_MOST_TENSORS] if isinstance(value, list) else []


def _nth(value: object, place: int) -> object:
    return value[place] if isinstance(value, list) and place < len(value) else None


def _text(value: str) -> str:
    return shown(value.encode("utf-8", "backslashreplace"))


def _type(value: object) -> str | None:
    return _TYPES.get(value.lower()) if isinstance(value, str) else None


def _shape(value: object) -> tuple[int, ...]:
    sizes = value[:_MOST_RANK] if isinstance(value, list) else []
    return tuple(size for size in sizes if _is_whole(size) and 0 <= size < _MOST_BYTES)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST_BYTES


def _decimal(value: object) -> Decimal | None:
    """Return a number as it is written; None for what is not a finite one."""
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return (
        Decimal(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST_BYTES else None
    )
