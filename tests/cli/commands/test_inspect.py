"""`npumon inspect` as a user starts it, on synthetic model files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import CommandLine, refused
from tests.model_writers import HeaderSpec, NbgSpec, NbgTensorSpec, apus_text, leo_text, npub_bytes

HEADER = HeaderSpec().data()
BROKEN = HeaderSpec().text().replace("npu_size = 106", "npu_size = 74").encode()
NBG = NbgSpec().data()
#: What must never reach a terminal: sequences, a C1 control, bidirectional and zero-width characters, a bell.
HOSTILE = "\x1b[31mred\x1b]0;title\x07\x9b2J\u202eevil\u200b\x08\r"


def strict(text: str) -> Any:
    """The one JSON document, without what JSON does not know."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def write(npumon: CommandLine, **files: bytes) -> None:
    for name, data in files.items():
        (npumon.folder / name.replace("__", "/").replace("_dot_", ".")).write_bytes(data)


def test_a_header_as_text(npumon: CommandLine) -> None:
    write(npumon, model_dot_h=HEADER)
    done = npumon("inspect", "model.h")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("model.h\nGX8002 header · ok · compiler 1.5.3rc7 · NPU32")
    assert "  weight_content     30   16.5 %" in done.stdout


def test_one_file_is_one_document(npumon: CommandLine) -> None:
    write(npumon, model_dot_h=HEADER)
    done = npumon("inspect", "model.h", "--format", "json")
    document = strict(done.stdout)
    assert (done.returncode, document["schema"], document["path"]) == (0, "npumon.model/1", "model.h")
    assert document["ok"] is True
    assert document["sizes"]["total_bytes"] == HeaderSpec().total_size
    assert "weights" not in document


def test_several_files_and_folders_are_a_list(npumon: CommandLine) -> None:
    (npumon.folder / "all").mkdir()
    (npumon.folder / "all" / "inner").mkdir()
    files = {"b.h": HEADER, "a.nb": NBG, "c.bin": npub_bytes(), "notes.txt": b"notes\n", "empty": b"", "zip": b"PK\0\0"}
    for name, data in files.items():
        (npumon.folder / "all" / name).write_bytes(data)
    (npumon.folder / "all" / "inner" / "d.h").write_bytes(BROKEN)
    done = npumon("inspect", "all", "--format", "json")
    document = strict(done.stdout)
    assert (done.returncode, done.stderr, document["schema"]) == (0, "", "npumon.models/1")
    assert [model["path"] for model in document["models"]] == ["all/a.nb", "all/b.h", "all/c.bin"]
    assert [model["format"] for model in document["models"]] == ["nbg", "gx8002", "npub"]
    done = npumon("inspect", "all/b.h", "all/inner", "--format", "json")
    assert [model["path"] for model in strict(done.stdout)["models"]] == ["all/b.h", "all/inner/d.h"]
    assert done.returncode == 1
    text = npumon("inspect", "all").stdout
    assert text.count("\n\n" + "─" * 80 + "\n\n") == 2


