"""Each rule of a header, broken by one edit of a synthetic file that keeps all of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from npumon.modelfile.checks_gx import pb_check
from npumon.modelfile.description import FileCheck, ModelFile
from npumon.modelfile.gx8002 import read_header

TODAY = "2026-11-22"
PB_MD5 = "0123456789abcdef0123456789abcdef"


def read(text: str) -> ModelFile:
    model = read_header(text.encode(), today=TODAY)
    assert model is not None
    return model


def found(model: ModelFile, check: str) -> FileCheck:
    return next(item for item in model.checks if item.id == check)


def without(start: str, end: str) -> Callable[[str], str]:
    """An edit that takes out what begins with `start`, up to and with the next `end`."""

    def edit(text: str) -> str:
        before, mark, after = text.partition(start)
        assert mark
        return before + after.partition(end)[2]

    return edit


def replaced(old: str, new: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


BROKEN: list[tuple[str, str, Callable[[str], str]]] = [
    ("gx.total", "fail", replaced("total_size = 182", "total_size = 180")),
    ("gx.total", "info", without("struct input ", "((packed));")),
    ("gx.npu", "fail", replaced("npu_size = 106", "npu_size = 100")),
    ("gx.literal", "fail", replaced("cmd_content[12]", "cmd_content[13]")),
    ("gx.literal", "fail", replaced("0x03", "0x103")),
    ("gx.parts", "fail", without("const unsigned char weight_content", "};")),
    ("gx.parts", "fail", without("struct output ", "((packed));")),
    (
        "gx.inout",
        "warn",
        replaced("struct in_out {\n\tnpu_data_t Feats[1][3][4]", "struct in_out {\n\tfloat Feats[1][3][4]"),
    ),
    ("gx.state", "fail", replaced("State_c0_out[1][2][4]", "State_c0_out[1][4][2]")),
    ("gx.state", "fail", replaced("npu_data_t State_c0_out", "float State_c0_out")),
    ("gx.state", "warn", replaced("State_c0_out", "other")),
    ("gx.overlay", "fail", replaced("npu_data_t State_c0_out", "float State_c0_out")),
    ("gx.overlay", "fail", replaced("float phone_prob", "npu_data_t phone_prob")),
    ("gx.packed", "warn", replaced(" __attribute__ ((packed))", "")),
    ("gx.align", "warn", replaced("aligned(4)", "aligned(2)")),
    ("gx.align", "warn", replaced(" __attribute__ ((aligned(4)))", "")),
    ("gx.date", "warn", replaced("(20220212154001)", "(20220230154001)")),
    ("gx.date", "warn", replaced("(20220212154001)", "(20220212254001)")),
    ("gx.date", "warn", replaced("(20220212154001)", "(20261124000000)")),
    ("gx.date", "warn", replaced("(20220212154001)", "(20191231235959)")),
    ("gx.date", "info", without("const char *model_info", ";")),
    ("gx.md5", "warn", replaced(PB_MD5, "xyz")),
    ("gx.unit", "warn", replaced("NPU32", "NPU64")),
    ("gx.place", "warn", replaced("((aligned(4))) = {", "((aligned(4))) DRAM0_NPU_WEIGHT_ATTR = {")),
    (
        "gx.place",
        "warn",
        lambda text: text.replace(
            "cmd_content[12] __attribute__ ((aligned(4)))",
            "xip_cmd_content[12] __attribute__ ((aligned(4))) DRAM0_NPU_CMD_ATTR",
        ),
    ),
    ("gx.place", "warn", replaced("data_content[64] __attribute__ ((aligned(4)))", "data_content[64] XIP_NPU_ATTR")),
    (
        "gx.place",
        "warn",
        lambda text: text.replace("((aligned(4))) = {", "((aligned(4))) DRAM0_NPU_ATTR = {", 1).replace(
            "weight_content[30] __attribute__ ((aligned(4)))",
            "weight_content[30] __attribute__ ((aligned(4))) DRAM0_NPU_WEIGHT_ATTR",
        ),
    ),
    ("gx.tensor", "fail", replaced("npu_data_t Feats[1][3][4];", "npu_data_t Feats[COUNT];")),
    ("gx.tensor", "warn", replaced("npu_data_t Feats[1][3][4];", "bfloat Feats[1][3][4];")),
    ("gx.duplicate", "warn", lambda text: text + "unsigned char old_data_content[1] __attribute__ ((aligned(4)));\n"),
    ("gx.text", "warn", lambda text: text + "/* the end"),
    ("gx.edited", "info", lambda text: text + 'const char *kws_version = "door 20230101";\n'),
    ("gx.edited", "info", lambda text: text + '#if 0\nconst char *kws_version = "door 20230101";\n#endif\n'),
    ("gx.fit", "fail", replaced("data_content[64]", "data_content[300000]")),
    ("gx.headroom", "warn", replaced("data_content[64]", "data_content[196000]")),
]


@pytest.mark.parametrize(("check", "severity", "edit"), BROKEN, ids=[f"{n}-{rule[0]}" for n, rule in enumerate(BROKEN)])
def test_a_broken_rule_is_found(writers: Any, check: str, severity: str, edit: Callable[[str], str]) -> None:
    text = writers.header().text()
    assert all(item.ok for item in read(text).checks)
    model = read(edit(text))
    broken = [item for item in model.checks if item.id == check and not item.ok]
    assert severity in {item.severity for item in broken}
    assert all(item.detail or item.found is not None or item.expected is not None for item in broken)
    if severity == "fail":
        assert not model.ok


#: A prefix of the arrays' names, the macros of cmd, weight and data, and the arrays that are in the wrong place.
PLACES = [
    ("", "DRAM0_NPU_ATTR", "DRAM0_NPU_ATTR", "DRAM0_NPU_ATTR", []),
    ("", "DRAM0_NPU_CMD_ATTR", "DRAM0_NPU_WEIGHT_ATTR", "DRAM0_NPU_ATTR", []),
    ("", "XIP_NPU_CMD_ATTR", "XIP_NPU_WEIGHT_ATTR", "DRAM0_NPU_ATTR", []),
    ("xip_kws_", "XIP_NPU_CMD_ATTR", "XIP_NPU_WEIGHT_ATTR", "DRAM0_NPU_ATTR", []),
    ("xip_kws_", "XIP_NPU_CMD_ATTR", "XIP_NPU_WEIGHT_ATTR", "DRAM0_NC_NPU_ATTR", []),
    ("xip_", "XIP_NPU_ATTR", "XIP_NPU_ATTR", "DRAM0_NPU_ATTR", []),
    ("xip_", "XIP_NPU_CMD_ATTR", "XIP_NPU_WEIGHT_ATTR", "XIP_NPU_ATTR", ["data"]),
    ("xip_", "XIP_NPU_CMD_ATTR", "DRAM0_NPU_WEIGHT_ATTR", "DRAM0_NPU_ATTR", ["weight"]),
    ("xip_", "DRAM0_NPU_CMD_ATTR", "DRAM0_NPU_WEIGHT_ATTR", "DRAM0_NPU_ATTR", ["cmd", "weight"]),
    ("", "XIP_NPU_WEIGHT_ATTR", "XIP_NPU_WEIGHT_ATTR", "DRAM0_NPU_ATTR", ["cmd"]),
]


@pytest.mark.parametrize(("prefix", "cmd", "weight", "data", "wrong"), PLACES, ids=range(len(PLACES)))
def test_what_the_npu_writes_is_in_ram_and_the_rest_of_an_xip_model_in_flash(
    writers: Any, prefix: str, cmd: str, weight: str, data: str, wrong: list[str]
) -> None:
    text = writers.header().text()
    for name, macro in (("cmd", cmd), ("weight", weight), ("data", data)):
        text = re.sub(rf"({name}_content\[\d+\] __attribute__ \(\(aligned\(4\)\)\))", rf"{prefix}\1 {macro}", text)
    check = found(read(text), "gx.place")
    assert check.ok is not bool(wrong)
    assert [name for name in ("cmd", "weight", "data") if f"{prefix}{name}_content" in check.detail] == wrong
    assert ("CONFIG_NPU_RUN_IN_FLASH" in check.detail) is ("weight" in wrong and bool(prefix))


def test_an_array_without_bytes_needs_no_alignment(writers: Any) -> None:
    text = re.sub(r"(ops_content\[0\]) __attribute__ \(\(aligned\(4\)\)\)", r"\1", writers.header().text())
    assert "ops_content[0] = " in text
    assert found(read(text), "gx.align").ok


def test_an_array_without_alignment_is_not_found_to_have_one(writers: Any) -> None:
    text = writers.header().text().replace("cmd_content[12] __attribute__ ((aligned(4)))", "cmd_content[12]")
    check = found(read(text), "gx.align")
    assert (check.ok, check.found) == (False, None)
    assert "cmd_content" in check.detail


def test_a_wrong_sum_tells_the_signed_difference(writers: Any) -> None:
    model = read(writers.header().text().replace("npu_size = 106", "npu_size = 70"))
    assert found(model, "gx.npu").detail.endswith("off by -36")
    assert (found(model, "gx.npu").expected, found(model, "gx.npu").found) == (106, 70)


def test_the_documented_form_of_the_total_is_no_failure(writers: Any) -> None:
    model = read(writers.header().text().replace("total_size = 182", f"total_size = {106 + 60}"))
    check = found(model, "gx.total")
    assert (check.severity, check.ok, model.ok) == ("info", True, True)
    assert "documented form" in check.detail


def test_outputs_that_are_all_halves_would_be_written_past_the_buffer(writers: Any) -> None:
    model = read(
        writers.header(outputs=[("npu_data_t", "State_c0_out", (1, 2, 4)), ("npu_data_t", "prob", (1, 5))]).text()
    )
    check = found(model, "gx.overlay")
    assert not check.ok
    assert "10 bytes past the buffer" in check.detail


def test_a_state_is_paired_whatever_prefix_its_output_has(writers: Any) -> None:
    outputs = [("npu_data_t", "model_State_c0_out", (1, 2, 4)), ("float", "prob", (1, 5))]
    model = read(writers.header(outputs=outputs).text())
    assert [(state.input, state.output, state.ok) for state in model.states] == [
        ("State_c0", "model_State_c0_out", True)
    ]


def test_in_out_without_the_first_state_cannot_be_overlaid(writers: Any) -> None:
    text = writers.header().text()
    before, mark, after = text.partition("struct in_out {")
    model = read(before + mark + after.replace("npu_data_t State_c0[1][2][4];", "", 1))
    assert "has no member State_c0" in found(model, "gx.overlay").detail


def test_without_in_out_an_overlay_cannot_be_told(writers: Any) -> None:
    model = read(without("struct in_out {", "__attribute__ ((packed));\n")(writers.header().text()))
    assert model.in_out == ()
    check = found(model, "gx.overlay")
    assert (check.severity, check.ok, "is unknown" in check.detail) == ("info", False, True)
    assert model.ok


def test_a_net_without_states_has_no_overlay(writers: Any) -> None:
    spec = writers.header(inputs=[("npu_data_t", "Feats", (1, 4))], outputs=[("float", "prob", (1, 2))])
    model = read(spec.text())
    assert (model.states, model.overlay_saves_bytes) == ((), None)
    assert {"gx.overlay", "gx.state"}.isdisjoint(check.id for check in model.checks)
    assert model.ok


def test_a_model_too_large_for_sram_runs_from_flash(writers: Any) -> None:
    model = read(writers.header(weight=bytes(300_000)).text())
    assert [(fit.mode, fit.ok, fit.headroom_bytes) for fit in model.fit] == [
        ("sram", False, 196608 - 300_076),
        ("xip", True, 196608 - 64),
    ]
    assert found(model, "gx.fit").ok
    assert found(model, "gx.flash").ok
    neither = read(writers.header(weight=bytes(1 << 20)).text())
    assert not found(neither, "gx.flash").ok
    assert not found(neither, "gx.fit").ok
    assert not neither.ok


def test_a_pb_file_is_known_by_its_md5(writers: Any) -> None:
    model = read(writers.header().text())
    assert pb_check(model, PB_MD5.upper()).ok
    assert not pb_check(model, "f" * 32).ok
    assert not pb_check(read(writers.header().text().replace("pb_md5", "other")), PB_MD5).ok


def test_an_apus_sum_that_does_not_hold_is_worth_a_look_only(apus: bytes) -> None:
    model = read(apus.decode().replace("npu_size = 64", "npu_size = 60").replace("84", "80"))
    check = found(model, "gx.npu")
    assert (check.severity, check.ok, model.ok) == ("warn", False, True)
