from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npumon.modelfile.description import ModelFile, StatePair
from npumon.modelfile.gx8002 import read_header

TODAY = "2026-11-22"


def read(data: bytes | str) -> ModelFile:
    model = read_header(data.encode() if isinstance(data, str) else data, today=TODAY)
    assert model is not None
    return model


def broken(model: ModelFile) -> dict[str, str]:
    """The checks that do not hold, with their severity."""
    return {check.id: check.severity for check in model.checks if not check.ok}


def test_the_public_note_is_read_as_far_as_it_goes(document_text: bytes) -> None:
    model = read(document_text)
    assert model.format == "gx8002"
    assert model.compiler.version == "1.5.3rc7"
    assert model.compiler.unit == "NPU32"
    assert model.compiler.model_info == "(20220212154001)"
    assert model.compiler.compiled_at == "2022-02-12T15:40:01"
    assert model.pb_md5 == "bfe0140daa3d0440c768eda50ed40265"
    sizes = model.sizes
    assert (sizes.total_bytes, sizes.npu_bytes) == (151550, 147018)
    assert (sizes.cmd_bytes, sizes.weight_bytes, sizes.data_bytes) == (5172, 128166, 13680)
    assert (sizes.tmp_bytes, sizes.ops_bytes) == (0, 0)
    assert (sizes.input_bytes, sizes.output_bytes, sizes.in_out_bytes) == (2736, 1796, 2996)
    assert [(tensor.name, tensor.dtype, tensor.shape, tensor.offset_bytes) for tensor in model.inputs] == [
        ("Feats", "float16", (1, 15, 40), 0),
        ("State_c0", "float16", (1, 3, 64), 1200),
        ("State_c1", "float16", (1, 4, 64), 1584),
        ("State_c2", "float16", (1, 5, 64), 2096),
    ]
    assert [(tensor.name, tensor.dtype, tensor.shape, tensor.offset_bytes) for tensor in model.outputs] == [
        ("State_c0_out", "float16", (1, 3, 64), 0),
        ("State_c1_out", "float16", (1, 4, 64), 384),
        ("State_c2_out", "float16", (1, 5, 64), 896),
        ("phone_prob", "float32", (1, 1, 65), 1536),
    ]
    assert [tensor.name for tensor in model.in_out] == ["Feats", "State_c0", "State_c1", "State_c2", "phone_prob"]
    assert model.states == tuple(StatePair(f"State_c{n}", f"State_c{n}_out", True) for n in range(3))
    assert model.overlay_saves_bytes == 1536


def test_the_total_of_the_public_note_is_npu_and_input_and_output(document_text: bytes) -> None:
    checks = {check.id: check for check in read(document_text).checks}
    assert (checks["gx.total"].ok, checks["gx.total"].expected, checks["gx.total"].found) == (True, 151550, 151550)
    assert 147018 + 2736 + 1796 == 151550
    documented = checks["gx.total_documented"]
    assert (documented.severity, documented.ok, documented.expected) == ("info", True, 147018 + 2996)
    assert checks["gx.document"].severity == "info"
    assert {"gx.elided", "gx.overlay", "gx.state", "gx.inout"} <= checks.keys()
    assert "gx.literal" not in checks
    assert broken(read(document_text)) == {}


def test_the_compilers_header_is_read(writers: Any) -> None:
    spec = writers.header()
    model = read(spec.data())
    assert broken(model) == {}
    assert model.ok
    assert [(array.role, array.content) for array in model.arrays] == [
        ("cmd", spec.cmd),
        ("weight", spec.weight),
        ("ops", b""),
        ("data", None),
    ]
    assert [(fit.mode, fit.needs_bytes, fit.ok) for fit in model.fit] == [("sram", 106, True), ("xip", 64, True)]


DATA = st.binary(max_size=64)
SHAPES = st.lists(st.integers(1, 9), max_size=4).map(tuple)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True)
MEMBERS = st.lists(
    st.tuples(st.sampled_from(["npu_data_t", "float"]), NAMES, SHAPES), min_size=1, max_size=5, unique_by=lambda m: m[1]
)


