"""What the differences of two model files mean for the firmware that runs them, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from npumon.modelfile.budget import MODE_WORDS
from npumon.modelfile.description import FileCheck, Fit, ModelFile, Tensor
from npumon.modelfile.diff import TensorChange
from npumon.modelfile.firmware import needs

_MOST_SENTENCES = 64


def consequences(before: ModelFile, after: ModelFile, changes: tuple[TensorChange, ...]) -> tuple[str, ...]:
    """Return a sentence for each thing that has to be changed, or no longer works, when `after` replaces `before`.

    Whether a model fits is judged by the budgets with which the two were read.
    """
    if before.format != after.format:
        return ("The files have different formats: the program that loads them must be another.",)
    found = (
        *_fit(before, after),
        *_ram(before, after),
        *_settings(before, after),
        *_config(before, after),
        *_tensors(before, after, changes),
        *_overlay(before, after),
        *_network(before, after),
    )
    return found[:_MOST_SENTENCES]


def _fit(before: ModelFile, after: ModelFile) -> Iterator[str]:
    old, new = ({way.mode: way for way in model.fit} for model in (before, after))
    for mode, way in new.items():
        was = old.get(mode)
        if was is None or was.ok == way.ok:
            continue
        verb = "fits now" if way.ok else "no longer fits"
        yield f"It {verb} {MODE_WORDS[mode]}: {_needs(way)}."
    if any(way.ok for way in old.values()) and new and not any(way.ok for way in new.values()):
        yield "It can no longer run in any way."


def _needs(way: Fit) -> str:
    text = f"{way.needs_bytes} of {way.budget_bytes} bytes of SRAM"
    return text + (f", {way.flash_bytes} of {way.flash_budget_bytes} of flash" if way.mode == "xip" else "")


def _ram(before: ModelFile, after: ModelFile) -> Iterator[str]:
    old, new = (needs.best_map(needs.ram_maps(model)) for model in (before, after))
    if old is None or new is None:
        return
    if old.left_bytes >= 0 > new.left_bytes:
        yield f"Nothing is left for the MCU: NPU and buffers take {-new.left_bytes} bytes more than the SRAM has."
    elif old.mode == new.mode and old.left_bytes != new.left_bytes:
        how = "more" if new.left_bytes > old.left_bytes else "less"
        amount = abs(new.left_bytes - old.left_bytes)
        yield f"The MCU has {amount} bytes {how} of the SRAM: {new.left_bytes} are left."


def _settings(before: ModelFile, after: ModelFile) -> Iterator[str]:
    old = {setting.name: setting.value for setting in needs.settings(before)}
    for setting in needs.settings(after):
        was = old.get(setting.name)
        if was is None or was == setting.value:
            continue
        name, how = setting.name, ""
        if name == needs.SRAM_KB_XIP:
            name, how = needs.SRAM_KB, f" with CONFIG_{needs.RUN_IN_FLASH}=y"
        sentence = f"CONFIG_{name}{how} must change from {was} to {setting.value}"
        if name == needs.BUFFER_SIZE:
            sentence += f"; each buffer takes {needs.rounded_buffer(setting.value)} bytes"
        yield sentence + "."


def _config(before: ModelFile, after: ModelFile) -> Iterator[str]:
    """Yield the options of the firmware's .config, if one was read, that suited before."""
    suited = {_option(check) for check in before.checks if check.id == "gx.config" and check.ok}
    for check in after.checks:
        wrong = check.id == "gx.config" and not check.ok and check.severity != "info"
        if wrong and _option(check) in suited:
            values = f"{'at most ' if check.limit else ''}{check.expected} expected, {check.found} found"
            yield f"The firmware's .config no longer suits: {_option(check)} ({values})."


def _option(check: FileCheck) -> str:
    return check.detail.partition(" ")[0].rstrip(":")


def _tensors(before: ModelFile, after: ModelFile, changes: tuple[TensorChange, ...]) -> Iterator[str]:
    for change in changes:
        if change.kind == "renamed":
            yield f"{change.before} is now called {change.after}: code that names it must be changed."
        elif change.kind == "moved":
            yield f"{change.name} moved from {change.before} to {change.after}: code that knows its place must follow."
        elif change.kind == "reshaped":
            yield f"{change.name} is {change.after} instead of {change.before}: what fills or reads it must be changed."
        elif change.kind == "requantized":
            was, now = change.before or "not quantized", change.after or "not quantized"
            yield f"{change.name} is scaled otherwise: before {was}, after {now}."
        elif change.kind == "added":
            yield f"{change.name} is new, {change.after}: it must be filled or read."
        else:
            yield f"{change.name} is gone: code that uses it must be changed."
    for one, other in ((before.inputs, after.inputs), (before.outputs, after.outputs)):
        yield from _order(one, other, changes)


def _order(one: tuple[Tensor, ...], other: tuple[Tensor, ...], changes: tuple[TensorChange, ...]) -> Iterator[str]:
    """Yield the tensors that kept their names but moved because others did, which a list of changes leaves out."""
    told = {change.name for change in changes}
    old = {tensor.name: tensor for tensor in one}
    for tensor in other:
        was = old.get(tensor.name)
        if was is not None and tensor.name not in told and was.offset_bytes != tensor.offset_bytes:
            yield f"{tensor.name} moved from offset {was.offset_bytes} to {tensor.offset_bytes} in its struct."


def _overlay(before: ModelFile, after: ModelFile) -> Iterator[str]:
    old, new = (
        next((check for check in model.checks if check.id == "gx.overlay" and check.severity == "fail"), None)
        for model in (before, after)
    )
    if old is not None and new is not None and old.ok and not new.ok:
        yield "The output can no longer lie over the next buffer's states: the NPU would corrupt them."


def _network(before: ModelFile, after: ModelFile) -> Iterator[str]:
    old, new = before.nbg, after.nbg
    if old is None or new is None:
        return
    if old.target_pid != new.target_pid:
        name = "" if new.target is None else f": {new.target}"
        yield f"It runs on another NPU{name}, PID {new.target_pid:#x}, instead of PID {old.target_pid:#x}."
    if old.format_version != new.format_version:
        versions = f"{old.format_version:#010x} to {new.format_version:#010x}"
        yield f"The format changed from {versions}: the driver must be able to read it."
    memories = (
        ("AXI-SRAM", old.axi_sram_bytes, new.axi_sram_bytes),
        ("VIP-SRAM", old.vip_sram_bytes, new.vip_sram_bytes),
        ("video memory", old.pool_bytes, new.pool_bytes),
    )
    for name, was, wants in memories:
        if was is not None and wants is not None and wants > was:
            yield f"It wants {wants - was} bytes more of {name}: {wants}."
