"""The noise that may stand between the lines of a good run in a bad log, for the scenario `garbled`."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

_LONG = 200_000
_HALF = "AXI_READ_BANDW"
_CLIPBOARD = b"\x1b]52;c;bnB1bW9uIGRlbW8=\x07"


class Piece(NamedTuple):
    """Bytes for stdout, and a message for stderr that is printed after them."""

    stdout: bytes
    stderr: bytes = b""


class Noise:
    """Takes a run's lines one by one and returns them disturbed, none of them lost. Eight kinds of noise take turns."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._count = random.randrange(8)
        self._lines = 0

    def disturb(self, line: str) -> Piece:
        """Return the line with the noise around it."""
        plain = line.encode()
        kind = self._count % 8
        self._count += 1
        self._lines += 1
        if kind == 0:
            return Piece(b"\x00\xff" + self._binary(60) + b"\n" + plain + b"\n")
        if kind == 1:
            return Piece(_HALF.encode() + b"\n" + plain + b"\n")
        if kind == 2:
            return Piece(b"\x1b[1;32m" + plain + b"\x1b[0m\n")
        if kind == 3:
            return Piece(plain + b"\r\n")
        if kind == 4:
            return Piece(_CLIPBOARD + b"\n" + plain + b"\n")
        if kind == 5:
            return Piece(plain + b"\n", f"W [vnn_Disturb:{self._lines}]a message in between\n".encode())
        if kind == 6:
            return Piece(b"loading  10%\rloading  60%\rloading 100%\n" + plain + b"\n")
        filler = b"#" * _LONG + b"\n" if self._lines <= 8 else b""
        return Piece(filler + plain + b"\n")

    def _binary(self, size: int) -> bytes:
        return bytes(self._random.choice(_BINARY) for _ in range(size))


#: Any byte that does not end a line.
_BINARY = tuple(value for value in range(256) if value not in b"\n\r")
