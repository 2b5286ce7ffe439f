from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.board.device_tree import Identity, read_identity
from npumon.board.roots import Roots

Put = Callable[[str, "str | bytes"], Path]
BASE = "sys/firmware/devicetree/base"


def test_a_vim3_is_known(vim3: Path) -> None:
    assert read_identity(Roots(vim3)) == Identity("Khadas VIM3", "A311D", "VIM3")


@pytest.mark.parametrize(
    ("compatible", "chip", "variant"),
    [
        (b"khadas,vim3l\0amlogic,sm1\0", "S905D3", "VIM3L"),
        (b"khadas,vim3\0amlogic,a311d\0amlogic,g12b\0", "A311D", "VIM3"),
        (b"amlogic, g12b\0", "A311D", "VIM3"),
        (b"amlogic, sm1", "S905D3", "VIM3L"),
        (b"hardkernel,odroid-n2\0amlogic,s922x\0amlogic,g12b\0", "S922X", None),
        (b"hardkernel,odroid-c4\0amlogic,s905x3\0amlogic,sm1\0", "S905X3", None),
        (b"raspberrypi,4-model-b\0brcm,bcm2711\0", None, None),
        (b"khadas,vim30\0", None, None),
        (b"", None, None),
        (b"\0\0\0", None, None),
        (b"\xff\xfe\x1b[2J\0", None, None),
    ],
)
def test_the_chip_follows_from_the_compatible_strings(
    compatible: bytes, chip: str | None, variant: str | None, tree: Path, put: Put
) -> None:
    put(f"{BASE}/compatible", compatible)
    assert read_identity(Roots(tree)) == Identity(None, chip, variant)


@pytest.mark.parametrize(
    ("model", "variant"),
    [(b"Khadas VIM3L\0", "VIM3L"), (b"Khadas vim3\0", "VIM3"), (b"Khadas VIM30\0", None), (b"Khadas VIM4\0", None)],
)
def test_the_model_decides_where_there_are_no_compatible_strings(
    model: bytes, variant: str | None, tree: Path, put: Put
) -> None:
    put("proc/device-tree/model", model)
    assert read_identity(Roots(tree)).variant == variant


def test_a_machine_without_a_device_tree_is_unknown(tree: Path) -> None:
    assert read_identity(Roots(tree)) == Identity()


def test_a_hostile_model_is_cut_and_visible(tree: Path, put: Put) -> None:
    put(f"{BASE}/model", b"\x1b]0;title\x07" + b"x" * 100_000 + b"\0")
    model = read_identity(Roots(tree)).model
    assert model is not None
    assert model.startswith("\\x1b]0;title\\x07x")
    assert len(model) == 200
