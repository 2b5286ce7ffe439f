from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npumon.modelfile.description import ModelFile
from npumon.modelfile.npub import read_npub

TODAY = "2026-11-22"


def read(data: bytes) -> ModelFile:
    model = read_npub(data, today=TODAY)
    assert model is not None
    return model


def changed(data: bytes, **changes: Any) -> bytes:
    """The container with other values in its JSON."""
    length = int.from_bytes(data[4:8], "big")
    text = json.dumps(json.loads(data[8 : 8 + length]) | changes).encode()
    return b"NPUB" + len(text).to_bytes(4, "big") + text + data[8 + length :]


def failed(model: ModelFile) -> set[str]:
    return {check.id for check in model.checks if not check.ok and check.severity == "fail"}


def test_a_container_is_read(npub: bytes) -> None:
    model = read(npub)
    assert (model.format, model.ok, model.compiler.version) == ("npub", True, "1.5.3rc7")
    assert all(check.ok for check in model.checks)
    assert [(t.name, t.dtype, t.shape, t.bytes, t.offset_bytes) for t in model.inputs + model.outputs] == [
        ("Feats", "float16", (1, 4), 8, 0),
        ("State_c0", "float16", (1, 8), 16, 8),
        ("State_c0_out", "float16", (1, 8), 16, 0),
        ("phone_prob", "float32", (1, 3), 12, 16),
    ]
    assert [(array.role, array.content) for array in model.arrays] == [
        ("cmd", bytes(range(12))),
        ("weight", bytes(range(30))),
        ("mcu", b""),
    ]
    assert [fit.needs_bytes for fit in model.fit] == [106, 64]


def test_outputs_of_a_container_that_would_corrupt_the_next_states_fail(npub: bytes) -> None:
    outputs = [
        {"io_type": 1, "op_name": "phone_prob", "data_addr": 0, "shape": [1, 3]},
        {"io_type": 1, "op_name": "State_c0_out", "data_addr": 12, "shape": [1, 8]},
    ]
    assert failed(read(changed(npub, output_ops=outputs))) == {"gx.overlay"}
    unknown = read(changed(npub, output_ops=[*outputs[:1], outputs[1] | {"data_addr": 13}]))
    check = next(check for check in unknown.checks if check.id == "gx.overlay")
    assert (check.severity, check.ok) == ("info", False)


@pytest.mark.parametrize(
    ("unit", "leo", "ok"), [("NPU32", False, True), ("NPU64", False, False), ("NPU64", True, True)]
)
def test_the_unit_of_a_container_is_one_of_its_core(npub: bytes, unit: str, leo: bool, ok: bool) -> None:
    model = read(changed(npub, npu_unit=unit, **({"npu_content_len": 1} if leo else {})))
    assert [check.ok for check in model.checks if check.id == "gx.unit"] == [ok]


def test_a_leo_container_is_read() -> None:
    ops = [
        {"op_name": "Feats", "cpu_addr": 0, "shape": [1, 4], "io_type": 0},
        {"op_name": "prob", "cpu_addr": 0, "shape": [1, 6], "io_type": 1},
    ]
    stated = {
        "ops": ops,
        "npu_content_len": 40,
        "cpu_content_len": 24,
        "cpu_prepared_len": 8,
        "ops_content_len": 12,
        "cpu_in_len": 8,
        "cpu_out_len": 12,
        "tmp_content_len": 32,
        "total_size": 128,
    }
    text = json.dumps(stated).encode()
    model = read(b"NPUB" + len(text).to_bytes(4, "big") + text + b"\0" + bytes(60) + b"\xff" * 4)
    assert (model.ok, model.fit) == (True, ())
    assert [tensor.dtype for tensor in model.inputs + model.outputs] == ["float16", "float16"]
    assert (model.sizes.cmd_bytes, model.sizes.data_bytes, model.sizes.total_bytes) == (40, 24, 128)


@pytest.mark.parametrize("stored", [0, 8, 24])
def test_an_old_container_that_does_not_say_how_much_is_prepared(npub: bytes, stored: int) -> None:
    length = int.from_bytes(npub[4:8], "big")
    more = {"npu_content_len": 40, "cpu_content_len": 24, "ops_content_len": 12, "version": "0.1.8"}
    text = json.dumps(json.loads(npub[8 : 8 + length]) | more).encode()
    head = b"NPUB" + len(text).to_bytes(4, "big") + text + b"\0"
    model = read(head + b"n" * 40 + b"c" * stored + b"o" * 12 + b"\xff" * 4)
    assert "npub.length" not in failed(model)
    assert [array.content for array in model.arrays] == [b"n" * 40, b"c" * stored, b"o" * 12]
    check = next(check for check in model.checks if check.id == "npub.length")
    assert (check.severity, "cpu_prepared_len" in check.detail) == ("info", True)
    for other in (head + bytes(51 + 4), head + bytes(52 + 25 + 4)):
        assert "npub.length" in failed(read(other))


def test_a_file_of_another_length_fails(npub: bytes) -> None:
    assert failed(read(npub + b"x")) == {"npub.length"}
    short = read(npub[:-20])
    assert failed(short) == {"npub.length"}
    assert next(array for array in short.arrays if array.role == "weight").content is None


def test_a_set_crc_is_shown(npub: bytes) -> None:
    check = next(check for check in read(npub[:-4] + b"\x01\x02\x03\x04").checks if check.id == "npub.crc")
    assert (check.found, check.ok) == ("01020304", True)


@pytest.mark.parametrize(
    "data",
    [
        b"NPUB",
        b"NPUB\x7f\xff\xff\xff{}",
        b"NPUB\0\0\0\x02[]\0",
        b"NPUB\0\0\0\x01\xff\0",
        b"NPUB" + (100_000).to_bytes(4, "big") + b"[" * 100_000,
    ],
)
def test_broken_json_is_a_finding(data: bytes) -> None:
    assert failed(read(data)) == {"npub.json"}


@pytest.mark.parametrize(
    "changes",
    [
        {"input_ops": [1, None, {"op_name": 7, "shape": "x"}, {"shape": [True, -1, 1e9, 3]}]},
        {"input_ops": {"a": 1}, "output_ops": None},
        {"cmd_content_len": 1 << 60, "weight_content_len": -1, "total_size": "x", "npu_size": None},
        {"cmd_content_len": (1 << 40) - 1},
        {"version": 3, "pb_md5": "\x1b[31m", "model_info": ["("], "npu_unit": "\u202eNPU"},
        {"input_ops": [{"op_name": "a", "shape": [0], "data_addr": 0}] * 3000},
    ],
)
def test_hostile_json_gives_findings(npub: bytes, changes: dict[str, Any]) -> None:
    model = read(changed(npub, **changes))
    assert len(model.inputs) <= 1024
    assert any(not check.ok for check in model.checks)


def test_other_files_are_none() -> None:
    assert read_npub(b"", today=TODAY) is None
    assert read_npub(b"VPMN" + bytes(600), today=TODAY) is None


@settings(deadline=None)
@given(place=st.integers(0, 900), count=st.integers(0, 30), junk=st.binary(max_size=30))
def test_any_damage_gives_findings(npub: bytes, place: int, count: int, junk: bytes) -> None:
    model = read_npub(npub[:place] + junk + npub[place + count :], today=TODAY)
    assert model is None or model.checks
