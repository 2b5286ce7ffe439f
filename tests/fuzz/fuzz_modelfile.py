"""Coverage-guided fuzzing of the readers of model files (`make fuzz`): any bytes at all, through to what is printed.

Run as a program it needs atheris. `examine` is what it tries; ordinary tests call it too.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.util
import io
import json
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from npumon.modelfile.description import ModelFile

ROOT = Path(__file__).resolve().parents[2]
#: What the readers look for, so that the fuzzer need not find it letter by letter.
_WORDS = (
    *("VPMN", "NPUB", "total_size", "npu_size", "cmd_content", "weight_content", "data_content", "ops_content"),
    *("tmp_content", "npu_content", "cpu_content", "cache_content", "struct input {", "struct output {"),
    *("struct in_out {", "npu_data_t", "typedef short npu_data_t;", "unsigned char ", "const unsigned int ", "float "),
    *("__attribute__ ((packed))", "__attribute__ ((aligned(4)))", "#if 0", "#else", "#endif", "#define FEATS_Q 12"),
    *("[4294967295]", "[0]", "0x1f, ", "......", " = {", "};", "//", "/*", "*/", "State_c0", "State_c0_out", "pb_md5"),
    *("tensorname:", ",0:", "customer:input,0,0:", "Configuration settings:", "CORENAME : LEO", "20220212154001"),
    *("COMPRESS : true", "xip_", "XIP_NPU_ATTR", "DRAM0_NPU_ATTR", '"Inputs"', '"Outputs"', '"op"', '"inut_shape"'),
    *('"scale": [', '"zero_point": [', '"fl": [', '"shape": [', '"quantize": {', '"npu_content_len": ', "CONFIG_"),
    *("KWS_SNPU_BUFFER_SIZE=", "NPU_SRAM_SIZE_KB=", "NPU_RUN_IN_FLASH=y", "version https://git-lfs.github.com/spec/v1"),
)
#: A file longer than this teaches the readers nothing new, and slows the search.
_LONGEST = 1 << 15


def examine(data: bytes) -> None:
    """Read the bytes as a model file, and as what may stand beside one, and show them in every way.

    Nothing may raise, no document may hold what JSON does not know, and no text may hold what a terminal obeys or a
    line wider than it is.
    """
    from npumon.core.layout import cell_width
    from npumon.export.drawing import Style
    from npumon.export.model_c import model_c
    from npumon.export.model_csv import diff_rows, model_row
    from npumon.export.model_diff_text import model_diff_text
    from npumon.export.model_firmware import firmware_text
    from npumon.export.model_text import model_text
    from npumon.export.model_weights import weights_text
    from npumon.modelfile.budget import Budget
    from npumon.modelfile.checks_gx import pb_check
    from npumon.modelfile.checks_meta import meta_checks
    from npumon.modelfile.checks_nbg import Device
    from npumon.modelfile.compiler_report import read_report, report_checks
    from npumon.modelfile.consequences import consequences
    from npumon.modelfile.detect import could_be, lfs_size
    from npumon.modelfile.diff import diff_models
    from npumon.modelfile.document import diff_document, document, firmware_document, weights_document
    from npumon.modelfile.firmware.kconfig import config_checks, read_kconfig
    from npumon.modelfile.firmware.needs import FirmwareOptions, ram_checks
    from npumon.modelfile.firmware.sums import firmware
    from npumon.modelfile.inspection import inspect
    from npumon.modelfile.weights import weight_statistics

    model = inspect(data, today="2026-11-22", device=Device(0x88, 1 << 20, 522240))
    report, config = read_report(data), read_kconfig(data)
    lfs_size(data)
    known = _known()
    known.with_checks(*meta_checks(known, data), *(config_checks(known, config) if config else ()))
    if model is None:
        return
    assert could_be(data[:4096])
    model = model.with_checks(*meta_checks(model, data), pb_check(model, "0" * 32))
    if report is not None:
        model = model.with_checks(*report_checks(model, report))
    options = FirmwareOptions(contexts=3, npu_bytes=config.npu_bytes if config else None, flash_clock_hz=96_000_000)
    model = model.with_checks(*ram_checks(model, options), *(config_checks(model, config) if config else ()))
    weight = model.array("weight")
    content = weight.content if weight and weight.content else data[:4096]
    statistics = weight_statistics(content, compressed=model.weights_compressed)
    diff = diff_models(known, model, same_bytes=False)
    sentences = consequences(known, model, diff.tensors)
    whole = firmware([("model.h", model), ("model_xip.h", known)], Budget(), contexts=2)
    for value in (
        document(model, "model", options),
        diff_document(diff, "a", "b", sentences),
        weights_document(statistics),
        {} if whole is None else firmware_document(whole),
    ):
        json.dumps(value, allow_nan=False)
    rows = list(csv.reader(io.StringIO(model_row(model, "model") + diff_rows(diff, sentences))))
    assert len(rows) > 1
    code = model_c(model, "model.h") or ""
    assert code.isascii()
    assert all(line.isprintable() for line in code.split("\n")), code
    # One style each: showing takes longer than reading.
    style = Style(ascii=True, width=40) if len(data) % 2 else Style(width=60)
    text = model_text(model, "model", style, options) + model_diff_text(diff, ("a", "b"), style, sentences)
    text += weights_text(statistics, style) + ("" if whole is None else firmware_text(whole, style))
    lines = text.split("\n")
    assert all(line.isprintable() for line in lines), text
    assert not style.ascii or text.isascii(), text
    assert max(map(cell_width, lines)) <= style.width, max(lines, key=cell_width)


@cache
def _known() -> ModelFile:
    """Return a sound model of the format most is known of, to compare with."""
    from npumon.modelfile.inspection import inspect
    from tests.model_writers import HeaderSpec

    model = inspect(HeaderSpec().data(), today="2026-11-22")
    assert model is not None
    return model


def samples() -> dict[str, bytes]:
    """Synthetic files of every kind that is read, to begin with."""
    from tests.model_writers import HeaderSpec, NbgSpec, apus_text, leo_text, npub_bytes

    data = ROOT / "tests" / "data"
    versions = (0x00010003, 0x00010009, 0x0001000C, 0x0001000E, 0x00010014, 0x0001001E, 0x00010020)
    return {
        "gx8002": HeaderSpec().data(),
        "gx8002_prefixed": HeaderSpec(prefix="kws_", newline="\r\n").data(),
        "gx8002_disabled": b"#if 0\n" + HeaderSpec().data() + b"#endif\n",
        "leo": leo_text().encode(),
        "apus": apus_text().encode(),
        "npub": npub_bytes(),
        "nbg": NbgSpec().data(),
        **{f"nbg_{version:x}": NbgSpec(version=version, operations=[0xFFFF, 2, 40, 3]).data() for version in versions},
        "npub_leo": npub_bytes(npu_content_len=12, cpu_content_len=30, version="0.1.8"),
        "npub_sizeless": npub_bytes(total_size=None, npu_size=None),
        "meta": (data / "nbg_0001000f" / "nbg_meta.json").read_bytes(),
        "graph": b'{"Layers": {"uid_1": {"op": "RELU", "inputs": ["@x:out0"], "outputs": ["out0"]}}}',
        "document": (data / "gx8002_document.txt").read_bytes(),
        "config": b"CONFIG_KWS_SNPU_BUFFER_SIZE=60\nCONFIG_NPU_SRAM_SIZE_KB=1\n",
    }


def main() -> int:
    """Fuzz for the seconds that were asked for; what breaks a reader is left in the folder `--findings`."""
    parser = argparse.ArgumentParser(description="Fuzz the readers of model files.")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--findings", type=Path, default=Path("findings"), metavar="FOLDER")
    args = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("fuzz: SKIPPED, nothing was tested: atheris is not installed (it has wheels for CPython 3.10 to 3.13")
        print("fuzz: on Linux x86-64 only)")
        return 0
    atheris = importlib.import_module("atheris")
    sys.path.insert(0, str(ROOT))
    with atheris.instrument_imports(include=["npumon.modelfile", "npumon.export"]):
        for name in ("inspection", "consequences", "document", "compiler_report", "firmware.kconfig", "firmware.sums"):
            importlib.import_module(f"npumon.modelfile.{name}")
        for name in ("model_text", "model_diff_text", "model_firmware", "model_c", "model_csv"):
            importlib.import_module(f"npumon.export.{name}")
    args.findings.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        corpus, words = Path(folder) / "corpus", Path(folder) / "words"
        corpus.mkdir()
        for name, data in samples().items():
            (corpus / name).write_bytes(data)
        words.write_text("".join(f'"{word.translate(_QUOTED)}"\n' for word in _WORDS))
        options = (
            f"-max_total_time={args.seconds}",
            f"-max_len={_LONGEST}",
            "-timeout=20",
            "-rss_limit_mb=2048",
            f"-dict={words}",
            f"-artifact_prefix={args.findings}/",
            "-print_final_stats=1",
        )
        child = os.fork()  # the fuzzer ends its process without coming back
        if child == 0:
            atheris.Setup([sys.argv[0], *options, str(corpus)], examine)
            atheris.Fuzz()
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if not os.listdir(args.findings):
        args.findings.rmdir()
    if status:
        print(f"fuzz: a reader broke; the bytes that did it are in {args.findings}")
    return 1 if status else 0


_QUOTED = str.maketrans({'"': '\\"', "\\": "\\\\"})

if __name__ == "__main__":
    sys.exit(main())
