"""Changing the NPU's kernel driver as a plan: what to do, why, what undoes it, and what prevents it.

Nothing here acts. A plan is made of what was seen (`PlanInputs`) and what is wanted; the adapter that carries it out
answers with one `StepOutcome` a step and a `ReloadReport` at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from npumon.core.chips import SETTINGS, STATED_PARAMETERS
from npumon.core.driver.driver_state import DriverState, Holder
from npumon.core.driver.inputs import InterruptedReload, ModuleFile, Parameters, PlanInputs
from npumon.core.driver.refusals import is_for_another_kernel, refusals
from npumon.core.problems import Problem

Action = Literal["reload", "load", "unload"]

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}|0[xX][0-9a-fA-F]{1,16})")
#: Refusals that pass: a program that uses the driver, an npumon that works on the board.
_PASSING = {"driver.in_use", "board.busy"}


class Step(NamedTuple):
    """One privileged command: its argv, absolute and without `sudo`, and the reason for it."""

    argv: tuple[str, ...]
    why: str


class DriverPlan(NamedTuple):
    """What would be done.

    `steps` are empty when there is nothing to do, or when `refusals` say why it may not be done. `undo` puts the
    driver back as it was when a later step than the first fails. `current` are the parameters in effect now, None
    when galcore is not loaded; `wanted` those of the next load, None when it is to be unloaded. `driver` is the
    driver as it was seen, with its holders; `asked` are the parameters that were asked for; `notes` are sentences worth
    reading before agreeing.
    """

    action: Action
    steps: tuple[Step, ...]
    undo: tuple[Step, ...]
    current: Parameters | None
    wanted: Parameters | None
    driver: DriverState
    asked: Parameters = ()
    refusals: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def nothing_to_do(self) -> bool:
        """True when everything is already as it is wanted."""
        return not self.steps and not self.refusals

    @property
    def waits_for_others(self) -> bool:
        """Whether it is refused only because the driver or the board is in use, which ends by itself."""
        return bool(self.refusals) and {problem.id for problem in self.refusals} <= _PASSING

    @property
    def holders(self) -> tuple[Holder, ...]:
        """The processes that have to end before the driver can be unloaded, so far as this user may see them."""
        return self.driver.holders


class StepOutcome(NamedTuple):
    """A step that was carried out: its exit `status` (None: it did not end in time, or could not be started), what
    it printed, how long it took in seconds. `undoing` marks the steps that put things back."""

    step: Step
    status: int | None
    output: str
    duration_s: float
    undoing: bool = False

    @property
    def ok(self) -> bool:
        return self.status == 0


class ReloadReport(NamedTuple):
    """How it ended. `problem` is None when all went well.

    `undone` is True when the driver was put back as it was, False when that failed too, None when there was nothing
    to put back. `driver` is the driver afterwards. `kernel_messages` are the kernel's last ones, oldest first, empty
    when nothing went wrong or they may not be read. `interrupted` says that npumon was asked to end meanwhile.
    """

    outcomes: tuple[StepOutcome, ...]
    driver: DriverState
    problem: Problem | None = None
    undone: bool | None = None
    kernel_messages: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def ok(self) -> bool:
        return self.problem is None


def plan(action: Action, parameters: Mapping[str, str], inputs: PlanInputs) -> DriverPlan:
    """Compare what is wanted with what is there.

    `parameters` are those that shall have the given values afterwards; others are kept. "reload" also loads a driver
    that is not loaded; "load" leaves a loaded one alone; "unload" takes no parameters into account.
    """
    driver = inputs.driver
    current = driver.parameters if driver.name == "galcore" else None
    wanted = None if action == "unload" else _wanted(parameters, current, inputs.interrupted)
    empty = DriverPlan(action, (), (), current, wanted, driver, tuple(parameters.items()))
    if action == "unload" and current is None and driver.name is None:
        return empty._replace(notes=("galcore is not loaded.",))
    if current is not None and action == "load":
        return empty._replace(notes=("galcore is loaded already; npumon driver reload changes its parameters.",))
    changes = differences(parameters.items(), current)
    if current is not None and action == "reload" and not changes:
        return empty._replace(notes=("galcore is loaded with these parameters already.",))
    refused = refusals(inputs, parameters, unloads=current is not None, loads=wanted is not None)
    if refused:
        return empty._replace(refusals=refused)
    return empty._replace(
        steps=_steps(inputs, wanted, changes, unloads=current is not None),
        undo=_undo(inputs, current) if wanted is not None else (),
        notes=() if wanted is None else tuple(_notes(inputs, wanted)),
    )


def rule_commands(inputs: PlanInputs, parameters: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Return the argv of every step that a reload with or without profiling takes, and its undoing: what a sudo rule
    has to allow. Empty if the module or a tool is missing."""
    if inputs.rmmod is None or inputs.insmod is None or inputs.module is None:
        return ()
    current = inputs.driver.parameters
    loads = [
        _load(inputs, inputs.module, _wanted({"gpuProfiler": on, **parameters}, current, None), "") for on in ("1", "0")
    ]
    loads += _undo(inputs, current or None)
    return tuple(dict.fromkeys([(inputs.rmmod, "galcore"), *(step.argv for step in loads)]))


