"""`npumon` alone: the live monitor on a real terminal, from its start to how it leaves everything."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import SEED, CommandLine, alive, refused
from tests.tui.pty_app import PtyApp, Start, left_as_it_was, starting

#: npumon as its command starts it, with a part broken on demand.
PROGRAM = """
import os
import sys
import time
from pathlib import Path


def note_children():
    found = [os.getpid()]
    for pid in found:
        found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    Path(os.environ["HOME"]).with_name("models").write_text(" ".join(map(str, found[1:])))


if "slow-import" in sys.argv:  # of Textual, until there is a file "go"; it fails if there is something in the file
    sys.argv.remove("slow-import")

    class Slow:
        def find_spec(self, name, path=None, target=None):
            if name == "textual":
                go = Path(os.environ["HOME"]).with_name("go")
                while not go.exists():
                    time.sleep(0.005)
                if go.read_text():
                    raise ImportError(go.read_text())

    sys.meta_path.insert(0, Slow())
if "broken-pane" in sys.argv:
    sys.argv.remove("broken-pane")
    from npumon.tui.panes.header import HeaderPane

    def draw(self, live, area):
        if live.activity.stage == "running":
            note_children()
            raise ValueError("a pane [bold]broke \\x1b[31m")
        return []

    HeaderPane.draw = draw
if "broken-board" in sys.argv:
    sys.argv.remove("broken-board")
    from npumon.engine.monitor import Monitor

    async def poll(self):
        raise ValueError("the board [bold]broke")

    Monitor.poll = poll
from npumon.cli.main import main

