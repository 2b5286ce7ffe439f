"""A synthetic VIM3 as a folder on disk: the root tree that the adapters read. No figure in it is from a real board."""

from __future__ import annotations

import os
import pwd  # noqa: F401  # the adapters import it late; it must be there before a test gives up its rights
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

KERNEL = "4.9.241"

#: Synthetic. One entry a file; a galcore driver that is loaded, idle and profiling.
VIM3: dict[str, str | bytes] = {
    "proc/sys/kernel/osrelease": f"{KERNEL}\n",
    "proc/modules": (
        "galcore 434176 0 - Live 0x0000000000000000 (O)\nmali_kbase 491520 4 - Live 0x0000000000000000 (O)\n"
    ),
    "proc/interrupts": (
        "           CPU0       CPU1       CPU2       CPU3       CPU4       CPU5\n"
        "  3:     812345     112233     445566     778899     990011     223344     GICv2  30 Level     arch_timer\n"
        " 36:        100         20          3          0          0          0     GICv2 179 Level     galcore:0\n"
        "IPI0:       1111       2222       3333       4444       5555       6666  Rescheduling interrupts\n"
    ),
    "sys/firmware/devicetree/base/model": b"Khadas VIM3\0",
    "sys/firmware/devicetree/base/compatible": b"khadas,vim3\0amlogic, g12b\0",
    "sys/module/galcore/initstate": "live\n",
    "sys/module/galcore/refcnt": "0\n",
    "sys/module/galcore/parameters/gpuProfiler": "1\n",
    "sys/module/galcore/parameters/showArgs": "1\n",
    "sys/module/galcore/parameters/hardwareResetNum": "0\n",
    "sys/module/galcore/parameters/nanoqFreq": "800000000\n",
    "sys/module/galcore/parameters/irqs": "36,-1,-1,-1\n",
    "sys/kernel/debug/gc/version": "6.4.8.7.1.1.1 built at synthetic\nPlatform path: synthetic\n",
    "sys/class/thermal/thermal_zone0/type": "soc_thermal\n",
    "sys/class/thermal/thermal_zone0/temp": "47300\n",
    "sys/class/thermal/thermal_zone0/trip_point_0_temp": "75000\n",
    "sys/class/thermal/thermal_zone0/trip_point_0_type": "passive\n",
    "sys/class/thermal/thermal_zone0/trip_point_1_temp": "110000\n",
    "sys/class/thermal/thermal_zone0/trip_point_1_type": "critical\n",
    "sys/class/thermal/thermal_zone1/type": "ddr_thermal\n",
    "sys/class/thermal/thermal_zone1/temp": "45100\n",
    "sys/class/thermal/cooling_device0/type": "thermal-cpufreq-0\n",
    "sys/class/thermal/cooling_device0/cur_state": "0\n",
    "sys/class/thermal/cooling_device0/max_state": "11\n",
    "sys/class/fan/enable": "Fan enable: 1\n",
    "sys/class/fan/mode": "Fan mode: 1\n",
    "sys/class/fan/level": "Fan level: 2\n",
    "sys/devices/system/cpu/cpufreq/policy0/related_cpus": "0 1\n",
    "sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq": "1000000\n",
    "sys/devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq": "1800000\n",
    "sys/devices/system/cpu/cpufreq/policy2/related_cpus": "2 3 4 5\n",
    "sys/devices/system/cpu/cpufreq/policy2/scaling_cur_freq": "2208000\n",
    "sys/devices/system/cpu/cpufreq/policy2/cpuinfo_max_freq": "2208000\n",
    "dev/galcore": "",
    f"lib/modules/{KERNEL}/modules.dep": "kernel/drivers/net/dummy.ko:\nkernel/drivers/amlogic/npu/galcore.ko:\n",
    f"lib/modules/{KERNEL}/kernel/drivers/amlogic/npu/galcore.ko": "synthetic\n",
}

Put = Callable[[str, "str | bytes"], Path]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The top of an empty root tree."""
    top = tmp_path / "root"
    top.mkdir()
    return top


@pytest.fixture
def put(tree: Path) -> Put:
    """Writes one file of the tree, making the folders it needs."""

    def write(name: str, content: str | bytes) -> Path:
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def vim3(tree: Path, put: Put) -> Path:
    """The tree of a synthetic VIM3 with its driver loaded."""
    for name, content in VIM3.items():
        put(name, content)
    return tree


@pytest.fixture
def without_rights() -> Callable[[], AbstractContextManager[None]]:
    """Gives up root's rights for the length of a `with`, so that file modes count also where tests run as root."""

    @contextmanager
    def give_up() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)

    return give_up


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that every user may enter, unlike pytest's own."""

    place = Path(tempfile.mkdtemp(prefix="npumon-test-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)
