"""What the live monitor asks of the world."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from npumon.board.board_lock import FileBoardLock, lock_folder
from npumon.board.models.finder import resolve_model
from npumon.cli.arguments import parse_words
from npumon.cli.context import CommandContext
from npumon.cli.diagnostics import Diagnostics
from npumon.cli.jobs import model_program
from npumon.cli.monitor_backend import BoardBackend, RunnerOnDemand, export_folders
from npumon.core.log.parser import ProfileParser
from npumon.core.monitor.live import ModelChoice
from npumon.core.problems import ProblemError
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.splitter import RunSplitter
from npumon.core.run.state import RunState
from npumon.engine.reporting import Context, report_of
from npumon.ports import RunningModel, RunRequest
from npumon.tui.backend import DisplayOptions, ModelWish
from tests import golden


@pytest.fixture
def ctx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CommandContext]:
    """A demo board's, with `here` as current folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    with CommandContext(parse_words(["snapshot", "--demo", "-q"]), Diagnostics(quiet=True)) as made:
        yield made


@pytest.fixture
def backend(ctx: CommandContext) -> BoardBackend:
    return BoardBackend(ctx, DisplayOptions(demo=True))


def report(started_at: str | None = "2026-11-22T03:18:00.123+00:00") -> RunReport:
    return report_of(RunState(), Context(), RunInfo(started_at=started_at, model="m", cwd="/", log="/gone"))


def test_the_boards_models(backend: BoardBackend) -> None:
    choices = backend.models()
    assert len({choice.id for choice in choices}) == len(choices)
    assert [choice.preferred for choice in choices] == sorted((choice.preferred for choice in choices), reverse=True)
    first = next(choice for choice in choices if choice.full_name == "inceptionv3/VIM3")
    assert first.folder.startswith("~/")
    assert first.preferred
    assert all(os.path.isabs(network) and os.path.exists(network) for network in first.networks)
    assert first.networks
    job = backend.job(first, 3, 1)
    assert (job.repeat, job.warmup, job.request.model) == (3, 1, "inceptionv3")
    assert job.labels[2] == "goldfish"
    assert job.network is not None
    (alone,) = (choice for choice in choices if not choice.networks and choice.name == "lenet_layers")
    assert backend.job(alone).network is None
    assert backend.where_models_are_looked_for() == ("~",)


def test_a_model_that_has_gone(backend: BoardBackend, ctx: CommandContext) -> None:
    (first, *_) = backend.models()
    with pytest.raises(ProblemError) as caught:
        backend.job(first._replace(id="unknown"))
    golden.problem(caught.value.problem, "model.gone", name=first.full_name)


def test_the_first_work(backend: BoardBackend, ctx: CommandContext) -> None:
    job = backend.first_job()
    assert job is not None
    assert job.network is not None
    network = job.network()
    assert network is not None
    assert (network.name, network.path) == ("inception_v3", "~/aml_npu_demo_binaries/inceptionv3/VIM3/inception_v3.nb")
    assert (job.request.model, job.repeat) == ("inceptionv3", 1)
    assert BoardBackend(ctx, DisplayOptions(), "a.log").first_job() is None


def test_what_is_written_replaces_nothing(backend: BoardBackend) -> None:
    paths = [backend.export(report()), backend.export(report()), backend.export(report(None))]
    assert len(set(paths)) == 3
    document = json.loads(Path("npumon-m-20261122T031800.json").read_text())
    assert (document["schema"], document["run"]["log"]) == ("npumon.run/1", None)
    assert Path("npumon-m-20261122T031800-2.json").exists()
    backend.picture("<svg>é</svg>", "inception v3")
    (picture,) = Path().glob("npumon-inception_v3-*.svg")
    assert picture.read_text() == "<svg>é</svg>"


def test_a_run_in_every_format(backend: BoardBackend, seed_run: bytes) -> None:
    parser, fold = ProfileParser(), RunSplitter()
    fold.feed([*parser.feed(seed_run), *parser.close()])
    run = report_of(fold.state, Context(), RunInfo(model="m", started_at="2026-11-22T03:18:00.123+00:00"))
    for form in ("json", "csv", "markdown"):
        backend.export(run, form)
    assert json.loads(Path("npumon-m-20261122T031800.json").read_text())["run"]["model"] == "m"
    head, *rows = Path("npumon-m-20261122T031800.csv").read_text().splitlines()
    assert (head.split(",")[:2], [row.split(",")[:2] for row in rows]) == (["run", "iteration"], [["1", "1"]])
    assert Path("npumon-m-20261122T031800.md").read_text().startswith("# `m`")


