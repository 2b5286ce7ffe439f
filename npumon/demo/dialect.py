"""The ways in which programs and drivers spell the same profile."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Dialect(NamedTuple):
    """One combination of spellings. The defaults are those of the run in the vendor's performance document.

    `gap` is the number of blanks before `(MByte)`; None means two or one by name, as the driver has it. `ninth` adds
    `GPUCYCLES` to the counters, `stars` closes blocks that would end without them too, `dump` is the form of the lines
    before dumped operations (`operation` is that of network binary graphs).

    `times` is how milliseconds are printed before the microseconds: truncated, though with decimals (`21.00ms or
    21609.00us`), `whole` (`21ms or 21609us`), `exact` (`21.61ms or 21609.00us`), or `ms`: alone, with microseconds
    nowhere. `totals` is `Total` with its figures on one line, on two, or the short form with ms only.

    `tiling` says where the VerifyTiling table stands; `ids` is whether its second table names the operation beside its
    own number, as newer drivers do. `top` is the spelling of the list of classes: that of the C demos, of KSNN (`Show
    Top5`), or of builds that do not indent it. `device_lines` is the newer wording of the command buffer's line, with
    one about AXI-SRAM after it. `prompt` stands before the command.
    """

    layer_key: Literal["layer id", "layer_id"] = "layer id"
    op_key: Literal["op_abs_id", "abs_op_id"] = "op_abs_id"
    gap: Literal[1, 2] | None = None
    ninth: bool = False
    stars: bool = True
    dump: Literal["layer", "operation"] = "layer"
    times: Literal["truncated", "whole", "exact", "ms"] = "truncated"
    tiling: Literal["before", "after", "absent"] = "before"
    ids: bool = True
    threads: bool = True
    thread: str = "0xa69a21c0"
    crlf: bool = False
    top: Literal["demo", "ksnn", "plain"] = "demo"
    totals: Literal["line", "lines", "short"] = "line"
    device_lines: bool = False
    prompt: str = "khadas@Khadas:~/net$ "


#: The C demos (inceptionv3) of the public run.
C_DEMO = Dialect()

#: C demos with graphs that are not network binary graphs.
LAYERED = Dialect(layer_key="layer_id", op_key="abs_op_id", device_lines=True)

#: The KSNN examples.
KSNN = Dialect(
    layer_key="layer_id",
    op_key="abs_op_id",
    times="whole",
    tiling="after",
    top="ksnn",
    device_lines=True,
)

#: benchmark_model with the delegate of an i.MX 8M Plus: counters without heads, and a ninth one.
BENCHMARK = LAYERED._replace(ninth=True, stars=False, threads=False)
