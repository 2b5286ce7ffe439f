"""What a firmware needs, as text: the public note's example, and that no line is wider than the text may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from npumon.core.layout import cell_width
from npumon.export.drawing import Style
from npumon.export.model_firmware import firmware_text
from npumon.export.model_text import model_text
from npumon.modelfile.budget import Budget
from npumon.modelfile.description import ModelFile
from npumon.modelfile.firmware.needs import FirmwareOptions
from npumon.modelfile.firmware.sums import Firmware, FirmwarePart, firmware
from npumon.modelfile.inspection import inspect
from tests.model_writers import TODAY, HeaderSpec, MemberSpec

DOCUMENT = (Path(__file__).parents[1] / "data" / "gx8002_document.txt").read_bytes()


def read(data: bytes) -> ModelFile:
    model = inspect(data, today=TODAY)
    assert model is not None
    return model


def block(data: bytes, title: str, style: Style, options: FirmwareOptions | None = None) -> list[str]:
    text = model_text(read(data), "model.h", style, options or FirmwareOptions())
    return next(part for part in text.split("\n\n") if part.startswith(title)).splitlines()


def test_the_buffer_says_where_the_program_reads_and_the_npu_writes() -> None:
    assert block(DOCUMENT, "Buffer in_out", Style()) == [
        "Buffer in_out  offset  bytes",
        "  Feats             0  1 200  input",
        "  State_c0      1 200    384  state, next State_c0_out (output begins here)",
        "  State_c1      1 584    512  state, next State_c1_out",
        "  State_c2      2 096    640  state, next State_c2_out",
        "  phone_prob    2 736    260  result",
    ]


def test_the_map_of_the_ram_is_a_picture() -> None:
    lines = block(DOCUMENT, "RAM", Style(ascii=True), FirmwareOptions(flash_clock_hz=100_000_000))
    assert lines == [
        "RAM                     NPU  buffers  left for the MCU",
        "  in SRAM           147 018    6 016            43 574",
        "  from flash (XIP)   13 680    6 016           176 912",
        "  " + "#" * 48 + "=" * 2 + "." * 14,
        "  " + "#" * 4 + "=" * 2 + "." * 58,
        "  # NPU, = buffers (2 x 3 008), . left, of 196 608 bytes",
        "  A run from flash reads at least 133 338 bytes: 2.67 ms or more at 100 MHz on",
        "  four lines.",
    ]


def test_more_than_there_is_has_no_room_left_in_the_picture() -> None:
    lines = block(HeaderSpec(data_bytes=190_000).data(), "RAM", Style(ascii=True), FirmwareOptions(contexts=60))
    assert lines[3].strip(" ").rstrip("=").rstrip("#") == "" or "." in lines[3]
    lines = block(HeaderSpec(data_bytes=196_000).data(), "RAM", Style(ascii=True), FirmwareOptions(contexts=60))
    assert "." not in lines[3]
    assert "-3 2" in lines[1]


def test_the_settings_are_there_to_copy() -> None:
    lines = block(DOCUMENT, "Config", Style())
    assert [line.split()[:2] for line in lines[1:]] == [
        ["CONFIG_KWS_SNPU_BUFFER_SIZE", "2996"],
        ["CONFIG_NPU_SRAM_SIZE_KB", "145"],
        ["CONFIG_NPU_SRAM_SIZE_KB", "14"],
        ["CONFIG_KWS_MODEL_INPUT_WIN_LENGTH", "15"],
        ["CONFIG_KWS_MODEL_FEATURES_DIM_PER_FRAME", "40"],
        ["CONFIG_KWS_MODEL_OUTPUT_LENGTH", "65"],
    ]
    assert lines[1].endswith("sizeof(struct in_out)")


def test_several_models_have_one_sum() -> None:
    models = [("a/model.h", read(DOCUMENT)), ("a/model_xip.h", read(DOCUMENT))]
    whole = firmware(models, Budget(150 << 10, sram_named=True), contexts=2)
    assert whole is not None
    text = firmware_text(whole, Style())
    assert "  together                         160 698   12 032  172 730  133 338\n" in text
    told = " ".join(text.split())
    assert "SRAM: 172 730 of 196 608 bytes, 23 878 left" in told
    assert "the NPU's share: 160 698 of 153 600 bytes, 7 098 too many" in told
    assert "flash: 133 338 of 1 048 576 bytes, 915 238 left" in told
    shared = Firmware((FirmwarePart("x", "xip", 10, 0, 5),), 100, 100)
    assert "shared" in firmware_text(shared, Style())


@pytest.mark.parametrize("width", [24, 40, 60, 80, 200])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_line_is_wider_than_the_text(width: int, ascii_only: bool) -> None:
    style = Style(ascii=ascii_only, width=width)
    inputs: list[MemberSpec] = [("npu_data_t", f"a_long_name_of_a_feature_{number}", (1, 2)) for number in range(60)]
    text = model_text(read(HeaderSpec(inputs=inputs).data()), "model.h", style, FirmwareOptions(flash_clock_hz=1))
    text += model_text(read(DOCUMENT), "model.h", style)
    whole = firmware([("a/very/long/path/to/model.h", read(DOCUMENT))] * 2, Budget(), contexts=2)
    assert whole is not None
    text += firmware_text(whole, style)
    assert max(map(cell_width, text.splitlines())) <= width
    assert text.isascii() or not ascii_only
