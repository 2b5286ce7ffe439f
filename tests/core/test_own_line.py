"""Command lines that users enter."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.core.own_line import LONGEST, OwnLine, split_environment, split_line
from npumon.core.problems import ProblemError
from tests import golden


@pytest.mark.parametrize(
    ("line", "environment", "command"),
    [
        ("./net model.nb", (), ("./net", "model.nb")),
        ("A=1 B='x y' ./net  'a b' c=d", (("A", "1"), ("B", "x y")), ("./net", "a b", "c=d")),
        ("A= true", (("A", ""),), ("true",)),
        ("1=2 x", (), ("1=2", "x")),
        ("net '|' \"a;b\" 'x > y' $HOME *", (), ("net", "|", "a;b", "x > y", "$HOME", "*")),
        ("net\ta\nb", (), ("net", "a", "b")),
        ("net \x1b[2J", (), ("net", "\x1b[2J")),
        ("net it\\'s", (), ("net", "it's")),
        ('net "a\\" "', (), ("net", 'a" ')),
        ("net # x", (), ("net", "#", "x")),
    ],
)
def test_a_line_is_split_as_shells_quote(
    line: str, environment: tuple[tuple[str, str], ...], command: tuple[str, ...]
) -> None:
    assert split_line(line) == OwnLine(environment, command)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("", "line.wrong no command"),
        ("A=1 B=2", "line.wrong no command"),
        ("'' x", "line.wrong no command"),
        ("net 'a", "line.wrong open quote"),
        ("net \\", "line.wrong open quote"),
        ("net | tee x", "line.wrong shell"),
        ("x" * (LONGEST + 1), "line.wrong long"),
        ("net \0", "line.wrong long"),
        ("net" + " x" * 1_500, "line.wrong words"),
    ],
)
def test_what_is_no_line(line: str, key: str) -> None:
    with pytest.raises(ProblemError) as caught:
        split_line(line)
    golden.problem(caught.value.problem, key)
    assert caught.value.problem.kind == "usage"


@pytest.mark.parametrize("word", ["&&", "||", ";", "&", "<", ">", ">>", "2>&1"])
def test_what_only_a_shell_understands_is_refused(word: str) -> None:
    line = f"./net a {word} b"
    with pytest.raises(ProblemError) as caught:
        split_line(line)
    command = caught.value.problem.remedy.partition(": ")[2]
    assert shlex.split(command) == ["sh", "-c", line]


def test_variables_alone() -> None:
    assert split_environment("  ") == ()
    assert split_environment("A=1 B='x y'") == (("A", "1"), ("B", "x y"))
    with pytest.raises(ProblemError) as caught:
        split_environment("A=1 \x1bnet")
    golden.problem(caught.value.problem, "line.wrong variable")


@given(st.lists(st.tuples(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,9}", fullmatch=True), st.text(max_size=9))))
def test_variables_that_a_shell_can_read_are_read(pairs: list[tuple[str, str]]) -> None:
    clean = tuple((name, value.replace("\0", "")) for name, value in pairs[:20])
    written = " ".join(f"{name}={shlex.quote(value)}" for name, value in clean)
    assert split_environment(written) == clean
