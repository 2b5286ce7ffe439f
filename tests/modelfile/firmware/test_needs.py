"""What the public note's example needs, and models that say less."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.modelfile.description import ModelFile, Sizes, Tensor
from npumon.modelfile.firmware import needs
from npumon.modelfile.firmware.needs import FirmwareOptions
from npumon.modelfile.inspection import inspect

TODAY = "2026-11-22"


def read(data: bytes) -> ModelFile:
    model = inspect(data, today=TODAY)
    assert model is not None
    return model


def test_the_settings_of_the_public_notes_example(document_text: bytes) -> None:
    found = {setting.name: setting.value for setting in needs.settings(read(document_text))}
    assert found == {
        "KWS_SNPU_BUFFER_SIZE": 2996,
        "NPU_SRAM_SIZE_KB": 145,
        "NPU_SRAM_SIZE_KB_XIP": 14,
        "KWS_MODEL_INPUT_WIN_LENGTH": 15,
        "KWS_MODEL_FEATURES_DIM_PER_FRAME": 40,
        "KWS_MODEL_OUTPUT_LENGTH": 65,
    }


def test_where_the_program_reads_and_the_npu_writes(document_text: bytes) -> None:
    members = needs.buffer_members(read(document_text))
    assert [(member.tensor.name, member.offset_bytes, member.next_output, member.reads) for member in members] == [
        ("Feats", 0, None, False),
        ("State_c0", 1200, "State_c0_out", False),
        ("State_c1", 1584, "State_c1_out", False),
        ("State_c2", 2096, "State_c2_out", False),
        ("phone_prob", 2736, "phone_prob", True),
    ]
    offsets = needs.in_out_offsets(read(document_text))
    assert (offsets["State_c0_out"], offsets["phone_prob"]) == (1200, 2736)


def test_outputs_that_cannot_be_overlaid_have_no_place_in_the_next_buffer(writers: Any) -> None:
    model = read(writers.header().text().replace("npu_data_t State_c0_out", "float State_c0_out").encode())
    assert "State_c0_out" not in needs.in_out_offsets(model)
    assert needs.in_out_offsets(model)["phone_prob"] == 40


def test_the_map_of_the_public_notes_example(document_text: bytes) -> None:
    model = read(document_text)
    sram, xip = needs.ram_maps(model)
    assert (sram.npu_bytes, sram.buffer_bytes, sram.buffers_bytes, sram.left_bytes) == (147018, 3008, 6016, 43574)
    assert (xip.npu_bytes, xip.left_bytes) == (13680, 196608 - 13680 - 6016)
    reserved = needs.ram_maps(model, FirmwareOptions(contexts=3, npu_bytes=150 << 10, mode="sram"))
    assert [(ram.mode, ram.npu_bytes, ram.buffers_bytes) for ram in reserved] == [("sram", 153600, 9024)]
    cost = needs.flash_cost(model, FirmwareOptions(flash_clock_hz=100_000_000))
    assert cost is not None
    assert cost.bytes_per_run == 133338
    assert cost.least_us == pytest.approx(2666.76)
    assert needs.flash_cost(model) == needs.FlashCost(133338)


def test_what_leaves_the_mcu_nothing_is_told(writers: Any) -> None:
    tight = read(writers.header(data_bytes=196_000).data())
    (check,) = needs.ram_checks(tight, FirmwareOptions(contexts=16))
    assert (check.id, check.severity, check.ok, check.expected) == ("gx.ram", "warn", False, 196608)
    assert check.found == 196_000 + 16 * 64
    (check,) = needs.ram_checks(read(writers.header().data()))
    assert check.ok
    best = needs.best_map(needs.ram_maps(read(writers.header(weight=bytes(200_000)).data())))
    assert best is not None
    assert best.mode == "xip"
    assert needs.best_map(()) is None


def test_a_way_that_cannot_be_taken_needs_no_setting(writers: Any) -> None:
    names = [setting.name for setting in needs.settings(read(writers.header(weight=bytes(200_000)).data()))]
    assert "NPU_SRAM_SIZE_KB" not in names
    assert "NPU_SRAM_SIZE_KB_XIP" in names


def test_a_model_that_is_in_flash_by_its_names_needs_only_that(writers: Any) -> None:
    model = read(writers.header().text().replace("weight_content[", "xip_kws_weight_content[").encode())
    assert [ram.mode for ram in needs.ram_maps(model)] == ["xip"]
    names = [setting.name for setting in needs.settings(model)]
    assert ("NPU_SRAM_SIZE_KB" in names, "NPU_SRAM_SIZE_KB_XIP" in names) == (False, True)


def test_other_cores_and_graphs_have_a_firmware_that_is_unknown(writers: Any, leo: bytes, apus: bytes) -> None:
    for data in (leo, apus, writers.nbg().data()):
        model = read(data)
        assert (needs.settings(model), needs.ram_maps(model), needs.flash_cost(model)) == ((), (), None)
        assert needs.ram_checks(model) == ()


def test_a_container_needs_a_buffer_for_its_inputs_and_floats(npub: bytes) -> None:
    model = read(npub)
    assert needs.buffer_bytes(model) == 24 + 12
    assert {setting.name: setting.value for setting in needs.settings(model)}["KWS_SNPU_BUFFER_SIZE"] == 36
    unknown = model._replace(inputs=(*model.inputs, Tensor("x", "unknown", (1,), 1, None)))
    assert needs.buffer_bytes(unknown) is None


@pytest.mark.parametrize(
    ("shape", "frame"),
    [
        ((1, 15, 40), (15, 40)),
        ((1, 191), (1, 191)),
        ((1, 1, 256, 1), (1, 256)),
        ((1,), (1, 1)),
        ((2, 3, 4), (None, None)),
    ],
)
def test_frames_and_features(shape: tuple[int, ...], frame: tuple[int | None, int | None]) -> None:
    model = ModelFile("gx8002", inputs=(Tensor("Feats", "float16", shape, 1, 2),))
    assert needs.frame(model) == frame


def test_a_model_that_says_nothing_has_no_settings() -> None:
    assert needs.settings(ModelFile("gx8002")) == ()
    assert needs.frame(ModelFile("gx8002")) == (None, None)
    assert needs.buffer_members(ModelFile("gx8002", in_out=(Tensor("x", "odd", (1,), 1, None),))) == ()
    odd = ModelFile("gx8002", outputs=(Tensor("out", "float32", (), 1, 4),), sizes=Sizes(in_out_bytes=16))
    assert [setting.name for setting in needs.settings(odd)] == ["KWS_SNPU_BUFFER_SIZE"]


@given(st.integers(0, 1 << 20))
def test_roundings_hold_what_they_must(size: int) -> None:
    assert size < needs.rounded_buffer(size) <= size + 16
    assert needs.rounded_buffer(size) % 16 == 0
    assert size <= needs.rounded_kb(size) * 1024 <= size + 2048
