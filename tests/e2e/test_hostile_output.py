"""Whatever a model prints: nothing but visible text reaches standard output, standard error or a file."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from pathlib import Path

import pytest

from tests.command_line import PATIENCE, CommandLine

#: Synthetic: a run in which every text that npumon shows tries to do something to a terminal or a spreadsheet.
EVIL = (
    b"\x1b]52;c;aGFjaw==\x07\x1b[2J\x1bP1$r\x1b\\[bold red]x[/bold red] \xe2\x80\xaertl \xc2\x9b31m\x00\x07\x08\x7f\n"
    b"#productname=\x1b[5m\x1b]0;title\x07VIP[bold]\xe2\x80\xae, pid=0x88\x1b[8m\n"
    b"Create Neural Network: 59ms or 59455us\n"
    b"Start run graph [1] times...\n"
    b'layer id: 0 layer name:=HYPERLINK("x")\x1b[31m\xc2\x9b0m operation[0]:@SUM(1)[bold] target:\xe2\x80\xae-1+1.\n'
    b"uid: 0\nop_abs_id: 0\nexecution time:             20845 us\n"
    b"[     1] TOTAL_READ_BANDWIDTH  (MByte): 71.703380\n"
    b"layer id: 1 layer name:\x00\x1b]8;;http://x\x1b\\link\xef\xbb\xbf operation[0]:\xff\xfe target:+1.\n"
    b"uid: 0\nop_abs_id: 1\nexecution time:             20 us\n"
    b"[     7] GPUTOTALCYCLES: 16697255\n[     8] GPUIDLECYCLES: 296080\n"
    b"VPC_ELAPSETIME: 21124\n*********\n"
    b"Run the 1 time: 21.00ms or 21609.00us\n"
    b"E [\x1b[2J:1]\x1b]52;c;aGFjaw==\x07bad\xe2\x80\xae[/]\x9b\n"
    b"vxProcessGraph execution time:\nTotal   21.00ms or 21625.00us\nAverage 21.62ms or 21625.00us\n"
    b" --- Top5 ---\n  2: 0.833984\n  3: 0.1\n  4: 0.01\n  5: 0.001\n  6: 0.0001\n"
    b"class: \x1b[31mperson\x07, score: 0.9\n"
)
LABELS = b"dummy\ntench\n\x1b]0;x\x07gold\xe2\x80\xaefish\n=1+1\n[bold]b\nnul\xc2\x9b\n\xff\xfe\n"

FORMATS = ["text", "json", "jsonl", "csv"]
#: Select Graphic Rendition with the few codes that npumon uses itself.
OWN_COLOUR = re.compile(r"\x1b\[(?:0|1|2|31|32|33|36)m")


def only_visible(data: bytes) -> str:
    """The text, which holds nothing but visible characters and line feeds."""
    text = data.decode()
    hidden = {char for char in text if char != "\n" and (unicodedata.category(char)[0] == "C" or char == "\u2028")}
    assert not hidden, f"{hidden!r} in {text!r}"
    return text


@pytest.fixture
def evil(npumon: CommandLine) -> str:
    """A command whose name is no better than its output."""
    (npumon.folder / "evil.bin").write_bytes(EVIL)
    (npumon.folder / "labels.txt").write_bytes(LABELS)
    return npumon.script("m\x1b[31m\u202e\x07.sh", "#!/bin/sh\ncat evil.bin\n")


@pytest.mark.parametrize("form", FORMATS)
def test_of_a_run(npumon: CommandLine, evil: str, form: str) -> None:
    words = ("run", "--format", form, "--labels", "labels.txt")
    piped = npumon(*words, "--", evil)
    only_visible(piped.stdout.encode())
    only_visible(piped.stderr.encode())
    done = npumon(*words, "-o", "result", "--", evil)
    assert done.stdout == ""
    written = only_visible((npumon.folder / "result").read_bytes())
    assert "20845" in written or "20.8" in written
    assert {log.read_bytes() for log in npumon.runs.glob("*.log")} == {EVIL}


@pytest.mark.parametrize("form", FORMATS)
def test_of_a_log(npumon: CommandLine, evil: str, form: str) -> None:
    done = npumon("parse", "--format", form, "--run", "all", "evil.bin", "--labels", "labels.txt")
    only_visible(done.stdout.encode())
    only_visible(done.stderr.encode())


def test_of_a_watched_log(npumon: CommandLine, evil: str) -> None:
    done = npumon("watch", "--headless", "--timeout", "0.3", "--labels", "labels.txt", "evil.bin")
    assert done.returncode == 4
    lines = [json.loads(line) for line in only_visible(done.stdout.encode()).splitlines()]
    assert [line["schema"] for line in lines] == ["npumon.iteration/1", "npumon.run/1"]
    only_visible(done.stderr.encode())


@pytest.mark.parametrize("color", [True, False])
@pytest.mark.parametrize("command", ["run", "snapshot"])
def test_on_terminals_the_only_sequences_are_our_own_colours(
    npumon: CommandLine, evil: str, command: str, color: bool
) -> None:
    out = npumon.screen()
    process, messages = npumon.on_terminal(
        command, "--labels", "labels.txt", "--", evil, stdout=out, environ={"NO_COLOR": None if color else "1"}
    )
    process.wait(timeout=PATIENCE)
    printed = out.read().decode()
    assert bool(OWN_COLOUR.search(printed)) is color
    only_visible(OWN_COLOUR.sub("", printed).encode())
    # the status line is redrawn with carriage returns and backspaces, and nothing else
    only_visible(re.sub(rb"[\r\x08]", b"", messages.read()))


def test_a_log_that_is_called_by_a_hostile_name(npumon: CommandLine) -> None:
    name = "\x1b]0;x\x07\u202e.log"
    (npumon.folder / name).write_bytes(EVIL)
    for words in (("parse", name), ("parse", "--debug", f"{name}x"), ("run", name), ("--config", name), (name,)):
        done = npumon(*words)
        only_visible(done.stdout.encode())
        assert only_visible(done.stderr.encode()) or done.stdout


def test_bytes_that_are_no_text_on_the_command_line(npumon: CommandLine) -> None:
    for words in ((b"parse", b"\xff\x1b"), (b"run", b"\xff"), (b"run", b"--", b"./\xff"), (b"run", b"--env", b"A\xff")):
        done = npumon(*words)
        assert done.returncode in (1, 2)
        assert "\\xff" in only_visible(done.stderr.encode()) or "\\udcff" in done.stderr


def test_cells_of_a_table_are_no_formulas(npumon: CommandLine, evil: str) -> None:
    done = npumon("run", "--format", "csv", "--", evil)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["layer_id"] for row in rows] == ["0", "1"]
    for row in rows:
        for name in ("name", "operation", "target"):
            assert row[name][:1] not in ("=", "+", "-"), row


def test_names_of_models(npumon: CommandLine) -> None:
    npumon.script("=cmd\x1b[2J[bold]\u202e/run.sh", "#!/bin/sh\n")
    for form in ("text", "json", "csv"):
        done = npumon("models", "--format", form)
        assert done.returncode == 0
        assert "cmd\\x1b[2J[bold]\\u202e" in only_visible(done.stdout.encode()).replace("\\\\", "\\")
        only_visible(done.stderr.encode())


def test_a_driver_tree(npumon: CommandLine, tmp_path: Path) -> None:
    files = {
        "proc/modules": "galcore 434176 0 - Live 0x0\n",
        "sys/module/galcore/version": "6.4\x1b[2J.6.2\n",
        "sys/module/galcore/parameters/gpuProfiler": "1\n",
        "sys/module/galcore/parameters/ev\x1bil\u202e": "\x1b]52;c;x\x07\n",
        "proc/device-tree/model": "VIM3\x1b[31m\0",
        "sys/class/thermal/thermal_zone0/type": "\x1b[5mzone\u202e\n",
        "sys/class/thermal/thermal_zone0/temp": "45000\n",
    }
    for name, text in files.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    root = str(tmp_path / "root")
    for words in (("driver", "status"), ("doctor",), ("snapshot",)):
        for form in ("text", "json"):
            done = npumon(*words, "--root", root, "--format", form)
            assert "6.4" in only_visible(done.stdout.encode())
            only_visible(done.stderr.encode())