sys.exit(main())
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts npumon on a terminal of its own, in `here`, with a home and a folder for temporary files."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    for name in ("home", "temporary", "here"):
        (tmp_path / name).mkdir()
    environ = {
        "HOME": str(tmp_path / "home"),
        "TMPDIR": str(tmp_path / "temporary"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    with starting(program, tmp_path / "here") as begin:

        def begin_there(*words: str, shows: str = "q quit", **options: object) -> PtyApp:
            given = options.pop("environ", {})
            assert isinstance(given, dict)
            return begin(*words, shows=shows, environ={**environ, **given}, **options)

        yield begin_there
    assert os.listdir(tmp_path / "temporary") == [], "the demo board goes"


def children(app: PtyApp) -> list[int]:
    """The model's processes, and those of its supervisor."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            environ = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        if str(app_home(app)).encode() in environ and int(pid) not in (app.pid, app._leader.pid):
            found.append(int(pid))
    return found


def app_home(app: PtyApp) -> Path:
    return Path(os.readlink(f"/proc/{app.pid}/cwd")).parent / "home"


def test_the_demo(start: Start) -> None:
    app = start("--demo", columns=120, rows=40)
    app.until_shown("goldfish")
    app.until_shown("DEMO")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"
    left_as_it_was(app)


@pytest.mark.parametrize(
    ("columns", "environ", "line"),
    [
        (80, {}, f"{'npumon Khadas VIM3 A311D · galcore':74} DEMO "),
        (80, {"LC_ALL": "C"}, f"{'npumon Khadas VIM3 A311D - galcore':74} DEMO "),
        (80, {"TERM": "vt100", "NO_COLOR": "1"}, f"{'npumon Khadas VIM3 A311D - galcore':74} DEMO "),
        (20, {}, "npumon Khadas  DEMO "),
    ],
)
def test_a_line_is_there_before_textual_is(
    columns: int, environ: dict[str, str], line: str, start: Start, tmp_path: Path
) -> None:
    app = start("--demo", "slow-import", shows="DEMO", columns=columns, environ=environ)
    assert app.screen.display == [line, *[" " * columns] * 23]
    assert (b"\x1b[?1049h" in app.output) == ("TERM" not in environ)
    assert b"m" not in re.findall(rb"\x1b\[[0-9;]+([a-z])", app.output), "plain"
    assert app.output.isascii() == ("·" not in line)
    (tmp_path / "go").touch()
    app.until(lambda: len(app.read()) > 500, "the first frame")
    assert app.output.count(b"\x1b[2J") == 1, "the screen is cleared once"
    app.type(b"\x03")
    assert app.next_state() == "ended 0"
    left_as_it_was(app)


def test_the_first_line_of_a_machine_that_is_no_board(start: Start, tmp_path: Path) -> None:
    (tmp_path / "home" / "sys/module/galcore").mkdir(parents=True)
    device_tree = tmp_path / "home" / "proc/device-tree"
    device_tree.mkdir(parents=True)
    (device_tree / "model").write_bytes(b"a \x1b[2Jboard\0")
    app = start("--root", str(tmp_path / "home"), "slow-import", shows="galcore")
    assert re.fullmatch(r"npumon a .*board · galcore *", app.screen.display[0])
    assert app.output.count(b"\x1b[2J") == 1
    (tmp_path / "go").touch()
    app.until_shown("q quit")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"


@pytest.mark.parametrize("keys", [b"\x03", b"q"])
def test_keys_that_come_before_textual_wait_for_it(keys: bytes, start: Start, tmp_path: Path) -> None:
    app = start("--demo", "slow-import", shows="DEMO")
    app.type(keys)
    (tmp_path / "go").touch()
    assert app.next_state() == "ended 0"
    left_as_it_was(app)


def test_a_signal_before_textual(start: Start, tmp_path: Path) -> None:
    app = start("--demo", "slow-import", shows="DEMO")
    app.signal(signal.SIGINT)
    (tmp_path / "go").touch()
    assert app.next_state() == "ended 130"
    left_as_it_was(app)


def test_textual_cannot_be_imported(start: Start, tmp_path: Path) -> None:
    app = start("--demo", "slow-import", shows="DEMO")
    (tmp_path / "go").write_text("broken")
    assert app.next_state() == "ended 1"
    left_as_it_was(app)
    app.until_shown("npumon: Unexpected error: ImportError: broken.")
    assert b"\x1b[?1049l" in app.output[: app.output.index(b"Unexpected")]


def test_the_command_has_a_name(start: Start) -> None:
    app = start("monitor", "--demo")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"


def test_a_command_behind_two_dashes_runs_at_once(start: Start, tmp_path: Path) -> None:
    """In the folder where npumon was started, its words as they are."""
    (tmp_path / "here" / "text").write_bytes(SEED.read_bytes())
    app = start("--root", str(tmp_path / "home"), "--", "sh", "-c", 'cat "$0"; pwd', "text", columns=120, rows=40)
    app.until_shown("goldfish" if "goldfish" in SEED.read_text() else "71.70")
    app.type(b"r")
    app.until(lambda: len(list((tmp_path / "state").rglob("*.json"))) == 2, "a second run")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"
    left_as_it_was(app)
    assert b"This machine is no board" not in app.output, "there is something to show"
    log = min((tmp_path / "state").rglob("*.log"))  # of the first run
    assert log.read_text().splitlines()[-1].strip() == str(tmp_path / "here")


def test_a_command_of_ones_own_is_run_and_is_there_the_next_time(start: Start, tmp_path: Path) -> None:
    (tmp_path / "here" / "text").write_bytes(SEED.read_bytes())
    root = ("--root", str(tmp_path / "home"))
    app = start(*root, columns=120, rows=40)
    app.type(b"4")
    app.until_shown("No models found")
    app.type(b"a")
    app.until_shown("A command of your own")
    app.type(b"A=1 cat text\r")
    app.until_shown("1 found")
    app.type(b"\r")
    app.until_shown("71.70")
    app.type(b"R")
    app.until_shown("Warm-up runs before")
    app.type(b"2\t0\r")
    app.until(lambda: '"runs": 2' in (tmp_path / "state/npumon/models.json").read_text(), "the series in the file")
    app.signal(signal.SIGTERM)  # the series may still be under way
    assert app.next_state() == "ended 130"
    app = start(*root, columns=120, rows=40)
    app.type(b"4")
    app.until_shown("A=1 cat text")
    app.until_shown("R runs it 2 times")
    app.type(b"q")
    assert app.next_state() == "ended 0"
    left_as_it_was(app)


def test_nothing_behind_two_dashes(npumon: CommandLine) -> None:
    refused(npumon("--"), 2, key="run.nothing after --")


def test_a_machine_that_is_no_board(start: Start, tmp_path: Path) -> None:
    app = start("--root", str(tmp_path / "home"))
    app.until_shown("This machine is no board")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"
    assert not (tmp_path / "state").exists(), "looking needs no folder"


def test_the_demo_board_in_place_of_a_machine_that_is_none(start: Start, tmp_path: Path) -> None:
    app = start("--root", str(tmp_path / "home"), "--ascii", columns=120, rows=40)
    app.until_shown("a simulated board")
    app.type(b"D")
    app.until_shown("goldfish")
    app.until_shown("DEMO")
    assert app.output.isascii(), "options about the display stay"
    app.type(b"q")
    assert app.next_state() == "ended 0"
    left_as_it_was(app)


def test_a_log_in_place_of_a_machine_that_is_no_board(start: Start, tmp_path: Path) -> None:
    (tmp_path / "here" / "-x\x1b[2J.log").write_bytes(SEED.read_bytes())
    app = start("--root", str(tmp_path / "home"), columns=120, rows=40)
    app.until_shown("open a log")
    app.type(b"f")
    app.until_shown("-x\\x1b[2J.log")
    app.type(b"\r")
    app.until_shown("71.70")
    app.until_shown("-x\\x1b[2J.log")
    app.signal(signal.SIGTERM)
    assert app.next_state() == "ended 130"
    left_as_it_was(app)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_take_the_model_down(start: Start, number: signal.Signals) -> None:
    app = start("--demo", "--scenario", "hang")
    app.until_shown("x stop")
    models = children(app)
    assert models
    app.signal(number)
    assert app.next_state() == "ended 130"
    left_as_it_was(app)
    assert [pid for pid in models if alive(pid)] == []


def test_a_pane_that_breaks(start: Start, tmp_path: Path) -> None:
    """One sentence, no traceback, the terminal as it was, the model gone."""
    app = start("--demo", "--scenario", "hang", "broken-pane", shows="npumon: The live monitor broke")
    assert app.next_state() == "ended 1"
    left_as_it_was(app)
    models = [int(pid) for pid in (tmp_path / "models").read_text().split()]
    assert models
    assert [pid for pid in models if alive(pid)] == []
    said = app.output[app.output.rindex(b"npumon: ") :].decode().split("\r\n")
    assert re.match(r"npumon: The live monitor broke in line [0-9]+ of canvas.py: ValueError: ", said[0])
    assert "a pane [bold]broke \\x1b[31m. npumon --debug shows all of it" in said[0]
    assert said[1:] == [""]
    assert b"Traceback" not in app.output


def test_debug_shows_where_a_pane_broke(start: Start) -> None:
    app = start("--demo", "--scenario", "hang", "--debug", "broken-pane", shows="npumon: The live monitor broke")
    assert app.next_state() == "ended 1"
    assert b"Traceback (most recent call last)" in app.output
    assert b"in draw" in app.output


def test_an_engine_that_breaks_is_told_and_the_monitor_goes_on(start: Start) -> None:
    app = start("--demo", "--debug", "broken-board", columns=120, rows=40)
    app.until_shown("Unexpected error")
    app.until_shown("[bold]broke")
    app.until_shown("goldfish")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"
    assert b"Traceback (most recent call last)" in app.output
    left_as_it_was(app)


def test_a_state_folder_that_cannot_be_made(start: Start, tmp_path: Path) -> None:
    """The demo board has its own; on a real one everything but a run goes on."""
    (tmp_path / "state").write_text("no folder")
    app = start("--demo", columns=120, rows=40)
    app.until_shown("goldfish")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"
    app = start("--root", str(tmp_path / "home"))
    app.until_shown("no NPU driver")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"


def test_old_logs_go(start: Start, tmp_path: Path) -> None:
    """As after any command. The demo board's go with it; so this is a model in a folder."""
    here = tmp_path / "here" / "model"
    here.mkdir()
    (here / "run.sh").write_text("#! /bin/sh\necho Create Neural Network: 59ms or 59455us\n")
    (here / "run.sh").chmod(0o755)
    app = start("--root", str(tmp_path / "home"), environ={"NPUMON_LOG_KEPT_RUNS": "2"}, columns=120, rows=40)
    app.type(b"4")
    app.until_shown("1 found")
    runs = tmp_path / "state" / "npumon" / "runs"
    app.type(b"\r")
    app.until(lambda: runs.is_dir() and list(runs.glob("*.json")), "a run")
    app.until(lambda: "done" in app.shown() or "failed" in app.shown() or "r run" in app.shown(), "its end")
    for number in range(4):
        (runs / f"19700101T00000{number}-000-1-0000.log").write_text("old")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"
    logs = sorted(path.name for path in runs.glob("*.log"))
    assert len(logs) == 2
    assert not logs[-1].startswith("1970")


def test_a_terminal_is_needed(npumon: CommandLine) -> None:
    for words in ((), ("monitor",), ("--demo",)):
        refused(npumon(*words), 2, key="monitor.no_terminal")
    process, screen = npumon.on_terminal("--demo", stdout=npumon.screen(), environ={"TERM": "dumb"})
    assert process.wait() == 2
    assert b"TERM is dumb or not set" in screen.read()


def test_output_into_a_pipe_is_no_terminal(npumon: CommandLine) -> None:
    process, screen = npumon.on_terminal("--demo")
    assert process.wait() == 2
    assert process.stdout is not None
    assert process.stdout.read() == b""
    assert b"npumon snapshot" in screen.read()


def test_wrong_settings_come_before_the_screen(npumon: CommandLine) -> None:
    process, screen = npumon.on_terminal("--demo", stdout=npumon.screen(), environ={"NPUMON_TUI_THEME": "nord"})
    assert process.wait() == 2
    assert b"NPUMON_TUI_THEME must be auto, terminal, dark, light or colorblind, not 'nord'." in screen.read()
    assert b"\x1b" not in screen.text


def test_watching(start: Start, tmp_path: Path) -> None:
    log = tmp_path / "model.log"
    app = start("watch", str(log), columns=120, rows=40)
    app.until_shown("model.log")
    log.write_bytes((Path(__file__).parents[2] / "data" / "seed_run.txt").read_bytes())
    app.until_shown("71.70")
    app.type(b"r")
    app.until_shown("This monitor is watching a log.")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"
    left_as_it_was(app)
    assert not (tmp_path / "state").exists()


def test_nothing_beyond_ascii(start: Start) -> None:
    app = start("--demo", environ={"LANG": "C", "LC_ALL": "C"}, columns=120, rows=40)
    app.until_shown("goldfish")
    app.type(b"?")
    app.until_shown("Everywhere")
    app.type(b"\x1b")
    app.until(lambda: "Everywhere" not in app.shown(), "the dialog's end")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"
    assert app.output.isascii()


def test_no_colour(start: Start) -> None:
    app = start("--demo", environ={"NO_COLOR": "1"}, columns=120, rows=40)
    app.until_shown("goldfish")
    app.type(b"\x03")
    assert app.next_state() == "ended 0"
    looks = {part for found in re.findall(rb"\x1b\[([0-9;]*)m", app.output) for part in found.split(b";")}
    assert not [look for look in looks if look[:1] in (b"3", b"4", b"9") and len(look) == 2], looks
    assert not {b"38", b"48"} & looks
