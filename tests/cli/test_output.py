from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from npumon.cli.output import READER_GONE_STATUS, Output, ReaderGoneError, Sink, open_output
from npumon.cli.paths import UserFolders
from npumon.cli.settings import Settings, load
from npumon.core.problems import ProblemError
from npumon.export.drawing import Style
from tests import golden

Python = Callable[..., "subprocess.CompletedProcess[str]"]
UTF8 = {"LANG": "C.UTF-8", "TERM": "xterm"}

#: What the command line does with an output: the text or the document, and the statuses of failures.
PROGRAM = """
import sys
from npumon.cli.output import READER_GONE_STATUS, ReaderGoneError, open_output
from npumon.cli.settings import load
from npumon.core.problems import ProblemError

path, what = sys.argv[1] or None, sys.argv[2]
try:
    output = open_output(path, load())
    if what == "style":
        output.text(f"{output.style} {output.terminal}")
    elif what == "much":
        output.document(b"x" * 10_000_000)
    elif what == "lines":
        with output.open_stream() as sink:
            while True:
                sink.line("y")
    else:
        output.text(what)
except ReaderGoneError:
    sys.exit(READER_GONE_STATUS)
except ProblemError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
"""


def output(path: Path | str | None, *, ascii_only: bool = False, fd: int | None = 1) -> Output:
    return Output(None if path is None else str(path), Style(ascii=ascii_only), fd=fd)


def temporaries(folder: Path) -> list[Path]:
    return list(folder.glob(".npumon-*"))


def test_a_text_ends_in_one_newline(tmp_path: Path) -> None:
    for text in ("a\nb", "a\nb\n"):
        output(tmp_path / "x").text(text)
        assert (tmp_path / "x").read_bytes() == b"a\nb\n"
    output(tmp_path / "x").text("")
    assert (tmp_path / "x").read_bytes() == b""


def test_a_document_is_written_as_it_is(tmp_path: Path) -> None:
    for data in (b"\xff\x00", "é\n"):
        output(tmp_path / "x", ascii_only=True).document(data)
        assert (tmp_path / "x").read_bytes() == (data if isinstance(data, bytes) else data.encode())


def test_text_that_the_destination_cannot_show_is_spelled_out(tmp_path: Path) -> None:
    output(tmp_path / "x", ascii_only=True).text("café █ \udcff")
    assert (tmp_path / "x").read_bytes() == b"caf\\xe9 \\u2588 \\udcff\n"
    output(tmp_path / "x").text("café \udcff")
    assert (tmp_path / "x").read_bytes() == "café \\udcff\n".encode()


def test_a_document_in_pieces_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("before")
    with output(path).open_document() as sink:
        sink.write(b"a" * 100_000)
        sink.line("b")
        assert path.read_text() == "before"
        assert len(temporaries(tmp_path)) == 1
    assert path.read_bytes() == b"a" * 100_000 + b"b\n"
    assert os.listdir(tmp_path) == ["x"]


def fail_after(opened: AbstractContextManager[Sink], failure: BaseException) -> None:
    """Write a line, then break off."""
    with opened as sink:
        sink.line("a")
        raise failure


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, FileNotFoundError])
def test_a_document_that_fails_leaves_everything_as_it_was(tmp_path: Path, failure: type[BaseException]) -> None:
    path = tmp_path / "x"
    path.write_text("before")
    with pytest.raises(failure):
        fail_after(output(path).open_document(), failure())
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["x"]


