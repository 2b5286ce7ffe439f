"""The container that gxnpuc writes for `OUTPUT_TYPE: raw`.

Layout, from files of npu-compiler 1.5.3rc7: `NPUB`, the length of a JSON text (32 bits, big-endian), the JSON, a NUL,
the arrays one after the other, and four bytes of CRC, all of them 0xff if unset.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import prod

from npumon.modelfile.budget import Budget, budget_checks, fits, whole_fits
from npumon.modelfile.checks_gx import origin_checks, recurrence_checks, size_checks
from npumon.modelfile.description import Array, Compiler, FileCheck, ModelFile, Sizes, Tensor
from npumon.modelfile.stamp import compiled_at
from npumon.modelfile.states import pair_states
from npumon.modelfile.text import shown
from npumon.modelfile.weights import weights_compressed

MAGIC = b"NPUB"
_LONGEST_JSON = 1 << 22
_MOST_TENSORS = 1024
_MOST_RANK = 8
_MOST_BYTES = 1 << 40
_CRC_BYTES = 4
#: Arrays in the order of the file, as (role, key of its length). Of LEO's cpu_content only the prepared part is stored.
_GRUS_PARTS = (("cmd", "cmd_content_len"), ("weight", "weight_content_len"), ("mcu", "mcu_content_len"))
_PREPARED = "cpu_prepared_len"
_LEO_PARTS = (("npu", "npu_content_len"), ("cpu", _PREPARED), ("ops", "ops_content_len"))


def read_npub(data: bytes, *, today: str, budget: Budget | None = None) -> ModelFile | None:
    """Describe a container; None if the bytes are not one. `today` is an ISO date. Never raises, whatever the bytes
    are."""
    if data[:4] != MAGIC:
        return None
    length = int.from_bytes(data[4:8], "big")
    start = 8 + length + 1
    stated = _json(data[8 : 8 + min(length, _LONGEST_JSON)]) if 8 + length <= len(data) else None
    if stated is None:
        detail = "the JSON text is missing, cut off or broken"
        return ModelFile("npub", checks=(FileCheck("npub.json", "fail", False, length, max(0, len(data) - 8), detail),))
    leo = "npu_content_len" in stated
    sizes = _sizes(stated, leo)
    inputs, outputs = _tensors(stated, leo, sizes)
    parts = _parts(stated, leo, len(data) - start)
    arrays, ended = _arrays(parts, data, start)
    budget = budget or Budget()
    fit = (whole_fits if leo else fits)(sizes, budget)
    info = _text(stated, "model_info")
    model = ModelFile(
        format="npub",
        compiler=Compiler(
            _text(stated, "version"), _text(stated, "npu_unit"), info, None if info is None else compiled_at(info)
        ),
        pb_md5=_text(stated, "pb_md5"),
        sizes=sizes,
        inputs=inputs,
        outputs=outputs,
        states=pair_states(inputs, outputs),
        fit=fit,
        arrays=arrays,
        file_bytes=len(data),
        weights_compressed=weights_compressed(
            next((array.content for array in arrays if array.role == "weight"), None), ()
        ),
    )
    expected = ended + _CRC_BYTES
    return model.with_checks(
        FileCheck("npub.json", "fail", True),
        _length(stated, leo, expected, len(data)),
        FileCheck("npub.crc", "info", True, None, data[expected - _CRC_BYTES : expected].hex() or None, _crc(data)),
        *_tensor_checks(model),
        *size_checks(model),
        *recurrence_checks(model),
        *origin_checks(model, today),
        *budget_checks(fit, budget),
    )


def _length(stated: Mapping[str, object], leo: bool, expected: int, found: int) -> FileCheck:
    """Check the file's length, which is exact if the JSON says how much of each array is stored."""
    detail = "header + JSON + arrays + CRC"
    if leo and _whole(stated.get(_PREPARED)) is None and expected == found:
        detail = f"without {_PREPARED}, what the other arrays leave is taken for cpu_content"
        return FileCheck("npub.length", "info", True, expected, found, detail)
    return FileCheck("npub.length", "fail", expected == found, expected, found, detail)


def _tensor_checks(model: ModelFile) -> Iterator[FileCheck]:
    for kind, tensors in (("inputs", model.inputs), ("outputs", model.outputs)):
        if not tensors:
            yield FileCheck("npub.tensor", "fail", False, "at least one", 0, f"no {kind} are stated")
        unknown = [tensor.name for tensor in tensors if tensor.bytes is None]
        if unknown:
            detail = f"{kind} whose shape, place and size do not agree: " + ", ".join(unknown[:8])
            yield FileCheck("npub.tensor", "warn", False, None, len(unknown), detail)


