"""The demo board's root: the files under /proc, /sys, /dev and /lib/modules that a VIM3 with a 4.9 kernel has."""

from __future__ import annotations

from pathlib import Path

from npumon.demo import galcore
from npumon.demo.files import put, replace
from npumon.demo.scenarios import Scenario

_CPUS = "".join(f"       CPU{number}" for number in range(6))

_STATIC: dict[str, str] = {
    "proc/sys/kernel/osrelease": f"{galcore.RELEASE}\n",
    "proc/device-tree/model": "Khadas VIM3\0",
    "proc/device-tree/compatible": "khadas,vim3\0amlogic,a311d\0amlogic,g12b\0",
    "proc/modules": "dhd 1404928 0 - Live 0x0000000000000000 (O)\nmali_kbase 512000 0 - Live 0x0000000000000000 (O)\n",
    "proc/interrupts": f"    {_CPUS}\n  3:      91204          0          0          0          0          0"
    "     GICv2  30 Level     arch_timer\n",
    "sys/devices/system/cpu/cpufreq/policy0/related_cpus": "0 1\n",
    "sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq": "1800000\n",
    "sys/devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq": "1800000\n",
    "sys/devices/system/cpu/cpufreq/policy0/scaling_max_freq": "1800000\n",
    "sys/devices/system/cpu/cpufreq/policy2/related_cpus": "2 3 4 5\n",
    "sys/devices/system/cpu/cpufreq/policy2/scaling_cur_freq": "2208000\n",
    "sys/devices/system/cpu/cpufreq/policy2/cpuinfo_max_freq": "2208000\n",
    "sys/devices/system/cpu/cpufreq/policy2/scaling_max_freq": "2208000\n",
    "sys/class/fan/enable": "Fan enable: 1\n",
    "sys/class/fan/mode": "Fan mode: 1\n",
    "sys/class/fan/level": "Fan level: 2\n",
    "sys/class/fan/temp": "cpu_temp:45\nFan trigger temperature: level0:50 level1:60 level2:70\n",
    f"lib/modules/{galcore.RELEASE}/modules.dep": "kernel/drivers/amlogic/npu/galcore.ko:\n",
}

#: The zones of the vendor's kernel, and how much cooler the second one is, in millidegrees Celsius.
_ZONES = (("soc_thermal", 0), ("ddr_thermal", 1_900))
_COOLING = (("thermal-cpufreq-0", 10), ("thermal-cpufreq-1", 11))
#: How far a temperature wanders, in millidegrees for one step, and in how many steps up and down again.
_STEP, _STEPS = 120, 80


def write(root: Path, scenario: Scenario) -> None:
    """Write the whole tree for a scenario."""
    for name, text in _STATIC.items():
        put(root / name, text)
    _write_module(root)
    (root / "run/lock").mkdir(parents=True, exist_ok=True)
    for number, (name, below) in enumerate(_ZONES):
        zone = root / f"sys/class/thermal/thermal_zone{number}"
        put(zone / "type", f"{name}\n")
        put(zone / "temp", f"{scenario.temperature - below}\n")
        put(zone / "trip_point_0_type", "passive\n")
        put(zone / "trip_point_0_temp", "85000\n")
        put(zone / "trip_point_1_type", "critical\n")
        put(zone / "trip_point_1_temp", "110000\n")
    for number, (name, most) in enumerate(_COOLING):
        device = root / f"sys/class/thermal/cooling_device{number}"
        put(device / "type", f"{name}\n")
        put(device / "max_state", f"{most}\n")
        put(device / "cur_state", f"{scenario.cooling}\n")
    (root / "dev").mkdir(parents=True, exist_ok=True)
    (root / "sys/module").mkdir(parents=True, exist_ok=True)
    if scenario.driver:
        galcore.load(root, {"gpuProfiler": "1" if scenario.profiling else "0"})


def _write_module(root: Path) -> None:
    """Write the module file, with the fields that modinfo shows; only its owner may change it and its folders."""
    fields = [
        f"version={galcore.VERSION}",
        "description=stands for the NPU's driver on the demo board",
        f"vermagic={galcore.RELEASE} SMP preempt mod_unload modversions aarch64",
        *(f"parm={name}:int" for name in galcore.PARAMETERS),
    ]
    path = root / galcore.MODULE_FILE
    put(path, galcore.MODULE_MARK + "".join(field + "\n" for field in fields).encode())
    for folder in (root, *(root / parent for parent in galcore.MODULE_FILE.parents)):
        folder.chmod(0o755)


def work(root: Path, scenario: Scenario) -> None:
    """Leave the traces of one inference in the tree: two interrupts, and a temperature that wanders with their
    number."""
    position = galcore.count_interrupts(root, 2) // 2 % _STEPS
    warmth = _STEP * min(position, _STEPS - position)
    for number, (_, below) in enumerate(_ZONES):
        path = root / f"sys/class/thermal/thermal_zone{number}/temp"
        replace(path, f"{scenario.temperature - below + warmth}\n".encode())
