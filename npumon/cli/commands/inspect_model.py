"""A model file read and checked as the command line asks for: budgets, a .pb, a compiler's report, this board."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from npumon.cli.commands.inspect_files import InputFile, graphs_beside, md5_of, meta_beside, read
from npumon.core.problems import Problem, ProblemError

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext
    from npumon.modelfile.budget import Budget
    from npumon.modelfile.checks_nbg import Device
    from npumon.modelfile.compiler_report import CompilerReport, OperationMemory
    from npumon.modelfile.description import ModelFile
    from npumon.modelfile.firmware.kconfig import Kconfig
    from npumon.modelfile.firmware.needs import FirmwareOptions
    from npumon.modelfile.firmware.sums import Firmware
    from npumon.modelfile.weights import WeightStatistics

#: What to say about a file of an unknown kind.
KNOWN = "Known are gxnpuc's model.h and NPUB container (GX8002 and its sisters) and Vivante's NBG (.nb)."
#: How the GX8002's SDK names a model that runs in SRAM, and one beside it that runs from flash.
_PAIR = ("model.h", "model_xip.h")


class InspectOptions(NamedTuple):
    """What the command line asks for, by the names of its options; the defaults ask for nothing."""

    weights: bool = False
    pb: str | None = None
    report: str | None = None
    budget: int | None = None
    flash: int | None = None
    kconfig: str | None = None
    contexts: int = 2
    flash_clock: int | None = None

    @classmethod
    def of(cls, args: argparse.Namespace) -> InspectOptions:
        """Take the options from a command line."""
        return cls(**{name: getattr(args, name) for name in cls._fields})


class Inspector:
    """Reads and checks files as the command line asks for; remembers how that went.

    `compared` says that a graph was compared with the NPU of this board, which may be the simulated one.
    """

    def __init__(self, args: InspectOptions, ctx: CommandContext) -> None:
        import time

        self.ctx = ctx
        self.weights = args.weights
        self.inspected = 0
        self.compared = False
        self.refused = 0
        self.ok = True
        self._args = args
        self._names: dict[bytes, InputFile] = {}
        self._today = time.strftime("%Y-%m-%d")
        self._pb_md5 = None if args.pb is None else md5_of(args.pb)
        self._report = None if args.report is None else _compiler_report(args.report)
        self._kconfig = None if args.kconfig is None else _firmware_config(args.kconfig)

    def all(self, found: tuple[InputFile, ...]) -> Iterator[tuple[InputFile, ModelFile]]:
        """Yield the models among the files. A file that should be a model but is not gets a warning and counts as
        refused."""
        for source in found:
            try:
                model = self.one(source)
            except ProblemError as error:
                if source.expected or error.problem.id not in ("inspect.unknown", "inspect.lfs"):
                    self.ctx.diagnostics.warning(error.problem)
                self.refused += source.expected
                continue
            yield source, model

    def one(self, source: InputFile) -> ModelFile:
        """Return one model. Raises `ProblemError` (usage) if the file is not one."""
        data = read(source)
        model = None if data is None else self.described(source, data)
        if data is None or model is None or (model.companion and not source.named):
            raise unknown(source, data)
        self._note_twin(source, data)
        self.inspected += 1
        self.ok = self.ok and model.ok
        return model

    def _note_twin(self, source: InputFile, data: bytes) -> None:
        """Point out a file that is a copy of an earlier one."""
        import hashlib

        twin = self._names.setdefault(hashlib.sha256(data).digest(), source)
        if twin.path != source.path:
            self.ctx.diagnostics.note(f"{twin.name} and {source.name} are the same, byte for byte.")

    def described(self, source: InputFile, data: bytes) -> ModelFile | None:
        """Describe and check the bytes, also against what lies beside the file; None if they are not a model."""
        from npumon.modelfile.detect import detect
        from npumon.modelfile.inspection import inspect

        kind = detect(data)
        graph, foreign = kind == "nbg", kind in ("nbg", "companion")
        device = self._device if graph else None
        model = inspect(data, today=self._today, budget=self.budget, device=device)
        if model is None:
            return None
        if model.companion and (names := graphs_beside(source)):
            from npumon.modelfile.description import FileCheck

            model = model.with_checks(
                FileCheck("nb.beside", "info", True, None, None, "beside it: " + ", ".join(names))
            )
        if graph and (meta := meta_beside(source)) is not None:
            from npumon.modelfile.checks_meta import meta_checks

            model = model.with_checks(*meta_checks(model, meta))
        if foreign and self.budget.sram_named:
            what = f"{source.name} was not made by gxnpuc: --budget does not apply to it."
            self.ctx.diagnostics.warning(Problem("inspect.budget", what, ""))
        if not foreign:
            from npumon.modelfile.firmware.needs import ram_checks

            model = model.with_checks(*ram_checks(model, self.firmware))
            if self._kconfig is not None:
                from npumon.modelfile.firmware.kconfig import config_checks

                model = model.with_checks(*config_checks(model, self._kconfig))
        elif self._kconfig is not None:
            what = f"{source.name} was not made by gxnpuc: a firmware's .config does not apply to it."
            self.ctx.diagnostics.warning(Problem("inspect.kconfig", what, ""))
        if self._pb_md5 is not None:
            from npumon.modelfile.checks_gx import pb_check

            model = model.with_checks(pb_check(model, self._pb_md5))
        if self._report is not None:
            from npumon.modelfile.compiler_report import report_checks

            if foreign:
                what = f"{source.name} was not made by gxnpuc: --report does not apply to it."
                self.ctx.diagnostics.warning(Problem("inspect.report", what, ""))
            else:
                model = model.with_checks(*report_checks(model, self._report))
        return model

    @cached_property
    def firmware(self) -> FirmwareOptions:
        """What is known of the firmware that is to run a GX8002 model."""
        from npumon.modelfile.firmware.needs import FirmwareOptions

        config = self._kconfig
        share, mode = (None, None) if config is None else (config.npu_bytes, config.mode)
        return FirmwareOptions(self._args.contexts, share, mode, self._args.flash_clock)

    @cached_property
    def budget(self) -> Budget:
        from npumon.modelfile.budget import GX8002_FLASH_BYTES, GX8002_SRAM_BYTES, Budget

        sram, flash = self._args.budget, self._args.flash
        return Budget(
            sram_bytes=GX8002_SRAM_BYTES if sram is None else sram,
            flash_bytes=GX8002_FLASH_BYTES if flash is None else flash,
            sram_named=sram is not None,
            flash_named=flash is not None,
        )

    @cached_property
    def _device(self) -> Device | None:
        """The NPU of this board; None if the board is not recognised."""
        from npumon.board.sensors import read_identity
        from npumon.core.chips import chip_named
        from npumon.modelfile.checks_nbg import Device

        chip = chip_named(read_identity(self.ctx.backend.roots).chip)
        if chip is None or chip.pid is None:
            return None
        self.compared = True
        return Device(chip.pid, chip.axi_sram_bytes, chip.vip_sram_bytes)

    @property
    def operations(self) -> tuple[OperationMemory, ...]:
        """What the compiler's report says of each operation; nothing without a report that has its tables."""
        return () if self._report is None else self._report.operations

    def statistics(self, source: InputFile, model: ModelFile) -> WeightStatistics | None:
        """Return what is known of a model's weights; warns if that is nothing."""
        from npumon.modelfile.weights import weight_statistics

        array = model.array("weight")
        if array is None or not array.content or model.format == "gxnpuc-apus":
            what = f"{source.name} has no weights that can be read as half-precision numbers."
            self.ctx.diagnostics.warning(Problem("inspect.weights", what, ""))
            return None
        if model.weights_compressed is None:
            what = f"{source.name} does not say whether its weights are compressed; if so, the figures mean little."
            self.ctx.diagnostics.note(what)
        return weight_statistics(array.content, compressed=model.weights_compressed)


