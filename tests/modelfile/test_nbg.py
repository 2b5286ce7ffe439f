from __future__ import annotations

import json
import struct
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npumon.modelfile import nbg_layout
from npumon.modelfile.description import ModelFile, Quantization
from npumon.modelfile.nbg import read_nbg

VERSIONS = [
    *(0x00010002, 0x00010003, 0x00010007, 0x00010009, 0x0001000B, 0x0001000C, 0x0001000E, 0x0001000F, 0x00010014),
    *(0x0001001E, 0x00010020),
]


def read(data: bytes) -> ModelFile:
    model = read_nbg(data)
    assert model is not None
    assert model.nbg is not None
    return model


def broken(model: ModelFile) -> dict[str, str]:
    return {check.id: check.severity for check in model.checks if not check.ok}


def test_a_graph_is_read(writers: Any) -> None:
    model = read(writers.nbg().data())
    info = model.nbg
    assert info is not None
    assert (model.format, model.ok, broken(model)) == ("nbg", True, {})
    assert (info.network, info.format_version, info.target_pid, info.target) == (
        "synthetic",
        0x0001000F,
        0x88,
        "A311D (VIM3)",
    )
    assert (info.layer_count, info.operation_count, info.input_count, info.output_count) == (2, 5, 1, 1)
    assert (info.pool_bytes, info.axi_sram_bytes, info.vip_sram_bytes) == (4096, 1048320, 524288)
    assert info.layers == ("conv", "softmax")
    assert dict(info.operation_types) == {"init": 1, "NN": 2, "SH": 1, "end": 1}
    assert info.largest_blob_bytes == 32
    assert info.tensor_names == ("prob", "image")
    assert info.sections[0][0] == "input"


def test_only_the_meaningful_quantization_is_kept(writers: Any) -> None:
    model = read(writers.nbg().data())
    assert model.inputs[0].quantization == Quantization("affine", scale=0.5, zero_point=128)
    assert model.outputs[0].quantization == Quantization("dynamic", fractional_bits=7)
    other = writers.nbg(inputs=[writers.nbg_tensor(quantized=kind, scale=float("nan")) for kind in (0, 2, 9)])
    assert [tensor.quantization for tensor in read(other.data()).inputs] == [
        Quantization("none"),
        Quantization("affine", scale=None, zero_point=128),
        Quantization("unknown"),
    ]


def test_tensors_have_their_names_in_the_original_graph(writers: Any) -> None:
    model = read(writers.nbg().data())
    assert [(tensor.name, tensor.entry_name) for tensor in model.inputs + model.outputs] == [
        ("image", "input[0]"),
        ("prob", "uid_5_out_0"),
    ]
    plain = read(writers.nbg(trailer=b"").data())
    assert [(tensor.name, tensor.entry_name) for tensor in plain.inputs + plain.outputs] == [
        ("input[0]", None),
        ("uid_5_out_0", None),
    ]
    assert all(check.id != "nb.trailer" for check in plain.checks)
    assert broken(read(writers.nbg(trailer=b"\x00\x1bjunk").data())) == {"nb.trailer": "info"}


#: The text behind the tables of a public file, and its tensors.
TRAILER = b"tensorname:conv_b/out0_0,0:conv_a/out0_1,1:input_27,2:customer:input,0,2:output,0,1:output,1,0:"


@pytest.mark.parametrize("version", VERSIONS[2:])
def test_names_go_by_the_graphs_order_not_by_the_applications(writers: Any, version: int) -> None:
    outputs = [writers.nbg_tensor(f"uid_{number}_out_0") for number in (1, 2)]
    model = read(writers.nbg(version=version, outputs=outputs, trailer=TRAILER).data())
    assert [tensor.name for tensor in model.outputs + model.inputs] == ["conv_b/out0_0", "conv_a/out0_1", "input_27"]
    assert broken(model) == {}
    moved = read(writers.nbg(version=version, outputs=outputs, trailer=bytes(24) + b"rest" + TRAILER).data())
    assert moved.outputs[1].name == "conv_a/out0_1"


@pytest.mark.parametrize(
    ("trailer", "names"),
    [
        (b"tensorname:a:0,x,0:b,1:customer:input,0,1:output,0,0:", ["a:0,x", "b"]),
        (b"tensorname:a,0:b,0:c,1:customer:", ["uid_5_out_0", "c"]),
        (b"tensorname:a,0:customer:output,0,0:", ["a", "input[0]"]),
        (b"tensorname:a,0:b,1:", ["a", "b"]),
        (b"tensorname:a,7:b,8:customer:", ["uid_5_out_0", "input[0]"]),
        (b"tensorname:\xff\x1b[2J,0:b,1:customer:", ["\\xff\\x1b[2J", "b"]),
    ],
)
def test_odd_names_are_taken_as_far_as_they_are_unambiguous(writers: Any, trailer: bytes, names: list[str]) -> None:
    model = read(writers.nbg(trailer=trailer).data())
    assert [tensor.name for tensor in model.outputs + model.inputs] == names


