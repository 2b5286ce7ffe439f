"""A synthetic root with a driver and with small real programs that load and unload it, as kmod and sudo do.

Files in the root say what shall go wrong: each line of `insmod-fails` and `rmmod-fails` is what the next call says
before it fails; `after-rmmod` is a script that is run when the driver was unloaded; `sudo-mode` is what sudo knows:
`ticket` (a password that was typed before), `rule` (a rule without password), anything else means neither. The
programs that `sudo-denies` names, one a line, are not for this user.
"""

from __future__ import annotations

import os
from pathlib import Path

KERNEL = "4.9.241"
MODULE = f"lib/modules/{KERNEL}/kernel/drivers/amlogic/npu/galcore.ko"

_SAYS = """\
if [ -s "$root/$name-fails" ]; then
    read -r words <"$root/$name-fails"
    sed -i 1d "$root/$name-fails"
    echo "$name: ERROR: $words" >&2
    exit 1
fi
"""
_PROGRAMS = {
    "insmod": _SAYS
    + """\
if [ -d "$root/sys/module/galcore" ]; then
    echo "insmod: ERROR: could not insert module $1: File exists" >&2
    exit 1
fi
parameters="$root/sys/module/galcore/parameters"
mkdir -p "$parameters"
for setting in gpuProfiler=0 showArgs=1 powerManagement=1 recovery=1 stuckDump=0 contiguousSize=4194304 "$@"; do
    case "$setting" in *.ko) ;; *) echo "${setting#*=}" >"$parameters/${setting%%=*}" ;; esac
done
if [ -e "$root/ignored-parameter" ]; then echo 0 >"$parameters/gpuProfiler"; fi
echo live >"$root/sys/module/galcore/initstate"
echo "galcore 434176 0 - Live 0x0000000000000000 (O)" >"$root/proc/modules"
if [ ! -e "$root/no-node" ]; then : >"$root/dev/galcore"; fi
""",
    "rmmod": _SAYS
    + """\
rm -rf "$root/sys/module/galcore" "$root/dev/galcore"
: >"$root/proc/modules"
if [ -x "$root/after-rmmod" ]; then . "$root/after-rmmod"; fi
""",
    "modinfo": """\
if [ "$1" = -n ]; then cat "$root/modinfo-n" 2>/dev/null; exit; fi
if [ -e "$root/no-modinfo" ]; then echo "modinfo: ERROR: could not get modinfo from 'x'" >&2; exit 1; fi
echo "filename:       $1"
if [ -s "$root/vermagic" ]; then echo "vermagic:       $(cat "$root/vermagic")"; fi
for name in gpuProfiler showArgs powerManagement recovery stuckDump contiguousSize; do
    echo "parm:           $name:int"
done
""",
    "dmesg": """\
if [ ! -e "$root/dmesg" ]; then echo "dmesg: read kernel buffer failed: Operation not permitted" >&2; exit 1; fi
cat "$root/dmesg"
""",
    "sudo": """\
mode=$(cat "$root/sudo-mode" 2>/dev/null)
asks=yes
while [ $# -gt 0 ]; do
    case "$1" in
    -n) asks=no ;;
    -v) action=validate ;;
    -l) action=list ;;
    --) shift; break ;;
    *) break ;;
    esac
    shift
done
case "$action$asks$mode" in
validateno*) if [ "$mode" != ticket ]; then echo "sudo: a password is required" >&2; exit 1; fi; exit 0 ;;
list*) if [ "$mode" = ticket ] && [ $# -gt 0 ]; then ! grep -qsx "${1##*/}" "$root/sudo-denies"; exit; fi
    if [ "$mode" = rule ]; then cat "$root/sudo-listing"; exit 0; fi
    echo "sudo: a password is required" >&2; exit 1 ;;
no) echo "sudo: a password is required" >&2; exit 1 ;;
esac
exec "$@"
""",
}


class ScriptedBoard:
    """The root; `calls` are the commands that loaded and unloaded the driver, in order."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("dev", "proc", "run/lock", "sys/module"):
            (root / name).mkdir(parents=True)
        self.put("proc/modules", "")
        self.put("proc/sys/kernel/osrelease", KERNEL + "\n")
        self.put(MODULE, "synthetic\n")
        self.put("modinfo-n", f"{self.module}\n")
        self.put("vermagic", f"{KERNEL} SMP preempt mod_unload aarch64\n")
        for name, text in _PROGRAMS.items():
            call = 'echo "$name $*" >>"$root/calls"\n' if name in ("insmod", "rmmod") else ""
            self.put(f"usr/sbin/{name}", f"#!/bin/sh\n# synthetic\nroot={root}\nname={name}\n{call}{text}", 0o755)
        for folder, _, _ in os.walk(root):
            Path(folder).chmod(0o755)  # whatever the umask

    @property
    def module(self) -> Path:
        return self.root / MODULE

    @property
    def calls(self) -> list[str]:
        try:
            return (self.root / "calls").read_text().splitlines()
        except FileNotFoundError:
            return []

    @property
    def loaded(self) -> bool:
        return (self.root / "sys/module/galcore").is_dir()

    @property
    def journals(self) -> list[str]:
        return [path.name for path in (self.root / "run/lock").glob("npumon-driver-*")]

    def put(self, name: str, text: str, mode: int = 0o644) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def parameter(self, name: str) -> str:
        return (self.root / "sys/module/galcore/parameters" / name).read_text().strip()

    def load(self, **parameters: str) -> None:
        """The driver as somebody loaded it before."""
        values = {"gpuProfiler": "0", "showArgs": "1", "powerManagement": "1", "contiguousSize": "4194304"}
        for name, value in {**values, **parameters}.items():
            self.put(f"sys/module/galcore/parameters/{name}", value + "\n")
        self.put("sys/module/galcore/initstate", "live\n")
        self.put("proc/modules", "galcore 434176 0 - Live 0x0000000000000000 (O)\n")
        self.put("dev/galcore", "")

    def hold(self, pid: int) -> None:
        """A process has the device node open: this machine's own process of that number, as the board's."""
        self.put("proc/modules", "galcore 434176 1 - Live 0x0000000000000000 (O)\n")
        (self.root / "proc" / str(pid)).symlink_to(f"/proc/{pid}")
