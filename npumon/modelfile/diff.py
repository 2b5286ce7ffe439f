"""What changed between two model files."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from npumon.modelfile.description import ModelFile, Sizes, Tensor

Verdict = Literal["identical", "edited", "recompiled", "rebuilt", "changed", "unlike"]

#: How each verdict reads, in one sentence.
SENTENCES: dict[Verdict, str] = {
    "identical": "The files are the same, byte for byte.",
    "edited": "The same model: only the text around the arrays differs.",
    "recompiled": "The same graph (pb_md5), compiled with other options or another compiler.",
    "rebuilt": "Other contents with the same inputs and outputs.",
    "changed": "Other contents with other inputs or outputs.",
    "unlike": "The files are of different formats.",
}
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class SizeChange:
    """A size in bytes before and after; `delta` is signed, None where either side does not say."""

    name: str
    before: int | None
    after: int | None

    @property
    def delta(self) -> int | None:
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def percent(self) -> float | None:
        """The change relative to `before`; None where there was nothing to relate it to."""
        return None if self.delta is None or not self.before else 100.0 * self.delta / self.before


@dataclass(frozen=True, slots=True)
class ContentChange:
    """Whether an array's bytes are the same, and how many of them agree from the beginning."""

    role: str
    same: bool
    equal_prefix_bytes: int


@dataclass(frozen=True, slots=True)
class TensorChange:
    """A tensor that was added, removed or reshaped (a change of its element type counts as well)."""

    kind: Literal["added", "removed", "reshaped"]
    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class FactChange:
    """Another statement that differs, such as the compiler's version or the place of an array."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ModelDiff:
    """The differences of two files. `sizes` lists every known size, changed or not; the others only changes.

    `same_graph` is None where either file does not name its graph by pb_md5.
    """

    verdict: Verdict
    identical: bool
    same_graph: bool | None
    sizes: tuple[SizeChange, ...]
    contents: tuple[ContentChange, ...]
    tensors: tuple[TensorChange, ...]
    facts: tuple[FactChange, ...]


def diff_models(before: ModelFile, after: ModelFile, *, same_bytes: bool) -> ModelDiff:
    """Compare two descriptions. `same_bytes` says whether the files themselves are equal."""
    sizes = _sizes(before, after)
    contents = _contents(before, after)
    tensors = _tensors(before, after)
    facts = _facts(before, after)
    same_graph = None if None in (before.pb_md5, after.pb_md5) else before.pb_md5 == after.pb_md5
    same_sizes = all(size.before == size.after for size in sizes if size.delta is not None)
    same_contents = bool(contents) and all(content.same for content in contents)
    verdict: Verdict
    if same_bytes:
        verdict = "identical"
    elif before.format != after.format:
        verdict = "unlike"
    elif same_contents and same_sizes and not tensors and same_graph is not False:
        verdict = "edited"
    elif same_graph:
        verdict = "recompiled"
    else:
        verdict = "changed" if tensors else "rebuilt"
    return ModelDiff(verdict, same_bytes, same_graph, sizes, contents, tensors, facts)


def equal_prefix(one: bytes, other: bytes) -> int:
    """How many bytes agree from the beginning."""
    end = min(len(one), len(other))
    for start in range(0, end, _CHUNK):
        left, right = one[start : min(start + _CHUNK, end)], other[start : min(start + _CHUNK, end)]
        if left != right:
            return start + next(place for place, (a, b) in enumerate(zip(left, right, strict=True)) if a != b)
    return end


def _sizes(before: ModelFile, after: ModelFile) -> tuple[SizeChange, ...]:
    pairs = [
        (field.name.removesuffix("_bytes"), getattr(before.sizes, field.name), getattr(after.sizes, field.name))
        for field in fields(Sizes)
    ]
    if before.nbg and after.nbg:
        one, other = before.nbg, after.nbg
        pairs += [
            ("pool", one.pool_bytes, other.pool_bytes),
            ("axi_sram", one.axi_sram_bytes, other.axi_sram_bytes),
            ("vip_sram", one.vip_sram_bytes, other.vip_sram_bytes),
        ]
        there = {name: size for name, _, size in other.sections}
        pairs += [(name, size, there.get(name)) for name, _, size in one.sections]
    return tuple(SizeChange(*pair) for pair in pairs if pair[1:] != (None, None))


def _contents(before: ModelFile, after: ModelFile) -> tuple[ContentChange, ...]:
    found = []
    for array in before.arrays:
        other = after.array(array.role)
        if array.content is not None and other is not None and other.content is not None:
            same = array.content == other.content
            prefix = len(array.content) if same else equal_prefix(array.content, other.content)
            found.append(ContentChange(array.role, same, prefix))
    return tuple(found)


def _tensors(before: ModelFile, after: ModelFile) -> tuple[TensorChange, ...]:
    changes = []
    for one, other in ((before.inputs, after.inputs), (before.outputs, after.outputs)):
        old = {tensor.name: _told(tensor) for tensor in one}
        new = {tensor.name: _told(tensor) for tensor in other}
        changes += [TensorChange("removed", name, told, None) for name, told in old.items() if name not in new]
        changes += [TensorChange("added", name, None, told) for name, told in new.items() if name not in old]
        changes += [
            TensorChange("reshaped", name, told, new[name])
            for name, told in old.items()
            if name in new and new[name] != told
        ]
    return tuple(changes)


def _facts(before: ModelFile, after: ModelFile) -> tuple[FactChange, ...]:
    old, new = _statements(before), _statements(after)
    return tuple(
        FactChange(name, old.get(name), new.get(name))
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    )


def _statements(model: ModelFile) -> dict[str, str | None]:
    """What a file says beyond sizes and tensors, by name."""
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
    for array in model.arrays:
        said[f"{array.role}_content name"] = array.name
        said[f"{array.role}_content macro"] = array.macro
        said[f"{array.role}_content const"] = "yes" if array.constant else "no"
    if model.nbg:
        said["nbg.format_version"] = f"{model.nbg.format_version:#010x}"
        said["nbg.target"] = f"{model.nbg.target_pid:#x}"
        said["nbg.network"] = model.nbg.network
    return said


def _told(tensor: Tensor) -> str:
    return f"{tensor.dtype}{list(tensor.shape)}"
