"""The C header that the gxnpuc compiler writes for the GX8002's NPU and its sister cores.

Format: the public note on the NPU model format of the GX8002 documentation, and the headers that npu-compiler 1.5.3rc7
writes. The note's own text, which has lost its line breaks, is read as well as possible.
"""

from __future__ import annotations

from npumon.modelfile.budget import Budget, budget_checks, fits, whole_fits
from npumon.modelfile.checks_gx import header_checks, size_checks
from npumon.modelfile.declarations import ByteArray, Declarations, declarations
from npumon.modelfile.description import Array, Compiler, FileCheck, ModelFile, Sizes, StructName, Tensor
from npumon.modelfile.gx_header import GxHeader, sort_header, tensors
from npumon.modelfile.header_scan import scan
from npumon.modelfile.stamp import compiled_at
from npumon.modelfile.states import pair_states
from npumon.modelfile.weights import weights_compressed


def read_header(data: bytes, *, today: str, budget: Budget | None = None) -> ModelFile | None:
    """Describe a header; None if the text is not one. `today` is an ISO date. Never raises, whatever the bytes are."""
    declared, swallowed = _declared(data)
    header = sort_header(declared)
    if header is None:
        return None
    budget = budget or Budget()
    sizes = _sizes(header)
    inputs, outputs, in_out = (tensors(header, struct) for struct in (header.input, header.output, header.in_out))
    fit = (fits if header.format == "gx8002" else whole_fits)(sizes, budget)
    weights = None if header.format == "gxnpuc-apus" else header.array("weight")
    halves = weights.literals.content if weights is not None and weights.literals is not None else None
    model = ModelFile(
        format=header.format,
        compiler=_compiler(header),
        pb_md5=header.pb_md5.value if header.pb_md5 else None,
        sizes=sizes,
        inputs=inputs,
        outputs=outputs,
        in_out=in_out,
        states=pair_states(inputs, outputs),
        fit=fit,
        arrays=tuple(_array(role, array) for role, array in header.arrays),
        structs=tuple(
            StructName(role, struct.name, struct.disabled)
            for role in ("input", "output", "in_out")
            if (struct := getattr(header, role)) is not None
        ),
        settings=declared.settings,
        strings=tuple((text.name, text.value) for text in header.extra_texts),
        file_bytes=len(data),
        weights_compressed=weights_compressed(halves, declared.settings),
    )
    notes = (_DOCUMENT_FORM,) if swallowed else ()
    return model.with_checks(
        *notes, *size_checks(model), *header_checks(header, model, today), *budget_checks(fit, budget)
    )


_DOCUMENT_FORM = FileCheck(
    "gx.document",
    "info",
    True,
    detail="the line breaks are lost, so // comments hide the code from a compiler; it was read anyway",
)


def _declared(data: bytes) -> tuple[Declarations, bool]:
    """Return the declarations, and whether they were found only by looking into the comments."""
    declared = declarations(scan(data))
    if not declared.empty or b"//" not in data:
        return declared, False
    inside = declarations(scan(data, comments_hide_code=False))
    return (declared, False) if inside.empty else (inside, True)


def _compiler(header: GxHeader) -> Compiler:
    info = header.model_info.value if header.model_info else None
    return Compiler(
        version=header.version.value if header.version else None,
        unit=header.unit.value if header.unit else None,
        model_info=info,
        compiled_at=compiled_at(info) if info is not None else None,
    )


def _sizes(header: GxHeader) -> Sizes:
    def size(role: str) -> int | None:
        array = header.array(role)
        return None if array is None else _array_bytes(array)

    leo, apus = header.format == "gxnpuc-leo", header.format == "gxnpuc-apus"
    return Sizes(
        total_bytes=header.total.value if header.total else None,
        npu_bytes=header.npu.value if header.npu else None,
        cmd_bytes=size("npu" if leo else "cmd"),
        weight_bytes=size("weight"),
        data_bytes=size("cpu" if leo else "data"),
        tmp_bytes=0 if header.null_tmp else size("cache" if apus else "tmp"),
        ops_bytes=size("ops"),
        input_bytes=struct_bytes(tensors(header, header.input)),
        output_bytes=struct_bytes(tensors(header, header.output)),
        in_out_bytes=struct_bytes(tensors(header, header.in_out)),
    )


def struct_bytes(members: tuple[Tensor, ...]) -> int | None:
    """Return sizeof of a packed struct; None if it has no members or one of unknown size."""
    sizes = [member.bytes for member in members if member.bytes is not None]
    return sum(sizes) if members and len(sizes) == len(members) else None


def _array_bytes(array: ByteArray) -> int | None:
    if array.declared is not None:
        return array.declared * array.width
    return array.literals.numbers * array.width if array.literals else None


def _array(role: str, array: ByteArray) -> Array:
    content = array.literals.content if array.literals and array.width == 1 else None
    return Array(
        name=array.name,
        role=role,
        size_bytes=_array_bytes(array) or 0,
        content=content,
        unreadable=content is None and array.literals is not None,
        alignment=array.alignment,
        macro=array.macro,
        constant=array.constant,
        disabled=array.disabled,
    )