def test_a_row_for_each_model(npumon: CommandLine) -> None:
    write(npumon, a_dot_h=HEADER, b_dot_h=BROKEN, c_dot_nb=NBG)
    done = npumon("inspect", "a.h", "b.h", "c.nb", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert done.returncode == 1
    assert [(row["path"], row["ok"], row["failed"]) for row in rows] == [
        ("a.h", "true", ""),
        ("b.h", "false", "gx.npu gx.total"),
        ("c.nb", "true", ""),
    ]


@pytest.mark.parametrize("name", ["model.h", "MODEL_XIP.H", "net.nb"])
@pytest.mark.parametrize(
    ("data", "told"), [(b"", "is empty."), (b"// cut", "is not a known model file."), (bytes(9), "")]
)
def test_what_is_named_as_a_model_in_a_folder_is_not_passed_over(
    npumon: CommandLine, name: str, data: bytes, told: str
) -> None:
    (npumon.folder / "all").mkdir()
    write(npumon, all__good_dot_h=HEADER, **{"all__model_config_dot_h": b"#define X 1\n"})
    (npumon.folder / "all" / name).write_bytes(data)
    done = npumon("inspect", "all", "--format", "csv")
    assert (done.returncode, done.stdout.count("\n"), done.stderr.count("\n")) == (2, 2, 1)
    assert f"all/{name} {told}" in done.stderr


def test_the_same_bytes_under_another_name_are_told(npumon: CommandLine) -> None:
    write(npumon, a_dot_h=HEADER, b_dot_h=HEADER, c_dot_nb=NBG)
    done = npumon("inspect", "a.h", "b.h", "c.nb", "a.h", "--format", "csv")
    assert (done.returncode, done.stderr) == (0, "npumon: a.h and b.h are the same, byte for byte.\n")


def test_standard_input(npumon: CommandLine) -> None:
    done = npumon("inspect", "-", stdin=NBG)
    assert done.returncode == 0
    assert done.stdout.startswith("standard input\nNBG format 0x0001000f")
    assert strict(npumon("inspect", "-", "--format", "json", stdin=HEADER).stdout)["path"] == "-"


def test_a_failed_check_is_the_status(npumon: CommandLine) -> None:
    write(npumon, model_dot_h=BROKEN)
    done = npumon("inspect", "model.h")
    assert done.returncode == 1
    assert "  FAIL  gx.npu" in done.stdout


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("none.h",), ("none.h cannot be read: No such file or directory.", "Check the path.")),
        (("empty.h",), ("empty.h is empty.",)),
        (("notes.txt",), ("notes.txt is not a known model file.", "NBG")),
        (("nothing",), ("No model file was found.",)),
        (("model.h", "none.h"), ("none.h cannot be read",)),
        (("-", "-"), ("Standard input can be read only once.",)),
        (("model.h", "--budget", "much"), ("'much' is not a number of bytes",)),
        (("model.h", "--budget", "-5"), ("--budget",)),
        (("model.h", "--pb", "none.pb"), ("none.pb cannot be read",)),
        (("model.h", "--pb", "nothing"), ("nothing cannot be read: Is a directory.",)),
        (("model.h", "--report", "notes.txt"), ("notes.txt contains no output of gxnpuc.",)),
        (("model.h", "--weights", "--format", "csv"), ("--weights has no columns",)),
        (("model.h", "--format", "svg"), ("not support the format svg",)),
        (("model.h", "--contexts", "0"), ("'0' is not a number of buffers",)),
        (("model.h", "--flash-clock", "fast"), ("'fast' is not a clock in hertz",)),
        (("model.h", "--kconfig", "notes.txt"), ("notes.txt is not the .config of a firmware",)),
        (("model.h", "--emit", "rust"), ("--emit",)),
        (("model.h", "model.h", "--emit", "c"), ("--emit c takes one model.h.",)),
        (("model.h", "--firmware", "--format", "jsonl"), ("--firmware has no row in jsonl",)),
        (("net.nb", "--emit", "c"), ("net.nb is not a GX8002 header",)),
        (("model.h", "-o", "model.h"), ("model.h is both read and written.",)),
        (("--diff", "model.h"), ("--diff compares two files.",)),
        (("--diff", "model.h", "nothing"), ("--diff compares two files.",)),
        (("--diff", "model.h", "notes.txt"), ("notes.txt is not a known model file.",)),
        (("--diff", "model.h", "empty.h"), ("empty.h is empty.",)),
        (("--diff", "model.h", "model.h", "--weights"), ("--diff goes without",)),
        (("--diff", "model.h", "model.h", "--emit", "c"), ("--diff goes without",)),
        (("--diff", "model.h", "model.h", "--firmware"), ("--diff goes without",)),
        ((), ("FILE",)),
    ],
    ids=lambda value: " ".join(value),
)
def test_refusals(npumon: CommandLine, words: tuple[str, ...], parts: tuple[str, ...]) -> None:
    write(npumon, model_dot_h=HEADER, empty_dot_h=b"", notes_dot_txt=b"notes\n", net_dot_nb=NBG)
    (npumon.folder / "nothing").mkdir()
    refused(npumon("inspect", *words), 2, *parts)
    assert (npumon.folder / "model.h").read_bytes() == HEADER


def test_a_file_beyond_reason_is_refused_unread(npumon: CommandLine) -> None:
    with (npumon.folder / "huge.nb").open("wb") as file:
        file.write(b"VPMN")
        file.truncate((256 << 20) + 1)
    refused(npumon("inspect", "huge.nb"), 2, "huge.nb is longer than 256 MiB")


@pytest.mark.parametrize("words", [("{}",), ("model.h", "--pb", "{}"), ("model.h", "--report", "{}")])
@pytest.mark.parametrize("name", ["fifo", "/dev/zero", "/dev/null"])
def test_what_is_no_plain_file_is_refused_unread(npumon: CommandLine, words: tuple[str, ...], name: str) -> None:
    write(npumon, model_dot_h=HEADER)
    os.mkfifo(npumon.folder / "fifo")
    refused(npumon("inspect", *(word.format(name) for word in words)), 2, f"{name} is not a plain file.")


