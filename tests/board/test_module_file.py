from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.board.module_file import find_module_file, load_line, reload_line
from npumon.board.roots import Roots

Put = Callable[[str, "str | bytes"], Path]
LIB = "lib/modules/4.9.241"


def test_the_file_that_modules_dep_names_is_found(tree: Path, put: Put) -> None:
    expected = put(f"{LIB}/updates/npu/galcore.ko.xz", "")
    put(f"{LIB}/kernel/drivers/amlogic/npu/galcore.ko", "")
    put(
        f"{LIB}/modules.dep",
        "kernel/net/xgalcore.ko:\nkernel/a.ko: updates/npu/galcore.ko.xz\nupdates/npu/galcore.ko.xz:\n",
    )
    assert find_module_file(Roots(tree), "4.9.241") == expected


@pytest.mark.parametrize(
    "path", ["kernel/drivers/amlogic/npu/galcore.ko", "kernel/common_drivers/drivers/npu/galcore.ko"]
)
def test_the_documented_places_are_known(path: str, tree: Path, put: Put) -> None:
    expected = put(f"{LIB}/{path}", "")
    assert find_module_file(Roots(tree), "4.9.241") == expected


def test_a_file_that_is_only_listed_is_not_found(tree: Path, put: Put) -> None:
    put(f"{LIB}/modules.dep", "extra/galcore.ko:\n")
    assert find_module_file(Roots(tree), "4.9.241") is None


@pytest.mark.parametrize(
    "line", ["/etc/galcore.ko:", "../../../../outside/galcore.ko:", "\0/galcore.ko:", "\xff/galcore.ko:"]
)
def test_a_list_cannot_lead_out_of_the_kernels_folder(line: str, tree: Path, put: Put) -> None:
    put("outside/galcore.ko", "")
    put(f"{LIB}/modules.dep", line + "\n")
    assert find_module_file(Roots(tree), "4.9.241") is None


@pytest.mark.parametrize("kernel", [None, "", "..", "../4.9.241", "a/b", "4.9\n", "x" * 300])
def test_a_release_that_is_none_has_no_file(kernel: str | None, vim3: Path) -> None:
    assert find_module_file(Roots(vim3), kernel) is None


def test_the_commands_are_ready_to_copy() -> None:
    assert load_line(Path("/lib/modules/5.15/a b/galcore.ko")) == (
        "sudo insmod '/lib/modules/5.15/a b/galcore.ko' gpuProfiler=1 showArgs=1"
    )
    assert reload_line(None) == (
        "sudo rmmod galcore && sudo insmod /lib/modules/$(uname -r)/kernel/drivers/amlogic/npu/galcore.ko "
        "gpuProfiler=1 showArgs=1"
    )
