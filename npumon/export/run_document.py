"""A run as dictionaries: the schemas `npumon.run/1` and `npumon.iteration/1`.

Units are in the keys; what is absent is None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from npumon import __version__
from npumon.core.profile import BANDWIDTHS, Detection, Diagnostic, Network, NetworkTensor, Reported
from npumon.core.run import figures
from npumon.core.run.analysis import IterationProfile, OperationProfile, profile_of
from npumon.core.run.conditions import Conditions
from npumon.core.run.metrics import FigureCheck
from npumon.core.run.report import RunInfo, RunReport
from npumon.core.run.statistics import Statistics

Document = dict[str, Any]
#: How to get the values of a document, by their keys.
Getter = Callable[[Any], object]
Getters = dict[str, Getter | dict[str, Getter]]


def run_document(report: RunReport) -> Document:
    """Make a document of the schema `npumon.run/1`, with the iterations that the report holds."""
    document = run_frame(report)
    document["iterations"] = [iteration_document(profile) for profile in profiles_of(report)]
    return document


def profiles_of(report: RunReport) -> Iterable[IterationProfile]:
    """Judge the iterations of a report one by one; the one in which the text breaks off comes last."""
    for iteration in report.state.iterations:
        yield profile_of(iteration, report.metrics.facts)
    if (broken := broken_profile(report)) is not None:
        yield broken


def broken_profile(report: RunReport) -> IterationProfile | None:
    """Judge the iteration in which the text breaks off; None without one."""
    broken = report.state.open_iteration
    return None if broken is None else profile_of(broken, report.metrics.facts)


def run_frame(report: RunReport) -> Document:
    """Make a document of the schema `npumon.run/1` without its iterations, which are an empty list in their place."""
    state, info = report.state, report.info
    labels = report.labels or (None,) * len(state.top)
    return {
        "schema": "npumon.run/1",
        "npumon_version": __version__,
        "demo": report.demo,
        "runs_in_log": report.runs_in_log,
        "run": _info(info),
        "device": {"product": state.product, "pid": state.pid},
        "memory": {"axi_sram_bytes": state.axi_sram_bytes, "vip_sram_bytes": state.vip_sram_bytes},
        "network": None if report.network is None else _network(report.network),
        "create_us": state.create_us,
        "verify_us": state.verify_us,
        "loops": state.loops,
        "iterations": [],
        "iterations_completed": state.iterations_ended,
        "total_us": state.total_us,
        "average_us": state.average_us,
        "top": [
            {"rank": entry.rank, "index": entry.class_index, "score": entry.score, "label": label}
            for entry, label in zip(state.top, labels, strict=True)
        ],
        "detections": [_detection(detection) for detection in state.detections],
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in state.diagnostics],
        "diagnostics_dropped": state.diagnostics_dropped,
        "unrecognized_lines": state.unrecognized,
        "metrics": _metrics(report),
        "conditions": _conditions(report.conditions),
        "reported": None if state.reported is None else _reported(state.reported),
        "other_lines": state.other_lines,
        "log_complete": info.log_complete,
    }


def iteration_line(run: int, profile: IterationProfile, *, demo: bool) -> Document:
    """Make a document of the schema `npumon.iteration/1`, printed the moment an iteration completes."""
    return {"schema": "npumon.iteration/1", "demo": demo, "run": run, **iteration_document(profile)}


def iteration_document(profile: IterationProfile) -> Document:
    """Describe one iteration, as in a run's `iterations`."""
    iteration = profile.iteration
    return {
        "index": iteration.number,
        "complete": iteration.complete,
        "elapsed_us": iteration.elapsed_us,
        "inference_us": iteration.inference_us,
        "vpc_elapsed_us": iteration.vpc_elapsed_us,
        "layers": [_layer(each) for each in profile.operations],
        "first": iteration.first,
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
    hung = info.hung
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
        "reason": info.reason,
        "hung": None if hung is None else {"at": hung.at, "recovered": hung.recovered, "message": hung.message},
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


def _layer(each: OperationProfile) -> Document:
    """Describe an operation. Its cycles are the mended ones."""
    operation, row, node = each.operation, each.tiling, each.node
    cycles = operation.cycles
    return {
        "layer_id": operation.layer_id,
        "name": operation.name,
        "operation_index": operation.operation_index,
        "operation": operation.operation,
        "target": operation.target,
        "uid": operation.uid,
        "op_abs_id": operation.op_abs_id,
        "execution_us": operation.execution_us,
        "bandwidth_mbyte": dict(zip(BANDWIDTHS, operation.bandwidth, strict=True)),
        "cycles": {"total": cycles.total, "idle": cycles.idle, "wraps": cycles.wraps},
        "utilization": each.utilization,
        "order": each.order,
        "target_kind": each.target_kind,
        "shader": operation.shader,
        "busy_us": each.busy_us,
        "window_us": operation.window_us,
        "macs": each.macs,
        "mac_per_cycle": each.mac_per_cycle,
        "input_shape": None if row is None else _shape(row.input_shape),
        "output_shape": None if row is None else _shape(row.output_shape),
        "kernel_shape": None if row is None else _shape(row.kernel_shape),
        "kernel_bytes": None if row is None else row.kernel_bytes,
        "kernel_bytes_estimated": None if row is None else row.kernel_bytes_estimated,
        "graph_op": None if node is None else node.op,
        "graph_name": None if node is None else node.name,
        "trusted": each.trusted,
        "doubt": each.doubt,
    }


def _shape(sizes: tuple[int, ...] | None) -> list[int] | None:
    return list(sizes) if sizes else None


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


def _diagnostic(diagnostic: Diagnostic) -> Document:
    return {
        "line": diagnostic.line,
        "level": diagnostic.level,
        "source": diagnostic.source,
        "message": diagnostic.message,
        "count": diagnostic.count,
    }


def _metrics(report: RunReport) -> Document:
    metrics = report.metrics
    return {
        **_values(_nested((figure.key, figure.of) for figure in figures.FIGURES if figure.key), report),
        "checks": [_check(check) for check in metrics.checks],
        "verdict_id": metrics.verdict_id,
        "verdict": metrics.verdict,
        "by_target": [group._asdict() for group in metrics.by_target],
        "by_operation": [group._asdict() for group in metrics.by_operation],
        "unaccounted_us": None if metrics.profile is None else metrics.profile.unaccounted_us,
        "statistics": None if metrics.statistics is None else statistics_document(metrics.statistics),
        "findings": [{"id": rule, "sentence": sentence} for rule, sentence in metrics.findings],
    }


def statistics_document(statistics: Statistics) -> Document:
    """Describe the times of a run's iterations."""
    document = statistics._asdict()
    del document["bins"]
    return document


def _conditions(conditions: Conditions) -> Document:
    return {
        "profiling": conditions.profiling,
        "layer_dump": conditions.layer_dump,
        "command_dump": conditions.command_dump,
        "cnn_perf": conditions.cnn_perf,
        "power_management": conditions.power_management,
        "environment": dict(conditions.environment),
    }


def _reported(reported: Reported) -> Document:
    """Describe what another program printed of its inferences; those that it made beforehand likewise."""
    return {
        "program": reported.program,
        "count": reported.count,
        "first_us": reported.first_us,
        "min_us": reported.min_us,
        "max_us": reported.max_us,
        "average_us": reported.average_us,
        "std_us": reported.std_us,
        "init_us": reported.init_us,
        "warmup": None if reported.warmup is None else _reported(reported.warmup._replace(warmup=None)),
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


def _check(check: FigureCheck) -> Document:
    return {"id": check.id, "ok": check.ok, "detail": check.detail}
