"""The roles of a gxnpuc header's declarations, whatever prefix, suffix or edit their names have had."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import prod
from typing import NamedTuple, Protocol, TypeVar

from npumon.modelfile.declarations import ByteArray, Declarations, Number, Struct, Text
from npumon.modelfile.description import Format, Quantization, Tensor

_ARRAY_ROLE = re.compile(r"(?:\w*?_)?(cmd|weight|data|tmp|ops|npu|cpu|cache|mcu)_content(?:_\w+)?", re.ASCII)
_STRUCT_ROLE = re.compile(r"(?:\w+_)?(in_out|input|output)(?:_\w+)?", re.ASCII)
_CORES: dict[str, Format] = {"GRUS": "gx8002", "LEO": "gxnpuc-leo", "APUS": "gxnpuc-apus"}
#: Element types of C, as (name, bytes). `npu_data_t` is resolved through its typedef first.
_TYPES = {
    "float": ("float32", 4),
    "double": ("float64", 8),
    "char": ("int8", 1),
    "signed char": ("int8", 1),
    "unsigned char": ("uint8", 1),
    "short": ("int16", 2),
    "unsigned short": ("uint16", 2),
    "int": ("int32", 4),
    "unsigned int": ("uint32", 4),
    "unsigned": ("uint32", 4),
} | {f"{sign}int{bits}_t": (f"{sign}int{bits}", bits // 8) for sign in ("", "u") for bits in (8, 16, 32, 64)}


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_T = TypeVar("_T", bound=_Named)


class GxHeader(NamedTuple):
    """A header with its declarations sorted by role.

    `arrays` are (role, array) in file order, the first of each role; `spare_arrays` the names of further ones.
    `null_tmp` says that tmp_content is a null pointer. `core` is the CORENAME of the banner, if it has one.
    """

    declared: Declarations
    format: Format
    core: str | None
    total: Number | None
    npu: Number | None
    version: Text | None
    pb_md5: Text | None
    unit: Text | None
    model_info: Text | None
    extra_texts: tuple[Text, ...]
    input: Struct | None
    output: Struct | None
    in_out: Struct | None
    arrays: tuple[tuple[str, ByteArray], ...]
    spare_arrays: tuple[str, ...]
    null_tmp: bool

    def array(self, role: str) -> ByteArray | None:
        return next((array for name, array in self.arrays if name == role), None)


def sort_header(declared: Declarations) -> GxHeader | None:
    """Find the roles; None if nothing in the text belongs to a compiled model."""
    total = _ending(declared.numbers, "total_size")
    arrays: dict[str, ByteArray] = {}
    spare: list[str] = []
    for array in declared.arrays:
        match = _ARRAY_ROLE.fullmatch(array.name)
        if match is None:
            continue
        role = match.group(1)
        if role not in arrays:
            arrays[role] = array
        elif not array.disabled:
            spare.append(array.name)
    if not arrays and total is None:
        return None
    prefix = total.name.removesuffix("total_size") if total else ""
    version = _exactly(declared.texts, prefix + "version") or _exactly(declared.texts, "version")
    known = {
        "version": version,
        "pb_md5": _ending(declared.texts, "pb_md5"),
        "unit": _ending(declared.texts, "npu_unit"),
        "model_info": _ending(declared.texts, "model_info"),
    }
    core = next((value for key, value in declared.settings if key == "CORENAME"), None)
    return GxHeader(
        declared=declared,
        format=_format(declared, arrays, core),
        core=core,
        total=total,
        npu=_ending(declared.numbers, "npu_size"),
        **known,
        extra_texts=tuple(text for text in declared.texts if text not in known.values()),
        input=_struct(declared.structs, "input", prefix),
        output=_struct(declared.structs, "output", prefix),
        in_out=_struct(declared.structs, "in_out", prefix),
        arrays=tuple(arrays.items()),
        spare_arrays=tuple(spare),
        null_tmp=any("tmp_content" in name for name in declared.pointers),
    )


def tensors(header: GxHeader, struct: Struct | None) -> tuple[Tensor, ...]:
    """Return the members of a packed struct with their positions in it."""
    found = []
    offset: int | None = 0
    for member in struct.members if struct else ():
        dtype, width = element_type(header, member.type)
        elements = prod(member.shape)
        size = None if width is None else elements * width
        found.append(
            Tensor(member.name, dtype, member.shape, elements, size, offset, _fixed_point(header, member.name))
        )
        offset = None if offset is None or size is None else offset + size
    return tuple(found)


def element_type(header: GxHeader, name: str) -> tuple[str, int | None]:
    """Return name and bytes of an element; an unknown type keeps its name and has no size.

    `npu_data_t` is `unsigned short` holding an IEEE half on GRUS and LEO, and a fixed-point `short` on APUS.
    """
    if name.endswith("npu_data_t"):
        typedef = next((to for of, to in header.declared.typedefs if of == name), None)
        if typedef == "unsigned short" or (typedef is None and header.format != "gxnpuc-apus"):
            return "float16", 2
        name = typedef or "short"
    return _TYPES.get(name, (name, None))


def _fixed_point(header: GxHeader, tensor: str) -> Quantization | None:
    """Return the quantization of an APUS header, which gives the position of the binary point: `#define FEATS_Q 12`."""
    value = next((value for name, value in header.declared.defines if name == f"{tensor.upper()}_Q"), "")
    return Quantization("dynamic", int(value)) if re.fullmatch(r"-?\d{1,3}", value, re.ASCII) else None


def _format(declared: Declarations, arrays: dict[str, ByteArray], core: str | None) -> Format:
    if core is not None:
        return _CORES.get(core.upper(), "gxnpuc")
    fixed_point = any(of.endswith("npu_data_t") and to in ("short", "signed short") for of, to in declared.typedefs)
    if fixed_point or "cache" in arrays:
        return "gxnpuc-apus"
    if "npu" in arrays:
        return "gxnpuc-leo"
    # Without arrays, the sizes remain, which also exist on GRUS, the only core of that document.
    return "gx8002" if arrays.keys() & {"cmd", "weight"} or not arrays else "gxnpuc"


def _exactly(items: Iterable[_T], name: str) -> _T | None:
    return next((item for item in items if item.name == name), None)


def _ending(items: Sequence[_T], name: str) -> _T | None:
    """Return the item of that name, else the first whose name ends with it, since tools add prefixes."""
    return _exactly(items, name) or next((item for item in items if item.name.endswith("_" + name)), None)


def _struct(structs: Sequence[Struct], role: str, prefix: str) -> Struct | None:
    exact = _exactly(structs, prefix + role) or _exactly(structs, role)
    if exact is not None:
        return exact
    for struct in structs:
        match = _STRUCT_ROLE.fullmatch(struct.name)
        if match is not None and match.group(1) == role:
            return struct
    return None