CASES = sorted(path.parent for path in (Path(__file__).parents[1] / "data").glob("nbg_*/expect.json"))


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_graphs_in_the_form_of_public_files(folder: Path) -> None:
    expected = json.loads((folder / "expect.json").read_text())
    model = read((folder / "network_binary.nb").read_bytes())
    assert (model.ok, broken(model)) == (True, {})
    for kind in ("inputs", "outputs"):
        found = [{"name": tensor.name, "shape": list(tensor.shape)} for tensor in getattr(model, kind)]
        assert found == expected[kind]
    assert model.nbg is not None
    kinds = dict(model.nbg.operation_types)
    assert {name: kinds.get(name) for name in expected["operations"]} == expected["operations"]
    later = [table.size_bytes for table in model.tables[16:] if table.size_bytes]
    assert later == [size for size in [expected["weights_bytes_in_a_later_table"]] if size is not None]


@pytest.mark.parametrize("version", [0x00010014, 0x0001001E, 0x00010020])
def test_operations_of_newer_formats_are_longer_and_kinds_are_counted(writers: Any, version: int) -> None:
    spec = writers.nbg(version=version, operations=[0xFFFF, 2, 3, 2, 1, 40, 41, 0xFFFE])
    model = read(spec.data())
    assert (model.ok, broken(model)) == (True, {})
    assert model.nbg is not None
    assert model.nbg.operation_types == (("NN", 2), ("TP", 1), ("SH", 1), ("other", 2), ("init", 1), ("end", 1))
    assert len(model.tables) == spec.entries
    cut = read(spec.data()[: -len(spec.trailer) - 8])
    assert not cut.ok


def test_an_entry_that_points_to_no_table_is_worth_a_look_only(writers: Any) -> None:
    data = patched(patched(writers.nbg(version=0x0001001E).data(), 0x178 + 8 * 25, 0xFFFFFF00), 0x17C + 8 * 25, 1 << 31)
    assert broken(read(data)) == {"nb.directory": "warn"}
    assert broken(read(patched(patched(data, 0x178 + 8 * 25, 3), 0x17C + 8 * 25, 5))) == {"nb.directory": "warn"}


SIZES = st.integers(1, 0xFFFFFFFF)


@settings(deadline=None)
@given(
    version=st.sampled_from(VERSIONS),
    tensors=st.lists(
        st.tuples(
            st.text("abcXYZ_0[]", max_size=20),
            st.lists(SIZES, min_size=1, max_size=4).map(tuple),
            st.integers(0, 12),
            st.integers(0, 2),
            st.integers(-128, 127),
            st.floats(width=32),
        ),
        max_size=4,
    ),
    layers=st.lists(st.text("abc", max_size=10), max_size=4),
    operations=st.lists(st.sampled_from([1, 2, 3, 9, 0xFFFE, 0xFFFF]), max_size=6),
    blobs=st.lists(st.integers(0, 40), max_size=4),
    network=st.text("netv0_", min_size=1, max_size=30),
    numbers=st.tuples(SIZES, SIZES, SIZES),
)
def test_reading_is_the_inverse_of_writing(
    writers: Any, version: int, tensors: Any, layers: list[str], operations: list[int], numbers: Any, **more: Any
) -> None:
    specs = [
        writers.nbg_tensor(name, shape, kind, quantized, fixed, scale, 3)
        for name, shape, kind, quantized, fixed, scale in tensors
    ]
    pool, axi, vip = numbers
    spec = writers.nbg(
        version=version,
        inputs=specs,
        outputs=specs[::-1],
        layers=layers,
        operations=operations,
        pool=pool,
        axi_sram=axi,
        vip_sram=vip,
        trailer=b"",
        **more,
    )
    model = read(spec.data())
    info = model.nbg
    assert info is not None
    named = version >= nbg_layout.TENSOR_NAME_SINCE
    for tensor, written in zip(model.inputs, specs, strict=True):
        assert tensor.shape == written.shape
        assert tensor.dtype == nbg_layout.DATA_FORMATS[written.data_format][0]
        assert not named or tensor.name == written.name or not written.name
        assert tensor.quantization is not None
        assert tensor.quantization.kind == ("none", "dynamic", "affine")[written.quantized]
    assert [tensor.shape for tensor in model.outputs] == [written.shape for written in specs[::-1]]
    assert info.layers == tuple(layers)
    kinds = {1: "SH", 2: "NN", 3: "TP", 0xFFFE: "end", 0xFFFF: "init"}
    assert dict(info.operation_types) == Counter(kinds.get(kind, "other") for kind in operations)
    empty = not (tensors or layers or operations or more["blobs"])  # then nothing says how long the directory is
    assert empty or len(model.tables) == spec.entries
    assert (info.network, info.pool_bytes, info.axi_sram_bytes) == (more["network"], pool, axi)
    assert info.vip_sram_bytes == (vip if version >= nbg_layout.VIP_SRAM_SINCE else None)
    assert info.largest_blob_bytes == max(more["blobs"], default=None)
    assert model.ok
    assert empty or broken(model) in ({}, {"nb.io": "warn"})