def test_a_pipe_may_be_named_as_the_shell_names_it(npumon: CommandLine) -> None:
    write(npumon, model_dot_h=HEADER)
    inspect = [sys.executable, "-m", "npumon", "inspect"]
    for pipe in ('cat model.h | "$@" /dev/stdin', '"$@" /dev/stdin < model.h', '"$@" <(cat model.h)'):
        done = npumon.run(["bash", "-c", pipe, "-", *inspect])
        assert (done.returncode, done.stderr, "GX8002 header · ok" in done.stdout) == (0, "", True), pipe


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused(npumon: CommandLine) -> None:
    write(npumon, model_dot_h=HEADER)
    (npumon.folder / "model.h").chmod(0)
    refused(npumon("inspect", "model.h"), 2, "model.h cannot be read: Permission denied.")


def test_a_named_file_that_is_no_model_does_not_hide_the_others(npumon: CommandLine) -> None:
    write(npumon, model_dot_h=HEADER, notes_dot_txt=b"notes\n", empty=b"")
    done = npumon("inspect", "notes.txt", "model.h", "empty", "--format", "json")
    assert done.returncode == 2
    assert [model["path"] for model in strict(done.stdout)["models"]] == ["model.h"]
    assert [line.split(".")[0] for line in done.stderr.splitlines()] == [
        "npumon: warning: notes",
        "npumon: warning: empty is empty",
    ]
    nothing = npumon("inspect", "notes.txt", "empty", "--format", "json")
    assert (nothing.returncode, nothing.stdout) == (2, "")


def test_the_budget_and_flash_are_the_firmwares(npumon: CommandLine) -> None:
    write(npumon, model_dot_h=HEADER)

    def fit(*words: str) -> list[tuple[str, int, bool]]:
        document = strict(npumon("inspect", "model.h", "--format", "json", *words).stdout)
        return [(way["mode"], way["budget_bytes"], way["ok"]) for way in document["fit"]]

    assert fit() == [("sram", 0x30000, True), ("xip", 0x30000, True)]
    assert fit("--budget", "128K") == [("sram", 131072, True), ("xip", 131072, True)]
    assert fit("--budget", "0x64") == [("sram", 100, False), ("xip", 100, True)]
    assert fit("--budget", "0") == [("sram", 0, False), ("xip", 0, False)]
    done = npumon("inspect", "model.h", "--budget", "100", "--flash", "40")
    assert (done.returncode, "FAIL  gx.flash" in done.stdout) == (1, True)
    assert npumon("inspect", "model.h", "--flash", "40").returncode == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--budget", "106"), 0),
        (("--budget", "105"), 1),
        (("--budget", "105", "--flash", "1M"), 0),
        (("--budget", "63", "--flash", "1M"), 1),
    ],
)
def test_a_budget_that_is_named_decides_in_a_build(npumon: CommandLine, words: tuple[str, ...], code: int) -> None:
    write(npumon, model_dot_h=HEADER)
    assert npumon("inspect", "model.h", *words).returncode == code


def test_a_budget_is_kept_by_models_of_other_cores_too(npumon: CommandLine) -> None:
    write(npumon, leo_dot_h=leo_text().encode(), apus_dot_h=apus_text().encode(), net_dot_nb=NBG)
    assert npumon("inspect", "leo.h", "apus.h").returncode == 0
    assert npumon("inspect", "leo.h", "--budget", "107").returncode == 1
    assert npumon("inspect", "apus.h", "--budget", "63").returncode == 1
    assert npumon("inspect", "leo.h", "apus.h", "--budget", "108").returncode == 0
    done = npumon("inspect", "net.nb", "--budget", "1")
    assert (done.returncode, "net.nb was not made by gxnpuc: --budget does not apply to it." in done.stderr) == (
        0,
        True,
    )


def test_the_graph_that_was_compiled(npumon: CommandLine) -> None:
    graph = b"a frozen graph"
    spec = HeaderSpec(pb_md5=hashlib.md5(graph, usedforsecurity=False).hexdigest())
    write(npumon, model_dot_h=spec.data(), net_dot_pb=graph, other_dot_pb=b"another")
    assert npumon("inspect", "model.h", "--pb", "net.pb").returncode == 0
    done = npumon("inspect", "model.h", "--pb", "other.pb")
    assert done.returncode == 1
    assert "FAIL  gx.pb" in done.stdout


