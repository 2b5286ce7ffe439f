"""The C that is made of a header, compiled with gcc against it and against a header that differs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from npumon.export.model_c import model_c
from npumon.modelfile.description import ModelFile
from npumon.modelfile.inspection import inspect
from tests.model_writers import TODAY, HeaderSpec, NbgSpec, leo_text

#: The task's struct, in the form of the public SDK.
GX_SNPU = """\
typedef struct {
    unsigned module_id;
    void *ops, *data, *input, *output, *cmd, *tmp_mem, *weight;
} GX_SNPU_TASK;
"""
needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")


def read(text: str) -> ModelFile:
    model = inspect(text.encode(), today=TODAY)
    assert model is not None
    return model


def made(text: str, name: str = "model.h") -> str:
    found = model_c(read(text), name)
    assert found is not None
    return found


def compiled(folder: Path, header: str, checks: str, uses: str, *options: str) -> str:
    """What gcc says about a program that includes both; nothing if it compiles."""
    (folder / "model.h").write_text(header)
    (folder / "checks.h").write_text(checks)
    program = f'{GX_SNPU}#include "model.h"\n#define NPUMON_MODEL_INCLUDED\n#include "checks.h"\n{uses}\n'
    (folder / "main.c").write_text(program)
    argv = ["gcc", "-std=gnu11", "-Wall", "-Werror", "-Wno-unused", *options, "-c", "main.c", "-o", "main.o"]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=60, check=False).stderr


OVERLAID = (
    "static struct in_out buffer[2];\n"
    "GX_SNPU_TASK task = NPU_MODEL_TASK(0x100, &buffer[0], &buffer[1]);\n"
    '_Static_assert(NPU_MODEL_BUFFER_BYTES == 64, "");'
)


@needs_gcc
@pytest.mark.parametrize("prefix", ["", "kws_"])
def test_the_model_itself_passes(tmp_path: Path, prefix: str) -> None:
    text = HeaderSpec(prefix=prefix).text()
    uses = OVERLAID.replace("struct in_out", f"struct {prefix}in_out")
    assert compiled(tmp_path, text, made(text), uses, "-DCONFIG_KWS_SNPU_BUFFER_SIZE=60") == ""


@needs_gcc
def test_two_models_of_one_program_keep_apart(tmp_path: Path) -> None:
    first, second = HeaderSpec().text(), HeaderSpec(prefix="xip_", weight=bytes(50)).text()
    second = second.replace("typedef unsigned short npu_data_t;\n", "").replace("*tmp_content", "*xip_tmp_content")
    (tmp_path / "model_xip.h").write_text(second)
    (tmp_path / "more.h").write_text(made(second, "model_xip.h"))
    uses = OVERLAID + (
        '\n#include "model_xip.h"\n#include "more.h"\nstatic struct xip_in_out more[2];\n'
        "GX_SNPU_TASK other = NPU_MODEL_XIP_TASK(0x101, &more[0], &more[1]);\n"
        '_Static_assert(NPU_MODEL_XIP_BUFFER_BYTES == 64, "");'
    )
    assert compiled(tmp_path, first, made(first), uses) == ""


@needs_gcc
def test_it_compiles_on_its_own_beside_the_model(tmp_path: Path) -> None:
    text = HeaderSpec().text()
    (tmp_path / "model.h").write_text(text)
    (tmp_path / "checks.c").write_text(made(text))
    argv = ["gcc", "-std=gnu11", "-Wall", "-Werror", "-fsyntax-only", "checks.c"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / "model.h").write_text(text.replace("weight_content[30]", "weight_content[31]"))
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert "weight_content has another size" in done.stderr


@needs_gcc
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("npu_data_t Feats[1][3][4];", "npu_data_t Feats[1][3][5];", "struct input has another size"),
        ("weight_content[30]", "weight_content[31]", "weight_content has another size"),
        ("data_content[64]", "data_content[60]", "data_content has another size"),
        (
            "npu_data_t Feats[1][3][4];\n\tnpu_data_t State_c0[1][2][4];",
            "npu_data_t State_c0[1][2][4];\n\tnpu_data_t Feats[1][3][4];",
            "input.Feats is elsewhere",
        ),
    ],
)
def test_another_model_does_not(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = HeaderSpec().text()
    assert old in text
    assert told in compiled(tmp_path, text.replace(old, new), made(text), "")


@needs_gcc
def test_another_buffer_size_of_the_firmware_does_not(tmp_path: Path) -> None:
    text = HeaderSpec().text()
    told = compiled(tmp_path, text, made(text), "", "-DCONFIG_KWS_SNPU_BUFFER_SIZE=64")
    assert "CONFIG_KWS_SNPU_BUFFER_SIZE must be 60" in told


@needs_gcc
def test_an_output_of_its_own_is_taken_as_a_whole(tmp_path: Path) -> None:
    spec = HeaderSpec(inputs=[("npu_data_t", "Feats", (1, 4))], outputs=[("float", "prob", (1, 2))])
    uses = "static struct input in;\nstatic struct output out;\nGX_SNPU_TASK task = NPU_MODEL_TASK(0x100, &in, &out);"
    assert compiled(tmp_path, spec.text(), made(spec.text()), uses) == ""
    array = spec.text().replace("unsigned char *tmp_content = (void*)0;", "unsigned char tmp_content[8];")
    assert ".tmp_mem = (void *)tmp_content" in made(array)
    assert compiled(tmp_path, array, made(array), uses) == ""


def test_what_is_disabled_is_not_asserted() -> None:
    text = HeaderSpec().text()
    start, end = text.index("struct input"), text.index("const unsigned char")
    hybrid = text[:start] + "#if 0\n" + text[start:end] + "#endif\n" + text[end:]
    found = made(hybrid)
    assert "sizeof(struct" not in found
    assert "sizeof(cmd_content) == 12" in found


def test_arrays_that_are_disabled_and_members_of_unknown_size_are_not_asserted() -> None:
    text = HeaderSpec().text()
    start, end = text.index("const unsigned char weight_content"), text.index("unsigned char *tmp_content")
    found = made(text[:start] + "#if 0\n" + text[start:end] + "#endif\n" + text[end:])
    assert "weight_content) ==" not in found
    head, mark, tail = text.partition("struct in_out {")
    found = made(head + mark + tail.replace("npu_data_t State_c0", "bfloat State_c0", 1))
    assert "offsetof(struct in_out, State_c0) == 24" in found
    assert "offsetof(struct in_out, phone_prob)" not in found
    assert "sizeof(struct in_out)" not in found


def test_a_name_that_would_end_the_comment_or_the_string_is_harmless() -> None:
    found = made(HeaderSpec().text(), 'a*/b"c\\d\n\u202e.h')
    assert found.isascii()
    assert found.splitlines()[0].count("*/") == 0
    assert '#include "a*/b_c_d__.h"' in found


def test_other_models_have_no_c() -> None:
    graph = inspect(NbgSpec().data(), today=TODAY)
    assert graph is not None
    assert model_c(graph, "net.nb") is None
    assert model_c(read(leo_text()), "leo.h") is None
    bare = HeaderSpec().text().replace("struct input ", "struct other ")
    assert model_c(read(bare), "model.h") is None


def test_without_in_out_there_is_no_buffer_to_check() -> None:
    text = HeaderSpec().text()
    start = text.index("struct in_out")
    found = made(text[:start] + text[text.index("const unsigned char") :])
    assert "NPU_MODEL_BUFFER_BYTES" not in found
    assert "(void *)(to)" in found
