"""Why a plan for the driver may not be carried out: every reason, each with what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from npumon.core.driver.driver_state import DriverState
from npumon.core.driver.inputs import ModuleFile, PlanInputs
from npumon.core.problems import Kind, Problem

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
#: What numbers, lists of numbers and plain words are made of: nothing that sudo or a kernel command line splits at.
_VALUE = re.compile(r"[A-Za-z0-9_.,+-]{1,200}")
_SHOWN = 3


def refusals(inputs: PlanInputs, parameters: Mapping[str, str], *, unloads: bool, loads: bool) -> tuple[Problem, ...]:
    """Return every objection, the gravest first; empty if the plan may be carried out."""
    return (
        *(_parameter_refusals(inputs.module, parameters) if loads else ()),
        *_driver_refusals(inputs),
        *((inputs.busy,) if inputs.busy is not None else ()),
        *(_holder_refusals(inputs.driver) if unloads else ()),
        *(_module_refusals(inputs) if loads else ()),
        *(_previous_module_refusals(inputs.previous_module) if loads and unloads else ()),
        *_tool_refusals(inputs, unloads=unloads, loads=loads),
    )


def _parameter_refusals(module: ModuleFile | None, parameters: Mapping[str, str]) -> Iterator[Problem]:
    for name, value in parameters.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            yield _problem(
                "parameter",
                f"{name}={value} is not a valid module parameter.",
                "Write NAME=VALUE, using only letters, digits and _ . , + -.",
                "usage",
            )
        elif module is not None and module.parameters is not None and name not in module.parameters:
            yield _problem(
                "parameter_unknown",
                f"The driver has no parameter {name}.",
                f"modinfo -p {module.path} lists those it has.",
                "usage",
            )


def _driver_refusals(inputs: PlanInputs) -> Iterator[Problem]:
    if inputs.driver.name == "etnaviv":
        yield _problem(
            "etnaviv",
            "The NPU is bound to the mainline driver etnaviv; galcore cannot share it.",
            "Unload that first: sudo modprobe -r etnaviv",
        )
    elif inputs.built_in:
        yield _problem(
            "built_in",
            "galcore is built into this kernel, so it cannot be unloaded.",
            "Add galcore.gpuProfiler=1 to the kernel's command line and reboot.",
        )


def _holder_refusals(driver: DriverState) -> Iterator[Problem]:
    if not driver.holders and not driver.references:
        return
    who = [
        f"process {holder.pid} ({holder.user or 'unknown user'}: {(holder.command or 'unknown')[:40]})"
        for holder in driver.holders[:_SHOWN]
    ]
    more = len(driver.holders) - len(who)
    if more > 0:
        who.append(f"{more} more")
    unseen = driver.unseen_references if driver.holders else driver.references
    if unseen:
        who.append(f"{unseen} open in processes that this user may not see")
    yield _problem(
        "in_use",
        f"galcore is in use: {', '.join(who)}.",
        "Wait until they end, or end them (npumon driver: --wait, --stop-holders)."
        if driver.holders
        else "sudo npumon driver status shows them; wait until they end (npumon driver: --wait).",
    )


def _module_refusals(inputs: PlanInputs) -> Iterator[Problem]:
    module, kernel = inputs.module, inputs.kernel
    if module is None:
        yield _problem(
            "module_missing",
            f"No galcore.ko was found for kernel {kernel or '(unknown)'}.",
            "Name the file with --module PATH, or boot a Khadas vendor kernel (4.9 or 5.15).",
        )
        return
    if module.fault is not None:
        yield _problem(
            "module_fault",
            f"{module.path} {module.fault}.",
            "Reinstall the kernel's package, or name another file with --module PATH.",
        )
        return
    if is_for_another_kernel(module, kernel):
        yield _problem(
            "vermagic",
            f"{module.path} is for kernel {_release(module)}; this is {kernel}.",
            f"Name the one for {kernel} with --module PATH, or boot {_release(module)}.",
        )
    if module.danger is not None:
        yield _unsafe(f"{module.path} may not be loaded as root: {module.danger}.")


def _previous_module_refusals(previous_module: ModuleFile | None) -> Iterator[Problem]:
    """Check the file that root would load if the other one fails."""
    if previous_module is not None and previous_module.danger is not None:
        path, danger = previous_module.path, previous_module.danger
        yield _unsafe(f"{path}, which would put the driver back, may not be loaded as root: {danger}.")


def is_for_another_kernel(module: ModuleFile, kernel: str | None) -> bool:
    """Return whether the module file says that it is not for this kernel release."""
    return kernel is not None and _release(module) not in ("", kernel)


def _release(module: ModuleFile) -> str:
    return (module.vermagic or "").split(" ")[0]


def _unsafe(what: str) -> Problem:
    remedy = "Let only root own and write to it and every folder above it (chown root, chmod go-w)."
    return _problem("module_unsafe", what, remedy)


def _tool_refusals(inputs: PlanInputs, *, unloads: bool, loads: bool) -> Iterator[Problem]:
    missing = [
        name
        for name, path, needed in (("rmmod", inputs.rmmod, unloads), ("insmod", inputs.insmod, loads))
        if needed and path is None
    ]
    if missing:
        yield _problem(
            "tools", f"Not installed on this system: {', '.join(missing)}.", "Install them: sudo apt install kmod"
        )


def _problem(name: str, what: str, remedy: str, kind: Kind = "unavailable") -> Problem:
    return Problem(f"driver.{name}", what, remedy, kind)
