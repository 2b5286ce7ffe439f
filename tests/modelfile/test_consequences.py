"""What a difference means for the firmware: each sentence with what brings it about, and without."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.modelfile.budget import Budget
from npumon.modelfile.consequences import consequences
from npumon.modelfile.diff import diff_models
from npumon.modelfile.inspection import inspect
from tests.model_writers import HeaderSpec, NbgSpec, NbgTensorSpec, npub_bytes


def between(before: bytes, after: bytes, budget: Budget | None = None) -> tuple[str, ...]:
    one, other = (inspect(data, today="2026-11-22", budget=budget) for data in (before, after))
    assert one is not None
    assert other is not None
    return consequences(one, other, diff_models(one, other, same_bytes=False).tensors)


BASE = HeaderSpec().data()


def test_nothing_follows_from_nothing() -> None:
    assert between(BASE, BASE + b"\n") == ()
    assert between(BASE, HeaderSpec(weight=bytes(30)).data()) == ()
    assert between(NbgSpec().data(), NbgSpec().data()) == ()


def test_a_model_that_grows_no_longer_fits() -> None:
    big = HeaderSpec(weight=bytes(200_000)).data()
    told = between(BASE, big)
    assert "It no longer fits in SRAM: 200076 of 196608 bytes of SRAM." in told
    assert not any("flash" in sentence and "no longer" in sentence for sentence in told)
    assert "It fits now in SRAM: 106 of 196608 bytes of SRAM." in between(big, BASE)
    assert "It can no longer run in any way." in between(BASE, HeaderSpec(data_bytes=200_000).data())


def test_it_is_judged_by_the_budget_that_is_given() -> None:
    larger = HeaderSpec(weight=bytes(40)).data()
    assert "It no longer fits in SRAM: 116 of 110 bytes of SRAM." in between(BASE, larger, Budget(110, sram_named=True))
    told = between(BASE, larger, Budget(flash_bytes=45, flash_named=True))
    assert "It no longer fits from flash (XIP): 64 of 196608 bytes of SRAM, 52 of 45 of flash." in told


def test_options_that_must_change_are_named_with_both_values() -> None:
    outputs = [("npu_data_t", "State_c0_out", (1, 2, 4)), ("float", "phone_prob", (1, 9))]
    told = between(BASE, HeaderSpec(outputs=list(outputs), data_bytes=3000).data())
    assert "CONFIG_KWS_SNPU_BUFFER_SIZE must change from 60 to 76; each buffer takes 80 bytes." in told
    assert "CONFIG_NPU_SRAM_SIZE_KB must change from 1 to 4." in told
    assert "CONFIG_NPU_SRAM_SIZE_KB with CONFIG_NPU_RUN_IN_FLASH=y must change from 1 to 4." in told
    assert "CONFIG_KWS_MODEL_OUTPUT_LENGTH must change from 5 to 9." in told
    assert "The MCU has 2968 bytes less of the SRAM: 193406 are left." in told
    assert "The MCU has 2968 bytes more of the SRAM: 196374 are left." in between(
        HeaderSpec(outputs=list(outputs), data_bytes=3000).data(), BASE
    )


def test_nothing_left_for_the_mcu() -> None:
    full = HeaderSpec(data_bytes=196_500).data()
    assert any(sentence.startswith("Nothing is left for the MCU") for sentence in between(BASE, full))


def test_a_tensor_of_the_same_type_shape_and_place_was_renamed() -> None:
    inputs = [("npu_data_t", "Features", (1, 3, 4)), ("npu_data_t", "State_c0", (1, 2, 4))]
    after = HeaderSpec(inputs=list(inputs)).data()
    one, other = (inspect(data, today="2026-11-22") for data in (BASE, after))
    assert one is not None
    assert other is not None
    diff = diff_models(one, other, same_bytes=False)
    assert diff.renamed == (("Feats", "Features"),)
    assert [(change.kind, change.name) for change in diff.tensors] == [("renamed", "Feats")]
    assert "Feats is now called Features: code that names it must be changed." in between(BASE, after)
    other_shape = HeaderSpec(inputs=[("npu_data_t", "Features", (1, 4, 3)), inputs[1]]).data()
    assert any(sentence.startswith("Feats is gone") for sentence in between(BASE, other_shape))
    assert any(sentence.startswith("Features is new, float16[1, 4, 3]") for sentence in between(BASE, other_shape))


def test_inputs_that_moved() -> None:
    told = between(BASE, HeaderSpec(inputs=HeaderSpec().inputs[::-1]).data())
    assert "Feats moved from offset 0 to offset 16: code that knows its place must follow." in told
    wider = HeaderSpec(inputs=[("npu_data_t", "Feats", (1, 4, 4)), ("npu_data_t", "State_c0", (1, 2, 4))]).data()
    told = between(BASE, wider)
    assert "State_c0 moved from offset 24 to 32 in its struct." in told
    assert any(sentence.startswith("Feats is float16[1, 4, 4] instead of") for sentence in told)


def test_an_overlay_that_breaks() -> None:
    loose = HeaderSpec(outputs=[("float", "State_c0_out", (1, 2, 4)), ("float", "phone_prob", (1, 5))]).data()
    assert any("can no longer lie over" in sentence for sentence in between(BASE, loose))
    assert not any("can no longer lie over" in sentence for sentence in between(loose, BASE))


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (NbgSpec(target=0x99), "It runs on another NPU: S905D3 (VIM3L), PID 0x99, instead of PID 0x88."),
        (NbgSpec(target=0x1234), "It runs on another NPU, PID 0x1234, instead of PID 0x88."),
        (
            NbgSpec(version=0x00010014),
            "The format changed from 0x0001000f to 0x00010014: the driver must be able to read it.",
        ),
        (NbgSpec(pool=8192), "It wants 4096 bytes more of video memory: 8192."),
        (NbgSpec(axi_sram=2097152), "It wants 1048832 bytes more of AXI-SRAM: 2097152."),
        (
            NbgSpec(inputs=[NbgTensorSpec(scale=0.25)]),
            "image is scaled otherwise: before affine, scale 0.5, zero point 128, after affine, scale 0.25, "
            "zero point 128.",
        ),
    ],
)
def test_what_changes_for_a_graph(after: NbgSpec, sentence: str) -> None:
    assert sentence in between(NbgSpec().data(), after.data())


def test_other_formats_have_one_consequence() -> None:
    assert len(between(BASE, NbgSpec().data())) == 1
    assert between(BASE, npub_bytes())[0].startswith("The files have different formats")


@given(st.binary(max_size=300), st.integers(0, 900))
def test_any_damage_has_consequences_in_words(junk: bytes, place: int) -> None:
    for data in (BASE, NbgSpec().data(), npub_bytes()):
        damaged = inspect(data[:place] + junk + data[place:], today="2026-11-22")
        whole = inspect(data, today="2026-11-22")
        if damaged is not None and whole is not None:
            diff = diff_models(whole, damaged, same_bytes=False)
            assert all(sentence.isprintable() for sentence in consequences(whole, damaged, diff.tensors))


def test_many_consequences_are_cut() -> None:
    inputs: Any = [("npu_data_t", f"in_{number}", (1, 2)) for number in range(100)]
    assert len(between(BASE, HeaderSpec(inputs=inputs).data())) == 64
