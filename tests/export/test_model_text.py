"""Model files as text: what is said, and that no line is wider than the text may be."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.layout import cell_width
from npumon.core.units import grouped
from npumon.export.drawing import PLAIN, Style
from npumon.export.grid import Bar, GridColumn, grid
from npumon.export.model_csv import DIFF_HEADER, MODEL_HEADER, diff_rows, model_row
from npumon.export.model_diff_text import model_diff_text
from npumon.export.model_text import model_text, operations_text
from npumon.export.model_weights import weights_text
from npumon.modelfile.budget import Budget
from npumon.modelfile.checks_nbg import Device
from npumon.modelfile.compiler_report import OperationMemory
from npumon.modelfile.description import FileCheck, FileTable, ModelFile, NbgInfo, StatePair
from npumon.modelfile.diff import diff_models
from npumon.modelfile.inspection import inspect
from npumon.modelfile.weights import weight_statistics
from tests.fuzz.fuzz_modelfile import samples
from tests.model_writers import TODAY, HeaderSpec, NbgSpec, NbgTensorSpec, npub_bytes

SAMPLES = {kind: data for kind, data in samples().items() if kind != "config"}  # which is no model
NAMES = st.text("abcXYZ_0189", min_size=1, max_size=60).map(lambda name: "n" + name)


def read(data: bytes, budget: Budget | None = None, device: Device | None = None) -> ModelFile:
    model = inspect(data, today=TODAY, budget=budget, device=device)
    assert model is not None
    return model


def section(text: str, title: str) -> list[str]:
    """The lines of the block that begins with a title."""
    return next(block for block in text.split("\n\n") if block.startswith(title)).splitlines()


def test_a_header_is_told_with_its_origin() -> None:
    lines = model_text(read(HeaderSpec().data()), "kws/model.h", Style(width=100)).splitlines()
    assert lines[:3] == [
        "kws/model.h",
        "GX8002 header · ok · compiler 1.5.3rc7 · NPU32 · compiled 2022-02-12 15:40:01",
        "  pb_md5 0123456789abcdef0123456789abcdef",
    ]


def test_a_text_in_model_info_is_told() -> None:
    text = model_text(read(HeaderSpec(model_info="wake word 7 (20220212154001)").data()), "model.h")
    assert "  model_info wake word 7 (20220212154001)\n" in text


def test_the_memory_budget_has_every_part_and_bars_by_share() -> None:
    lines = section(model_text(read(HeaderSpec(weight=bytes(4000)).data()), "model.h"), "Memory")
    assert [line.split()[:-1] for line in lines[1:4]] == [
        ["cmd_content", "12", "0.3", "%"],
        ["weight_content", "4", "000", "96.3", "%"],
        ["data_content", "64", "1.5", "%"],
    ]
    assert len(lines[2].split()[-1]) > len(lines[3].split()[-1])


@pytest.mark.parametrize(
    ("sram", "words"),
    [
        (196608, ["fits", "fits", "fits"]),
        (106, ["tight", "fits", "fits"]),
        (105, ["TOO BIG", "fits", "fits"]),
        (63, ["TOO BIG", "TOO BIG", "fits"]),
        (41, ["TOO BIG", "TOO BIG", "TOO BIG"]),
    ],
)
def test_both_ways_of_running_with_what_is_left(sram: int, words: list[str]) -> None:
    budget = Budget(sram, flash_bytes=sram)
    lines = section(model_text(read(HeaderSpec().data(), budget), "model.h"), "Fit")
    assert lines[0].split() == ["Fit", "needs", "budget", "left"]
    for line, word, needs in zip(lines[1:], words, (106, 64, 42), strict=True):
        assert word in line
        assert f" {needs} " in line
    assert f" {grouped(sram - 106)} " in lines[1]


def test_a_part_of_no_bytes_is_another_thing_than_one_that_is_not_stated() -> None:
    lines = section(model_text(read(HeaderSpec().data()), "model.h"), "Memory")
    assert "  tmp_content         0    0.0 %" in [line.rstrip() for line in lines]
    text = HeaderSpec().text().replace("unsigned char *tmp_content = (void*)0;\n", "")
    assert "tmp_content" not in model_text(read(text.encode()), "model.h")


def test_columns_without_room_are_named() -> None:
    text = model_text(read(HeaderSpec().data()), "model.h", Style(width=40))
    assert "  no room for: elements, bytes, offset\n" in text
    assert "no room for" not in model_text(read(HeaderSpec().data()), "model.h", Style(width=80))


def test_operations_of_the_compilers_report() -> None:
    operations = [OperationMemory(f"op{number}", number * 1000, None, 8) for number in range(42)]
    lines = operations_text(operations).splitlines()
    assert lines[0].split() == ["Operations", "weight", "instructions", "share"]
    assert lines[2].split()[:6] == ["op1", "1", "000", "8", "0.1", "%"]
    assert lines[1].split()[:5] == ["op0", "0", "8", "0.0", "%"]
    assert operations_text([OperationMemory("op", data_bytes=8)]).splitlines()[1].split() == ["op", "8"]
    assert lines[-1] == "  2 more; --format json lists them"
    assert operations_text(operations[:1]).count("\n") == 2


def test_tensors_and_states() -> None:
    text = model_text(read(HeaderSpec().data()), "model.h")
    assert section(text, "Tensors")[1].split() == ["in", "Feats", "float16", "1×3×4", "12", "24", "0"]
    lines = section(text, "States")
    assert lines[1].split() == ["State_c0", "State_c0_out", "ok"]
    assert " ".join(lines[2:]).split()[:2] == ["overlay", "holds:"]
    assert "saves 16 bytes a buffer" in " ".join(lines)


def test_an_overlay_that_corrupts_the_next_input_is_told() -> None:
    spec = HeaderSpec(outputs=[("float", "State_c0_out", (1, 2, 4)), ("float", "phone_prob", (1, 5))])
    lines = section(model_text(read(spec.data()), "model.h"), "States")
    assert "NOT ALIKE" in lines[1]
    assert "  overlay does not hold:" in "\n".join(lines)


def test_an_overlay_that_cannot_be_told_is_not_called_broken() -> None:
    text = HeaderSpec().text()
    before, _, after = text.partition("struct in_out {")
    lines = section(model_text(read((before + after.partition(";\n\n")[2]).encode()), "model.h"), "States")
    assert lines[2].startswith("  overlay unknown: without in_out")


def test_failed_checks_come_first() -> None:
    text = HeaderSpec().text().replace("npu_size = 106", "npu_size = 74").replace("0x1d, ", "")
    lines = section(model_text(read(text.encode()), "model.h", Style(width=120)), "Checks")
    assert lines[0] == "Checks  11 passed, 3 failed"
    assert lines[1].split()[:2] == ["FAIL", "gx.npu"]
    assert "off by -32 (expected 106, found 74)" in lines[1]
    assert {line.split()[0] for line in lines[1:]} == {"FAIL", "ok"}


@pytest.mark.parametrize("width", [30, 59, 60, 100])
def test_every_check_has_a_line_with_what_was_expected_and_found(width: int) -> None:
    model = read(HeaderSpec().data())
    lines = section(model_text(model, "model.h", Style(width=width)), "Checks")
    for check in model.checks:
        assert any(check.id in line for line in lines)
    assert all(cell_width(line) <= width for line in lines)
    told = " ".join(" ".join(lines).split())
    if width >= 60:
        assert "ok gx.total 182, as expected (npu + input" in told
        assert "ok gx.align 4, at least 4 ok" in told
        assert "gx.md5 0123456789abcdef" in told
    assert "example too (expected 166, found 182)" in told


def test_more_checks_than_a_page_holds_are_counted() -> None:
    model = read(HeaderSpec().data())
    many = model.with_checks(*[FileCheck("gx.pb", "fail", True)] * 100, *[FileCheck("gx.pb", "fail", False)] * 100)
    lines = section(model_text(many, "model.h"), "Checks")
    assert lines.count("  ok    gx.pb") == 40 - sum(check.severity != "info" for check in model.checks)
    assert lines.count("  74 more; --format json lists them") == 1
    assert lines.count("  61 more; --format json lists them") == 1


def test_the_public_note_is_read_and_its_comment_noted(document_text: bytes) -> None:
    text = model_text(read(document_text), "note.txt", Style(width=100))
    assert "GX8002 header · ok · compiler 1.5.3rc7 · NPU32 · compiled 2022-02-12 15:40:01" in text
    assert "gx.total_documented" in text
    assert "in SRAM           147 018    196 608   49 590  fits" in text


def test_a_graph_is_told_with_what_it_wants() -> None:
    spec = NbgSpec(outputs=[NbgTensorSpec("o", (1, 10), 3, 1, fixed_point=7), NbgTensorSpec("p", (2,), 0, 0)])
    text = model_text(read(spec.data(), device=Device(0x99)), "net.nb", Style(width=100))
    assert text.startswith("net.nb\nNBG format 0x0001000f · not ok · for A311D (VIM3), PID 0x88\n")
    assert "Network  synthetic: 2 layers, 5 operations (NN 2, SH 1, init 1, end 1)\n" in text
    assert "Memory   pool 4 096 bytes, AXI-SRAM 1 048 320 bytes, VIP-SRAM 524 288 bytes\n" in text
    tensors = section(text, "Tensors")
    assert tensors[1].endswith("scale 0.5, zero 128")
    assert tensors[2].endswith("dynamic, 7 fractional bits")
    assert "scale" not in tensors[3]
    checks = section(text, "Checks")
    assert "FAIL  nb.target" in checks[1]
    assert "compiled for A311D (VIM3), not for this one" in checks[1]


def test_long_lists_are_counted() -> None:
    inputs = [("npu_data_t", f"in_{number}", (1,)) for number in range(100)]
    lines = section(model_text(read(HeaderSpec(inputs=list(inputs)).data()), "model.h"), "Tensors")
    assert len(lines) == 42
    assert lines[-1] == "  62 more; --format json lists them"


def test_weights() -> None:
    halves = [0.0, 0.5, -0.5, 0.75, float("inf"), float("nan")]
    text = weights_text(weight_statistics(struct.pack("<6e", *halves) + b"x"))
    assert "6 half-precision values" in text
    assert "minimum -0.5, maximum 0.75" in text
    assert "1 zero, 0 subnormal, 1 infinite, 1 not a number, a byte left over" in " ".join(text.split())
    last = text.splitlines()[-1]
    assert last.split()[:6] == ["0.5", "to", "1", "3", "50.0", "%"]
    assert last.endswith("█")


def test_no_weights_have_no_histogram() -> None:
    assert "Magnitude" not in weights_text(weight_statistics(b""))


def test_a_diff_says_what_changed() -> None:
    before = read(HeaderSpec().data())
    inputs = [("npu_data_t", "Feats", (1, 3, 8)), ("npu_data_t", "State_c0", (1, 2, 4))]
    after = read(HeaderSpec(inputs=list(inputs), weight=bytes(range(10)), version="1.5.4").data())
    text = model_diff_text(diff_models(before, after, same_bytes=False), ("a.h", "b.h"))
    assert text.startswith("- a.h\n+ b.h\nThe same graph (pb_md5), compiled with other options or another compiler.\n")
    assert "  weight      30     10     -20  -66.7 %\n" in text
    assert "  the same: cmd, data, tmp, ops, output\n" in text
    assert "  weight  different from byte 10 on, 20 bytes differ\n" in text
    assert "  Feats  reshaped  float16[1, 3, 4]  float16[1, 3, 8]\n" in text
    assert "  compiler.version  1.5.3rc7  1.5.4\n" in text


def test_compressed_weights_have_no_figures() -> None:
    told = weights_text(weight_statistics(struct.pack("<2e", 0.5, float("nan")), compressed=True))
    assert told == "Weights  compressed, 4 bytes: not half-precision numbers, so without statistics\n"


@pytest.mark.parametrize("width", [24, 40, 60, 80, 120])
def test_a_diff_keeps_both_sides_at_any_width(width: int) -> None:
    before = read(HeaderSpec(model_info="the first wake word of the year (20220212154001)").data())
    after = read(
        HeaderSpec(
            model_info="the first wake word of the year (20230212154001)",
            pb_md5="bfe0140daa3d0440c768eda50ed40265",
            inputs=[("npu_data_t", "a_feature_map_with_quite_a_long_name_indeed", (1, 3, 4))],
        ).data()
    )
    text = model_diff_text(diff_models(before, after, same_bytes=False), ("a.h", "b.h"), Style(width=width))
    assert max(map(cell_width, text.splitlines())) <= width
    for side in ("012345", "bfe014", "2022", "2023") if width >= 60 else ("01234", "bfe01"):
        assert side in text, text
    if width >= 80:
        assert "pb_md5 0123456789ab... bfe0140daa3d..." in " ".join(text.split())


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_diff_keeps_the_names_beside_long_sides(width: int) -> None:
    long = "b" * 62
    names = b"tensorname:%s,0:image,1:customer:"
    before = read(NbgSpec(trailer=names % b"prob", network=long + "1").data())
    outputs = [NbgTensorSpec("uid_5_out_0", (1, 10), 3, 1, fixed_point=6)]
    after = read(NbgSpec(trailer=names % (b"scope/" * 8 + b"prob"), network=long + "2", outputs=outputs).data())
    text = model_diff_text(diff_models(before, after, same_bytes=False), ("a", "b"), Style(width=width))
    tensors, also = section(text, "Tensors"), section(text, "Also")
    assert [line.split()[:2] for line in tensors[1:]] == [["prob", "renamed"], ["prob", "requantized"]]
    before_side, after_side = also[-1].split()[1:]
    assert before_side == before_side[:-1] + "1"
    assert after_side == after_side[:-1] + "2"
    assert len(also[-1]) > width - 6
    assert max(map(cell_width, text.splitlines())) <= width


def test_a_side_that_says_nothing_leaves_the_other_whole() -> None:
    before = read(NbgSpec(inputs=[NbgTensorSpec(quantized=0)]).data())
    diff = diff_models(before, read(NbgSpec().data()), same_bytes=False)
    (line,) = section(model_diff_text(diff, ("a", "b")), "Tensors")[1:]
    assert line.split(maxsplit=2) == ["image", "requantized", "affine, scale 0.5, zero point 128"]


@pytest.mark.parametrize("width", [24, 40, 60])
def test_a_diff_says_how_arrays_differ_at_any_width(width: int) -> None:
    before, after = (read(HeaderSpec(weight=bytes([value]) * 3_000).data()) for value in (1, 2))
    text = model_diff_text(diff_models(before, after, same_bytes=False), ("a", "b"), Style(width=width))
    told = " ".join(" ".join(section(text, "Contents")).split())
    assert "weight different from byte 0 on, 3 000 bytes differ" in told


def test_a_change_too_small_for_a_decimal_has_more_of_them() -> None:
    one, other = (read(HeaderSpec(weight=bytes(size)).data()) for size in (9_999, 10_001))
    text = model_diff_text(diff_models(one, other, same_bytes=False), ("a", "b"))
    assert "+0.02 %" in text
    back = model_diff_text(diff_models(other, one, same_bytes=False), ("a", "b"))
    assert "-0.02 %" in back
    assert "0.0 %" not in text + back


def test_the_shares_of_a_container_are_of_what_it_holds() -> None:
    for changes in ({"total_size": None, "npu_size": None}, {"total_size": 20}):
        lines = section(model_text(read(npub_bytes(**changes)), "x.npub"), "Memory")
        shares = [float(line.split("%")[0].split()[-1]) for line in lines[1:]]
        assert max(shares) <= 100.0
        parts = [
            share for line, share in zip(lines[1:], shares, strict=True) if "total" not in line and "NPU" not in line
        ]
        assert sum(parts) == pytest.approx(100.0, abs=0.5)


def test_the_arrays_of_leo_have_their_names_in_a_container_too() -> None:
    text = model_text(read(npub_bytes(npu_content_len=12, cpu_content_len=30)), "x.npub")
    assert "npu_content" in text
    assert "cpu_content" in text
    assert "cmd_content" not in text
    assert "  mcu_content " in model_text(read(npub_bytes()), "x.npub")


def test_a_diff_of_the_same_file_is_one_sentence() -> None:
    model = read(HeaderSpec().data())
    text = model_diff_text(diff_models(model, model, same_bytes=True), ("a.h", "b.h"))
    assert text == "- a.h\n+ b.h\nThe files are the same, byte for byte.\n"


def test_colour_only_where_it_is_wanted() -> None:
    model = read(HeaderSpec().text().replace("npu_size = 106", "npu_size = 74").encode())
    plain, colored = model_text(model, "model.h"), model_text(model, "model.h", Style(color=True))
    assert "\x1b" not in plain
    assert "\x1b[31mnot ok\x1b[0m" in colored
    assert "\x1b[31m  FAIL  gx.npu" in colored


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("width", [24, 40, 59, 60, 80, 200])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_line_is_wider_than_the_text(kind: str, width: int, ascii_only: bool) -> None:
    style, model = Style(ascii=ascii_only, width=width), read(SAMPLES[kind])
    other = read(HeaderSpec(weight=b"", version="2", pb_md5="other").data())
    text = model_text(model, f"a/long/path/to/{kind}", style)
    text += model_diff_text(diff_models(model, other, same_bytes=False), ("a", "b"), style)
    text += weights_text(weight_statistics(SAMPLES[kind]), style)
    assert max(map(cell_width, text.splitlines())) <= width
    assert text.isascii() or not ascii_only


@given(names=st.lists(NAMES, min_size=1, max_size=4, unique=True), width=st.integers(24, 120))
def test_no_name_breaks_the_width(names: list[str], width: int) -> None:
    spec = HeaderSpec(inputs=[("npu_data_t", name, (1, 99, 9999)) for name in names], version=names[0] * 4)
    text = model_text(read(spec.data()), names[0], Style(width=width))
    assert max(map(cell_width, text.splitlines())) <= width


def test_what_follows_from_a_diff_stands_before_it() -> None:
    before, after = read(HeaderSpec().data()), read(HeaderSpec(weight=b"", version="2").data())
    diff = diff_models(before, after, same_bytes=False)
    text = model_diff_text(diff, ("a", "b"), Style(width=40), ["It no longer fits in SRAM, or in anything else."])
    assert "Consequences\n  - It no longer fits in SRAM, or in\n    anything else.\n\nBytes" in text
    many = model_diff_text(diff, ("a", "b"), PLAIN, ["So it is."] * 42)
    assert "  2 more; --format json lists them" in many


def test_the_differences_as_rows() -> None:
    before = read(HeaderSpec(version="=1").data())
    inputs = [("npu_data_t", "Features", (1, 3, 4)), ("npu_data_t", "State_c0", (1, 2, 4))]
    after = read(HeaderSpec(inputs=list(inputs), weight=bytes(40), version="2").data())
    rows = diff_rows(diff_models(before, after, same_bytes=False), ["It is bigger, and so on."]).splitlines()
    assert DIFF_HEADER == "part,name,change,before,after,delta\n"
    for row in (
        "verdict,recompiled,,,,",
        "size,weight,different,30,40,10",
        "size,cmd,same,12,12,0",
        "content,weight,different,,,39",
        "tensor,Feats,renamed,Feats,Features,",
        "fact,compiler.version,different,'=1,2,",
        'consequence,"It is bigger, and so on.",,,,',
    ):
        assert row in rows


def test_rows_never_start_a_formula() -> None:
    model = read(HeaderSpec(version="=cmd()").data())
    assert ",'=cmd()," in model_row(model, "model.h")
    assert model_row(model, "-x.h").startswith("'-x.h,gx8002,true,")
    assert len(MODEL_HEADER.split(",")) == 31


def test_a_grid_gives_up_columns_by_rank_and_leaves_out_empty_ones() -> None:
    layout = (GridColumn("name"), GridColumn("low", 2, right=True), GridColumn("high", 1), GridColumn("never", 3))
    rows = [("first", "1", "aaaaaaaa", ""), ("second", "22", "b", "")]
    assert grid(layout, rows, PLAIN) == [
        "name    low  high",
        "first     1  aaaaaaaa",
        "second   22  b",
    ]
    assert grid(layout, rows, Style(width=18)) == ["name    high", "first   aaaaaaaa", "second  b"]
    assert grid(layout, rows, Style(width=5)) == ["name", "first", "seco…"]


def test_bars_stand_behind_the_rows_where_there_is_room() -> None:
    rows = [("a",), ("b",)]
    bars = [Bar(1.0), Bar(0.0)]
    assert grid((GridColumn("x"),), rows, Style(ascii=True, width=13), bars) == ["x", "a  ##########", "b"]
    assert grid((GridColumn("x"),), rows, Style(ascii=True, width=10), bars) == ["x", "a", "b"]


@pytest.fixture(scope="module")
def document_text() -> bytes:
    return SAMPLES["document"]


def test_a_file_that_says_nothing_is_told_all_the_same() -> None:
    assert (
        model_text(ModelFile("gxnpuc"), "x")
        == "x\ngxnpuc header of an unknown core · ok\n\nChecks  0 passed, 0 failed\n"
    )
    graph = model_text(read(b"VPMN"), "x")
    assert "Network  unnamed\n" in graph
    assert "Memory" not in graph
    assert "Sections" not in graph


def test_long_lists_of_texts_states_checks_and_changes_are_counted() -> None:
    many = range(60)
    model = ModelFile(
        "gx8002",
        states=tuple(StatePair(f"State_{number}", None, ok=False) for number in many),
        checks=tuple(FileCheck("gx.x", "warn", ok=False, found=number) for number in many),
        strings=tuple((f"text_{number}", "text") for number in many),
    )
    lines = model_text(model, "x").splitlines()
    assert "  48 more" in lines
    assert lines.count("  20 more; --format json lists them") == 2
    assert "  State_0   none" in lines
    assert "  warn  gx.x  found 59" not in lines
    assert "  warn  gx.x  found 39" in lines
    diff = diff_models(model, ModelFile("gx8002"), same_bytes=False)
    assert "  20 more; --format json lists them" in model_diff_text(diff, ("a", "b"))


def test_the_shares_of_tables_are_of_the_file_and_those_of_later_entries_are_shown() -> None:
    spec = NbgSpec(version=0x0001001E, weights=7000)
    data = spec.data()
    lines = section(model_text(read(data), "net.nb"), "Tables")
    (told,) = (line.split("%")[0].split() for line in lines if line.startswith("  table 23"))
    assert told[2:] == ["7", "000", f"{7000 / len(data) * 100:.1f}"]
    assert lines[-1].startswith("  header and names ")
    tables = tuple(FileTable(f"t{number}", number, number) for number in range(60))
    full = ModelFile("nbg", nbg=NbgInfo(1, 2), tables=(FileTable("lcd", 0, 10),), file_bytes=10)
    assert len(section(model_text(full, "x"), "Tables")) == 2
    many = ModelFile("nbg", nbg=NbgInfo(1, 2), tables=tables, file_bytes=10_000)
    lines = section(model_text(many, "x"), "Tables")
    assert len(lines) == 43
    assert lines[-2].startswith("  19 smaller ones")


def test_passed_checks_do_not_read_like_failures() -> None:
    text = model_text(read(NbgSpec().data(), device=Device(0x88, 1 << 20, 522240)), "net.nb", Style(width=100))
    assert "expected" not in text.replace("as expected", "").replace("as_expected", "")
    told = " ".join(text.split())
    assert "ok nb.version 0x0001000f, at most 0x00010020" in told
    assert "ok nb.count 116, as expected (the input table: 1 entry of 116 bytes)" in told
    assert "ok nb.sram 1048320, at most 1048576" in told
    assert "ok nb.pool 64 (the alignment of 4096 bytes of video memory for intermediate results)" in told
    newest = " ".join(model_text(read(NbgSpec(version=0x00010020).data()), "net.nb").split())
    assert "ok nb.version 0x00010020, at most 0x00010020" in newest


def test_a_target_without_a_name_is_told_by_its_pid() -> None:
    text = model_text(read(NbgSpec(target=0x1234).data()), "net.nb")
    assert text.splitlines()[1] == "NBG format 0x0001000f · ok · for PID 0x1234"


def test_an_unknown_quantization_is_called_so() -> None:
    tensor = NbgTensorSpec(quantized=9)
    lines = section(model_text(read(NbgSpec(inputs=[tensor]).data()), "net.nb"), "Tensors")
    assert lines[1].endswith("  unknown")


def test_a_header_without_states_has_no_such_block() -> None:
    spec = HeaderSpec(inputs=[("npu_data_t", "Feats", (1, 3, 4))], outputs=[("float", "prob", (1, 5))])
    text = model_text(read(spec.data()), "model.h")
    assert "States" not in text
    assert "overlay" not in text
    states = ModelFile("gx8002", states=(StatePair("State_c0", "State_c0_out", ok=True),))
    assert section(model_text(states, "x"), "States")[-1].split() == ["State_c0", "State_c0_out", "ok"]
