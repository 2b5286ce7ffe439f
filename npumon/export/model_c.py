"""A GX8002 model as C: sizes and offsets that the compiler checks, and a task that runs it.

The task's members are those of GX_SNPU_TASK in the public SDK (include/driver/gx_snpu.h). The text compiles on its own,
or is included behind the model's header in the one file that does so: that header defines arrays and has no guard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from npumon.modelfile.description import Array, ModelFile, Tensor
from npumon.modelfile.firmware.needs import BUFFER_SIZE, buffer_bytes, in_out_offsets, rounded_buffer

#: Members of the task and the arrays that they point to.
_TASK = (("ops", "ops"), ("data", "data"), ("cmd", "cmd"), ("tmp_mem", "tmp"), ("weight", "weight"))


def model_c(model: ModelFile, header: str) -> str | None:
    """Render the checks and the task; None if the model is not a GX8002 header with its structs.

    `header` is the name by which C includes it; macros are named after it, so that two models of one program keep
    apart. The names in the header are identifiers, which is all that the reader takes.
    """
    if model.format != "gx8002" or model.sizes.input_bytes is None or model.sizes.output_bytes is None:
        return None
    guard = f"NPUMON_{_macro(header)}_CHECKS"
    name = "NPU_" + _macro(header.removesuffix(".h"))
    lines = [
        f"/* Checks of {_comment(header)} and the task that runs it, written by npumon inspect --emit c.",
        "   Compile it on its own (-fsyntax-only), or define NPUMON_MODEL_INCLUDED and include it behind the model.",
        "   The task needs driver/gx_snpu.h of the SDK. */",
        f"#ifndef {guard}",
        f"#define {guard}",
        "",
        "#include <stddef.h>",
        "#ifndef NPUMON_MODEL_INCLUDED",
        f"#include {_string(header)}",
        "#endif",
        "",
        *_sizes(model),
        "",
        *_offsets(model),
        "",
        *_buffers(model, name),
        "",
        *_task(model, name),
        "",
        f"#endif /* {guard} */",
    ]
    return "\n".join(lines) + "\n"


def _assertion(condition: str, told: str) -> str:
    return f"_Static_assert({condition}, {_string(told)});"


def _sizes(model: ModelFile) -> Iterator[str]:
    sizes = {"input": model.sizes.input_bytes, "output": model.sizes.output_bytes, "in_out": model.sizes.in_out_bytes}
    for struct in model.structs:
        size = sizes.get(struct.role)
        if size is not None and not struct.disabled:
            yield _assertion(f"sizeof(struct {struct.name}) == {size}", f"struct {struct.name} has another size")
    for array in model.arrays:
        if not array.disabled:
            yield _assertion(f"sizeof({array.name}) == {array.size_bytes}", f"{array.name} has another size")


def _offsets(model: ModelFile) -> Iterator[str]:
    sides = {"input": model.inputs, "output": model.outputs, "in_out": model.in_out}
    for struct in model.structs:
        if struct.disabled:
            continue
        for member in sides[struct.role]:
            if member.offset_bytes is not None:
                place = f"offsetof(struct {struct.name}, {member.name}) == {member.offset_bytes}"
                yield _assertion(place, f"{struct.name}.{member.name} is elsewhere")


def _buffers(model: ModelFile, name: str) -> Iterator[str]:
    size = buffer_bytes(model)
    if size is None:
        return
    yield f"#ifdef CONFIG_{BUFFER_SIZE}"
    yield _assertion(f"CONFIG_{BUFFER_SIZE} == {size}", f"CONFIG_{BUFFER_SIZE} must be {size}")
    yield "#endif"
    yield f"/* What the firmware takes for each buffer: {size} / 16 * 16 + 16. */"
    yield f"#define {name}_BUFFER_BYTES {rounded_buffer(size)}"


def _task(model: ModelFile, name: str) -> Iterator[str]:
    """Yield a macro that initializes a task: it reads one buffer and writes into the next one, from its first state
    on, or into a struct output where outputs cannot be overlaid."""
    arrays = {array.role: array for array in model.arrays}
    first = _first_written(model)
    if first is not None:
        yield f"/* {name}_TASK(id, &buffer[k], &buffer[k + 1]): the output begins at {first.name} of the next. */"
    else:
        yield f"/* {name}_TASK(id, &input, &output): the output is a struct of its own. */"
    yield f"#define {name}_TASK(id, from, to) {{ \\"
    yield "    .module_id = (id), \\"
    for member, role in _TASK:
        yield f"    .{member} = {_pointer(arrays.get(role))}, \\"
    yield "    .input = (void *)(from), \\"
    yield f"    .output = (void *){f'&(to)->{first.name}' if first is not None else '(to)'}, \\"
    yield "}"


def _pointer(array: Array | None) -> str:
    """Return an array as what the driver takes, a plain pointer; tmp_content is a null pointer in most models."""
    return "(void *)0" if array is None else f"(void *){array.name}"


def _first_written(model: ModelFile) -> Tensor | None:
    """Return the member of in_out over which the first output lies; None if it lies over none."""
    offset = in_out_offsets(model).get(model.outputs[0].name)
    if not model.states or offset is None:
        return None
    return next((member for member in model.in_out if member.offset_bytes == offset), None)


def _macro(text: str) -> str:
    """Return the part of a macro's name that stands for a text."""
    return re.sub(r"\W", "_", text, flags=re.ASCII).upper()


def _string(text: str) -> str:
    """Return a string of C; other characters than plain ones are left out."""
    return '"' + re.sub(r"[^ -!#-\[\]-~]", "_", text) + '"'


def _comment(text: str) -> str:
    return _string(text)[1:-1].replace("*/", "* /").replace("/*", "/ *")
