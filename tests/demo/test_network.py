"""The demo's network files, read by the reader that knows the format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.demo.board import DemoBoard
from npumon.demo.models import MODELS
from npumon.demo.network import NETWORKS, DemoNetwork, network_bytes
from npumon.modelfile.checks_nbg import Device
from npumon.modelfile.detect import detect
from npumon.modelfile.nbg import read_nbg

#: What a VIM3 reports.
DEVICE = Device(0x88, 1_048_576, 522_240)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_reader_reads_what_was_written(network: DemoNetwork) -> None:
    data = network_bytes(network, "VIM3")
    assert detect(data) == "nbg"
    model = read_nbg(data, device=DEVICE)
    assert model is not None
    assert model.nbg is not None
    assert [check for check in model.checks if not check.ok] == []
    assert {check.id for check in model.checks} >= {"nb.target", "nb.sram", "nb.tables", "nb.lcd", "nb.trailer"}
    for tensors, written in ((model.inputs, network.inputs), (model.outputs, network.outputs)):
        assert [(each.name, each.dtype, each.shape) for each in tensors] == [each[:3] for each in written]
        for tensor, wanted in zip(tensors, written, strict=True):
            assert tensor.quantization is not None
            assert tensor.quantization.scale == wanted.scale
            assert tensor.quantization.zero_point == (None if wanted.scale is None else wanted.zero_point)
    assert (model.nbg.network, model.nbg.pool_bytes) == (network.name, network.pool_bytes)
    assert dict(model.nbg.operation_types)["NN"] == network.convolutions


def test_what_it_is_stands_in_it() -> None:
    for network in NETWORKS.values():
        assert b"npumon demo: synthetic" in network_bytes(network, "VIM3")


def test_each_board_has_its_own(make_board: Callable[..., DemoBoard]) -> None:
    folder = make_board().home / "aml_npu_demo_binaries" / "inceptionv3"
    first, second = (read_nbg((folder / variant / "inception_v3.nb").read_bytes()) for variant in ("VIM3", "VIM3L"))
    assert first is not None
    assert second is not None
    assert first.nbg is not None
    assert second.nbg is not None
    assert (first.nbg.target, second.nbg.target) == ("A311D (VIM3)", "S905D3 (VIM3L)")
    assert first.inputs == second.inputs


def test_every_network_file_of_the_models_is_one(make_board: Callable[..., DemoBoard]) -> None:
    board = make_board()
    names = [(model, name) for model in MODELS.values() for name in model.files if name.endswith(".nb")]
    assert {Path(name).name for _, name in names} == set(NETWORKS)
    for model, name in names:
        assert (board.home / model.folder / name).read_bytes() == network_bytes(NETWORKS[Path(name).name], "VIM3")