def test_the_compilers_report(npumon: CommandLine) -> None:
    report = b"Mem1(data): 64\nMem2(instruction): 12\nTotal Memory Size: 182\nCompile OK.\n"
    write(npumon, model_dot_h=HEADER, good_dot_log=report, bad_dot_log=report.replace(b"64", b"65"), net_dot_nb=NBG)
    good = strict(npumon("inspect", "model.h", "--report", "good.log", "--format", "json").stdout)
    assert [check["ok"] for check in good["checks"] if check["id"] == "gx.report"] == [True]
    assert "operations" not in good
    assert npumon("inspect", "model.h", "--report", "bad.log").returncode == 1
    tables = b"0x4 ( 4B ) 0x4 ( 4B ) conv\n0x40 ( 64B ) 0x10 + 0x8 ( 16B + 8B ) 0xc ( 12B ) 0x8 ( 8B ) conv\n"
    write(npumon, full_dot_log=tables + report)
    done = npumon("inspect", "model.h", "--report", "full.log")
    assert [line.split()[:4] for line in done.stdout.splitlines()][-1] == ["conv", "4", "24", "8"]
    full = strict(npumon("inspect", "model.h", "--report", "full.log", "--format", "json").stdout)
    assert full["operations"] == [
        {"name": "conv", "weight_bytes": 4, "data_bytes": 24, "instruction_bytes": 8, "share": 1.0}
    ]
    done = npumon("inspect", "net.nb", "--report", "good.log")
    assert "net.nb was not made by gxnpuc" in done.stderr
    assert "gx.report" not in done.stdout


def test_weights_as_text_and_json(npumon: CommandLine) -> None:
    write(npumon, model_dot_h=HeaderSpec(weight=struct.pack("<4e", 0.0, 0.5, -0.5, 2.0)).data(), net_dot_nb=NBG)
    done = npumon("inspect", "model.h", "--weights", "--ascii")
    assert "Weights  4 half-precision values, minimum -0.5, maximum 2" in done.stdout
    assert done.stdout.splitlines()[-3].split()[:6] == ["0.5", "to", "1", "2", "50.0", "%"]
    weights = strict(npumon("inspect", "model.h", "--weights", "--format", "json").stdout)["weights"]
    assert (weights["count"], weights["zeros"], weights["maximum"]) == (4, 1, 2.0)
    assert weights["histogram"][0] == {"from": 0.5, "below": 1.0, "positive": 1, "negative": 1}
    done = npumon("inspect", "net.nb", "--weights", "--format", "json")
    assert strict(done.stdout)["weights"] is None
    assert "net.nb has no weights that can be read" in done.stderr


def test_compressed_weights_are_told(npumon: CommandLine) -> None:
    banner = "/* Auto-generated by NPU Compiler\nConfiguration settings:\n  COMPRESS : true\n*/\n"
    write(npumon, model_dot_h=HeaderSpec(banner=banner).data())
    write(npumon, proof_dot_h=HeaderSpec(weight=struct.pack("<4e", 0.5, 1.5, float("nan"), 2.0)).data())
    for name in ("model.h", "proof.h"):
        for words in ((), ("-q",)):
            done = npumon("inspect", name, "--weights", *words)
            assert "Weights  compressed" in done.stdout
            assert "Magnitude" not in done.stdout
        document = strict(npumon("inspect", name, "--weights", "--format", "json").stdout)
        assert document["weights_compressed"] is True
        weights = document["weights"]
        assert (weights.pop("compressed"), weights.pop("bytes")) == (True, 30 if name == "model.h" else 8)
        assert set(weights.values()) == {None}
    write(npumon, plain_dot_h=HEADER, off_dot_h=HeaderSpec(banner=banner.replace("true", "false")).data())
    done = npumon("inspect", "plain.h", "--weights")
    assert "does not say whether its weights are compressed" in done.stderr
    assert "Magnitude" in done.stdout
    assert npumon("inspect", "off.h", "--weights").stderr == ""
    assert npumon("inspect", "model.h").stderr == ""
    states = [
        strict(npumon("inspect", f"{name}.h", "--format", "json").stdout)["weights_compressed"]
        for name in ("plain", "off")
    ]
    assert states == [None, False]
    write(npumon, apus_dot_h=apus_text().encode())
    assert "no weights that can be read" in npumon("inspect", "apus.h", "--weights").stderr


