"""`npumon models`: what can be run here."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.command_line import CommandLine, refused


@pytest.fixture
def models(npumon: CommandLine) -> CommandLine:
    """npumon, with a model for each chip in the home folder and one in the current folder."""
    for variant in ("VIM3", "VIM3L"):
        run_sh = npumon.home / "aml_npu_demo_binaries" / "inceptionv3" / variant / "run.sh"
        run_sh.parent.mkdir(parents=True)
        run_sh.write_text("#!/bin/sh\n")
        run_sh.chmod(0o755)
    npumon.script("mine/run.sh", "#!/bin/sh\n")
    return npumon


def test_text(models: CommandLine) -> None:
    done = models("models", "--root", str(models.folder))
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[0] == ["model", "variant", "kind", "folder"]
    assert rows[1][:4] == ["inceptionv3", "VIM3", "run.sh", "~/aml_npu_demo_binaries/inceptionv3/VIM3"]
    assert rows[2] == ["mine", "run.sh", str(models.folder / "mine")]
    assert rows[3][:2] == ["inceptionv3", "VIM3L"], "what is for another chip comes last"
    assert done.stdout.splitlines()[3].endswith("made for the VIM3L; the chip is unknown")


def test_json(models: CommandLine) -> None:
    document = json.loads(models("models", "--format", "json").stdout)
    assert (document["schema"], document["demo"]) == ("npumon.modellist/1", False)
    first = document["models"][0]
    assert first == {
        "name": "inceptionv3",
        "variant": "VIM3",
        "preferred": True,
        "kind": "run.sh",
        "folder": str(models.home / "aml_npu_demo_binaries" / "inceptionv3" / "VIM3"),
        "command": ["./run.sh"],
        "labels": None,
        "files": [],
        "found_under": str(models.home / "aml_npu_demo_binaries"),
        "note": "the chip is unknown; VIM3 is assumed",
        "environment": {},
    }


def test_csv(models: CommandLine) -> None:
    rows = list(csv.DictReader(io.StringIO(models("models", "--format", "csv").stdout)))
    assert [(row["name"], row["variant"], row["preferred"]) for row in rows] == [
        ("inceptionv3", "VIM3", "true"), ("inceptionv3", "VIM3L", "false"), ("mine", "", "true"),
    ]  # fmt: skip


def test_folders_that_are_named(models: CommandLine) -> None:
    done = models("models", "--format", "json", "mine")
    assert [model["name"] for model in json.loads(done.stdout)["models"]] == ["mine"]
    done = models("models", "mine", "missing")
    assert done.returncode == 0
    assert "mine" in done.stdout
    assert done.stderr.endswith("missing is not a folder. Name a folder.\n")


def test_none(npumon: CommandLine) -> None:
    done = npumon("models")
    refused(done, 3, key="models.none", folder=npumon.folder)
    done = npumon("models", "--format", "json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["models"] == []
    npumon.config.parent.mkdir(parents=True)
    npumon.config.write_text("[models]\nroots = ['elsewhere']\n")
    refused(npumon("models"), 3, f"{npumon.config.parent}/elsewhere")
