from __future__ import annotations

from typing import Any

import pytest

from npumon.modelfile.budget import Budget
from npumon.modelfile.description import ModelFile
from npumon.modelfile.firmware.sums import Firmware, firmware, runs_from_flash
from npumon.modelfile.inspection import inspect


def read(data: bytes) -> ModelFile:
    model = inspect(data, today="2026-11-22")
    assert model is not None
    return model


def added(*models: tuple[str, bytes], budget: Budget | None = None) -> Firmware:
    whole = firmware([(name, read(data)) for name, data in models], budget or Budget(), contexts=2)
    assert whole is not None
    return whole


def test_two_models_have_one_sum_of_sram_and_one_of_flash(writers: Any) -> None:
    data = writers.header().data()
    whole = added(("model.h", data), ("model_xip.h", data))
    assert [tuple(part) for part in whole.parts] == [
        ("model.h", "sram", 106, 128, 0),
        ("model_xip.h", "xip", 64, 128, 42),
    ]
    assert (whole.npu_bytes, whole.buffers_bytes, whole.sram_bytes, whole.flash_bytes) == (170, 256, 426, 42)
    assert (whole.left_bytes, whole.ok) == (196608 - 426, True)


@pytest.mark.parametrize(
    ("budget", "ok"),
    [
        (Budget(), True),
        (Budget(170, sram_named=True), True),
        (Budget(169, sram_named=True), False),
        (Budget(flash_bytes=42, flash_named=True), True),
        (Budget(flash_bytes=41, flash_named=True), False),
    ],
)
def test_the_sums_are_held_against_what_there_is(writers: Any, budget: Budget, ok: bool) -> None:
    data = writers.header().data()
    assert added(("model.h", data), ("model_xip.h", data), budget=budget).ok is ok
    big = writers.header(data_bytes=100_000).data()
    assert not added(("a.h", big), ("b.h", big)).ok


def test_a_model_whose_struct_is_its_siblings_takes_no_buffers_of_its_own(writers: Any) -> None:
    text = writers.header().text()
    start, end = text.index("struct in_out"), text.index("const unsigned char")
    hybrid = text[:start] + "#if 0\n" + text[start:end] + "#endif\n" + text[end:]
    whole = added(("model.h", text.encode()), ("model_xip.h", hybrid.encode()))
    assert [part.buffers_bytes for part in whole.parts] == [128, 0]


def test_how_a_model_runs_is_in_its_names(writers: Any) -> None:
    text = writers.header().text()
    assert not runs_from_flash(read(text.encode()), "kws/model.h")
    assert runs_from_flash(read(text.encode()), "kws/MODEL_XIP.h")
    assert runs_from_flash(read(text.replace("cmd_content", "xip_kws_cmd_content").encode()), "model.h")
    assert runs_from_flash(read(text.replace("struct input ", "struct input_xip ").encode()), "model.h")


def test_models_whose_needs_are_unknown_have_no_sum(writers: Any) -> None:
    models = [("a.h", read(writers.header().data())), ("b.nb", read(writers.nbg().data()))]
    assert firmware(models, Budget(), contexts=2) is None
    assert firmware([], Budget(), contexts=2) is None