def test_the_meta_file_beside_a_graph(npumon: CommandLine) -> None:
    outputs = {"prob": {"shape": [1, 10], "quantize": {"fl": 7}}}
    meta = {"Inputs": {"image": {"shape": [1, 3, 8, 8]}}, "Outputs": outputs}
    write(npumon, net_dot_nb=NBG, nbg_meta_dot_json=json.dumps(meta).encode())

    def checks(*words: str) -> list[bool]:
        document = strict(npumon("inspect", *words, "--format", "json").stdout)
        return [check["ok"] for check in document["checks"] if check["id"] == "nb.meta"]

    assert checks("net.nb") == [True]
    assert checks(str(npumon.folder / "net.nb")) == [True]
    write(npumon, nbg_meta_dot_json=json.dumps(meta).replace("10", "11").encode())
    assert checks("net.nb") == [False]
    write(npumon, nbg_meta_dot_json=b"\xff{")
    assert checks("net.nb") == [False]
    write(npumon, other_dot_nb=NBG)  # whose the meta file is cannot be told any more
    assert checks("net.nb") == []


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d" * 32 + b"\nsize 4021234\n"


def test_a_pointer_of_git_lfs_is_told_with_the_size_of_the_model(npumon: CommandLine) -> None:
    (npumon.folder / "all").mkdir()
    write(npumon, net_dot_nb=LFS, all__net_dot_nb=LFS, all__model_dot_h=HEADER, all__notes_dot_txt=LFS)
    refused(npumon("inspect", "net.nb"), 2, "net.nb is a Git LFS pointer", "4021234 bytes", "git lfs pull")
    done = npumon("inspect", "all", "--format", "csv")
    assert (done.returncode, done.stdout.count("\n"), done.stderr.count("Git LFS")) == (2, 2, 1)
    write(npumon, net_dot_nb=LFS.replace(b"size", b"sise"))
    refused(npumon("inspect", "net.nb"), 2, "net.nb is not a known model file.")


def test_the_json_beside_a_graph_says_what_it_belongs_to(npumon: CommandLine) -> None:
    meta = {"Inputs": {"image": {"shape": [1, 3, 8, 8]}}, "Outputs": {"prob": {"shape": [1, 10], "dtype": "i8"}}}
    nodes = {"uid_1": {"op": "RELU", "inputs": ["@x:out0"], "outputs": ["out0"], "output_shape": [[1, 10]]}}
    write(npumon, nbg_meta_dot_json=json.dumps(meta).encode(), net_dot_nb=NBG)
    write(npumon, graph_dot_json=json.dumps(nodes).encode())
    done = npumon("inspect", "nbg_meta.json")
    told = " ".join(done.stdout.split())
    assert (done.returncode, "network binary graph" in told, "beside it: net.nb" in told) == (0, True, True)
    assert "out prob int8 1×10" in told
    document = strict(npumon("inspect", "graph.json", "--format", "json", "--budget", "1").stdout)
    assert (document["format"], document["outputs"][0]["name"]) == ("graph-json", "uid_1:out0")
    done = npumon("inspect", ".", "--format", "csv")
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 2, "")
    assert "beside it" not in npumon("inspect", "-", stdin=json.dumps(meta).encode()).stdout


def test_the_target_is_compared_with_this_board(npumon: CommandLine, tmp_path: Path) -> None:
    tree = tmp_path / "root" / "sys" / "firmware" / "devicetree" / "base"
    tree.mkdir(parents=True)
    (tree / "compatible").write_bytes(b"khadas,vim3l\0amlogic,sm1\0")
    write(npumon, a311d_dot_nb=NBG, s905d3_dot_nb=NbgSpec(target=0x99).data())
    root = ("--root", str(tmp_path / "root"))
    done = npumon("inspect", "a311d.nb", *root)
    assert done.returncode == 1
    assert "FAIL  nb.target" in done.stdout
    assert npumon("inspect", "s905d3.nb", *root).returncode == 0
    (tree / "compatible").write_bytes(b"somebody,else\0")
    assert "nb.target" not in npumon("inspect", "a311d.nb", *root).stdout
    (tree / "compatible").write_bytes(b"khadas,vim3\0amlogic,g12b\0")
    write(npumon, greedy_dot_nb=NbgSpec(axi_sram=8 << 20, vip_sram=4 << 20).data())
    done = npumon("inspect", "greedy.nb", *root)
    assert done.returncode == 0
    told = " ".join(done.stdout.split())
    assert "the network wants 8388608 bytes of AXI-SRAM, this NPU has 1048576" in told
    assert "the network wants 4194304 bytes of VIP-SRAM, this NPU has 522240" in told
    assert "warn nb.sram" not in " ".join(npumon("inspect", "a311d.nb", *root).stdout.split())
    demo = npumon("inspect", "a311d.nb", "--demo")
    assert (demo.returncode, "DEMO" in demo.stderr, "nb.target" in demo.stdout) == (0, True, True)


