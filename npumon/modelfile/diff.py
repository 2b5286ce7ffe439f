"""The differences between two model files."""

from __future__ import annotations

import struct
from typing import Literal, NamedTuple

from npumon.modelfile.description import ModelFile, Quantization, Sizes, Tensor

Verdict = Literal["identical", "edited", "partial", "recompiled", "rebuilt", "changed", "unlike"]

#: Each verdict in one sentence.
SENTENCES: dict[Verdict, str] = {
    "identical": "The files are the same, byte for byte.",
    "edited": "The same model: only the text around the arrays differs.",
    "partial": "What can be compared is the same, but arrays are missing or cannot be read.",
    "recompiled": "The same graph (pb_md5), compiled with other options or another compiler.",
    "rebuilt": "Different contents with the same inputs and outputs.",
    "changed": "The inputs or outputs differ.",
    "unlike": "The files have different formats.",
}
_CHUNK = 1 << 16
#: Sizes of LEO's arrays that have other names there.
_LEO_SIZES = {"cmd_bytes": "npu_content", "data_bytes": "cpu_content"}


class SizeChange(NamedTuple):
    """A size in bytes before and after; `delta` is signed, None if either side does not say."""

    name: str
    before: int | None
    after: int | None

    @property
    def delta(self) -> int | None:
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def percent(self) -> float | None:
        """The change relative to `before`; None if that is zero or unknown."""
        return None if self.delta is None or not self.before else 100.0 * self.delta / self.before


class ContentChange(NamedTuple):
    """Whether an array's bytes are the same, and how many of them agree from the beginning.

    `different_bytes` counts the places at which they differ, with those that only one side has. `kind` is unknown, and
    `same` and the count None, if either side's numbers cannot be read or are left out.
    """

    role: str
    kind: Literal["same", "different", "added", "removed", "unknown"]
    equal_prefix_bytes: int = 0
    different_bytes: int | None = None

    @property
    def same(self) -> bool | None:
        return None if self.kind == "unknown" else self.kind == "same"


class TensorChange(NamedTuple):
    """A tensor that was added, removed, reshaped (a change of its element type counts as well), requantized, moved or
    renamed: one of the same type, shape and place under another name, which `before` and `after` are then.

    Members of in_out are named with their struct if they change and the inputs and outputs do not.
    """

    kind: Literal["added", "removed", "reshaped", "requantized", "moved", "renamed"]
    name: str
    before: str | None
    after: str | None


class FactChange(NamedTuple):
    """Another statement that differs, such as the compiler's version or the section of an array."""

    name: str
    before: str | None
    after: str | None


class ModelDiff(NamedTuple):
    """The differences of two files. `sizes` lists every known size, changed or not; the others only changes.

    `same_graph` is None if either file does not name its graph by pb_md5.
    """

    verdict: Verdict
    identical: bool
    same_graph: bool | None
    sizes: tuple[SizeChange, ...]
    contents: tuple[ContentChange, ...]
    tensors: tuple[TensorChange, ...]
    facts: tuple[FactChange, ...]

    @property
    def renamed(self) -> tuple[tuple[str, str], ...]:
        """The old and the new name of each tensor that has another one."""
        pairs = ((change.before, change.after) for change in self.tensors if change.kind == "renamed")
        return tuple((was, now) for was, now in pairs if was is not None and now is not None)


def diff_models(before: ModelFile, after: ModelFile, *, same_bytes: bool) -> ModelDiff:
    """Compare two descriptions. `same_bytes` says whether the files themselves are equal."""
    sizes = _sizes(before, after)
    contents = _contents(before, after)
    tensors = _tensors(before, after)
    facts = _facts(before, after)
    same_graph = None if None in (before.pb_md5, after.pb_md5) else before.pb_md5 == after.pb_md5
    same_sizes = all(size.before == size.after for size in sizes if size.delta is not None)
    kinds = {content.kind for content in contents}
    headers = before.nbg is None and bool(before.arrays) and bool(after.arrays)
    alike = same_sizes and not tensors and same_graph is not False and headers
    verdict: Verdict
    if same_bytes:
        verdict = "identical"
    elif before.format != after.format:
        verdict = "unlike"
    elif alike and "different" not in kinds:
        verdict = "edited" if kinds == {"same"} else "partial"
    elif same_graph:
        verdict = "recompiled"
    else:
        verdict = "changed" if tensors else "rebuilt"
    return ModelDiff(verdict, same_bytes, same_graph, sizes, contents, tensors, facts)


