"""Whatever stands in logs, in labels, and in names of files and models: the monitor shows it and obeys none of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from npumon.core.text import visible
from tests.command_line import CommandLine
from tests.e2e.live_terminal import Live, LiveTerminal, only_drawing
from tests.tui.pty_app import finish

#: What terminals act upon, what styles where text is taken for markup, and what deceives. Synthetic.
TRICKS = (
    b"\x1b]52;c;aGFjaw==\x07",  # the clipboard
    b"\x1b]0;title\x07\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
    b"\x1bP1$r\x1b\\\x1bP+q544e\x1b\\\x1b[6n\x1b[c\x1b[21t",  # questions that a terminal answers by typing
    b"\x1b[2J\x1b[?1049l\x1b[?1000l\x1bc\x1b[8m\x1b[31m",
    b"\xc2\x9b2J\xc2\x9d52;c;x\xc2\x9c\x9b31m\x90x",  # C1, as UTF-8 and raw
    b"[bold red]x[/bold red] [/] [link=http://x]y[/link] [@click=app.quit]z[/] $x \\[b]",
    "\u202eevil\u202c \u2066x\u2069 \u200b\ufeff\u2028".encode(),
    ("e\u0301 x" + "\u0300" * 30 + " \u05d0\u05d1\u05d2 \u0627\u0644 \u4e2d\u6587 \U0001f468\u200d\U0001f469").encode(),
    b"\xff\xfe\xc3\x28 \xed\xa0\x80 \xf4\x90\x80\x80 \x00\x07\x08\x0b\x0c\x0e\x0f\x7f",
    b"10%\r20%\r\x1b[K100%",
)
EVERYTHING = b" ".join(TRICKS)


FIGURES = b"""\
uid: 0
execution time:             20845 us
[     1] TOTAL_READ_BANDWIDTH  (MByte): 71.703380
[     2] TOTAL_WRITE_BANDWIDTH (MByte): 17.810649
[     3] AXI_READ_BANDWIDTH  (MByte): 30.981305
[     4] AXI_WRITE_BANDWIDTH (MByte): 14.130429
[     5] DDR_READ_BANDWIDTH (MByte): 40.722075
[     6] DDR_WRITE_BANDWIDTH (MByte): 3.680220
[     7] GPUTOTALCYCLES: 16697255
[     8] GPUIDLECYCLES: 296080
"""


def run_of(trick: bytes) -> bytes:
    """A log of a run that says this wherever text can stand."""
    return b"".join(
        (
            trick + b"\n#productname=VIP" + trick + b", pid=0x88" + trick + b"\n",
            b"Create Neural Network: 59ms or 59455us\n" + trick * 3 + b"\nStart run graph [1] times...\n",
            b"layer id: 0 layer name:"
            + trick
            + b" operation[0]:"
            + trick
            + b" target:"
            + trick
            + b".\nop_abs_id: 0\n"
            + FIGURES,
            b"layer id: 1 layer name:[bold]plain[/] operation[0]:[/] target:[x].\nop_abs_id: 1\n" + FIGURES,
            b"VPC_ELAPSETIME: 42124\n*********\nRun the 1 time: 43.00ms or 43609.00us\n",
            b"E [" + trick + b":1]" + trick + b"\nW [vsi_nn_x:12]" + trick + b"\n",
            b"vxProcessGraph execution time:\nTotal   43.00ms or 43625.00us\nAverage 43.62ms or 43625.00us\n",
            b" --- Top5 ---\n  2: 0.833984\n  3: 0.1\n  4: 0.01\n  5: 0.001\n  6: 0.0001\n",
            b"class: " + trick + b", score: 0.9\nExit VX Thread: 0x" + trick + b"\n",
        )
    )


def through_all(app: LiveTerminal) -> None:
    """Every page and dialog; the pages and lists in all that can be seen of them."""
    for keys in (b"2jGlh>", b"3jG", b"4jG", b"5kllwG", b"1"):
        for key in keys:
            app.type(bytes([key]))
            app.until_idle()
        app.settled()
    for typed, text, gone in (
        (b"5", "search", ""),
        (b"/", "Enter keeps them", ""),
        (b"bold", "bold", ""),
        (b"\r", "bold", ""),
        (b"n", "Esc clear", ""),
        (b"\x1b", "following", "Esc clear"),  # a key that came before Esc is understood would be one with Alt
        (b"1", "Top-5", ""),
        (b"?", "On the page Live", ""),
        (b"\x1b", "Top-5", "On the page Live"),
        (b":", "Live: group by", ""),
        (b"\x1b", "Top-5", "Live: group by"),
        (b"m", "arked", ""),
        (b"e", "Markdown", ""),
        (b"\r", "Written to", "Markdown"),
    ):
        app.type(typed)
        app.until_idle()
        app.until_shown(text)
        if gone:
            app.until_gone(gone)


def harmless(app: LiveTerminal) -> None:
    """Nothing was obeyed."""
    text = only_drawing(app.output)
    assert "\u202e" not in text
    finish(app)


@pytest.mark.slow
@pytest.mark.parametrize("words", [[], ["--ascii", "--no-color"]], ids=["UTF-8", "ASCII"])
def test_a_log_its_name_and_labels(live: Live, npumon: CommandLine, words: Sequence[str]) -> None:
    name = "[bold]\x1b]0;x\x07\u202e\x9b.log"
    (npumon.folder / name).write_bytes(run_of(EVERYTHING) + run_of(b"".join(TRICKS[::-1])))
    (npumon.folder / "labels").write_bytes(b"dummy\ntench\n" + b"\n".join(TRICKS).replace(b"\0", b""))
    app = live("watch", name, "--labels", "labels", *words, shows="43.6 ms")
    assert "[bold]" in app.shown()
    through_all(app)
    if words:
        assert app.output.isascii()
    harmless(app)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (40, 10)], ids=str)
def test_lines_without_end(live: Live, npumon: CommandLine, size: tuple[int, int]) -> None:
    log = npumon.folder / "run.log"
    long = b"".join((EVERYTHING * 40)[:10_000] + b"\n" for _ in range(20)) + "\u4e2d".encode() * 10_000 + b"\n"
    log.write_bytes(long + run_of((b"[b]" + EVERYTHING)[:3_000]) + long)
    app = live("watch", "run.log", shows="43.6 ms", columns=size[0], rows=size[1])
    for key in b"52341":
        app.type(bytes([key]))
        app.settled()
    for keys in (b"5", b"w", b"\x1b[H", b"w"):
        app.type(keys)
        app.until_idle()
    app.settled()
    harmless(app)


def test_names_of_models(live: Live, npumon: CommandLine) -> None:
    name = "=cmd\x1b[2J[bold]\u202e[/]\u0301\u4e2d"
    npumon.script(f"{name}/run.sh", "#!/bin/sh\nprintf '\\033]52;c;x\\007\\033[31mhello [bold]\\n'\nexit 3\n")
    app = live()
    app.type(b"4")
    app.until_shown(visible(name)[:12])
    app.type(b"\r")
    app.until_shown("failed")
    app.type(b"1")
    app.until_shown("hello [bold]")
    for key in b"345":
        app.type(bytes([key]))
        app.settled()
    harmless(app)
