"""The network beside a run's figures: which file it is read from, and what becomes of a file that is none. All files
are synthetic."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from npumon.cli.commands import inspect_files
from npumon.cli.network_files import NetworkFiles, network_paths
from npumon.core.profile import Network, NetworkTensor
from tests.command_line import SEED, CommandLine
from tests.model_writers import NbgSpec, NbgTensorSpec

GRAPH = NbgSpec().data()
OTHER = NbgSpec(network="other").data()


def read(*paths: Path) -> Network | None:
    return NetworkFiles(lambda text: text).reader([str(path) for path in paths])()


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_what_a_network_says(tmp_path: Path) -> None:
    path = put(tmp_path / "n.nb", GRAPH)
    assert read(path) == Network(
        "synthetic",
        "A311D (VIM3)",
        (NetworkTensor("image", "uint8", (1, 3, 8, 8)),),
        (NetworkTensor("prob", "int8", (1, 10)),),
        1_048_320,
        524_288,
        str(path),
        (("NN", 2), ("SH", 1)),
    )


def test_another_npu_is_named_by_its_number(tmp_path: Path) -> None:
    network = read(put(tmp_path / "n.nb", NbgSpec(target=0x77, network="").data()))
    assert network is not None
    assert (network.target, network.name) == ("PID 0x77", None)


def test_a_network_is_what_is_no_library_and_no_image(tmp_path: Path) -> None:
    files = ("a.nb", "b", "../c.bin", "libnn.SO", "dog.jpg", "model.h")
    assert network_paths("/models/x", files) == [f"/models/x/{name}" for name in ("a.nb", "b", "../c.bin", "model.h")]
    graph = put(tmp_path / "graph", GRAPH)
    assert read(put(tmp_path / "model.h", b"int total_size;"), graph) == read(graph) is not None


def test_one_graph_among_other_files(tmp_path: Path) -> None:
    graph, other = put(tmp_path / "a.nb", GRAPH), put(tmp_path / "b.nb", OTHER)
    placeholder, empty, missing = put(tmp_path / "c.nb", b"none"), put(tmp_path / "d.nb", b""), tmp_path / "e.nb"
    folder = tmp_path / "f.nb"
    folder.mkdir()
    os.mkfifo(tmp_path / "g.nb")
    nothing = (placeholder, empty, missing, folder, tmp_path / "g.nb", Path("a\0b"))
    assert read(*nothing) is None
    found = read(*nothing, graph)
    assert found is not None
    assert found.name == "synthetic"
    assert read(graph, other) is None, "nobody knows which of them was run"
    assert read() is None


def test_a_broken_graph_says_nothing(tmp_path: Path) -> None:
    for length in range(4, len(GRAPH) - len(NbgSpec().trailer), 7):
        assert read(put(tmp_path / "n.nb", GRAPH[:length])) is None
    hostile = NbgSpec(inputs=[NbgTensorSpec("\x1b[31m\u202e" + "x" * 40)], network="\x1b]0;x\x07", trailer=b"")
    network = read(put(tmp_path / "n.nb", hostile.data()))
    assert network is not None
    assert network.name == "\\x1b]0;x\\x07"
    assert network.inputs[0].name.isprintable()


def test_a_file_longer_than_any_model_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "n.nb", GRAPH)
    monkeypatch.setattr(inspect_files, "LONGEST_BYTES", len(GRAPH) - 1)
    assert read(path) is None
    monkeypatch.setattr(inspect_files, "LONGEST_BYTES", len(GRAPH))
    assert read(path) is not None


def test_a_file_is_read_again_when_it_was_replaced(tmp_path: Path) -> None:
    path = put(tmp_path / "n.nb", GRAPH)
    reader = NetworkFiles(lambda text: text).reader([str(path)])
    first = reader()
    assert reader() is first
    put(tmp_path / "new", OTHER).replace(path)
    second = reader()
    assert second is not None
    assert second.name == "other"
    path.unlink()
    assert reader() is None


# -- npumon run ------------------------------------------------------------------------------------------------------


def result(npumon: CommandLine, *words: str) -> dict[str, Any]:
    done = npumon("run", "--format", "json", *words)
    assert (done.returncode, done.stderr) == (0, ""), done
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_the_network_beside_a_models_run_sh(npumon: CommandLine) -> None:
    npumon.script("models/told/run.sh", f"#!/bin/sh\ncat '{SEED}'\n")
    assert result(npumon, "told")["network"] is None
    path = put(npumon.folder / "models" / "told" / "told.nb", GRAPH)
    document = result(npumon, "told")
    assert document["network"]["name"] == "synthetic"
    assert document["network"]["inputs"] == [{"name": "image", "dtype": "uint8", "shape": [1, 3, 8, 8]}]
    assert document["network"]["path"] == str(path)
    checks = {check["id"]: check["ok"] for check in document["metrics"]["checks"]}
    assert (checks["memory.axi_sram"], checks["memory.vip_sram"]) == (True, True)
    assert result(npumon, "--", "models/told/run.sh")["network"] is None, "a command is no known model"


def test_a_network_that_wants_too_much_fails_the_check(npumon: CommandLine) -> None:
    npumon.script("models/large/run.sh", f"#!/bin/sh\ncat '{SEED}'\n")
    put(npumon.folder / "models" / "large" / "large.nb", NbgSpec(vip_sram=1 << 20).data())
    assert npumon("run", "large").returncode == 0
    done = npumon("run", "large", "--check")
    assert done.returncode == 1
    assert "memory.vip_sram: the network wants 1048576 bytes of VIP-SRAM" in done.stdout


def test_the_demos_network(npumon: CommandLine) -> None:
    for words in (("--demo",), ("--demo", "inceptionv3")):
        network = result(npumon, *words)["network"]
        assert network["name"] == "inception_v3"
        assert network["path"] == "~/aml_npu_demo_binaries/inceptionv3/VIM3/inception_v3.nb"
    text = npumon("snapshot", "--demo", "--ascii").stdout
    assert "\nNetwork  inception_v3: in 1x3x299x299 uint8, out 1x1001 float16\n" in text
    snapshot = json.loads(npumon("snapshot", "--demo", "--scenario", "ksnn", "--format", "json").stdout)
    assert snapshot["run"]["network"]["name"] == "mobilenet_v1"
    assert json.loads(npumon("run", "--demo", "--scenario", "layers", "--format", "json").stdout)["network"] is None


def test_a_log_names_no_network(npumon: CommandLine) -> None:
    assert json.loads(npumon("parse", "--format", "json", str(SEED)).stdout)["network"] is None