def test_a_diff_is_status_1_as_diff_has_it(npumon: CommandLine) -> None:
    other = HeaderSpec(weight=bytes(range(10)), version="1.5.4").data()
    write(npumon, a_dot_h=HEADER, b_dot_h=other, c_dot_h=HEADER)
    same = npumon("inspect", "--diff", "a.h", "c.h")
    assert (same.returncode, same.stdout) == (0, "- a.h\n+ c.h\nThe files are the same, byte for byte.\n")
    done = npumon("inspect", "--diff", "a.h", "b.h")
    assert (done.returncode, done.stderr) == (1, "")
    assert "compiled with other options or another compiler" in done.stdout
    document = strict(npumon("inspect", "--diff", "a.h", "b.h", "--format", "json").stdout)
    assert (document["schema"], document["before"], document["after"]) == ("npumon.model_diff/1", "a.h", "b.h")
    assert document["verdict"] == "recompiled"
    assert npumon("inspect", "--diff", "a.h", "-", stdin=HEADER).returncode == 0


KCONFIG = (
    b"CONFIG_KWS_SNPU_BUFFER_SIZE=60\nCONFIG_NPU_SRAM_SIZE_KB=1\nCONFIG_KWS_MODEL_INPUT_WIN_LENGTH=3\n"
    b"CONFIG_KWS_MODEL_FEATURES_DIM_PER_FRAME=4\nCONFIG_KWS_MODEL_OUTPUT_LENGTH=5\n"
)


@pytest.mark.parametrize("option", ["--config", "--kconfig"])
def test_the_configuration_of_a_firmware(npumon: CommandLine, option: str) -> None:
    write(npumon, model_dot_h=HEADER, net_dot_nb=NBG, _dot_config=KCONFIG)
    good = strict(npumon("inspect", "model.h", option, ".config", "--format", "json").stdout)
    assert [check["ok"] for check in good["checks"] if check["id"] == "gx.config"] == [True] * 5
    assert (good["ram"]["mode"], good["ram"]["npu_bytes"]) == ("sram", 1024)
    write(npumon, _dot_config=KCONFIG.replace(b"=60", b"=64") + b"CONFIG_NPU_RUN_IN_FLASH=y\n")
    done = npumon("inspect", "model.h", option, ".config")
    assert (done.returncode, "FAIL  gx.config" in done.stdout) == (1, True)
    assert "expected 60, found 64" in " ".join(done.stdout.split())
    done = npumon("inspect", "net.nb", option, ".config")
    assert (done.returncode, "does not apply" in done.stderr) == (0, True)


def test_the_settings_file_of_npumon_is_still_read(npumon: CommandLine) -> None:
    write(npumon, model_dot_h=HEADER, settings_dot_toml=b"[output]\nformat = 'json'\n")
    assert strict(npumon("inspect", "model.h", "--config", "settings.toml").stdout)["path"] == "model.h"
    refused(npumon("inspect", "model.h", "--config", "none.toml"), 2, "none.toml does not exist.")


def test_the_models_of_one_firmware_are_added_up(npumon: CommandLine) -> None:
    write(npumon, model_dot_h=HEADER, model_xip_dot_h=HEADER, other_dot_h=HEADER)
    done = npumon("inspect", "model.h", "model_xip.h", "--format", "json")
    whole = strict(done.stdout)["firmware"]
    assert (done.returncode, whole["npu_bytes"], whole["flash_bytes"], whole["left_bytes"]) == (
        0,
        170,
        42,
        196608 - 426,
    )
    assert [part["mode"] for part in whole["models"]] == ["sram", "xip"]
    assert "  together " in npumon("inspect", "model.h", "model_xip.h").stdout
    assert strict(npumon("inspect", "model.h", "other.h", "--format", "json").stdout)["firmware"] is None
    among = strict(npumon("inspect", ".", "--format", "json").stdout)["firmware"]
    assert [part["path"] for part in among["models"]] == ["./model.h", "./model_xip.h"]
    three = strict(npumon("inspect", ".", "--firmware", "--format", "json").stdout)["firmware"]
    assert (len(three["models"]), three["npu_bytes"]) == (3, 276)
    assert npumon("inspect", "model.h", "model_xip.h", "--budget", "170", "--flash", "1M").returncode == 0
    assert npumon("inspect", "model.h", "model_xip.h", "--budget", "169", "--flash", "1M").returncode == 1
    write(npumon, net_dot_nb=NBG)
    done = npumon("inspect", "model.h", "net.nb", "--firmware")
    assert (done.returncode, "cannot be added up" in done.stderr, "together" in done.stdout) == (0, True, False)