@settings(deadline=None)
@given(
    inputs=MEMBERS,
    outputs=MEMBERS,
    cmd=DATA,
    weight=DATA,
    data_bytes=st.integers(0, 1 << 20),
    prefix=st.sampled_from(["", "kws_", "xip_kws_"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    comments=st.booleans(),
)
def test_reading_is_the_inverse_of_writing(
    writers: Any, inputs: Any, outputs: Any, cmd: bytes, weight: bytes, data_bytes: int, comments: bool, **more: Any
) -> None:
    spec = writers.header(inputs=inputs, outputs=outputs, cmd=cmd, weight=weight, data_bytes=data_bytes, **more)
    text = spec.text()
    if comments:
        text = text.replace(";", " /* } ; { */;").replace("0x00, ", "/* a */ 0x00, ")
    model = read(text)
    for members, tensors in ((inputs, model.inputs), (outputs, model.outputs), (spec.in_out, model.in_out)):
        dtypes = {"npu_data_t": "float16", "float": "float32"}
        expected = [(name, dtypes[kind], shape) for kind, name, shape in members]
        assert [(tensor.name, tensor.dtype, tensor.shape) for tensor in tensors] == expected
    contents = {array.role: array.content for array in model.arrays}
    assert contents == {"cmd": cmd, "weight": weight, "ops": b"", "data": None}
    assert (model.sizes.total_bytes, model.sizes.npu_bytes) == (spec.total_size, spec.npu_size)
    assert (model.compiler.version, model.pb_md5) == (spec.version, spec.pb_md5)
    ids = broken(model).keys()
    assert not ids & {"gx.total", "gx.npu", "gx.literal", "gx.parts", "gx.packed", "gx.inout", "gx.text", "gx.md5"}


def test_a_project_prefix_is_on_every_symbol(writers: Any) -> None:
    model = read(writers.header(prefix="kws_").data())
    assert (model.compiler.version, model.compiler.unit) == ("1.5.3rc7", "NPU32")
    assert model.sizes.input_bytes == 40
    assert broken(model) == {}


def edited(text: str) -> str:
    """A header as a deploy tool leaves it: prefix on arrays, no const, section macros, its own version."""
    text = text.replace("const unsigned char ", "unsigned char ")
    text = re.sub(
        r"char (cmd|weight|data|ops)_content(\S+ __attribute__ \(\(aligned\(4\)\)\)) ?", r"char kws_\1_content\2 ", text
    )
    text = text.replace(
        "kws_cmd_content[12] __attribute__ ((aligned(4))) ",
        "kws_cmd_content[12] __attribute__ ((aligned(4))) DRAM0_NPU_CMD_ATTR",
    )
    text = text.replace("npu_size = ", "npu_size DRAM0_NPU_KEEP_ATTR = ")
    return '#include<lvp_attr.h>\nconst char *kws_version = "demo 2022-05-06";\n' + text


def test_an_edited_header_is_read(writers: Any) -> None:
    spec = writers.header()
    model = read(edited(spec.text()))
    assert model.compiler.version == "1.5.3rc7"
    assert model.strings == (("kws_version", "demo 2022-05-06"),)
    assert model.sizes.npu_bytes == 106
    assert next((array.name, array.constant, array.macro) for array in model.arrays) == (
        "kws_cmd_content",
        False,
        "DRAM0_NPU_CMD_ATTR",
    )
    assert model.array("weight") is not None
    assert broken(model) == {"gx.edited": "info"}


VARIANTS: dict[str, Callable[[str], str]] = {
    "no banner": lambda text: text.partition("\n")[2],
    "struct suffix": lambda text: re.sub(r"struct (input|output|in_out)", r"struct \1_xip", text),
    "pointer attribute": lambda text: text.replace("*tmp_content =", "*tmp_content DRAM0_NPU_ATTR ="),
    "null": lambda text: text.replace("(void*)0", "NULL"),
    "no space before =": lambda text: text.replace(" = {", "= {"),
    "one line": lambda text: "".join(text.splitlines()[1:]).replace("\t", " "),
    "hexadecimal sizes": lambda text: re.sub(r"_size = (\d+)", lambda m: f"_size = {int(m[1]):#x}U", text),
    "older order": lambda text: (
        text.replace("unsigned char *tmp_content = (void*)0;\n", "") + "unsigned char *tmp_content = (void*)0;\n"
    ),
    "tmp array": lambda text: text.replace("*tmp_content = (void*)0", "tmp_content[0] __attribute__ ((aligned(4)))"),
    "packed first": lambda text: re.sub(
        r"struct (\w+) \{([^}]*)\} __attribute__ \(\(packed\)\)", r"struct __attribute__((packed)) \1 {\2}", text
    ),
    "pragma": lambda text: "#pragma pack(1)\n" + text.replace(" __attribute__ ((packed))", ""),
    "uint8_t": lambda text: text.replace("unsigned char cmd", "uint8_t cmd"),
    "model info with text": lambda text: text.replace('"(2022', '"door bell (2022'),
    "another macro": lambda text: text.replace("((aligned(4))) = {", "((aligned(4))) FAST_RAM = {"),
    "another struct": lambda text: "struct audio { int a; };\n" + text,
    "array without a size": lambda text: text.replace("cmd_content[12]", "cmd_content[]"),
    "include guard": lambda text: f"#ifndef MODEL_H\n#define MODEL_H\n{text}\n#endif\n",
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_says_the_same(writers: Any, name: str) -> None:
    plain = writers.header()
    model, reference = read(VARIANTS[name](plain.text())), read(plain.data())
    assert broken(model) == {}
    assert (model.sizes, model.inputs, model.outputs, model.in_out) == (
        reference.sizes,
        reference.inputs,
        reference.outputs,
        reference.in_out,
    )
    assert model.compiler.compiled_at == "2022-02-12T15:40:01"


def test_metadata_disabled_by_if_0_is_read_and_said(writers: Any) -> None:
    before, mark, after = writers.header().text().partition("struct input ")
    model = read(f"#if 0\n{before}#endif\n{mark}{after}")
    assert model.sizes.total_bytes == 182
    assert broken(model) == {}
    remark = next(check for check in model.checks if check.id == "gx.if0")
    assert (remark.severity, "total_size" in remark.detail) == ("info", True)


def test_what_is_enabled_wins_over_what_is_disabled(writers: Any) -> None:
    text = writers.header().text()
    model = read(f"#if 0\nconst unsigned int total_size = 1;\n#endif\n{text}")
    assert (model.sizes.total_bytes, model.ok) == (182, True)
    assert all(check.id != "gx.if0" for check in model.checks)


def test_the_oldest_compilers_give_no_npu_size(writers: Any) -> None:
    text = re.sub(r"const unsigned int npu_size.*\n", "", writers.header().text())
    model = read(text)
    assert model.sizes.npu_bytes is None
    assert (model.ok, broken(model)) == (True, {"gx.npu": "info"})
    assert next(check for check in model.checks if check.id == "gx.total").found == 182


def test_settings_of_the_banner_are_kept(writers: Any) -> None:
    settings = " * Configuration settings:\n *   CORENAME : GRUS\n *   COMPRESS : True\n"
    banner = f"/*\n * Auto-generated by NPU Compiler\n{settings} */\n"
    model = read(writers.header(banner=banner, version="1.6.7.post0").data())
    assert model.settings == (("CORENAME", "GRUS"), ("COMPRESS", "True"))
    assert (model.format, model.ok) == ("gx8002", True)


def test_an_unknown_core_degrades(writers: Any) -> None:
    banner = "/* Configuration settings:\n CORENAME : FORNAX\n*/\n"
    model = read(writers.header(banner=banner).data())
    assert (model.format, model.fit, model.sizes.cmd_bytes) == ("gxnpuc", (), 12)
    assert broken(model) == {"gx.core": "warn"}
    other = read("const unsigned int total_size = 4;\nunsigned char mcu_content[4] __attribute__ ((aligned(4)));")
    assert other.format == "gxnpuc"


def test_a_leo_header_is_read(leo: bytes) -> None:
    model = read(leo)
    assert (model.format, model.compiler.unit, model.fit) == ("gxnpuc-leo", "NPU64", ())
    assert (model.sizes.cmd_bytes, model.sizes.data_bytes, model.sizes.ops_bytes, model.sizes.tmp_bytes) == (
        40,
        24,
        12,
        32,
    )
    assert model.sizes.npu_bytes is None
    assert broken(model) == {}
    assert next(check for check in model.checks if check.id == "gx.total").ok


def test_an_apus_header_is_read(apus: bytes) -> None:
    model = read(apus)
    assert model.format == "gxnpuc-apus"
    assert [tensor.dtype for tensor in model.inputs + model.outputs] == ["int16", "int16"]
    bits = [tensor.quantization and tensor.quantization.fractional_bits for tensor in model.inputs + model.outputs]
    assert bits == [12, -3]
    assert model.sizes.tmp_bytes == 32
    assert broken(model) == {"gx.date": "info"}


@pytest.mark.parametrize(
    "text", ["", "int main(void) { return 0; }", "// total_size\n", "total_size _content npu_data_t"]
)
def test_other_texts_are_no_model(text: str) -> None:
    assert read_header(text.encode(), today=TODAY) is None


def test_a_line_that_is_commented_out_is_not_read(writers: Any) -> None:
    text = writers.header().text().replace("const unsigned int npu_size", "// const unsigned int npu_size")
    assert read(text).sizes.npu_bytes is None


def test_hostile_text_is_spelled_out(writers: Any) -> None:
    model = read(writers.header(version="1.5\x1b[31m\u202e", model_info="x" * 5000).data())
    assert model.compiler.version == r"1.5\x1b[31m\u202e"
    assert len(model.compiler.model_info or "") < 600


@settings(deadline=None)
@given(place=st.integers(0, 3000), count=st.integers(0, 40), junk=st.binary(max_size=40))
def test_any_damage_gives_findings_or_nothing(writers: Any, place: int, count: int, junk: bytes) -> None:
    data = writers.header().data()
    model = read_header(data[:place] + junk + data[place + count :], today=TODAY)
    assert model is None or all(check.id.startswith("gx.") for check in model.checks)


@settings(deadline=None)
@given(st.integers(0, 3000))
def test_a_header_cut_off_inside_is_never_sound(writers: Any, length: int) -> None:
    data = writers.header().data()
    model = read_header(data[: min(length, len(data) - 3)], today=TODAY)
    assert model is None or not model.ok


def test_every_cut_of_the_public_note_is_taken(document_text: bytes) -> None:
    models = [read_header(document_text[:length], today=TODAY) for length in range(0, len(document_text), 7)]
    assert models[-1] is not None
    assert all(model is None or model.checks for model in models)


@pytest.mark.parametrize(
    "text",
    [
        b"struct input { npu_data_t a" + b"[9999999999]" * 8 + b"; };",
        b"struct input { npu_data_t a" + b"[9999999999]" * 9000 + b"; };",
        b"struct input {" + b"float a[1];" * 20000 + b"};",
        b"struct input {" * 20000,
        b"unsigned char cmd_content[4294967295] = { 0x01 };",
        b"unsigned char cmd_content[99999999999999999999] = { 0x01 };",
        b"const unsigned int npu_size = 99999999999999999999999999;",
        b"unsigned char cmd_content[2] = {" * 3000,
        b"unsigned char x_cmd_content[1] = {1};" * 3000,
        b'const char *version = "' + b"\\a" * 40000 + b'";',
        b"/*" * 40000,
        b"#if 0\n" * 40000,
        b"#if" + b" " * 100000,
        b"__attribute__ ((" * 20000,
        b"unsigned char " * 40000,
        b"char a" + b" " * 100000 + b'= "";',
        b"_" * 300000,
        b"struct " * 40000,
        b"typedef " + b"a " * 40000,
        b"unsigned int npu_size " + b"a" * 100000,
        b"cmd_content" * 30000,
        b"const " * 100000,
        b"unsigned char cmd_content[];",
        b"unsigned int a = 1; " * 600,
    ],
    ids=range(24),
)
def test_hostile_code_costs_little(text: bytes) -> None:
    model = read_header(b"const unsigned int total_size = 1;\n" + text, today=TODAY)
    assert model is not None
    assert not model.ok
    assert len(model.inputs) <= 1024