def test_all_runs_are_one_document(backend: BoardBackend) -> None:
    path = backend.export_all([report(), report()])
    assert path.startswith("npumon-m-") or "/npumon-m-" in path
    (written,) = Path().glob("npumon-m-*-runs.json")
    document = json.loads(written.read_text())
    assert document["schema"] == "npumon.runs/1"
    assert [run["schema"] for run in document["runs"]] == ["npumon.run/1"] * 2
    assert {run["run"]["log"] for run in document["runs"]} == {None}, "the demo board's logs go with it"


def test_what_comes_of_a_log_without_a_model_bears_the_logs_name(ctx: CommandContext) -> None:
    watching = BoardBackend(ctx, DisplayOptions(), watched="logs/board 7.log")
    run = report()
    nameless = run._replace(info=run.info._replace(model=None))
    assert watching.export(nameless).endswith("npumon-board_7-20261122T031800.json")
    assert watching.export(run).endswith("npumon-m-20261122T031800.json")


def test_a_link_is_not_followed(backend: BoardBackend, tmp_path: Path) -> None:
    """Whoever may write here cannot make npumon write elsewhere."""
    Path("npumon-m-20261122T031800.json").symlink_to(tmp_path / "elsewhere")
    backend.export(report())
    assert not (tmp_path / "elsewhere").exists()
    assert Path("npumon-m-20261122T031800-2.json").exists()


def test_a_folder_that_is_gone(backend: BoardBackend) -> None:
    Path.cwd().rmdir()
    assert backend.export(report()) == "~/.local/share/npumon/npumon-m-20261122T031800.json"


def test_an_inspection(backend: BoardBackend) -> None:
    network = next(choice.networks[0] for choice in backend.models() if choice.networks)
    text = backend.inspection(network)
    assert text.startswith("inception_v3.nb\n")
    assert "1×3×299×299" in text


def test_the_models_page_shows_what_newer_graphs_hold(backend: BoardBackend) -> None:
    folder = Path(__file__).parents[1] / "data" / "nbg_0001001e"
    told = " ".join(backend.inspection(str(folder / "network_binary.nb")).split())
    assert "NN 30, TP 30" in told
    assert "attach_Conv_82/out0_0" in told
    assert "table 23 11 258" in told
    assert "nb.meta nbg_meta.json agrees with the graph" in told


async def test_the_runner_is_made_when_it_is_needed(ctx: CommandContext) -> None:
    made: list[object] = []

    class Runner:
        async def start(self, request: RunRequest) -> RunningModel:
            raise ProblemError(report_problem)

    from npumon.core.problems import Problem

    report_problem = Problem("x", "What.", "Remedy.")

    def make() -> Runner:
        made.append(True)
        return Runner()

    runner = RunnerOnDemand(make)
    assert made == []
    with pytest.raises(ProblemError, match="What"):
        await runner.start(RunRequest(("x",), "/"))
    assert made == [True]


async def test_one_npumon_at_a_time_runs_models_on_a_board(ctx: CommandContext) -> None:
    folder = lock_folder(ctx.backend.roots)
    assert folder is not None
    with FileBoardLock(folder).hold("runs a model"), pytest.raises(ProblemError, match="already runs a model"):
        await ctx.runner.start(RunRequest(("true",), "/"))


def line_of(backend: BoardBackend, line: str) -> ModelChoice:
    return next(choice for choice in backend.models() if choice.line == line)


