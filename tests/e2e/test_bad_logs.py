"""Logs that cannot be read, and files that are none."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from npumon.export.csv_rows import HEADER
from tests import golden
from tests.command_line import SEED, CommandLine, refused

FAILED, USAGE = 1, 2


def test_a_log_that_cannot_be_read(npumon: CommandLine) -> None:
    refused(npumon("parse", "missing.log"), USAGE, key="log.unreadable missing")
    refused(npumon("parse", "."), USAGE, key="log.unreadable folder")
    refused(npumon("parse", "/proc/self/mem"), USAGE, key="log.unreadable input error")
    refused(npumon("snapshot", "--log", "missing.log"), USAGE, key="log.unreadable missing")
    refused(npumon("watch", "--headless", "."), USAGE, key="log.folder", folder=npumon.folder)
    refused(npumon("watch", "--headless", "no/such.log"), USAGE, key="log.missing_folder", folder=npumon.folder)


def test_a_log_that_this_user_may_not_read(npumon: CommandLine) -> None:
    prefix = []
    if os.geteuid() == 0:  # whom no mode keeps out, unless those rights are given up
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv is not installed, so root cannot give up its rights: apt-get install util-linux")
        prefix = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
    path = npumon.folder / "secret.log"
    path.write_bytes(SEED.read_bytes())
    path.chmod(0)
    python = [*prefix, sys.executable, "-m", "npumon"]
    refused(npumon.run([*python, "parse", "secret.log"]), USAGE, key="log.unreadable denied")
    refused(npumon.run([*python, "watch", "--headless", "secret.log"]), USAGE, key="log.denied", folder=npumon.folder)
    refused(npumon.run([*python, "--config", "secret.log", "doctor"]), USAGE, key="config.denied", folder=npumon.folder)
    path.rename(npumon.folder / "taken")
    done = npumon.run([*python, "parse", "-o", "taken", str(SEED)])
    refused(done, USAGE, key="output.refused not permitted", folder=npumon.folder)


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "csv"])
@pytest.mark.parametrize("name", ["empty", "binary", "latin-1"])
def test_a_file_without_any_profile(npumon: CommandLine, name: str, form: str) -> None:
    contents = {
        "empty": b"",
        "binary": Path(sys.executable).resolve().read_bytes()[:300_000],
        "latin-1": "größer\n".encode("latin-1") * 10,
    }
    (npumon.folder / name).write_bytes(contents[name])
    done = npumon("parse", "--format", form, name)
    assert done.returncode == FAILED
    golden.printed(done.stderr, "log.empty", name=name)
    assert done.stderr.count("\n") == 1
    if form in ("json", "jsonl"):
        assert json.loads(done.stdout)["run"]["outcome"] == "empty"
    elif form == "csv":
        assert done.stdout == HEADER
    else:
        assert done.stdout.startswith("no profile")


def test_a_log_that_is_not_utf8_still_gives_its_figures(npumon: CommandLine) -> None:
    (npumon.folder / "x.log").write_bytes(SEED.read_bytes().replace(b"network_binary", b"netw\xe4rk_\xff") + b"\xfe\n")
    done = npumon("parse", "--format", "json", "x.log")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["iterations"][0]["layers"][0]["name"] == "netw\\xe4rk_\\xff_graph"


def test_one_bad_log_among_good_ones_is_refused_before_anything_is_printed(npumon: CommandLine) -> None:
    for form in ("json", "jsonl", "csv", "text"):
        done = npumon("parse", "--format", form, "--run", "all", str(SEED), "missing.log")
        refused(done, USAGE, key="log.unreadable missing")


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "csv"])
def test_a_run_that_is_not_there(npumon: CommandLine, form: str) -> None:
    done = npumon("parse", "--format", form, "--run", "99", str(SEED))
    assert done.returncode == USAGE
    assert done.stdout == ""
    golden.printed(done.stderr, "parse.no_such_run", number=99)


@pytest.mark.parametrize("number", ["0", "-1", "x", "1e3", "9" * 30])
def test_a_run_that_cannot_be(npumon: CommandLine, number: str) -> None:
    refused(npumon("parse", f"--run={number}", str(SEED)), USAGE, key="parse.run", number=number)
