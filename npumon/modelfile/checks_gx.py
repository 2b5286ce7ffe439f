"""The rules that a gxnpuc model keeps, each with what was expected and what was found.

The sums were verified on the public headers and on files of npu-compiler 1.5.3rc7. The comment in the public note on
the format (total = in_out + cmd + weight + data + tmp) does not hold, not even for the note's own example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from npumon.core.units import counted
from npumon.modelfile.declarations import ByteArray
from npumon.modelfile.description import FileCheck, ModelFile, Severity, Sizes, Tensor
from npumon.modelfile.gx_header import GxHeader
from npumon.modelfile.literals import Literals
from npumon.modelfile.stamp import first_day, is_after
from npumon.modelfile.states import overlay
from npumon.modelfile.text import shown

_MD5 = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)
_PLACE = re.compile(r"(XIP|DRAM0(?:_NC)?)_NPU(?:_(CMD|WEIGHT))?_ATTR", re.ASCII)
#: Which arrays and structs a file of each kind has.
_PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "gx8002": (("cmd", "weight", "data"), ("input", "output")),
    "gxnpuc-leo": (("npu", "cpu"), ("input", "output")),
    "gxnpuc-apus": (("cmd", "weight", "data"), ("input", "output")),
    "gxnpuc": ((), ()),
}
#: Arrays that the NPU writes to, so that they cannot be in flash.
_WRITTEN = ("data", "tmp", "cache")
_UNITS = {"gx8002": ("NPU32",), "gxnpuc-leo": ("NPU32", "NPU64")}
#: No compiler for the GX8002 is older than its first year.
_FIRST_DAY = "2020-01-01"


def size_checks(model: ModelFile) -> Iterator[FileCheck]:
    """Yield gx.npu and gx.total, with the documented form of the latter as a note."""
    sizes = model.sizes
    parts = _sum(sizes.cmd_bytes, sizes.weight_bytes, sizes.data_bytes, sizes.tmp_bytes or 0, sizes.ops_bytes or 0)
    if model.format == "gxnpuc-leo" or model.array("npu") is not None:
        parts = _sum(sizes.cmd_bytes, sizes.data_bytes, sizes.tmp_bytes or 0, sizes.ops_bytes or 0)
    elif sizes.npu_bytes is None:
        yield FileCheck("gx.npu", "info", False, parts, None, "no npu_size; compilers up to 1.5.1 did not write one")
    elif parts is not None:
        # Whether the sum holds on APUS is unknown: a difference is only worth a look there.
        severity: Severity = "fail" if model.format in ("gx8002", "npub") else "warn"
        ok, delta = sizes.npu_bytes == parts, sizes.npu_bytes - parts
        yield FileCheck(
            "gx.npu", severity, ok, parts, sizes.npu_bytes, _delta("cmd + weight + data + tmp + ops", delta)
        )
    npu = parts if sizes.npu_bytes is None else sizes.npu_bytes
    yield from _total(sizes, npu)


def _total(sizes: Sizes, npu: int | None) -> Iterator[FileCheck]:
    expected = _sum(npu, sizes.input_bytes, sizes.output_bytes)
    documented = _sum(npu, sizes.in_out_bytes)
    total = sizes.total_bytes
    if total is None or expected is None:
        yield FileCheck(
            "gx.total", "info", False, expected, total, "some sizes are missing, so the sum was not checked"
        )
        return
    if total == documented != expected:
        yield FileCheck("gx.total", "info", True, expected, total, "the documented form: npu + in_out")
        return
    yield FileCheck(
        "gx.total", "fail", total == expected, expected, total, _delta("npu + input + output", total - expected)
    )
    if documented is not None and total == expected != documented:
        yield FileCheck(
            "gx.total_documented",
            "info",
            True,
            documented,
            total,
            "the format's public note says npu + in_out; compilers write npu + input + output, "
            "in the note's own example too",
        )


def header_checks(header: GxHeader, model: ModelFile, today: str) -> Iterator[FileCheck]:
    """Yield everything else that a header shows."""
    yield from (FileCheck("gx.text", "warn", False, detail=remark) for remark in header.declared.remarks)
    yield from _core(header)
    yield from _parts(header)
    yield from _disabled(header)
    yield from _literals(header)
    yield from _structs(header, model)
    yield from recurrence_checks(model)
    yield from origin_checks(model, today)
    yield from _placement(model)


def recurrence_checks(model: ModelFile) -> Iterator[FileCheck]:
    """Yield gx.inout, gx.state and gx.overlay."""
    if model.in_out:
        expected = [(member.name, member.dtype, member.shape) for member in model.inputs + _floats(model)]
        found = [(member.name, member.dtype, member.shape) for member in model.in_out]
        detail = "in_out holds every input, then every output of type float"
        names = (", ".join(name for name, _, _ in side) for side in (expected, found))
        yield FileCheck("gx.inout", "warn", expected == found, next(names), next(names), detail)
    if not model.states:
        return
    for state in model.states:
        if state.output is None:
            detail = f"{state.input} has no output that would be its next value"
            yield FileCheck("gx.state", "warn", False, state.input + "_out", None, detail)
        elif not state.ok:
            detail = "a state and its next value must have the same dimensions and element type"
            yield FileCheck(
                "gx.state", "fail", False, _tensor(model, state.input), _tensor(model, state.output), detail
            )
    if all(state.ok for state in model.states):
        count = len(model.states)
        yield FileCheck("gx.state", "fail", True, count, count, "every state has its next value among the outputs")
    yield _overlay(model)


def _overlay(model: ModelFile) -> FileCheck:
    """Check whether the outputs may overlay the next states. A container has no in_out: there, the buffer of a program
    that overlays takes its place."""
    buffer = model.in_out
    if model.format == "npub" and all(tensor.bytes is not None for tensor in model.inputs + model.outputs):
        buffer = model.inputs + _floats(model)
    if not buffer:
        detail = "without in_out or its sizes, whether the outputs may overlay the next states is unknown"
        return FileCheck("gx.overlay", "info", False, detail=detail)
    result = overlay(buffer, model.outputs, model.states[0].input)
    detail = result.detail
    if result.ok and (saved := model.overlay_saves_bytes) is not None:
        detail += f"; saves {saved} bytes a buffer and their copying after each run"
    return FileCheck("gx.overlay", "fail", result.ok, result.expected, result.found, detail)


def _floats(model: ModelFile) -> tuple[Tensor, ...]:
    return tuple(output for output in model.outputs if output.dtype == "float32")


def origin_checks(model: ModelFile, today: str) -> Iterator[FileCheck]:
    """Yield gx.md5, gx.unit and gx.date: where the file says it comes from."""
    if model.pb_md5 is not None:
        ok = _MD5.fullmatch(model.pb_md5) is not None
        yield FileCheck("gx.md5", "warn", ok, "32 hexadecimal digits", model.pb_md5)
    units, unit = _UNITS.get(_core_format(model)), model.compiler.unit
    if units is not None and unit is not None:
        yield FileCheck("gx.unit", "warn", unit in units, " or ".join(units), unit)
    at, info = model.compiler.compiled_at, model.compiler.model_info
    if info is None:
        yield FileCheck("gx.date", "info", False, "YYYYMMDDhhmmss", None, "the file does not say when it was compiled")
    elif at is None:
        yield FileCheck("gx.date", "warn", False, "YYYYMMDDhhmmss", info, "no valid time of compilation")
    elif is_after(at, today):
        yield FileCheck("gx.date", "warn", False, f"at most {today[:10]}", at, "compiled in the future")
    else:
        early = _core_format(model) == "gx8002" and at < _FIRST_DAY
        yield FileCheck("gx.date", "warn", not early, f"from {_FIRST_DAY} on" if early else None, at)
    for name, text in model.strings:
        day = first_day(text)
        if at is not None and day is not None and day != at[:10]:
            detail = f"{name} names another day than the time of compilation: a tool has edited the file"
            yield FileCheck("gx.edited", "info", False, at[:10], day, detail)


def _core_format(model: ModelFile) -> str:
    """Return the format that a header for the same core as this container would have."""
    if model.format != "npub":
        return model.format
    return "gxnpuc-leo" if model.array("npu") is not None else "gx8002"


def _core(header: GxHeader) -> Iterator[FileCheck]:
    if header.format == "gxnpuc":
        found = shown((header.core or "unknown").encode("utf-8", "backslashreplace"))
        yield FileCheck(
            "gx.core", "warn", False, "GRUS, LEO or APUS", found, "an unknown core, read as far as possible"
        )


def _parts(header: GxHeader) -> Iterator[FileCheck]:
    arrays, structs = _PARTS[header.format]
    present = {role for role, _ in header.arrays}
    absent = [f"{role}_content" for role in arrays if role not in present]
    absent += [f"struct {role}" for role in structs if getattr(header, role) is None]
    if absent:
        yield FileCheck("gx.parts", "fail", False, None, None, "missing: " + ", ".join(absent))
    elif arrays:
        yield FileCheck("gx.parts", "fail", True, detail="all arrays and structs exist")
    if header.spare_arrays:
        detail = "a second array of the same role, not read: " + ", ".join(header.spare_arrays[:8])
        yield FileCheck("gx.duplicate", "warn", False, None, None, detail)


def _disabled(header: GxHeader) -> Iterator[FileCheck]:
    named = (header.total, header.npu, header.version, header.pb_md5, header.unit, header.model_info)
    structs = (header.input, header.output, header.in_out)
    names = [item.name for item in named if item is not None and item.disabled]
    names += [f"struct {struct.name}" for struct in structs if struct is not None and struct.disabled]
    names += [array.name for _, array in header.arrays if array.disabled]
    if names:
        detail = "metadata disabled by #if 0, read anyway: " + ", ".join(names)
        yield FileCheck("gx.if0", "info", True, detail=detail)


def _literals(header: GxHeader) -> Iterator[FileCheck]:
    read = [(role, array, literals) for role, array in header.arrays if (literals := array.literals) is not None]
    broken = [check for role, array, literals in read if (check := _literal(role, array, literals)) is not None]
    yield from broken
    if read and not broken:
        yield FileCheck("gx.literal", "fail", True, detail="every array holds as many bytes as it declares")


def _literal(role: str, array: ByteArray, literals: Literals) -> FileCheck | None:
    """Return what is wrong with the numbers of an array, or keeps them from being counted."""
    if literals.elided:
        detail = f"{array.name}: ...... stands for some of the numbers, so they were not counted"
        return FileCheck("gx.elided", "info", True, array.declared, literals.numbers, detail)
    if literals.bad:
        detail = f"{array.name} holds a number that is not a byte"
        return FileCheck("gx.literal", "fail", False, "0..255", shown(literals.first_bad or b""), detail)
    if array.declared is None or array.declared == literals.numbers:
        return None
    if role == "cpu" and literals.numbers < array.declared:
        return None  # LEO's compiler writes only the prepared part and leaves the rest zero.
    detail = _delta(f"numbers in {array.name}", literals.numbers - array.declared)
    return FileCheck("gx.literal", "fail", False, array.declared, literals.numbers, detail)


def _structs(header: GxHeader, model: ModelFile) -> Iterator[FileCheck]:
    structs = [struct for struct in (header.input, header.output, header.in_out) if struct is not None]
    if structs:
        loose = [struct.name for struct in structs if not struct.packed]
        text = "not packed, so a compiler may leave gaps: " + ", ".join(loose)
        detail = text if loose else "all structs are packed"
        yield FileCheck("gx.packed", "warn", not loose, detail=detail)
    for struct in structs:
        if struct.malformed:
            count = counted(struct.malformed, "member")
            detail = f"{count} of struct {struct.name} cannot be read"
            yield FileCheck("gx.tensor", "fail", False, None, None, detail)
    unknown = sorted({tensor.dtype for tensor in model.inputs + model.outputs + model.in_out if tensor.bytes is None})
    if unknown:
        detail = "element types of unknown size: " + ", ".join(unknown[:8])
        yield FileCheck("gx.tensor", "warn", False, None, None, detail)


def _placement(model: ModelFile) -> Iterator[FileCheck]:
    """Yield gx.align, what the NPU's DMA needs, and gx.place, a section macro that belongs to another kind of array.

    Of a model that runs from flash (`xip_` in its names) the commands and weights belong there; what the NPU writes
    belongs into RAM in every case.
    """
    wanted = 32 if model.format == "gxnpuc-apus" else 4
    filled = [array for array in model.arrays if array.size_bytes]
    aligned = [array for array in filled if array.alignment is not None]
    low = [f"{array.name} ({array.alignment})" for array in aligned if (array.alignment or 0) < wanted]
    bare = [array.name for array in filled if array.alignment is None]
    if filled:
        detail = "; ".join(
            text
            for text in (low and "aligned too low: " + ", ".join(low), bare and "no alignment: " + ", ".join(bare))
            if text
        )
        least = None if bare else min((array.alignment or 0 for array in aligned), default=None)
        yield FileCheck("gx.align", "warn", not detail, f"at least {wanted}", least, detail)
    macros = [(array, macro) for array in model.arrays if (macro := _PLACE.fullmatch(array.macro or ""))]
    # a header has either macros by kind or one for all: among the former, a plain one is right only for data
    by_kind = any(macro.group(2) for _, macro in macros)
    wrong, tolerated = [], False
    for array, macro in macros:
        kind = {"CMD": "cmd", "WEIGHT": "weight"}.get(macro.group(2) or "")
        own = array.role if array.role in ("cmd", "weight") and by_kind else None
        in_flash, for_flash = macro.group(1) == "XIP", "xip" in array.name.lower().split("_")
        read_only = array.role in ("cmd", "weight")
        if kind != own or (for_flash and read_only and not in_flash) or (in_flash and array.role in _WRITTEN):
            wrong.append(f"{array.name} {array.macro}")
            tolerated = tolerated or (for_flash and not in_flash and array.role == "weight")
    if macros:
        text = "a section macro of another kind of array or memory: " + ", ".join(wrong)
        if tolerated:
            text += "; with CONFIG_NPU_RUN_IN_FLASH=y the linker puts weights into flash all the same"
        yield FileCheck("gx.place", "warn", not wrong, detail=text if wrong else "section macros suit their arrays")


def pb_check(model: ModelFile, md5: str) -> FileCheck:
    """Return gx.pb: whether a .pb file, given by the MD5 of its bytes in hexadecimal, is the one that was compiled."""
    if model.pb_md5 is None:
        return FileCheck(
            "gx.pb", "fail", False, None, md5.lower(), "the file does not say which .pb it was compiled from"
        )
    ok = model.pb_md5.lower() == md5.lower()
    detail = "compiled from this .pb file" if ok else "compiled from another .pb file"
    return FileCheck("gx.pb", "fail", ok, model.pb_md5, md5.lower(), detail)


def _sum(*parts: int | None) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _delta(what: str, delta: int) -> str:
    return what if delta == 0 else f"{what}: off by {delta:+d}"


def _tensor(model: ModelFile, name: str) -> str:
    tensor = next((tensor for tensor in model.inputs + model.outputs if tensor.name == name), None)
    return f"{name} {tensor.dtype}{list(tensor.shape)}" if tensor else name
