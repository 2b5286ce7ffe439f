"""What can be run, as requests to the engine: a model, the demo board's model, any command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from npumon.core.text import visible

if TYPE_CHECKING:
    from npumon.board.models.entry import ModelEntry
    from npumon.board.run.run_record import RunRecord
    from npumon.cli.context import CommandContext
    from npumon.core.run.report import RunReport
    from npumon.ports import ReadNetwork, RunRequest

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
