"""The network files of models, read beside their runs for what a report says of them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from npumon.core.text import visible

if TYPE_CHECKING:
    from npumon.core.profile import Network, NetworkTensor
    from npumon.modelfile.description import Tensor
    from npumon.ports import ReadNetwork

#: So much of a file says what it is.
_HEAD = 4


def network_paths(folder: str | os.PathLike[str], files: Iterable[str]) -> list[str]:
    """Return the paths of the networks among a model's files, which are relative to its folder."""
    from npumon.board.models.entry import LIBRARIES_AND_IMAGES, UNKNOWN_CONTENTS

    others = LIBRARIES_AND_IMAGES + UNKNOWN_CONTENTS
    return [os.path.join(folder, name) for name in files if not name.lower().endswith(others)]


class _Stamp(NamedTuple):
    """A file as it was when it was read: another one has another stamp."""

    device: int
    inode: int
    size: int
    modified_ns: int


class NetworkFiles:
    """Reads networks; one that has not changed is read once. `in_words` turns a path into what people call it."""

    def __init__(self, in_words: Callable[[str], str]) -> None:
        self._in_words = in_words
        self._known: dict[str, tuple[_Stamp, Network | None]] = {}

    def reader(self, paths: Sequence[str]) -> ReadNetwork:
        """Return what reads the one network among these files; it gives None if there is none or more than one."""
        return partial(self._only, tuple(paths))

    def _only(self, paths: tuple[str, ...]) -> Network | None:
        graphs = [path for path in paths if _is_graph(path)]
        return self._read(graphs[0]) if len(graphs) == 1 else None

    def _read(self, path: str) -> Network | None:
        try:
            with _Opened(path) as file:
                known = self._known.get(path)
                if known is None or known[0] != file.stamp:
                    data = file.whole()
                    known = self._known[path] = (file.stamp, None if data is None else self._described(path, data))
                return known[1]
        except (OSError, ValueError, MemoryError):
            return None

    def _described(self, path: str, data: bytes) -> Network | None:
        """Return what the file says; None for one that breaks its format's rules."""
        from npumon.core.profile import Network
        from npumon.modelfile.nbg import read_nbg
        from npumon.modelfile.nbg_layout import MARKER_TYPES

        model = read_nbg(data)
        if model is None or model.nbg is None or not model.ok:
            return None
        graph = model.nbg
        return Network(
            name=None if graph.network is None else visible(graph.network),
            target=f"PID {graph.target_pid:#x}" if graph.target is None else graph.target,
            inputs=_tensors(model.inputs),
            outputs=_tensors(model.outputs),
            axi_sram_bytes=graph.axi_sram_bytes,
            vip_sram_bytes=graph.vip_sram_bytes,
            path=visible(self._in_words(path)),
            operations=tuple(kind for kind in graph.operation_types if kind[0] not in MARKER_TYPES.values()),
        )


class _Opened:
    """A context manager: a plain file. Never waits: a FIFO or a device in its place is refused with `OSError`."""

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)

    def __enter__(self) -> _Opened:
        found = os.fstat(self._fd)
        if not stat.S_ISREG(found.st_mode):
            os.close(self._fd)
            raise OSError("not a plain file")
        self.stamp = _Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)

    def head(self) -> bytes:
        """Return the first bytes."""
        return os.pread(self._fd, _HEAD, 0)

    def whole(self) -> bytes | None:
        """Return all of it; None if it is too long for a model file."""
        from npumon.cli.commands.inspect_files import LONGEST_BYTES

        return os.pread(self._fd, self.stamp.size, 0) if self.stamp.size <= LONGEST_BYTES else None


def _is_graph(path: str) -> bool:
    from npumon.modelfile.detect import detect

    try:
        with _Opened(path) as file:
            return detect(file.head()) == "nbg"
    except (OSError, ValueError):
        return False


def _tensors(tensors: Iterable[Tensor]) -> tuple[NetworkTensor, ...]:
    from npumon.core.profile import NetworkTensor

    return tuple(NetworkTensor(visible(tensor.name), visible(tensor.dtype), tensor.shape) for tensor in tensors)