def test_a_newer_format_is_read_with_a_warning(writers: Any) -> None:
    model = read(writers.nbg(version=0x00010021).data())
    assert broken(model) == {"nb.version": "warn"}
    assert model.inputs[0].shape == (1, 3, 8, 8)


def patched(data: bytes, place: int, value: int) -> bytes:
    return data[:place] + struct.pack("<I", value) + data[place + 4 :]


#: Offset and length of the first tables of the directory in a file of version 0x0001000f.
INPUT, LAYER, OPERATION, LCD_TABLE = 0x178, 0x188, 0x190, 0x198


@pytest.mark.parametrize("count", [0x4C, 0x50, 0x54, 0x58])
def test_a_hostile_count_is_a_finding(writers: Any, count: int) -> None:
    model = read(patched(writers.nbg().data(), count, 1 << 31))
    assert broken(model) == {"nb.count": "fail"}
    assert len(model.inputs) == 1


@pytest.mark.parametrize("table", [INPUT, LAYER, OPERATION, LCD_TABLE])
@pytest.mark.parametrize(("shift", "value"), [(0, 0xFFFFFFF0), (4, 0xFFFFFFFF)])
def test_a_table_outside_the_file_is_a_finding(writers: Any, table: int, shift: int, value: int) -> None:
    model = read(patched(writers.nbg().data(), table + shift, value))
    assert broken(model)["nb.tables"] == "fail"


def test_a_blob_beyond_its_section_is_a_finding(writers: Any) -> None:
    data = writers.nbg().data()
    place = struct.unpack_from("<I", data, LCD_TABLE)[0]
    assert broken(read(patched(data, place + 4, 1 << 30))) == {"nb.lcd": "fail"}
    newer = writers.nbg(version=0x00010014).data()
    place = struct.unpack_from("<I", newer, LCD_TABLE)[0]
    assert broken(read(patched(newer, place + 4, 1 << 30))) == {"nb.lcd": "warn"}


def test_a_name_without_an_end_and_an_impossible_rank_are_taken(writers: Any) -> None:
    spec = writers.nbg(network="n" * 64, inputs=[writers.nbg_tensor(name="i" * 64)], trailer=b"")
    model = read(spec.data())
    assert (model.nbg and model.nbg.network, model.inputs[0].name) == ("n" * 64, "i" * 64)
    assert broken(model) == {"nb.name": "warn"}
    data = writers.nbg(trailer=b"").data()
    place = struct.unpack_from("<I", data, INPUT)[0]
    for rank in (0, 7, 1 << 31):
        assert broken(read(patched(data, place, rank))) == {"nb.tensor": "warn"}
    assert broken(read(patched(data, place + 28, 99))) == {"nb.tensor": "warn"}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_truncation_is_a_finding(writers: Any, version: int) -> None:
    data = writers.nbg(version=version, trailer=b"").data()
    for length in range(4, len(data)):
        assert not read(data[:length]).ok
    assert read_nbg(data[:3]) is None


@settings(deadline=None)
@given(st.sampled_from(VERSIONS), st.integers(4, 1600), st.binary(min_size=1, max_size=8))
def test_any_damage_gives_findings(writers: Any, version: int, place: int, junk: bytes) -> None:
    data = writers.nbg(version=version).data()
    model = read(data[:place] + junk + data[place + len(junk) :])
    assert len(model.inputs) <= 1024


@settings(deadline=None)
@given(st.binary(max_size=1500))
def test_any_bytes_are_taken(junk: bytes) -> None:
    assert read(b"VPMN" + junk).checks
    assert read(b"VPMN\x0f\x00\x01\x00" + junk).checks


def test_huge_tables_cost_no_more_than_the_file(writers: Any) -> None:
    data = writers.nbg(trailer=b"").data() + bytes(4 << 20)
    for table in (INPUT, LAYER, OPERATION, LCD_TABLE):
        data = patched(patched(data, table, 0), table + 4, 0xFFFFFFFF)
    for count in (0x4C, 0x50, 0x54, 0x58):
        data = patched(data, count, 0xFFFFFFFF)
    model = read(data)
    assert len(model.inputs) == 1024
    assert model.nbg is not None
    assert len(model.nbg.layers) == 4096
    assert not model.ok


def test_another_format_of_the_same_suffix_is_none() -> None:
    assert read_nbg(b"\x02\x00\x00\x00paddle") is None
