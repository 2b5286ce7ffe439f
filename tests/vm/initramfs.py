"""The first root of the guest: busybox and a few drivers, just enough to see this machine's files.

They are mounted read-only, with a layer of memory above them that takes every change: the guest is free to install
programs, users and modules, and nothing of that reaches this machine.
"""

from __future__ import annotations

import lzma
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

#: Loaded in this order, each after what it depends on.
_DRIVERS = ("virtio_pci", "9pnet_virtio", "9p", "overlay")
_DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")
_SUFFIX = re.compile(r"\.ko(\.xz)?$")

_INIT = """\
#!/bin/busybox sh
export PATH=/bin
busybox mount -t proc proc /proc
/bin/busybox --install -s /bin
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for driver in {drivers}; do insmod /drivers/$driver || echo "no $driver"; done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 host /host &&
mount -t tmpfs -o mode=755,size=75% layer /layer &&
mkdir /layer/changes /layer/work &&
mount -t overlay -o lowerdir=/host,upperdir=/layer/changes,workdir=/layer/work system /system || poweroff -f
for place in proc sys dev; do mount --move /$place /system/$place; done
mkdir -p /system/dev/pts /system/dev/shm
mount -t devpts -o mode=620,ptmxmode=666 devpts /system/dev/pts
mount -t tmpfs -o mode=1777 shm /system/dev/shm
mount -t tmpfs -o mode=755 run /system/run
ip link set lo up
chroot /system {command}
poweroff -f
"""


def write_initramfs(path: Path, tree: Path, command: Sequence[str]) -> None:
    """Write the archive (format: cpio "newc", the kernel's Documentation/driver-api/early-userspace/buffer-format).

    `tree` holds the unpacked packages, `command` is what runs in the guest as root, in words without special
    characters.
    """
    drivers = list(_with_dependencies(tree))
    init = _INIT.format(drivers=" ".join(name for name, _ in drivers), command=" ".join(command))
    folders = ("bin", "dev", "drivers", "host", "layer", "proc", "sys", "system")
    files = [("init", init.encode()), ("bin/busybox", next(tree.glob("**/bin/busybox")).read_bytes())]
    files += [(f"drivers/{name}", content) for name, content in drivers]
    entries = [(name, stat.S_IFDIR | 0o755, b"") for name in folders]
    entries += [(name, stat.S_IFREG | 0o755, content) for name, content in files]
    entries += [("TRAILER!!!", 0, b"")]
    path.write_bytes(b"".join(_entry(number, *entry) for number, entry in enumerate(entries, 1)))


def kernel_image(tree: Path) -> Path:
    """The kernel to boot."""
    return next((tree / "boot").glob("vmlinuz-*"))


def _with_dependencies(tree: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each driver's file, in the order in which they can be loaded."""
    files = {_SUFFIX.sub("", path.name): path for path in tree.glob("**/lib/modules/*/kernel/**/*.ko*")}
    done: set[str] = set()

    def visit(name: str) -> Iterator[tuple[str, bytes]]:
        if name in done or name not in files:  # what is not there is part of the kernel
            return
        done.add(name)
        content = files[name].read_bytes()
        if files[name].suffix == ".xz":
            content = lzma.decompress(content)
        depends = _DEPENDS.search(content)
        for needed in depends[1].decode().split(",") if depends else ():
            yield from visit(needed)
        yield f"{name}.ko", content

    for driver in _DRIVERS:
        yield from visit(driver)


def _entry(number: int, name: str, mode: int, content: bytes) -> bytes:
    fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    return _padded(head) + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