def test_the_models_of_one_firmware_share_what_its_config_gives_the_npu(npumon: CommandLine) -> None:
    big = HeaderSpec(data_bytes=900).data()
    write(npumon, model_dot_h=big, model_xip_dot_h=big)
    (npumon.folder / ".config").write_bytes(b"CONFIG_NPU_SRAM_SIZE_KB=1\n")
    words = ("inspect", "model.h", "model_xip.h", "--format", "json")
    done = npumon(*words, "--config", ".config")
    whole = strict(done.stdout)["firmware"]
    assert (done.returncode, whole["npu_budget_bytes"], whole["ok"]) == (1, 1024, False)
    assert [model["ok"] for model in strict(done.stdout)["models"]] == [True, True]
    named = strict(npumon(*words, "--config", ".config", "--budget", "2K", "--flash", "1M").stdout)["firmware"]
    assert (named["npu_budget_bytes"], named["ok"]) == (2048, True)
    assert strict(npumon(*words).stdout)["firmware"]["npu_budget_bytes"] is None


def test_a_run_from_flash_and_more_buffers(npumon: CommandLine) -> None:
    write(npumon, model_dot_h=HEADER)
    words = ("inspect", "model.h", "--format", "json", "--contexts", "3", "--flash-clock")
    for clock, hertz in (("96M", 96_000_000), ("133.3MHz", 133_300_000), ("500k", 500_000), ("1", 1)):
        document = strict(npumon(*words, clock).stdout)
        assert document["flash"]["clock_hz"] == hertz
        assert document["ram"]["buffers"] == {"contexts": 3, "each_bytes": 64, "bytes": 192}


def test_c_for_the_firmware(npumon: CommandLine) -> None:
    write(npumon, model_dot_h=HEADER, broken_dot_h=BROKEN)
    done = npumon("inspect", "model.h", "--emit", "c")
    assert (done.returncode, done.stderr) == (0, "")
    assert '_Static_assert(sizeof(struct in_out) == 60, "struct in_out has another size");' in done.stdout
    assert '#include "model.h"' in done.stdout
    assert npumon("inspect", "broken.h", "--emit", "c").returncode == 1
    assert npumon("inspect", "-", "--emit", "c", stdin=HEADER).stdout == done.stdout


def test_a_line_for_each_model(npumon: CommandLine) -> None:
    (npumon.folder / "all").mkdir()
    write(npumon, all__a_dot_h=HEADER, all__b_dot_nb=NBG, all__c_dot_h=BROKEN)
    done = npumon("inspect", "all", "--format", "jsonl")
    assert done.returncode == 1
    documents = [strict(line) for line in done.stdout.splitlines()]
    assert [(document["schema"], document["path"]) for document in documents] == [
        ("npumon.model/1", "all/a.h"),
        ("npumon.model/1", "all/b.nb"),
        ("npumon.model/1", "all/c.h"),
    ]


def test_a_diff_tells_its_consequences_under_a_budget(npumon: CommandLine) -> None:
    write(npumon, a_dot_h=HEADER, b_dot_h=HeaderSpec(weight=bytes(60)).data())
    done = npumon("inspect", "--diff", "a.h", "b.h", "--budget", "110", "--flash", "1M")
    assert (done.returncode, done.stderr) == (1, "")
    assert "  - It no longer fits in SRAM: 136 of 110 bytes of SRAM.\n" in done.stdout
    assert "Consequences" in npumon("inspect", "--diff", "a.h", "b.h").stdout
    document = strict(npumon("inspect", "--diff", "a.h", "b.h", "--budget", "110", "--format", "json").stdout)
    assert document["consequences"][0] == "It no longer fits in SRAM: 136 of 110 bytes of SRAM."
    assert document["renamed"] == []
    assert [item["different_bytes"] for item in document["contents"]] == [0, 59, 0]
    (line,) = npumon("inspect", "--diff", "a.h", "b.h", "--format", "jsonl").stdout.splitlines()
    assert strict(line)["schema"] == "npumon.model_diff/1"
    rows = list(csv.DictReader(io.StringIO(npumon("inspect", "--diff", "a.h", "b.h", "--format", "csv").stdout)))
    assert [row["delta"] for row in rows if (row["part"], row["name"]) == ("size", "weight")] == ["30"]
    assert rows[-1]["part"] == "consequence"
    write(npumon, c_dot_h=HeaderSpec(data_bytes=2000).data(), _dot_config=KCONFIG)
    assert "no longer suits: CONFIG_NPU_SRAM_SIZE_KB (at most 1024 expected, 2042 found)" in " ".join(
        npumon("inspect", "--diff", "a.h", "c.h", "--config", ".config").stdout.split()
    )
    assert "no longer suits" not in npumon("inspect", "--diff", "c.h", "a.h", "--config", ".config").stdout
    same = npumon("inspect", "--diff", "a.h", "a.h", "--budget", "1", "--format", "json")
    assert (same.returncode, strict(same.stdout)["consequences"]) == (0, [])


