"""`npumon inspect FILE…`: what is in a model file, whether it fits and is consistent, what changed between two."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from npumon.cli import status
from npumon.cli.commands.inspect_files import InputFile, read, sources
from npumon.cli.commands.inspect_model import KNOWN, Inspector, unknown
from npumon.cli.paths import STDIN
from npumon.core.problems import Problem, ProblemError

if TYPE_CHECKING:
    from npumon.cli.context import CommandContext
    from npumon.modelfile.description import ModelFile

    Models = Iterator[tuple[InputFile, ModelFile]]

_EPILOG = """\
examples:
  npumon inspect model.h --budget 128K   does it run in the NPU's share of SRAM?
  npumon inspect model.h --budget 46K --flash 450K
                                         ... with the rest of it in flash?
  npumon inspect models/ --format csv    a row for each model in a folder
  npumon inspect --diff old.h new.h      what changed

exit status: 0 all checks hold, 1 a check of severity fail does not hold, 2 a
             file that was named, or is a *.nb or model.h in a folder, cannot
             be read or is not a model file;
             with --diff: 0 the files are the same, 1 they differ, 2 trouble
"""
_BYTES = re.compile(r"(\d{1,12})([kKmM])?(?:i?B)?|0[xX]([0-9a-fA-F]{1,10})", re.ASCII)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's own options."""
    parser.usage = "npumon inspect [option ...] FILE ..."
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
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
    form = ctx.format("text", "json", "csv")
    if args.weights and form == "csv":
        raise _misuse("--weights has no columns in a csv.", "Choose --format json.")
    found = sources(args.files)
    ctx.output.refuse_inputs(source.path for source in found if source.path != STDIN)
    several = len(args.files) > 1 or os.path.isdir(args.files[0])
    inspector = Inspector(args, ctx)
    models = inspector.all(found) if several else iter([(found[0], inspector.one(found[0]))])
    first = next(models, None)
    if first is not None:
        models = chain([first], models)
        if form == "json":
            _json(models, inspector, several)
        else:
            (_csv if form == "csv" else _text)(models, inspector)
    elif not inspector.refused:
        raise _misuse("No model file was found.", KNOWN)
    if inspector.compared:
        ctx.note_demo()
    if inspector.refused:
        return status.USAGE
    return status.DONE if inspector.ok else status.FAILED


def _text(models: Models, inspector: Inspector) -> None:
    from npumon.export.model_text import model_text, operations_text
    from npumon.export.model_weights import weights_text

    output = inspector.ctx.output
    rule = ("-" if output.style.ascii else "─") * output.style.width
    with output.open_document() as sink:
        for number, (source, model) in enumerate(models):
            sink.write((f"\n{rule}\n\n" if number else "") + model_text(model, source.name, output.style))
            if inspector.weights and (statistics := inspector.statistics(source, model)) is not None:
                sink.write("\n" + weights_text(statistics, output.style))
            if inspector.operations and model.nbg is None:
                sink.write("\n" + operations_text(inspector.operations, output.style))


def _json(models: Models, inspector: Inspector, several: bool) -> None:
    from npumon.export.json_text import json_document
    from npumon.modelfile.document import document, operations_document, weights_document

    documents = []
    for source, model in models:
        value = document(model, source.stated)
        if inspector.weights:
            statistics = inspector.statistics(source, model)
            value["weights"] = None if statistics is None else weights_document(statistics)
        if inspector.operations and model.nbg is None:
            value["operations"] = operations_document(inspector.operations)
        documents.append(value)
    whole = {"schema": "npumon.models/1", "models": documents} if several else documents[0]
    inspector.ctx.output.document(json_document(whole, inspector.ctx.output.style))


def _csv(models: Models, inspector: Inspector) -> None:
    from npumon.export.model_csv import MODEL_HEADER, model_row

    rows = [model_row(model, source.stated) for source, model in models]
    inspector.ctx.output.document(MODEL_HEADER + "".join(rows))


def _diff(args: argparse.Namespace, ctx: CommandContext) -> int:
    form = ctx.format("text", "json")
    if len(args.files) != 2 or any(os.path.isdir(path) for path in args.files):
        raise _misuse("--diff compares two files.", "npumon inspect --diff A B")
    if args.pb or args.report or args.weights or args.budget is not None or args.flash is not None:
        what = "--diff goes without --pb, --report, --weights, --budget and --flash."
        raise _misuse(what, "Inspect each file on its own for them.")
    before, after = sources(args.files)
    ctx.output.refuse_inputs(source.path for source in (before, after) if source.path != STDIN)
    inspector = Inspector(args, ctx)
    read_pair = [(source, read(source) or b"") for source in (before, after)]
    models = [inspector.described(source, data) for source, data in read_pair]
    for (source, data), model in zip(read_pair, models, strict=True):
        if model is None:
            raise unknown(source, data)
    from npumon.modelfile.diff import diff_models

    one, other = (model for model in models if model is not None)
    diff = diff_models(one, other, same_bytes=read_pair[0][1] == read_pair[1][1])
    if form == "json":
        from npumon.export.json_text import json_document
        from npumon.modelfile.document import diff_document

        value = diff_document(diff, before.stated, after.stated)
        ctx.output.document(json_document(value, ctx.output.style))
    else:
        from npumon.export.model_diff_text import model_diff_text

        ctx.output.text(model_diff_text(diff, (before.name, after.name), ctx.output.style))
    if inspector.compared:
        ctx.note_demo()
    return status.DONE if diff.identical else status.FAILED


def _misuse(what: str, remedy: str) -> ProblemError:
    return ProblemError(Problem("inspect.usage", what, remedy, "usage"))