def equal_prefix(one: bytes, other: bytes) -> int:
    """Return how many bytes agree from the beginning."""
    end = min(len(one), len(other))
    for start in range(0, end, _CHUNK):
        left, right = one[start : min(start + _CHUNK, end)], other[start : min(start + _CHUNK, end)]
        if left != right:
            return start + next(index for index, (a, b) in enumerate(zip(left, right, strict=True)) if a != b)
    return end


def different_bytes(one: bytes, other: bytes) -> int:
    """Return at how many places the bytes differ; what only one side has counts as different."""
    end = min(len(one), len(other))
    count = max(len(one), len(other)) - end
    for start in range(0, end, _CHUNK):
        left, right = one[start : min(start + _CHUNK, end)], other[start : min(start + _CHUNK, end)]
        if left != right:
            both = int.from_bytes(left, "little") ^ int.from_bytes(right, "little")
            count += len(left) - both.to_bytes(len(left), "little").count(0)
    return count


def _sizes(before: ModelFile, after: ModelFile) -> tuple[SizeChange, ...]:
    leo = before.array("npu") is not None and after.array("npu") is not None
    names = {name: name.removesuffix("_bytes") for name in Sizes._fields} | (_LEO_SIZES if leo else {})
    pairs = [(names[name], getattr(before.sizes, name), getattr(after.sizes, name)) for name in Sizes._fields]
    if before.nbg and after.nbg:
        one, other = before.nbg, after.nbg
        pairs += [
            ("pool", one.pool_bytes, other.pool_bytes),
            ("axi_sram", one.axi_sram_bytes, other.axi_sram_bytes),
            ("vip_sram", one.vip_sram_bytes, other.vip_sram_bytes),
        ]
        old, new = ({name: size for name, _, size in graph.sections if size} for graph in (one, other))
        pairs += [(name, old.get(name, 0), new.get(name, 0)) for name in dict.fromkeys((*old, *new))]
    return tuple(SizeChange(*pair) for pair in pairs if pair[1:] != (None, None))


def _contents(before: ModelFile, after: ModelFile) -> tuple[ContentChange, ...]:
    found = []
    for role in dict.fromkeys(array.role for array in before.arrays + after.arrays):
        one, other = before.array(role), after.array(role)
        if one is None or other is None:
            found.append(ContentChange(role, "added" if one is None else "removed"))
        elif one.content is not None and other.content is not None:
            same = one.content == other.content
            prefix = len(one.content) if same else equal_prefix(one.content, other.content)
            count = 0 if same else different_bytes(one.content, other.content)
            found.append(ContentChange(role, "same" if same else "different", prefix, count))
        elif one.unreadable or other.unreadable or one.content != other.content:
            found.append(ContentChange(role, "unknown"))
    return tuple(found)


def _tensors(before: ModelFile, after: ModelFile) -> tuple[TensorChange, ...]:
    changes = _side(before.inputs, after.inputs) + _side(before.outputs, after.outputs)
    if not changes:
        in_out = _side(before.in_out, after.in_out)
        changes = [change._replace(name=f"in_out.{change.name}") for change in in_out]
    return tuple(changes)