class Together:
    """The models of one firmware among those that are inspected: all if that is `wanted`, else `model.h` and
    `model_xip.h` of one folder, as the SDK has them. If they are too big together, the inspector is not `ok`."""

    def __init__(self, inspector: Inspector, *, wanted: bool) -> None:
        self._inspector = inspector
        self._wanted = wanted
        self._models: list[tuple[InputFile, ModelFile]] = []

    def add(self, source: InputFile, model: ModelFile) -> None:
        """Take a model, without the bytes of its arrays."""
        bare = tuple(array._replace(content=None) for array in model.arrays)
        self._models.append((source, model._replace(arrays=bare)))

    def firmware(self) -> Firmware | None:
        """Return the sum; None if there is no more than one model of a firmware, or its needs are unknown."""
        from npumon.modelfile.firmware.sums import firmware

        chosen = self._models if self._wanted else self._pair()
        if len(chosen) < 2:
            return None
        named = [(source.stated, model) for source, model in chosen]
        budget, options = self._inspector.budget, self._inspector.firmware
        if options.npu_bytes is not None and not budget.sram_named:
            budget = budget._replace(sram_bytes=options.npu_bytes, sram_named=True)
        whole = firmware(named, budget, options.contexts)
        if whole is None:
            what = "The models cannot be added up: not all of them are GX8002 models whose sizes are known."
            self._inspector.ctx.diagnostics.warning(Problem("inspect.firmware", what, ""))
        elif not whole.ok:
            self._inspector.ok = False
        return whole

    def _pair(self) -> list[tuple[InputFile, ModelFile]]:
        """Return the two of the only folder that has both; nothing if there is none or several."""
        import os

        folders: dict[str, dict[str, tuple[InputFile, ModelFile]]] = {}
        for source, model in self._models:
            folder, name = os.path.split(source.path)
            if name.lower() in _PAIR:
                folders.setdefault(folder, {})[name.lower()] = (source, model)
        pairs = [list(found.values()) for found in folders.values() if len(found) == len(_PAIR)]
        return pairs[0] if len(pairs) == 1 else []


def unknown(source: InputFile, data: bytes | None) -> ProblemError:
    """Return the problem of a file that is not a model."""
    from npumon.modelfile.detect import lfs_size

    size = None if data is None else lfs_size(data)
    if size is not None:
        what = f"{source.name} is a Git LFS pointer; the model itself, {size} bytes, is not there."
        return ProblemError(Problem("inspect.lfs", what, "Fetch it: git lfs pull", "usage"))
    return ProblemError(Problem("inspect.unknown", f"{source.name} is not a known model file.", KNOWN, "usage"))


def _firmware_config(path: str) -> Kconfig:
    from npumon.modelfile.firmware.kconfig import read_kconfig

    source = InputFile(path)
    config = read_kconfig(read(source) or b"")
    if config is None:
        what = f"{source.name} is not the .config of a firmware: it has no CONFIG_ line."
        raise ProblemError(Problem("inspect.kconfig", what, "Name the .config that make menuconfig wrote.", "usage"))
    return config


def _compiler_report(path: str) -> CompilerReport:
    from npumon.modelfile.compiler_report import read_report

    source = InputFile(path)
    report = read_report(read(source) or b"")
    if report is None:
        what = f"{source.name} contains no output of gxnpuc."
        raise ProblemError(Problem("inspect.report", what, "Save what it prints: gxnpuc CONFIG > FILE.", "usage"))
    return report
