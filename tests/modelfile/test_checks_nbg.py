from __future__ import annotations

from typing import Any

import pytest

from npumon.modelfile.checks_nbg import Device
from npumon.modelfile.description import ModelFile
from npumon.modelfile.nbg import read_nbg

VIM3 = Device(pid=0x88, axi_sram_bytes=1048576, vip_sram_bytes=522240)


def read(spec: Any, device: Device | None = None) -> ModelFile:
    model = read_nbg(spec.data(), device=device)
    assert model is not None
    return model


def broken(model: ModelFile) -> list[tuple[str, str]]:
    return [(check.id, check.severity) for check in model.checks if not check.ok]


def test_a_graph_for_this_device_suits_it(writers: Any) -> None:
    model = read(writers.nbg(), VIM3)
    assert broken(model) == []
    assert [check.id for check in model.checks].count("nb.sram") == 2


def test_a_graph_for_another_chip_fails(writers: Any) -> None:
    model = read(writers.nbg(target=0x99), VIM3)
    assert broken(model) == [("nb.target", "fail")]
    assert not model.ok
    check = next(check for check in model.checks if check.id == "nb.target")
    assert (check.expected, check.found, "VIM3L" in check.detail) == ("0x88", "0x99", True)
    unknown = read(writers.nbg(target=0x1234), VIM3)
    assert "PID 0x1234" in next(check.detail for check in unknown.checks if check.id == "nb.target")


def test_more_sram_than_there_is_warns(writers: Any) -> None:
    model = read(writers.nbg(axi_sram=1048577, vip_sram=600000), VIM3)
    assert broken(model) == [("nb.sram", "warn"), ("nb.sram", "warn")]
    assert model.ok


def test_names_without_an_end_are_told(writers: Any) -> None:
    data = bytearray(writers.nbg(trailer=b"").data())
    for name in (b"synthetic", b"uid_5_out_0", b"softmax"):
        place = data.index(name + b"\0")
        data[place : place + 64] = b"A" * 64
    model = read_nbg(bytes(data))
    assert model is not None
    assert broken(model) == [("nb.name", "warn")]
    detail = next(check.detail for check in model.checks if check.id == "nb.name")
    assert detail == "a name without the NUL that ends it: the network, output 0, layer 1"
    whole = read_nbg(writers.nbg(version=0x10003, network="n" * 63).data())
    assert whole is not None
    assert broken(whole) == []


@pytest.mark.parametrize(
    ("pool", "alignment", "ok"), [(4096, 64, True), (4096, 7, False), (4096, 0, False), (0, 0, True), (0, 1, True)]
)
def test_the_alignment_of_the_memory_pool_is_a_power_of_two(writers: Any, pool: int, alignment: int, ok: bool) -> None:
    data = bytearray(writers.nbg(pool=pool).data())
    data[0x160:0x164] = alignment.to_bytes(4, "little")
    model = read_nbg(bytes(data))
    assert model is not None
    check = next(check for check in model.checks if check.id == "nb.pool")
    assert (check.severity, check.ok, check.found) == ("warn", ok, alignment)
    assert f"{pool} bytes of video memory" in check.detail


def test_an_unknown_device_is_not_compared(writers: Any) -> None:
    ids = {check.id for check in read(writers.nbg(), Device()).checks}
    assert ids.isdisjoint({"nb.target", "nb.sram"})