def _side(one: tuple[Tensor, ...], other: tuple[Tensor, ...]) -> list[TensorChange]:
    """Return the changes of the tensors on one side. A move is reported only if nothing else explains it."""
    names = _renamed(one, other)
    old = {names.get(tensor.name, tensor.name): (index, tensor) for index, tensor in enumerate(one)}
    new = {tensor.name: (index, tensor) for index, tensor in enumerate(other)}
    both = [(old[name], new[name]) for name in old if name in new]
    changes = [TensorChange("removed", name, _described(old[name][1]), None) for name in old if name not in new]
    changes += [TensorChange("added", name, None, _described(new[name][1])) for name in new if name not in old]
    changes += [TensorChange("renamed", was, was, now) for was, now in names.items()]
    changes += [
        TensorChange("reshaped", was.name, _described(was), _described(now))
        for (_, was), (_, now) in both
        if _described(was) != _described(now)
    ]
    moved = [
        TensorChange("moved", was.name, _placed(before, was), _placed(after, now))
        for (before, was), (after, now) in both
        if _placed(before, was) != _placed(after, now)
    ]
    requantized = [
        TensorChange("requantized", was.name, _quantized(was), _quantized(now))
        for (_, was), (_, now) in both
        if _meaning(was) != _meaning(now)
    ]
    return (changes or moved) + requantized


def _renamed(one: tuple[Tensor, ...], other: tuple[Tensor, ...]) -> dict[str, str]:
    """Return the new names, by the old ones, of tensors that are the same but for their name: type, shape and place."""
    old, new = {tensor.name for tensor in one}, {tensor.name for tensor in other}
    return {
        was.name: now.name
        for was, now in zip(one, other, strict=False)
        if was.name not in new
        and now.name not in old
        and _described(was) == _described(now)
        and was.offset_bytes == now.offset_bytes
    }


def _facts(before: ModelFile, after: ModelFile) -> tuple[FactChange, ...]:
    old, new = _statements(before), _statements(after)
    return tuple(
        FactChange(name, old.get(name), new.get(name))
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    )


def _statements(model: ModelFile) -> dict[str, str | None]:
    """Return what a file says beyond sizes and tensors, by name."""
    compiler = model.compiler
    said = {
        "format": model.format,
        "compiler.version": compiler.version,
        "compiler.unit": compiler.unit,
        "compiler.model_info": compiler.model_info,
        "pb_md5": model.pb_md5,
    }
    said |= dict(model.strings)
    said |= {f"setting {key}": value for key, value in model.settings}
    for array in model.arrays if model.nbg is None else ():
        said[f"{array.role}_content name"] = array.name
        said[f"{array.role}_content macro"] = array.macro
        said[f"{array.role}_content const"] = "yes" if array.constant else "no"
    if model.nbg:
        said["nbg.format_version"] = f"{model.nbg.format_version:#010x}"
        said["nbg.target"] = f"{model.nbg.target_pid:#x}"
        said["nbg.network"] = model.nbg.network
        said["nbg.layers"] = _count(model.nbg.layer_count)
        said["nbg.operations"] = _count(model.nbg.operation_count)
    return said


def _described(tensor: Tensor) -> str:
    return f"{tensor.dtype}{list(tensor.shape)}"


def _placed(index: int, tensor: Tensor) -> str:
    return f"place {index}" if tensor.offset_bytes is None else f"offset {tensor.offset_bytes}"


def _quantized(tensor: Tensor) -> str | None:
    """Return the quantization in words; it is part of what a tensor's bytes mean."""
    quantization = _meaning(tensor)
    if quantization is None:
        return None
    fields = ((name.replace("_", " "), value) for name, value in quantization._asdict().items())
    return ", ".join(
        str(value) if name == "kind" else f"{name} {_short(value) if isinstance(value, float) else value}"
        for name, value in fields
        if value is not None
    )


def _meaning(tensor: Tensor) -> Quantization | None:
    """Return how a tensor is quantized; None if it is not, whether or not the file says so."""
    quantization = tensor.quantization
    return None if quantization is None or quantization.kind == "none" else quantization


def _short(value: float) -> str:
    """Return a number in the fewest digits that mean the same in single precision, which a graph's scale has."""
    for digits in (6, 7, 8, 9):
        text = f"{value:.{digits}g}"
        if _in_single_precision(float(text)) == value:
            return text
    return str(value)


def _in_single_precision(value: float) -> float | None:
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return None


def _count(value: int | None) -> str | None:
    return None if value is None else str(value)