def _crc(data: bytes) -> str:
    return "unset" if data.endswith(b"\xff" * _CRC_BYTES) else "not verified"


def _json(text: bytes) -> Mapping[str, object] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _sizes(stated: Mapping[str, object], leo: bool) -> Sizes:
    def size(*keys: str) -> int | None:
        return next((value for key in keys if (value := _whole(stated.get(key))) is not None), None)

    return Sizes(
        total_bytes=size("total_size"),
        npu_bytes=size("npu_size"),
        cmd_bytes=size("npu_content_len" if leo else "cmd_content_len"),
        weight_bytes=size("weight_content_len"),
        data_bytes=size("cpu_content_len" if leo else "data_content_len"),
        tmp_bytes=size("tmp_content_len"),
        ops_bytes=size("ops_content_len", "mcu_content_len"),
        input_bytes=size("data_in_len", "cpu_in_len"),
        output_bytes=size("data_out_len", "cpu_out_len"),
    )


def _parts(stated: Mapping[str, object], leo: bool, stored: int) -> list[tuple[str, int]]:
    """Return (role, bytes) of the arrays in a file that has `stored` bytes behind its JSON.

    Old compilers (0.1.8) do not say how much of LEO's cpu_content is stored: it is what the others leave.
    """
    sizes = {role: _whole(stated.get(key)) for role, key in (_LEO_PARTS if leo else _GRUS_PARTS)}
    if leo and sizes["cpu"] is None:
        left = stored - _CRC_BYTES - (sizes["npu"] or 0) - (sizes["ops"] or 0)
        sizes["cpu"] = max(0, min(left, _whole(stated.get("cpu_content_len")) or 0))
    return [(role, size or 0) for role, size in sizes.items()]


def _arrays(parts: list[tuple[str, int]], data: bytes, start: int) -> tuple[tuple[Array, ...], int]:
    """Return the arrays with their bytes, if these exist, and where they should end."""
    arrays = []
    for role, size in parts:
        content = data[start : start + size]
        whole = len(content) == size
        arrays.append(Array(f"{role}_content", role, size, content if whole else None, unreadable=not whole))
        start += size
    return tuple(arrays), start


def _tensors(stated: Mapping[str, object], leo: bool, sizes: Sizes) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Return inputs and outputs. The element type follows from the distance to the next tensor, since it is not
    stated."""
    if leo:
        both = _objects(stated.get("ops"))
        inputs = [entry for entry in both if entry.get("io_type") == 0]
        outputs = [entry for entry in both if entry.get("io_type") == 1]
    else:
        inputs, outputs = _objects(stated.get("input_ops")), _objects(stated.get("output_ops"))
    return _placed(inputs, sizes.input_bytes), _placed(outputs, sizes.output_bytes)


def _placed(entries: list[Mapping[str, object]], total: int | None) -> tuple[Tensor, ...]:
    offsets = [_whole(entry.get("data_addr", entry.get("cpu_addr"))) for entry in entries]
    ends = sorted({offset for offset in offsets if offset is not None} | ({total} if total is not None else set()))
    following = dict(pairwise(ends))
    tensors = []
    for entry, offset in zip(entries, offsets, strict=True):
        shape = _shape(entry.get("shape"))
        elements = prod(shape)
        size = following[offset] - offset if offset is not None and offset in following else None
        dtype = {2: "float16", 4: "float32"}.get(size // elements) if size and elements else None
        name = entry.get("op_name")
        if dtype is None or size is None or size % elements:
            dtype, size = "unknown", None
        tensors.append(Tensor(_shown(name), dtype, shape, elements, size, offset))
    return tuple(tensors)


def _objects(value: object) -> list[Mapping[str, object]]:
    """Return the entries of a list. What is not an object becomes an empty one, so that it shows as a tensor without a
    size."""
    entries = value[:_MOST_TENSORS] if isinstance(value, list) else []
    return [item if isinstance(item, dict) else {} for item in entries]


def _shape(value: object) -> tuple[int, ...]:
    dimensions = value[:_MOST_RANK] if isinstance(value, list) else []
    return tuple(dimension for item in dimensions if (dimension := _whole(item)) is not None)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_BYTES else None


def _text(stated: Mapping[str, object], key: str) -> str | None:
    value = stated.get(key)
    return _shown(value) if isinstance(value, str) else None


def _shown(value: object) -> str:
    return shown(value.encode("utf-8", "backslashreplace")) if isinstance(value, str) else "?"
