"""A model program in C for the tests from end to end: its text is the public document's real run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command_line import SEED, npumon
from tests.e2e.live_terminal import live

__all__ = ["live", "npumon"]

#: Prints the lines of a file as the public demos print theirs: by printf, with no setvbuf and no fflush, so that on
#: a pipe nothing would come before its end. Lines take a little time. The part of an iteration is repeated
#: VNN_LOOP_TIME times with its number; before each further one it waits until somebody has opened GATE to write.
PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char lines[200][512];

static int find(int from, int count, const char *start) {
    while (from < count && strncmp(lines[from], start, strlen(start)) != 0) from++;
    return from;
}

int main(int argc, char **argv) {
    const char *loops = getenv("VNN_LOOP_TIME"), *gate = getenv("GATE");
    int times = loops ? atoi(loops) : 1, count = 0;
    FILE *text = fopen(argv[1], "r");
    if (argc < 2 || text == NULL) return 255;
    while (count < 200 && fgets(lines[count], sizeof lines[0], text)) count++;
    fclose(text);
    int begin = find(0, count, "Start run graph"), end = find(begin, count, "Run the 1 time");
    for (int i = 0; i < begin; i++) { printf("%s", lines[i]); usleep(200); }
    printf("Start run graph [%d] times...\n", times);
    for (int n = 1; n <= times; n++) {
        if (n > 1 && gate) { FILE *opened = fopen(gate, "r"); fgetc(opened); fclose(opened); }
        for (int i = begin + 1; i < end; i++) { printf("%s", lines[i]); usleep(200); }
        printf("Run the %d time%s", n, lines[end] + strlen("Run the 1 time"));
    }
    for (int i = end + 1; i < count; i++) { printf("%s", lines[i]); usleep(200); }
    return argc > 2 ? atoi(argv[2]) : 0;
}
"""


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program. Where there is no C compiler, these tests are skipped."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed, so there is no block-buffered program: apt-get install gcc libc6-dev")
    folder = tmp_path_factory.mktemp("program")
    (folder / "prog.c").write_text(PROGRAM)
    subprocess.run(["gcc", "-O1", "-o", str(folder / "prog"), str(folder / "prog.c")], check=True)
    return folder / "prog"


@pytest.fixture
def prog(compiled: Path) -> tuple[str, str]:
    """The command that prints the real run."""
    return str(compiled), str(SEED)
