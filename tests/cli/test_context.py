from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from npumon.cli.arguments import parse_words
from npumon.cli.backend import DemoBackend
from npumon.cli.context import CommandContext
from npumon.cli.diagnostics import Diagnostics
from npumon.core.problems import ProblemError
from npumon.demo.board import DemoBoard
from tests import golden

Enter = Callable[..., CommandContext]


@pytest.fixture
def enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Enter:
    """Makes the context of a command, in a home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    for name, value in (("HOME", home), ("XDG_CONFIG_HOME", tmp_path / "c"), ("XDG_STATE_HOME", tmp_path / "s")):
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(home)

    def make(*words: str) -> CommandContext:
        return CommandContext(parse_words(words), Diagnostics())

    return make


def demo_board(ctx: CommandContext) -> DemoBoard:
    assert isinstance(ctx.backend, DemoBackend)
    return ctx.backend.board


def test_a_format_that_the_command_does_not_know(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    assert enter("doctor").format("text", "json") == "text"
    assert enter("doctor", "--format", "json").format("text", "json") == "json"
    with pytest.raises(
        ProblemError, match=r"This command does not support the format csv\. Choose one of text, json\."
    ):
        enter("doctor", "--format", "csv").format("text", "json")
    monkeypatch.setenv("NPUMON_OUTPUT_FORMAT", "csv")  # a wish for all commands refuses none
    assert enter("doctor").format("text", "json") == "text"


def test_the_demo_board_goes_with_the_command(enter: Enter, tmp_path: Path) -> None:
    with enter("doctor", "--scenario", "cold", "--seed", "5") as ctx:
        assert ctx.wants_demo
        board = demo_board(ctx)
        assert (board.scenario.name, board.seed) == ("cold", 5)
        assert ctx.backend.roots.root == board.root
        assert ctx.backend.model_folders == (board.home,)
        assert ctx.backend.state_folder == ctx.backend.state_path == board.folder / "state"
        assert not ctx.backend.keeps_runs
        assert board.folder.is_relative_to(tmp_path)
        assert ctx.probe.board().chip == "A311D"
    assert not board.folder.exists()
    assert not (tmp_path / "s").exists()


def test_checking_makes_no_demo_board(enter: Enter, tmp_path: Path) -> None:
    with enter("monitor", "--demo") as ctx:
        ctx.backend.check()
        assert {path.name for path in tmp_path.iterdir()} == {"home"}


def test_without_demo_nothing_is_made(enter: Enter, tmp_path: Path) -> None:
    with enter("doctor", "--root", str(tmp_path)) as ctx:
        assert not ctx.wants_demo
        ctx.backend.check()
        assert ctx.backend.roots.root == tmp_path
        assert ctx.backend.keeps_runs
        assert ctx.backend.own_model is None
        assert ctx.backend.on_board(f"{tmp_path}/x") == f"{tmp_path}/x"
    assert not (tmp_path / "s").exists()
    with enter("doctor", "--root", str(tmp_path / "missing")) as ctx, pytest.raises(ProblemError) as caught:
        ctx.backend.check()
    assert caught.value.problem.id == "board.root"


def test_paths_on_the_demo_board(enter: Enter) -> None:
    with enter("doctor", "--demo") as ctx:
        board, on_board = demo_board(ctx), ctx.backend.on_board
        assert on_board(f"see {board.root}/proc/modules.") == "see /proc/modules."
        assert on_board(f"{board.home}/x") == "~/x"
        assert on_board(str(ctx.backend.state_folder)) == "~/.local/state/npumon"
    with enter("doctor", "--scenario", "driver-missing") as ctx:
        (problem,) = ctx.driver().problems
        assert problem.remedy == "Load it: npumon driver load"


def test_model_folders(enter: Enter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    assert enter("models").backend.model_folders == (home, home / "aml_npu_demo_binaries")
    monkeypatch.setenv("NPUMON_MODELS_ROOTS", f"{tmp_path}/a:/b")
    assert enter("models").backend.model_folders == (home, tmp_path / "a", Path("/b"))


def test_the_state_folder_is_private(enter: Enter, tmp_path: Path) -> None:
    folder = enter("run", "x").backend.state_folder
    assert folder == tmp_path / "s" / "npumon"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_context(enter: Enter, tmp_path: Path) -> None:
    beside, given = tmp_path / "beside.txt", tmp_path / "given.txt"
    beside.write_text("b\n")
    given.write_text("g\n")
    root = ("--root", str(tmp_path))
    context = enter("run", "x", *root).context(str(beside))
    assert (tuple(context.labels), context.demo) == (("b",), False)
    assert context.driver is not None
    assert tuple(enter("run", "x", *root, "--labels", str(given)).context(str(beside)).labels) == ("g",)
    assert enter("parse", "x").context(board=False).driver is None
    with enter("run", "--demo") as ctx:
        assert ctx.context().demo
        assert ctx.context().nominal_clock_mhz == 800.0
    with pytest.raises(ProblemError) as caught:
        enter("run", "x", "--labels", str(tmp_path / "missing")).context()
    assert caught.value.problem.id == "labels.missing"


def test_a_known_clock_goes_before_the_chip(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPUMON_NPU_NOMINAL_CLOCK_MHZ", "500")
    with enter("run", "--demo") as ctx:
        assert ctx.context().nominal_clock_mhz == 500.0


def test_libraries_do_not_speak_on_standard_error(enter: Enter, capfd: pytest.CaptureFixture[str]) -> None:
    assert enter("run", "x").follower is not None
    logging.getLogger("watchdog.observers.inotify").error("a message")
    assert capfd.readouterr().err == ""


def test_a_wrong_output_is_refused_at_once(enter: Enter) -> None:
    with pytest.raises(ProblemError) as caught:
        enter("run", "x", "-o", "/no/such/file")
    golden.problem(caught.value.problem, "output.refused no folder")
