"""What can be run, as requests to the engine: a model, the demo board's model, any command."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from npumon.cli.paths import expanded, shown
from npumon.core.problems import Problem, ProblemError
from npumon.core.text import visible

if TYPE_CHECKING:
    from npumon.board.models.entry import ModelEntry
    from npumon.board.models.remembered import RememberedModel
    from npumon.board.run.run_record import RunRecord
    from npumon.cli.context import CommandContext
    from npumon.core.monitor.live import ModelChoice
    from npumon.core.run.report import RunReport
    from npumon.ports import ReadNetwork, RunRequest
    from npumon.tui.backend import ModelWish

_PROFILE = (("VIV_VX_PROFILE", "1"), ("VIV_VX_DEBUG_LEVEL", "1"))


class PlannedRun(NamedTuple):
    """What to run, the labels file that lies beside it, and what reads its network file, if it has one."""

    request: RunRequest
    labels: str | None
    network: ReadNetwork | None = None


class SingleRun(NamedTuple):
    """A run's report, and whether it was ended because its first result was enough."""

    report: RunReport
    ended_early: bool = False


def model_program(entry: ModelEntry, ctx: CommandContext) -> PlannedRun:
    """Return the program of a model that was found."""
    request = _request(ctx, entry.command, entry.folder, entry.name)
    request = request._replace(environment=(*request.environment, *entry.environment))
    return PlannedRun(request, entry.labels, _network(ctx, entry.folder, entry.files))


def own_program(ctx: CommandContext) -> PlannedRun | None:
    """Return what the board runs without being asked; None if it waits for a choice."""
    model = ctx.backend.own_model
    if model is None:
        return None
    request = _request(ctx, model.command, model.folder, model.name)
    return PlannedRun(request, _labels(model.folder), _network(ctx, model.folder, model.files))


def command_program(command: tuple[str, ...], folder: Path, ctx: CommandContext) -> PlannedRun:
    """Return any command, in a folder."""
    return PlannedRun(_request(ctx, command, folder, Path(command[0]).name), labels_of(command, folder))


def kept_program(record: RunRecord, ctx: CommandContext) -> PlannedRun:
    """Return what an earlier npumon ran, so far as it is on record. It gets today's settings, since its environment is
    not."""

    known = (entry for entry in ctx.models() if (entry.command, str(entry.folder)) == (record.command, record.cwd))
    entry = next(known, None)
    if entry is not None:
        return model_program(entry, ctx)
    program = command_program(record.command or ("",), Path(record.cwd), ctx)
    return program._replace(request=program.request._replace(model=record.model))


def _request(ctx: CommandContext, command: tuple[str, ...], folder: Path, name: str) -> RunRequest:
    """Return the request for a command in its folder, as the settings want it."""
    from npumon.ports import RunRequest

    settings = ctx.settings
    keep = settings.run_keep and ctx.backend.keeps_runs
    environment = (*(_PROFILE if settings.run_profile else ()), *settings.run_environment)
    return RunRequest(command, str(folder), environment, settings.run_timeout_s, keep, visible(name))


def _network(ctx: CommandContext, folder: Path, files: Sequence[str]) -> ReadNetwork | None:
    """Return what reads the network of a model with these files, relative to its folder."""
    from npumon.cli.network_files import network_paths

    paths = network_paths(folder, files)
    return ctx.networks.reader(paths) if paths else None


def labels_of(command: Sequence[str], folder: Path) -> str | None:
    """Return the labels file beside the command's program, if that is named by a path, or else beside its folder."""
    beside = _labels((folder / command[0]).parent) if command and "/" in command[0] else None
    return beside or _labels(folder)


def _labels(folder: Path) -> str | None:
    from npumon.board.models.labels import find_labels

    found = find_labels(folder)
    return None if found is None else str(found)


