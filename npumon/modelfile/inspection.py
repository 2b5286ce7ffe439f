"""The entry point for every kind of model file."""

from __future__ import annotations

from npumon.modelfile.budget import Budget
from npumon.modelfile.checks_nbg import Device
from npumon.modelfile.description import ModelFile
from npumon.modelfile.detect import detect
from npumon.modelfile.gx8002 import read_header
from npumon.modelfile.nbg import read_nbg
from npumon.modelfile.nbg_meta import read_companion
from npumon.modelfile.npub import read_npub


def inspect(data: bytes, *, today: str, budget: Budget | None = None, device: Device | None = None) -> ModelFile | None:
    """Describe a model file and check it; None if the bytes are not a known model file.

    `today` is an ISO date, against which a time of compilation is judged. `budget` is what a GX8002 model may use,
    `device` the Vivante NPU to run a graph on. Never raises, whatever the bytes are; time and memory grow linearly with
    their number.
    """
    kind = detect(data)
    if kind == "nbg":
        return read_nbg(data, device=device)
    if kind == "npub":
        return read_npub(data, today=today, budget=budget)
    if kind == "header":
        return read_header(data, today=today, budget=budget)
    return read_companion(data) if kind == "companion" else None
