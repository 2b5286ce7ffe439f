"""Debian's packages that the virtual machine is made of: downloaded and unpacked into a folder, never installed."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

#: Unpacked whole, whatever is installed here: what the kernel module is built with.
_HEADERS = re.compile(r"linux-(headers|kbuild)-\S+")
_IMAGE = re.compile(r"linux-image-[0-9]\S*")
#: Only what this machine lacks of their dependencies is fetched with them.
_PROGRAMS = ("qemu-system-x86", "busybox-static", "kmod", "sudo")
#: Unpacked by the guest into its own root, whose files then belong to root.
GUEST_PACKAGES = ("kmod", "sudo")
#: The drivers that the guest needs before it sees a file; the rest of the kernel's 400 MB stays packed.
_DRIVERS = ("drivers/virtio", "net/9p", "fs/9p", "fs/netfs", "fs/fscache", "fs/overlayfs")
_LIMIT_S = 900


class Unavailable(Exception):  # noqa: N818 - a state of this machine, no error
    """The virtual machine cannot be had here; the text says why."""


class Packages:
    """The packages in `folder`: `tree` is what they contain, `files` are those that the guest unpacks itself."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "tree"
        self._archive = folder / "packages"
        self._complete = folder / "unpacked"

    @property
    def files(self) -> list[Path]:
        return [next(self._archive.glob(f"{name}_*.deb")) for name in GUEST_PACKAGES]

    def fetch(self) -> None:
        """Download and unpack them, unless that was done before. Raises `Unavailable`."""
        if self._complete.exists():
            return
        if platform.machine() != "x86_64":
            raise Unavailable(f"the virtual machine is an x86_64 one, this machine is {platform.machine()}")
        for program in ("apt-get", "apt-cache", "dpkg-deb", "tar", "make", "gcc"):
            if shutil.which(program) is None:
                raise Unavailable(f"there is no {program}")
        for folder in (self.tree, self._archive):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        try:
            self._download()
        except Unavailable:
            if os.geteuid() != 0:
                raise
            _said("apt-get", "update", "-qq")  # the lists may be too old, or none
            self._download()
        for file in sorted(self._archive.glob("*.deb")):
            self._unpack(file)
        self._complete.touch()

    def _download(self) -> None:
        names = [f"{name}={version}" for name, version in _lacking()]
        chosen = {name.partition("=")[0] for name in names}
        names += [name for name in (*_kernel_packages(), *_PROGRAMS[1:]) if name not in chosen]
        command = ["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", *names]
        _said(*command, folder=self._archive)

    def _unpack(self, file: Path) -> None:
        chosen = []
        if _IMAGE.match(file.name):
            chosen = ["./boot/vmlinuz-*", *(f"./lib/modules/*/kernel/{folder}/*" for folder in _DRIVERS)]
            chosen += [f"./usr{pattern[1:]}" for pattern in chosen]
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(file)], stdout=subprocess.PIPE) as packed:
            subprocess.run(
                ["tar", "-x", "--keep-directory-symlink", "-C", str(self.tree), "--wildcards", *chosen],
                stdin=packed.stdout,
                stderr=subprocess.DEVNULL,
                check=not chosen,  # a pattern that fits nothing is no failure
                timeout=_LIMIT_S,
            )


def _lacking() -> list[tuple[str, str]]:
    """Name and version of what this machine would have to install for the programs."""
    plan = _said("apt-get", "install", "--simulate", "--no-install-recommends", *_PROGRAMS)
    return re.findall(r"^Inst (\S+) \((\S+) ", plan, re.MULTILINE)  # upgrades have the old version in between


def _kernel_packages() -> list[str]:
    """The newest generic kernel's image and everything its headers consist of."""
    kinds = ("pre-depends", "recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
    options = [f"--no-{kind}" for kind in kinds]
    told = _said("apt-cache", "depends", "--recurse", *options, "linux-headers-amd64", "linux-image-amd64")
    names = {name for name in told.split() if _HEADERS.fullmatch(name) or _IMAGE.fullmatch(name)}
    names -= {"linux-headers-amd64"}
    if not any(_IMAGE.fullmatch(name) for name in names):
        raise Unavailable("apt knows no linux-image-amd64")
    return sorted(names)


def _said(*command: str, folder: Path | None = None) -> str:
    """What an apt program prints. Raises `Unavailable` with its last words when it fails."""
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{command[0]} {command[1]} did not end") from None
    if ended.returncode != 0:
        last = ended.stderr.strip().splitlines()[-1:] or [f"status {ended.returncode}"]
        raise Unavailable(f"{command[0]} {command[1]}: {last[0]}")
    return ended.stdout