class ModelList:
    """The models as the monitor lists them, with what is remembered of how each is run."""

    def __init__(self, ctx: CommandContext) -> None:
        self._ctx = ctx
        self._entries: dict[str, ModelEntry] = {}
        #: What is remembered, by folder and command: known without reading the file again.
        self._remembered: dict[tuple[str, tuple[str, ...]], RememberedModel] = {}

    def choices(self) -> tuple[ModelChoice, ...]:
        """Look for models, those for this chip first."""
        entries = sorted(self._ctx.models(), key=lambda entry: not entry.preferred)
        self._entries = {_id_of(entry): entry for entry in entries}
        self.look_up()
        return tuple(self._choice(key, entry) for key, entry in self._entries.items())

    def program(self, choice: ModelChoice) -> PlannedRun:
        """Return the program of a model, run as the user wants it. Raises `ProblemError` if it no longer exists."""
        from npumon.core.own_line import split_environment

        entry = self._entry(choice)
        program, wanted = model_program(entry, self._ctx), self._of(entry)
        request, labels = program.request, wanted.labels or program.labels
        if entry.line is None:
            environment = (*request.environment, *split_environment(wanted.environment))
            request = request._replace(environment=environment)
        return program._replace(request=request, labels=labels)

    def change(self, choice: ModelChoice | None, wish: ModelWish) -> None:
        """Remember how a model is to be run; None is a new line. Raises `ProblemError` for what cannot be meant."""
        from npumon.board.models.labels import read_labels
        from npumon.board.models.remembered import RememberedModel, line_read
        from npumon.core.own_line import split_environment

        entry = None if choice is None else self._entry(choice)
        before = None if entry is None else self._of(entry)
        if entry is None or entry.line is not None:
            line = (wish.line or "").strip()
            folder = expanded(wish.folder or ".")
            if not os.path.isdir(folder):
                what = f"{shown(folder)} is no folder."
                raise ProblemError(Problem("line.folder", what, "Name the one that the command is run in.", "usage"))
            model = RememberedModel(folder, line_read(line).command, line)
            if before is not None:
                model = model._replace(runs=before.runs, warmup=before.warmup)
        else:
            split_environment(wish.environment)
            model = self._of(entry)._replace(environment=wish.environment.strip())
        labels = expanded(wish.labels.strip(), model.folder) if wish.labels.strip() else None
        if labels is not None:
            read_labels(Path(labels))
        self._ctx.remembered.keep(model._replace(labels=labels), before)
        self.look_up()

    def forget(self, choice: ModelChoice) -> None:
        """Forget a line of the user's own, and how a model is to be run."""
        self._ctx.remembered.forget(self._of(self._entry(choice)))
        self.look_up()

    def usual_series(self, request: RunRequest) -> tuple[int, int] | None:
        """Return the runs and the warm-up runs of the last series of this command."""
        known = self._remembered.get((request.cwd, request.command))
        return None if known is None or known.runs is None else (known.runs, known.warmup or 0)

    def remember_series(self, request: RunRequest, runs: int, warmup: int) -> None:
        """Remember them."""
        known = self._ctx.remembered.of(request.cwd, request.command)
        self._ctx.remembered.keep(known._replace(runs=runs, warmup=warmup))
        self.look_up()

    def look_up(self) -> None:
        """Read what is remembered."""
        self._remembered = {model.key: model for model in self._ctx.remembered.all()}

    def _entry(self, choice: ModelChoice) -> ModelEntry:
        entry = self._entries.get(choice.id)
        if entry is None or not os.path.isdir(entry.folder):
            what = f"The model {choice.full_name} no longer exists."
            raise ProblemError(Problem("model.gone", what, "Press F5 on the Models page to search again."))
        return entry

    def _of(self, entry: ModelEntry) -> RememberedModel:
        from npumon.board.models.remembered import RememberedModel

        key = (str(entry.folder), entry.command)
        return self._remembered.get(key) or RememberedModel(*key)

    def _choice(self, key: str, entry: ModelEntry) -> ModelChoice:
        from npumon.cli.network_files import network_paths
        from npumon.core.monitor.live import ModelChoice

        on_board, wanted = self._ctx.backend.on_board, self._of(entry)
        labels = wanted.labels or entry.labels
        return ModelChoice(
            id=key,
            name=entry.name,
            full_name=entry.full_name,
            variant=entry.variant,
            kind=entry.kind,
            folder=shown(on_board(str(entry.folder))),
            command=visible(" ".join(entry.command) if entry.line is None else entry.line),
            labels=None if labels is None else shown(on_board(labels)),
            files=entry.files,
            networks=tuple(network_paths(entry.folder, entry.files)),
            preferred=entry.preferred,
            remarks=tuple(map(on_board, entry.remarks)),
            line=None if entry.line is None else visible(entry.line),
            environment=visible(wanted.environment),
            labels_chosen=wanted.labels is not None,
            runs=wanted.runs,
            warmup=wanted.warmup,
        )


def _id_of(entry: ModelEntry) -> str:
    """Return what tells an entry from all others."""
    own = "" if entry.line is None else f"\0{entry.line}"
    return f"{entry.folder}/{entry.full_name}{own}"