def test_a_line_is_remembered_with_its_folder(backend: BoardBackend, ctx: CommandContext, tmp_path: Path) -> None:
    backend.models()
    (tmp_path / "names.txt").write_text("a\nb\n")
    line = "VNN_LOOP_TIME=3 VIV_VX_PROFILE=0 ./net 'a b.jpg'"
    backend.change_model(None, ModelWish(line=line, folder="", labels="~/names.txt"))
    backend.change_model(None, ModelWish(line="cat ~/x", folder="~"))
    again = BoardBackend(ctx, DisplayOptions(demo=True))
    first, second, *_ = again.models()
    assert (first.line, second.line, first.kind) == ("cat ~/x", line, "own")
    assert (second.remarks, second.labels, second.labels_chosen) == (("./net is missing",), "~/names.txt", True)
    job = again.job(second)
    assert job.request.command == ("./net", "a b.jpg")
    assert job.request.cwd == str(tmp_path / "here")
    environment = dict(job.request.environment)
    assert (environment["VNN_LOOP_TIME"], environment["VIV_VX_PROFILE"]) == ("3", "0")
    assert job.labels == ("a", "b")
    assert again.job(first).request.command == ("cat", str(tmp_path / "x"))
    assert again.job(first).request.cwd == str(tmp_path)


def test_a_line_is_changed_and_forgotten(backend: BoardBackend) -> None:
    backend.models()
    backend.change_model(None, ModelWish(line="true 1"))
    choice = line_of(backend, "true 1")
    backend.remember_series(backend.job(choice), 30, 2)
    backend.change_model(line_of(backend, "true 1"), ModelWish(line="true 2", folder="/"))
    changed = line_of(backend, "true 2")
    assert (changed.folder, changed.runs, changed.warmup) == ("/", 30, 2)
    assert backend.usual_series(backend.job(changed)) == (30, 2)
    backend.forget_model(changed)
    assert not any(choice.line for choice in backend.models())


def test_how_a_model_is_run_is_remembered(backend: BoardBackend, ctx: CommandContext) -> None:
    inception = next(choice for choice in backend.models() if choice.full_name == "inceptionv3/VIM3")
    assert backend.usual_series(backend.job(inception)) is None
    backend.change_model(inception, ModelWish(environment=" VNN_LOOP_TIME=5  A='x y'"))
    backend.remember_series(backend.job(inception), 20, 0)
    again = BoardBackend(ctx, DisplayOptions(demo=True))
    known = next(choice for choice in again.models() if choice.full_name == "inceptionv3/VIM3")
    assert (known.environment, known.runs, known.warmup) == ("VNN_LOOP_TIME=5  A='x y'", 20, 0)
    assert known.labels is not None
    assert not known.labels_chosen
    job = again.job(known)
    assert job.request.environment[-2:] == (("VNN_LOOP_TIME", "5"), ("A", "x y"))
    assert again.usual_series(job) == (20, 0)
    again.forget_model(known)
    assert next(choice for choice in again.models() if choice.full_name == "inceptionv3/VIM3").environment == ""


@pytest.mark.parametrize(
    ("wish", "key"),
    [
        (ModelWish(line="true", folder="missing"), "line.folder"),
        (ModelWish(line=""), "line.wrong no command"),
        (ModelWish(line="true", labels="missing"), "labels.missing of a line"),
    ],
)
def test_what_cannot_be_meant_is_not_remembered(
    backend: BoardBackend, tmp_path: Path, wish: ModelWish, key: str
) -> None:
    count = len(backend.models())
    with pytest.raises(ProblemError) as caught:
        backend.change_model(None, wish)
    golden.problem(caught.value.problem, key, folder=tmp_path)
    assert len(backend.models()) == count


def test_a_line_can_be_run_by_its_name(ctx: CommandContext, backend: BoardBackend) -> None:
    """Without the monitor, too: with its variables, in its folder."""
    backend.models()
    backend.change_model(None, ModelWish(line="A=1 /bin/mynet x", folder="/"))
    entry = resolve_model("mynet", ctx.models(), Path("/tmp"))
    program = model_program(entry, ctx)
    assert (program.request.command, program.request.cwd) == (("/bin/mynet", "x"), "/")
    assert program.request.environment[-1] == ("A", "1")


def test_where_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    here = str(tmp_path)
    assert export_folders("~/x", None, "/home/me") == (os.path.expanduser("~/x"),)
    assert export_folders(None, None, "/home/me") == (here, "/home/me/.local/share/npumon")
    assert export_folders(None, "/data", "/home/me") == (here, "/data/npumon")
    assert export_folders(None, "relative", None) == (here,)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert export_folders(None, "/data", None) == ("/data/npumon",)
    with pytest.raises(ProblemError):
        export_folders(None, None, None)
