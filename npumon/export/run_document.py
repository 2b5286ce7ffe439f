"""A run as dictionaries: the schemas `npumon.run/1` and `npumon.iteration/1`.

Units are in the keys; what is absent is None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from npumon import __version__
from npumon.core.profile import Detection, Iteration, Network, NetworkTensor, Operation
from npumon.core.run import figures
from npumon.core.run.metrics import OPERATION_FIGURES, FigureCheck
from npumon.core.run.report import RunInfo, RunReport

Document = dict[str, Any]
#: How to get the values of a document, by their keys.
Getter = Callable[[Any], object]
Getters = dict[str, Getter | dict[str, Getter]]


def run_document(report: RunReport) -> Document:
    """Make a document of the schema `npumon.run/1`."""
    state = report.state
    broken = state.open_iteration
    iterations = state.iterations if broken is None else (*state.iterations, broken)
    labels = report.labels or (None,) * len(state.top)
    return {
        "schema": "npumon.run/1",
        "npumon_version": __version__,
        "demo": report.demo,
        "runs_in_log": report.runs_in_log,
        "run": _info(report.info),
        "device": {"product": state.product, "pid": state.pid},
        "memory": {"axi_sram_bytes": state.axi_sram_bytes, "vip_sram_bytes": state.vip_sram_bytes},
        "network": None if report.network is None else _network(report.network),
        "create_us": state.create_us,
        "verify_us": state.verify_us,
        "loops": state.loops,
        "iterations": [iteration_document(iteration) for iteration in iterations],
        "iterations_completed": state.iterations_ended,
        "total_us": state.total_us,
        "average_us": state.average_us,
        "top": [
            {"rank": entry.rank, "index": entry.class_index, "score": entry.score, "label": label}
            for entry, label in zip(state.top, labels, strict=True)
        ],
        "detections": [_detection(detection) for detection in state.detections],
        "diagnostics": [
            {
                "line": diagnostic.line,
                "level": diagnostic.level,
                "source": diagnostic.source,
                "message": diagnostic.message,
            }
            for diagnostic in state.diagnostics
        ],
        "diagnostics_dropped": state.diagnostics_dropped,
        "unrecognized_lines": state.unrecognized,
        "metrics": _metrics(report),
    }


def iteration_line(run: int, iteration: Iteration, *, demo: bool) -> Document:
    """Make a document of the schema `npumon.iteration/1`, printed the moment an iteration completes."""
    return {"schema": "npumon.iteration/1", "demo": demo, "run": run, **iteration_document(iteration)}


def iteration_document(iteration: Iteration) -> Document:
    """Describe one iteration, as in a run's `iterations`."""
    return {
        "index": iteration.number,
        "complete": iteration.complete,
        "elapsed_us": iteration.elapsed_us,
        "inference_us": iteration.inference_us,
        "vpc_elapsed_us": iteration.vpc_elapsed_us,
        "layers": [_operation(operation) for operation in iteration.operations],
    }


def finite(value: object) -> object:
    """Replace every float that is not finite by None, so that JSON stays strict."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return value


def _info(info: RunInfo) -> Document:
    return {
        "id": info.id,
        "model": info.model,
        "command": None if info.command is None else list(info.command),
        "cwd": info.cwd,
        "started_at": info.started_at,
        "duration_s": info.duration_s,
        "exit_status": info.exit_status,
        "signal": info.signal,
        "outcome": info.outcome,
        "log": info.log,
    }


def _network(network: Network) -> Document:
    return {
        "name": network.name,
        "target": network.target,
        "inputs": [_tensor(tensor) for tensor in network.inputs],
        "outputs": [_tensor(tensor) for tensor in network.outputs],
        "path": network.path,
    }


def _tensor(tensor: NetworkTensor) -> Document:
    return {"name": tensor.name, "dtype": tensor.dtype, "shape": list(tensor.shape)}


def _operation(operation: Operation) -> Document:
    return {
        "layer_id": operation.layer_id,
        "name": operation.name,
        "operation_index": operation.operation_index,
        "operation": operation.operation,
        "target": operation.target,
        "uid": operation.uid,
        "op_abs_id": operation.op_abs_id,
        **_values(_OPERATION_VALUES, operation),
    }


def _detection(detection: Detection) -> Document:
    return {
        "index": detection.number,
        "label": detection.label,
        "score": detection.score,
        "left": detection.left,
        "top": detection.top,
        "right": detection.right,
        "bottom": detection.bottom,
    }


def _metrics(report: RunReport) -> Document:
    metrics = report.metrics
    return {
        **_values(_nested((figure.key, figure.of) for figure in figures.FIGURES if figure.key), report),
        "checks": [_check(check) for check in metrics.checks],
        "verdict_id": metrics.verdict_id,
        "verdict": metrics.verdict,
    }


def _nested(getters: Iterable[tuple[str, Getter]]) -> Getters:
    """Arrange getters by their keys; a key with a dot belongs to an inner object."""
    nested: dict[str, Any] = {}
    for key, getter in getters:
        outer, _, inner = key.rpartition(".")
        (nested.setdefault(outer, {}) if outer else nested)[inner] = getter
    return nested


def _values(getters: Getters, source: object) -> Document:
    return {
        key: getter(source) if callable(getter) else {inner: get(source) for inner, get in getter.items()}
        for key, getter in getters.items()
    }


_OPERATION_VALUES = _nested((figure.key, figure.of) for figure in OPERATION_FIGURES)


def _check(check: FigureCheck) -> Document:
    return {"id": check.id, "ok": check.ok, "detail": check.detail}
