"""The ways in which programs and drivers spell the same profile."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Dialect(NamedTuple):
    """One combination of spellings. The defaults are those of the run in the vendor's performance document.

    `gap` is the number of blanks before `(MByte)`; None means two or one by name, as the driver has it.
    `whole_ms` is the build whose iterations and total have no decimals. `tiling` says where the VerifyTiling
    table stands. `totals` is `Total` with its figures on one line, on two, or the short form with ms only.
    `show_top` is KSNN's `Show Top5`. `device_lines` is the newer wording of the command buffer's line, with one
    about AXI-SRAM after it.
    """

    layer_key: Literal["layer id", "layer_id"] = "layer id"
    op_key: Literal["op_abs_id", "abs_op_id"] = "op_abs_id"
    gap: Literal[1, 2] | None = None
    whole_ms: bool = False
    tiling: Literal["before", "after", "absent"] = "before"
    threads: bool = True
    thread: str = "0xa69a21c0"
    crlf: bool = False
    show_top: bool = False
    totals: Literal["line", "lines", "short"] = "line"
    device_lines: bool = False


#: The C demos (inceptionv3) of the public run.
C_DEMO = Dialect()

#: C demos of a newer driver, with graphs that are not network binary graphs.
LAYERED = Dialect(layer_key="layer_id", op_key="abs_op_id", device_lines=True)

#: The KSNN examples.
KSNN = Dialect(
    layer_key="layer_id",
    op_key="abs_op_id",
    whole_ms=True,
    tiling="after",
    show_top=True,
    device_lines=True,
)