def hostile_files(npumon: CommandLine) -> list[str]:
    """Files whose every text, and one whose name, is hostile."""
    evil = HOSTILE.replace('"', "")
    banner = f"/* Configuration settings:\n  CORENAME : GRUS{evil}\n*/\n"
    header = HeaderSpec(version=evil, pb_md5=evil, unit=evil, model_info=evil, banner=banner).text()
    header += f'const char *kws_version = "{evil}";\n#if 0 {evil}\n'
    graph = NbgSpec(
        network=evil[:20],
        inputs=[NbgTensorSpec(name=evil[:20])],
        layers=[evil[:20]],
        trailer=f"tensorname:{evil.replace(',', '')},idx:0,customer:output,0,0:".encode(),
    )
    name = "evil\x1b[2J\u202e.h"
    files = {
        name: header.encode(),
        "net.nb": graph.data(),
        "raw.npub": npub_bytes(version=evil, pb_md5=evil, npu_unit=evil, model_info=evil),
        "nbg_meta.json": json.dumps({"Inputs": {evil: {"shape": [evil, 3]}}, "Outputs": evil}).encode(),
    }
    for path, data in files.items():
        (npumon.folder / path).write_bytes(data)
    return [name, "net.nb", "raw.npub"]


@pytest.mark.parametrize("form", ["text", "json", "csv"])
@pytest.mark.parametrize("options", [(), ("--ascii",)], ids=["", "ascii"])
def test_hostile_texts_arrive_as_visible_ones(npumon: CommandLine, form: str, options: tuple[str, ...]) -> None:
    files = hostile_files(npumon)
    done = npumon("inspect", *files, "notes\x1b[31m.txt", "--format", form, *options)
    refused(done, 2, "notes\\x1b[31m.txt")
    done = npumon("inspect", *files, "--format", form, *options)
    assert done.returncode in (0, 1)
    assert "\\x1b[31mred" in done.stdout.replace("\\\\", "\\")
    for text in (done.stdout, done.stderr):
        assert all(line.isprintable() for line in text.split("\n")), text
        assert text.isascii() or not (options and form != "csv")


def test_hostile_texts_in_a_diff(npumon: CommandLine) -> None:
    write(npumon, a_dot_h=HEADER)
    name = hostile_files(npumon)[0]
    done = npumon("inspect", "--diff", "a.h", name)
    assert done.returncode == 1
    assert "evil\\x1b[2J\\u202e.h" in done.stdout
    assert all(line.isprintable() for line in done.stdout.split("\n"))


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_file_takes_all_models_and_appears_whole(npumon: CommandLine, form: str) -> None:
    write(npumon, a_dot_h=HEADER, b_dot_h=BROKEN)
    done = npumon("inspect", "a.h", "b.h", "--format", form, "-o", "out")
    assert (done.returncode, done.stdout) == (1, "")
    assert (npumon.folder / "out").read_text() == npumon("inspect", "a.h", "b.h", "--format", form).stdout


def test_other_commands_do_without_the_readers(npumon: CommandLine) -> None:
    (npumon.folder / "run.log").write_text("Run the 1 time: 21.00ms or 21609.00us\n")
    program = (
        "import sys\n"
        "from npumon.cli.main import main\n"
        "main(['parse', 'run.log'])\n"
        "sys.exit(any(name.startswith('npumon.modelfile') or 'inspect_' in name for name in sys.modules))\n"
    )
    assert npumon.run([sys.executable, "-c", program]).returncode == 0