def _wanted(
    parameters: Mapping[str, str], current: Parameters | None, interrupted: InterruptedReload | None
) -> Parameters:
    """Return the next load's parameters: what every load states, the settings kept, then what was asked for."""
    before = interrupted.parameters if current is None and interrupted is not None else current or ()
    found = dict(STATED_PARAMETERS)
    if before:
        found |= {name: value for name, value in before if name == "gpuProfiler" and _is_value(value)}
    found |= dict(_kept(before))
    found |= parameters
    return tuple(found.items())


def _restoring_parameters(current: Parameters) -> Parameters:
    """Return the parameters that reproduce the present load."""
    stated = [(name, value) for name, value in current if name in dict(STATED_PARAMETERS) and _is_value(value)]
    return (*stated, *_kept(current))


def _kept(parameters: Parameters) -> Parameters:
    there = dict(parameters)
    return tuple(
        (name, there[name])
        for name, default in SETTINGS
        if name in there and _is_value(there[name]) and not _same(there[name], default)
    )


def _is_value(text: str) -> bool:
    """Return whether this is a value, and not a remark that it could not be read."""
    return _NUMBER.fullmatch(text) is not None or text in ("Y", "N")


def differences(wanted: Iterable[tuple[str, str]], found: Parameters | None) -> Parameters:
    """Return the wanted parameters that have another value, or are missing."""
    there = dict(found or ())
    return tuple((name, value) for name, value in wanted if not _same(value, there.get(name)))


def _same(wanted: str, found: str | None) -> bool:
    """Return whether two spellings of a parameter mean the same: 1, 0x1 and Y do."""
    return found is not None and _meaning(wanted) == _meaning(found)


def _meaning(text: str) -> int | str:
    if _NUMBER.fullmatch(text):
        return int(text, 16 if "x" in text.lower() else 10)
    return {"Y": 1, "N": 0}.get(text.upper(), text)


def _steps(inputs: PlanInputs, wanted: Parameters | None, changes: Parameters, *, unloads: bool) -> tuple[Step, ...]:
    steps: list[Step] = []
    if unloads:
        assert inputs.rmmod is not None  # noqa: S101 - refused before
        why = "parameters are read only while the driver is loaded" if wanted is not None else "as asked"
        steps.append(Step((inputs.rmmod, "galcore"), why))
    if wanted is not None:
        there = dict(inputs.driver.parameters)
        told = [f"{name} from {there.get(name, 'unset')} to {value}" for name, value in changes]
        why = f"sets {', '.join(told)}" if unloads else "galcore is not loaded"
        if inputs.interrupted is not None and not unloads:
            why = "an earlier npumon was killed before it had loaded the driver again"
        steps.append(_load(inputs, inputs.module, wanted, why))
    return tuple(steps)


def _undo(inputs: PlanInputs, current: Parameters | None) -> tuple[Step, ...]:
    if current is None:
        return ()
    return (_load(inputs, _restoring_file(inputs), _restoring_parameters(current), "restores the driver as it was"),)


def _restoring_file(inputs: PlanInputs) -> ModuleFile | None:
    """Return the file that restores the driver: the one it came from, unless this kernel would not load that."""
    previous_module = inputs.previous_module
    if (
        previous_module is None
        or previous_module.fault is not None
        or is_for_another_kernel(previous_module, inputs.kernel)
    ):
        return inputs.module
    return previous_module


def _load(inputs: PlanInputs, module: ModuleFile | None, parameters: Parameters, why: str) -> Step:
    assert inputs.insmod is not None  # noqa: S101 - refused before
    assert module is not None  # noqa: S101
    return Step((inputs.insmod, module.path, *(f"{name}={value}" for name, value in parameters)), why)


def _notes(inputs: PlanInputs, wanted: Parameters) -> Iterator[str]:
    module = inputs.module
    if module is not None and module.vermagic is None:
        yield "The module file does not say which kernel it was built for."
    given, usual = dict(wanted), dict(SETTINGS)
    left_out = [pair for pair in inputs.configured if pair[0] not in given]
    lost = [f"{name}={value}" for name, value in left_out if not _same(value, usual.get(name))]
    if lost:
        given_by = f"modprobe's configuration gives galcore {', '.join(lost)}"
        yield f"{given_by}; npumon does not, unless you name it with --param."
