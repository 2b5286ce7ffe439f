"""npumon as a library: read logs, model files, stored results and the board from Python.

Everything named here stays; all other modules may change. Values are immutable and typed, units stand in their field
names, and what is not known is None. Wrong input raises `ProblemError`, whose `problem` says what is wrong and what to
do. Paths are strings or path objects; bytes are the content itself.

>>> from npumon import api
>>> [run] = api.parse_log("run.log")
>>> run.metrics.verdict_id
'compute.bound'
>>> run.state.iterations[-1].elapsed_us
21609.0
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypedDict, cast

from npumon.core.board_state import BoardState
from npumon.core.driver.driver_state import DriverState
from npumon.core.problems import Problem, ProblemError
from npumon.core.profile import Bandwidth, Cycles, GraphNode, Hang, Iteration, Operation, Reported, TilingRow
from npumon.core.run.analysis import GroupTime, IterationProfile, OperationProfile
from npumon.core.run.conditions import Conditions
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.roofs import Roof, Roofs
from npumon.core.run.state import RunState
from npumon.core.run.statistics import Statistics
from npumon.core.text import visible
from npumon.modelfile.description import ModelFile

__all__ = [
    "Bandwidth",
    "BoardState",
    "Conditions",
    "Cycles",
    "DriverState",
    "GraphNode",
    "GroupTime",
    "Hang",
    "Iteration",
    "IterationProfile",
    "ModelFile",
    "Operation",
    "OperationProfile",
    "Problem",
    "ProblemError",
    "Reported",
    "Roof",
    "Roofs",
    "RunDocument",
    "RunInfo",
    "RunReport",
    "RunState",
    "Statistics",
    "TilingRow",
    "document_of",
    "inspect_model",
    "parse_log",
    "read_board",
    "read_document",
    "read_driver",
]

Source = str | os.PathLike[str] | bytes

_CHUNK = 1 << 18
_NO_ROOFS = Roofs()


class _FirstRunDocument(TypedDict):
    """The keys that every document of the schema has."""

    schema: str
    npumon_version: str
    demo: bool
    runs_in_log: int | None
    run: dict[str, Any]
    device: dict[str, Any]
    memory: dict[str, Any]
    create_us: float | None
    verify_us: float | None
    loops: int | None
    iterations: list[dict[str, Any]]
    total_us: float | None
    average_us: float | None
    top: list[dict[str, Any]]
    diagnostics: list[dict[str, Any]]
    unrecognized_lines: int
    metrics: dict[str, Any]


class RunDocument(_FirstRunDocument, total=False):
    """A result as `npumon run --format json` prints it: the schema `npumon.run/1`.

    Documents may have further keys; those that stand here are missing in documents of older versions.
    """

    conditions: dict[str, Any]
    reported: dict[str, Any] | None
    other_lines: int
    log_complete: bool


def parse_log(log: Source, labels: Sequence[str] = (), roofs: Roofs = _NO_ROOFS) -> tuple[RunReport, ...]:
    """Read a profiler log and return the report of each of its runs, in order; none if it holds no run.

    `labels` are the names of the model's classes, the first one for class 0; `roofs` are the board's, where they are
    better known than those of its chip. Any bytes at all are accepted. Of a long run the newest iterations are kept,
    and all are counted.

    >>> [run] = parse_log("run.log", labels=["tench", "cock", "goldfish"])
    >>> run.info.outcome, run.state.product, run.state.pid
    ('ok', 'VIPNano-QI', '0x88')
    >>> run.metrics.figures.utilization
    0.982268
    >>> [(entry.class_index, entry.score, label) for entry, label in zip(run.state.top, run.labels)][:1]
    [(2, 0.833984, 'goldfish')]
    >>> [operation.execution_us for operation in run.state.iterations[0].operations]
    [20845]
    >>> [(each.busy_us, each.trusted) for each in run.metrics.profile.operations]
    [(20749.424, True)]
    >>> parse_log(b"Hello, world.")
    ()
    """
    import hashlib

    from npumon.core.run.splitter import RunCompleted, looks_like_a_run
    from npumon.engine.offline.replay import replay
    from npumon.engine.reporting import Context, report_of
    from npumon.engine.run_ids import log_run_id

    digest = hashlib.sha256()

    def chunks() -> Iterator[bytes]:
        for chunk in _chunks(log, holes=True):
            digest.update(chunk)
            yield chunk

    runs = [item for item in replay(chunks()) if isinstance(item, RunCompleted) and looks_like_a_run(item.state)]
    context = Context(labels, roofs=roofs)
    name = None if isinstance(log, bytes) else visible(os.fspath(log))
    return tuple(
        report_of(
            item.state,
            context,
            RunInfo(log_run_id(digest.hexdigest(), item.run), log=name),
            number=item.run,
            runs_in_log=len(runs),
        )
        for item in runs
    )


def document_of(report: RunReport) -> RunDocument:
    """Return the report as a document of the schema `npumon.run/1`. `json.dumps` writes it.

    >>> [run] = parse_log("run.log")
    >>> document = document_of(run)
    >>> document["schema"], document["metrics"]["clock_mhz"]
    ('npumon.run/1', 790.4)
    """
    from npumon.export.run_document import finite, run_document

    return cast("RunDocument", finite(run_document(report)))


def read_document(document: Source) -> RunDocument:
    """Read a result that was stored with `--format json`. Raises `ProblemError` for any other text.

    >>> document = read_document("run.json")
    >>> document["run"]["outcome"], len(document["iterations"])
    ('ok', 1)
    >>> read_document(b"[1, 2]")
    Traceback (most recent call last):
        ...
    npumon.core.problems.ProblemError: The text is not a document of the schema npumon.run/1. ...
    """
    import json

    name = "The text" if isinstance(document, bytes) else visible(os.fspath(document))
    try:
        value = json.loads(b"".join(_chunks(document)), parse_constant=_not_strict)
    except (ValueError, RecursionError):
        raise _wrong_document(f"{name} is not strict JSON.") from None
    if not isinstance(value, Mapping) or value.get("schema") != "npumon.run/1":
        raise _wrong_document(f"{name} is not a document of the schema npumon.run/1.")
    missing = [key for key in _FirstRunDocument.__annotations__ if key not in value]
    if missing:
        raise _wrong_document(f"{name} lacks the key {missing[0]} of the schema npumon.run/1.")
    return cast("RunDocument", value)


def inspect_model(model: Source) -> ModelFile:
    """Describe and check a model file: gxnpuc's `model.h` and NPUB container (GX8002), Vivante's NBG (`.nb`).

    Raises `ProblemError` if it is none of these.

    >>> graph = inspect_model("network.nb")
    >>> graph.format, graph.ok
    ('nbg', True)
    >>> [(tensor.name, tensor.dtype, tensor.shape) for tensor in graph.inputs]
    [('image', 'uint8', (1, 3, 299, 299))]
    """
    import time

    from npumon.modelfile.inspection import inspect

    described = inspect(b"".join(_chunks(model)), today=time.strftime("%Y-%m-%d"))
    if described is None:
        name = "The content" if isinstance(model, bytes) else visible(os.fspath(model))
        what = f"{name} is not a known model file."
        raise ProblemError(Problem("inspect.unknown", what, "Name a model.h, an NPUB container or an NBG.", "usage"))
    return described


def read_board(root: str | os.PathLike[str] = "/") -> BoardState:
    """Read temperatures, clocks, fan and interrupts now. Never raises: what cannot be read is None or missing.

    `root` is the folder that holds sys, proc, dev and lib.

    >>> board = read_board()
    >>> all(zone.celsius is None or zone.celsius < 200 for zone in board.zones)
    True
    """
    from pathlib import Path

    from npumon.board.probe import HostProbe
    from npumon.board.roots import Roots

    return HostProbe(Roots(Path(root))).board()


def read_driver(root: str | os.PathLike[str] = "/") -> DriverState:
    """Read the state of the NPU's kernel driver now. Never raises; `problems` says what is wrong.

    >>> driver = read_driver("/no/such/folder")
    >>> driver.name is None
    True
    """
    from pathlib import Path

    from npumon.board.probe import HostProbe
    from npumon.board.roots import Roots

    return HostProbe(Roots(Path(root))).driver()


def _chunks(source: Source, *, holes: bool = False) -> Iterator[bytes]:
    """Yield the bytes of a source; with `holes` it is a log, and a note stands in place of each hole."""
    from npumon.board.run.log_text import LogText, has_hole

    if isinstance(source, bytes):
        yield source
        return
    try:
        with open(source, "rb") as file:
            if holes and has_hole(file.fileno()):
                yield from iter(LogText(file.fileno()).read, b"")
                return
            while chunk := file.read(_CHUNK):
                yield chunk
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        what = f"{visible(os.fspath(source))} cannot be read: {reason}."
        raise ProblemError(Problem("api.unreadable", what, "Check the path and its permissions.", "usage")) from error


def _not_strict(name: str) -> None:
    raise ValueError(name)


def _wrong_document(what: str) -> ProblemError:
    return ProblemError(Problem("document.schema", what, "Store results with --format json.", "usage"))
