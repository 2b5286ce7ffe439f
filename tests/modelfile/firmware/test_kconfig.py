from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.modelfile.description import FileCheck, ModelFile
from npumon.modelfile.firmware.kconfig import Kconfig, config_checks, read_kconfig
from npumon.modelfile.firmware.needs import FirmwareOptions, ram_maps
from npumon.modelfile.inspection import inspect

GOOD = """\
# Automatically generated file; DO NOT EDIT.
CONFIG_KWS_SNPU_BUFFER_SIZE=2996
CONFIG_NPU_SRAM_SIZE_KB=147
# CONFIG_NPU_RUN_IN_FLASH is not set
CONFIG_KWS_MODEL_INPUT_WIN_LENGTH=15
CONFIG_KWS_MODEL_FEATURES_DIM_PER_FRAME=40
CONFIG_KWS_MODEL_OUTPUT_LENGTH=65
CONFIG_BOARD_NAME="grus"
"""


def config(text: str) -> Kconfig:
    found = read_kconfig(text.encode())
    assert found is not None
    return found


@pytest.fixture
def model(document_text: bytes) -> ModelFile:
    found = inspect(document_text, today="2026-11-22")
    assert found is not None
    return found


def checks(model: ModelFile, text: str) -> list[FileCheck]:
    found = list(config_checks(model, config(text)))
    assert {check.id for check in found} == {"gx.config"}
    return found


def test_a_configuration_that_suits(model: ModelFile) -> None:
    assert [check.ok for check in checks(model, GOOD)] == [True] * 5


@pytest.mark.parametrize(
    ("old", "new", "severity", "expected", "found"),
    [
        ("SIZE=2996", "SIZE=3008", "fail", 2996, 3008),
        ("SIZE=2996", 'SIZE="0xBB4"', None, None, None),
        ("SIZE=2996", "SIZE=much", "fail", 2996, None),
        ("SIZE=2996", "SIZE=02996", "fail", 2996, None),
        ("KB=147", "KB=143", "fail", 143 * 1024, 147018),
        ("KB=147", "KB=144", None, None, None),
        ("WIN_LENGTH=15", "WIN_LENGTH=16", "fail", 15, 16),
        ("FRAME=40", "FRAME=41", "fail", 40, 41),
        ("OUTPUT_LENGTH=65", "OUTPUT_LENGTH=66", "warn", 65, 66),
        ("CONFIG_KWS_SNPU", "CONFIG_LVP_KWS_SNPU", None, None, None),
        ("CONFIG_KWS_SNPU_BUFFER_SIZE=2996\n", "", "info", 2996, None),
        ("CONFIG_NPU_SRAM_SIZE_KB=147\n", "", "info", 145, None),
        ("# CONFIG_NPU_RUN_IN_FLASH is not set", "CONFIG_NPU_RUN_IN_FLASH=y", None, None, None),
    ],
)
def test_an_option_that_does_not_suit_is_told(
    model: ModelFile, old: str, new: str, severity: str | None, expected: int | None, found: int | None
) -> None:
    assert old in GOOD
    broken = [check for check in checks(model, GOOD.replace(old, new)) if not check.ok]
    wanted = [] if severity is None else [(severity, expected, found)]
    assert [(check.severity, check.expected, check.found) for check in broken] == wanted


def test_a_firmware_that_runs_from_flash_needs_less_sram(model: ModelFile) -> None:
    text = GOOD.replace("# CONFIG_NPU_RUN_IN_FLASH is not set", "CONFIG_NPU_RUN_IN_FLASH=y")
    assert all(check.ok for check in checks(model, text.replace("KB=147", "KB=14")))
    short = [check for check in checks(model, text.replace("KB=147", "KB=13")) if not check.ok]
    assert [(check.expected, check.found) for check in short] == [(13 * 1024, 13680)]


def test_a_model_in_flash_by_its_names_needs_less_whatever_the_option(writers: Any) -> None:
    text = writers.header(weight=bytes(3000)).text().replace("weight_content[", "xip_weight_content[")
    model = inspect(text.encode(), today="2026-11-22")
    assert model is not None
    (check,) = [check for check in checks(model, "CONFIG_NPU_SRAM_SIZE_KB=1\n") if check.severity == "fail"]
    assert (check.ok, check.found) == (True, 64)
    assert [ram.mode for ram in ram_maps(model, FirmwareOptions(mode="sram"))] == ["xip"]


def test_a_flat_frame_may_be_divided_by_the_firmware(writers: Any) -> None:
    spec = writers.header(inputs=[("npu_data_t", "Feats", (1, 120))], outputs=[("float", "prob", (1, 5))])
    model = inspect(spec.data(), today="2026-11-22")
    assert model is not None
    for window, dimension, ok in ((3, 40, True), (1, 120, True), (3, 41, False)):
        text = f"CONFIG_KWS_MODEL_INPUT_WIN_LENGTH={window}\nCONFIG_KWS_MODEL_FEATURES_DIM_PER_FRAME={dimension}\n"
        shape = [check for check in checks(model, text) if "Feats" in check.detail]
        assert [check.ok for check in shape] == [ok, ok]


def test_what_is_no_configuration_is_none() -> None:
    assert read_kconfig(b"[output]\nformat = 'json'\n") is None
    assert read_kconfig(b"") is None
    assert read_kconfig(b"# CONFIG_X is not set\n") == Kconfig(())
    assert config("CONFIG_NPU_SRAM_SIZE_KB=-1\n").npu_bytes is None


def test_a_model_whose_needs_are_unknown_is_not_compared(writers: Any) -> None:
    model = inspect(writers.nbg().data(), today="2026-11-22")
    assert model is not None
    assert list(config_checks(model, config(GOOD))) == []


@given(st.binary(max_size=400))
def test_any_bytes_are_taken(junk: bytes) -> None:
    for data in (junk, b"CONFIG_KWS_SNPU_BUFFER_SIZE=" + junk, b"CONFIG_A=1\n" + junk):
        found = read_kconfig(data)
        if found is not None:
            found.number("KWS_SNPU_BUFFER_SIZE")
            assert all(value.isprintable() for _, value in found.options)