def test_replacing_keeps_mode_and_follows_links(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.write_text("before")
    real.chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    output(tmp_path / "link").document("after")
    assert (tmp_path / "link").is_symlink()
    assert real.read_text() == "after"
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    program = "import os; os.umask(0o027)\n" + PROGRAM
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "x"), "text"], check=True, timeout=60)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_replacing_keeps_the_owner(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("before")
    os.chown(tmp_path / "x", 54_321, 54_321)
    output(tmp_path / "x").document("after")
    assert (tmp_path / "x").stat().st_uid == 54_321


def test_a_stream_arrives_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("before")
    with output(path).open_stream() as sink:
        assert path.read_bytes() == b""
        sink.line("a")
        assert path.read_bytes() == b"a\n"
        sink.line(b"b")
        assert path.read_bytes() == b"a\nb\n"


def test_what_a_stream_had_stays_when_it_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fail_after(output(tmp_path / "x").open_stream(), KeyboardInterrupt())
    assert (tmp_path / "x").read_text() == "a\n"


def test_a_file_whose_folder_went_away_meanwhile(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    target = output(folder / "x")
    folder.rmdir()
    with pytest.raises(ProblemError) as caught:
        target.text("x")
    golden.problem(caught.value.problem, "output.write folder gone", path=folder / "x")
    with pytest.raises(ProblemError) as caught, target.open_stream():
        pass
    golden.problem(caught.value.problem, "output.write folder gone", path=folder / "x")


def test_a_folder_that_took_the_files_place_meanwhile(tmp_path: Path) -> None:
    target = output(tmp_path / "x")
    with pytest.raises(ProblemError) as caught, target.open_document():
        (tmp_path / "x").mkdir()
    golden.problem(caught.value.problem, "output.write a folder meanwhile", path=tmp_path / "x")
    assert os.listdir(tmp_path) == ["x"]


def test_a_fifo_is_written_to_not_replaced(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_text()))
    reader.start()
    output(fifo).text("through")
    reader.join(60)
    assert read == ["through\n"]
    assert fifo.is_fifo()


def test_dev_null_takes_everything() -> None:
    output("/dev/null").text("x")
    assert not os.path.isfile("/dev/null")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (".", "is a folder."),
        ("missing/x", "cannot be made: its folder does not exist. mkdir -p"),
        ("file/x", "cannot be made: its folder does not exist."),
        ("x/", "cannot be made: its folder does not exist."),
    ],
)
def test_a_bad_path_is_refused_before_any_work(tmp_path: Path, path: str, said: str, defaults: Settings) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProblemError) as refusal:
        open_output(f"{tmp_path}/{path}", defaults, {})
    assert said in str(refusal.value)
    assert refusal.value.problem.kind == "usage"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everything")
def test_what_may_not_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    (tmp_path / "x").chmod(0o400)
    with pytest.raises(ProblemError, match="may not be written to"):
        output(tmp_path / "x")
    with pytest.raises(ProblemError, match="its folder may not be written to"):
        output("/usr/npumon-x")


def test_a_full_disk_loses_nothing_that_was_there(tmp_path: Path, python: Python) -> None:
    (tmp_path / "x").write_text("before")
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
    result = python(limit + PROGRAM, "x", "much")
    assert result.stderr == f"{tmp_path}/x cannot be written: File too large. Name another file with -o.\n"
    assert result.returncode == 1
    assert (tmp_path / "x").read_text() == "before"
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.parametrize("path", ["", "/dev/full"])
@pytest.mark.parametrize("what", ["text", "much", "lines"])
def test_no_space_left(path: str, what: str) -> None:
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [sys.executable, "-c", PROGRAM, path, what],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    name = path or "Standard output"
    expected = f"{name} cannot be written: no space is left. Make room there, or name another file with -o.\n"
    assert result.stderr == expected
    assert result.returncode == 1


@pytest.mark.parametrize("what", ["text", "much", "lines"])
def test_a_reader_that_goes_away_ends_it_quietly(what: str) -> None:
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, "", what], stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    _, stderr = process.communicate(timeout=60)
    assert stderr == b""
    assert process.returncode == READER_GONE_STATUS


def test_closed_standard_output(python: Python) -> None:
    result = python(
        "import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', *sys.argv[1:]],"
        " preexec_fn=lambda: __import__('os').close(1)).returncode)",
        PROGRAM,
        "",
        "text",
    )
    assert result.stderr == "Standard output is closed. Name a file with -o.\n"
    assert result.returncode == 1


