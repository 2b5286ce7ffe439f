"""`npumon inspect FILE…`: what is in a model file, whether it fits and is consistent, what changed between two."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from npumon.cli import status
from npumon.cli.commands.inspect_files import InputFile, read, sources
from npumon.cli.commands.inspect_model import KNOWN, InspectOptions, Inspector, Together, unknown
from npumon.cli.paths import STDIN
from npumon.core.problems import Problem, ProblemError

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext
    from npumon.modelfile.description import ModelFile
    from npumon.modelfile.document import Json

    Models = Iterator[tuple[InputFile, ModelFile]]

_STATUSES = """\
0 all checks hold, 1 a check of severity fail does not hold or the models of
one firmware are too big together, 2 a file that was named, or is a *.nb or
model.h in a folder, cannot be read or is not a model file;
with --diff: 0 the files are the same, 1 they differ, 2 trouble"""
_MOST_CONTEXTS = 64
_CLOCK = re.compile(r"(\d{1,10})(?:\.(\d{1,6}))?([kKmM])?(?:Hz|hz)?", re.ASCII)
#: A line of a .config; no line of npumon's own settings file begins so.
_KCONFIG_LINE = re.compile(rb"^(?:CONFIG_\w+=|# CONFIG_\w+ is not set)", re.M)
_KCONFIG_HEAD = 1 << 20
_BYTES = re.compile(r"(\d{1,12})([kKmM])?(?:i?B)?|0[xX]([0-9a-fA-F]{1,10})", re.ASCII)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.usage = "npumon inspect [option ...] FILE ..."
    parser.add_argument(
        "files", nargs="+", metavar="FILE",
        help="a model file of any name, a folder of model files, or - for standard input",
    )  # fmt: skip
    parser.add_argument("--diff", action="store_true", default=False, help="compare two files")
    parser.add_argument("--pb", default=None, metavar="FILE", help="check that the model was compiled from this .pb")
    parser.add_argument("--report", default=None, metavar="FILE", help="check the sizes against what gxnpuc printed")
    parser.add_argument(
        "--weights", action="store_true", default=False, help="show statistics of uncompressed half-precision weights"
    )
    parser.add_argument(
        "--budget", type=_bytes, default=None, metavar="BYTES",
        help="SRAM that the model must run in: 131072, 128K (default: the GX8002's 192K, or from flash)",
    )  # fmt: skip
    parser.add_argument(
        "--flash", type=_bytes, default=None, metavar="BYTES",
        help="flash for commands and weights; with --budget, running from it is good enough (default: 1M)",
    )  # fmt: skip

    parser.add_argument(
        "--kconfig", default=None, metavar="FILE",
        help="compare with the .config of a firmware (--config takes one, too)",
    )  # fmt: skip
    parser.add_argument(
        "--contexts", type=_contexts, default=2, metavar="N", help="buffers shaped like in_out (default: 2)"
    )
    parser.add_argument(
        "--flash-clock", type=_hertz, default=None, metavar="HZ",
        help="the flash's clock, such as 96M: how long a run from flash reads at least",
    )  # fmt: skip
    parser.add_argument(
        "--firmware", action="store_true", default=False,
        help="add the files up as the models of one firmware (model.h and model_xip.h are anyway)",
    )  # fmt: skip
    parser.add_argument(
        "--emit", choices=("c",), default=None, metavar="c",
        help="print C: assertions on sizes and offsets, and an initializer of the NPU's task",
    )  # fmt: skip
    parser.add_argument_group("exit status", _STATUSES)


def adapt_arguments(args: argparse.Namespace) -> None:
    """Take `--config FILE` for the firmware's if the file is a Kconfig `.config`, and not npumon's settings."""
    path = getattr(args, "config", None)
    if path is None or args.kconfig is not None:
        return
    try:
        with open(path, "rb") as file:
            head = file.read(_KCONFIG_HEAD)
    except (OSError, ValueError):
        return  # the settings' reader says what is wrong with it
    if _KCONFIG_LINE.search(head):
        args.kconfig, args.config = path, None


def _contexts(text: str) -> int:
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or not 1 <= int(text) <= _MOST_CONTEXTS:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of buffers, 1 to {_MOST_CONTEXTS}")
    return int(text)


def _hertz(text: str) -> int:
    match = _CLOCK.fullmatch(text)
    scale = {"K": 1_000, "M": 1_000_000, "": 1}[(match[3] or "").upper()] if match else 0
    clock = round(float(f"{match[1]}.{match[2] or 0}") * scale) if match else 0
    if clock <= 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a clock in hertz, such as 96M")
    return clock


def _bytes(text: str) -> int:
    match = _BYTES.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of bytes, such as 131072 or 128K")
    if match[3]:
        return int(match[3], 16)
    return int(match[1]) << {"K": 10, "M": 20, "": 0}[(match[2] or "").upper()]


def run(args: argparse.Namespace, ctx: CommandContext) -> int:
    """Print what the files are; the status tells whether every check holds, with --diff whether they are the same."""
    if args.diff:
        return _diff(args, ctx)
    form = ctx.format("text", "json", "jsonl", "csv")
    if args.weights and form == "csv":
        raise _misuse("--weights has no columns in a csv.", "Choose --format json.")
    if args.firmware and form in ("csv", "jsonl"):
        raise _misuse(f"--firmware has no row in {form}.", "Choose --format json.")
    found = sources(args.files)
    ctx.output.refuse_inputs(source.path for source in found if source.path != STDIN)
    several = len(args.files) > 1 or os.path.isdir(args.files[0])
    inspector = Inspector(InspectOptions.of(args), ctx)
    if args.emit is not None:
        return _emit(found, inspector, several)
    models = inspector.all(found) if several else iter([(found[0], inspector.one(found[0]))])
    first = next(models, None)
    if first is not None:
        models = chain([first], models)
        together = Together(inspector, wanted=args.firmware)
        if form == "json":
            _json(models, inspector, several, together)
        elif form == "jsonl":
            _jsonl(models, inspector)
        else:
            _csv(models, inspector) if form == "csv" else _text(models, inspector, together)
    elif not inspector.refused:
        raise _misuse("No model file was found.", KNOWN)
    if inspector.compared:
        ctx.note_demo()
    if inspector.refused:
        return status.USAGE
    return status.DONE if inspector.ok else status.FAILED


def _text(models: Models, inspector: Inspector, together: Together) -> None:
    from npumon.export.model_firmware import firmware_text
    from npumon.export.model_text import model_text, operations_text
    from npumon.export.model_weights import weights_text

    output = inspector.ctx.output
    rule = "\n" + ("-" if output.style.ascii else "─") * output.style.width + "\n\n"
    with output.open_document() as sink:
        for number, (source, model) in enumerate(models):
            together.add(source, model)
            text = model_text(model, source.name, output.style, inspector.firmware)
            sink.write((rule if number else "") + text)
            if inspector.weights and (statistics := inspector.statistics(source, model)) is not None:
                sink.write("\n" + weights_text(statistics, output.style))
            if inspector.operations and model.nbg is None:
                sink.write("\n" + operations_text(inspector.operations, output.style))
        whole = together.firmware()
        if whole is not None:
            sink.write(rule + firmware_text(whole, output.style))


def _described(source: InputFile, model: ModelFile, inspector: Inspector) -> dict[str, Json]:
    from npumon.modelfile.document import document, operations_document, weights_document

    value = document(model, source.stated, inspector.firmware)
    if inspector.weights:
        statistics = inspector.statistics(source, model)
        value["weights"] = None if statistics is None else weights_document(statistics)
    if inspector.operations and model.nbg is None:
        value["operations"] = operations_document(inspector.operations)
    return value


def _json(models: Models, inspector: Inspector, several: bool, together: Together) -> None:
    from npumon.export.json_text import json_document
    from npumon.modelfile.document import firmware_document

    documents: list[Any] = []
    for source, model in models:
        together.add(source, model)
        documents.append(_described(source, model, inspector))
    whole = documents[0]
    if several:
        sums = together.firmware()
        firmware = None if sums is None else firmware_document(sums)
        whole = {"schema": "npumon.models/1", "models": documents, "firmware": firmware}
    inspector.ctx.output.document(json_document(whole, inspector.ctx.output.style))


def _jsonl(models: Models, inspector: Inspector) -> None:
    """Print a document a line, each as soon as its file is read."""
    from npumon.export.json_text import json_line

    with inspector.ctx.output.open_document() as sink:
        for source, model in models:
            sink.write(json_line(_described(source, model, inspector)))


def _csv(models: Models, inspector: Inspector) -> None:
    from npumon.export.model_csv import MODEL_HEADER, model_row

    rows = [model_row(model, source.stated) for source, model in models]
    inspector.ctx.output.document(MODEL_HEADER + "".join(rows))


def _emit(found: tuple[InputFile, ...], inspector: Inspector, several: bool) -> int:
    from npumon.export.model_c import model_c

    if several:
        raise _misuse("--emit c takes one model.h.", "npumon inspect model.h --emit c")
    model = inspector.one(found[0])
    text = model_c(model, os.path.basename(found[0].path) if found[0].path != STDIN else "model.h")
    if text is None:
        raise _misuse(f"{found[0].name} is not a GX8002 header with its structs.", "Name a model.h of gxnpuc.")
    inspector.ctx.output.document(text)
    return status.DONE if inspector.ok else status.FAILED


def _diff(args: argparse.Namespace, ctx: CommandContext) -> int:
    form = ctx.format("text", "json", "jsonl", "csv")
    if len(args.files) != 2 or any(os.path.isdir(path) for path in args.files):
        raise _misuse("--diff compares two files.", "npumon inspect --diff A B")
    if args.pb or args.report or args.weights or args.emit or args.firmware:
        what = "--diff goes without --pb, --report, --weights, --emit and --firmware."
        raise _misuse(what, "Inspect each file on its own for them.")
    before, after = sources(args.files)
    ctx.output.refuse_inputs(source.path for source in (before, after) if source.path != STDIN)
    inspector = Inspector(InspectOptions.of(args), ctx)
    read_pair = [(source, read(source) or b"") for source in (before, after)]
    models = [inspector.described(source, data) for source, data in read_pair]
    for (source, data), model in zip(read_pair, models, strict=True):
        if model is None:
            raise unknown(source, data)
    from npumon.modelfile.consequences import consequences
    from npumon.modelfile.diff import diff_models

    one, other = (model for model in models if model is not None)
    diff = diff_models(one, other, same_bytes=read_pair[0][1] == read_pair[1][1])
    sentences = () if diff.identical else consequences(one, other, diff.tensors)
    if form == "csv":
        from npumon.export.model_csv import DIFF_HEADER, diff_rows

        ctx.output.document(DIFF_HEADER + diff_rows(diff, sentences))
    elif form == "text":
        from npumon.export.model_diff_text import model_diff_text

        ctx.output.text(model_diff_text(diff, (before.name, after.name), ctx.output.style, sentences))
    else:
        from npumon.export.json_text import json_document, json_line
        from npumon.modelfile.document import diff_document

        value = diff_document(diff, before.stated, after.stated, sentences)
        ctx.output.document(json_line(value) if form == "jsonl" else json_document(value, ctx.output.style))
    if inspector.compared:
        ctx.note_demo()
    return status.DONE if diff.identical else status.FAILED


def _misuse(what: str, remedy: str) -> ProblemError:
    return ProblemError(Problem("inspect.usage", what, remedy, "usage"))