def test_a_non_blocking_pipe_loses_nothing() -> None:
    read, write = os.pipe()
    os.set_blocking(write, False)
    data = os.urandom(1_000_000)
    got = bytearray()

    def drain() -> None:
        while piece := os.read(read, 1 << 16):
            got.extend(piece)

    reader = threading.Thread(target=drain)
    reader.start()
    output(None, fd=write).document(data)
    os.close(write)
    reader.join(60)
    os.close(read)
    assert bytes(got) == data


def test_what_could_not_be_written_is_not_tried_again() -> None:
    read, write = os.pipe()
    os.close(read)
    sink = Sink(write, "pipe", live=False)
    sink.write("x")
    with pytest.raises(ReaderGoneError):
        sink.flush()
    sink.flush()
    os.close(write)


@pytest.mark.parametrize("path", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_names_of_standard_output_mean_the_descriptor(path: str, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("before\n")
    with (tmp_path / "log").open("ab") as log:
        subprocess.run([sys.executable, "-c", PROGRAM, path, "after"], stdout=log, check=True, timeout=60)
    assert (tmp_path / "log").read_text() == "before\nafter\n"
    assert os.listdir(tmp_path) == ["log"]


def test_names_of_other_descriptors(python: Python) -> None:
    assert python(PROGRAM, "/dev/stderr", "x").stderr == "x\n"
    result = python(PROGRAM, "/dev/fd/99", "x")
    assert result.stderr == "/dev/fd/99 cannot be written: Bad file descriptor. Name another file with -o.\n"


def test_the_file_that_is_read_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("")
    (tmp_path / "link").symlink_to("log")
    with pytest.raises(ProblemError) as caught:
        output(tmp_path / "link").refuse_inputs([str(tmp_path / "none"), str(tmp_path / "log")])
    golden.problem(caught.value.problem, "output.input through a link", folder=tmp_path)
    output(tmp_path / "new").refuse_inputs([str(tmp_path / "log")])
    output(None).refuse_inputs([str(tmp_path / "log")])


def on_terminal(terminal: Any, *arguments: str, **environ: str) -> str:
    subprocess.run([sys.executable, "-c", PROGRAM, *arguments], stdout=terminal.fd, env=environ, check=True, timeout=60)
    text: str = terminal.read()
    return text


def test_style_on_a_terminal(terminal: Any) -> None:
    plain = on_terminal(terminal, "", "style", HOME="/", **UTF8)
    assert plain == "Style(ascii=False, color=True, width=40, whole=False) True\n"
    assert "color=False" in on_terminal(terminal, "", "style", HOME="/", NO_COLOR="1", **UTF8)
    assert "color=True" in on_terminal(terminal, "", "style", NO_COLOR="1", NPUMON_OUTPUT_COLOR="always", **UTF8)
    assert "ascii=True" in on_terminal(terminal, "", "style", TERM="linux", LANG="C.UTF-8")
    assert "ascii=True" in on_terminal(terminal, "", "style", TERM="xterm", LC_ALL="C")
    assert "width=33" in on_terminal(terminal, "", "style", COLUMNS="33", **UTF8)


def test_style_of_a_file_on_a_terminal(terminal: Any, tmp_path: Path) -> None:
    assert on_terminal(terminal, str(tmp_path / "x"), "style", HOME="/", **UTF8) == ""
    assert (tmp_path / "x").read_text() == "Style(ascii=False, color=False, width=80, whole=True) False\n"


def test_style_of_a_pipe(python: Python) -> None:
    style = python(PROGRAM, "", "style", HOME="/", **UTF8).stdout
    assert style == "Style(ascii=False, color=False, width=80, whole=True) False\n"


def test_options_decide_the_style(folders: UserFolders, tmp_path: Path) -> None:
    settings = load(environ={}, folders=folders, flags={"output.ascii": True, "output.color": "always"})
    style = open_output(str(tmp_path / "x"), settings, UTF8).style
    assert (style.ascii, style.color) == (True, True)
