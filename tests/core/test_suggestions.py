"""What somebody may have meant."""

from __future__ import annotations

import pytest

from npumon.core.suggestions import FEW, choose, nearest


@pytest.mark.parametrize(
    ("word", "meant"),
    [("relaod", "reload"), ("RELOAD", "reload"), ("--fromat", "--format"), ("", None), ("--", None), ("xyz", None)],
)
def test_nearest(word: str, meant: str | None) -> None:
    assert nearest(word, ("--format", "--formats-of-files", "reload", "unload")) == meant


def test_a_word_with_another_first_letter_must_be_more_alike() -> None:
    assert nearest("rnu", ("run",)) == "run"
    assert nearest("sunny", ("ksnn",)) is None
    assert nearest("nspect", ("inspect",)) == "inspect"


def test_dashes_do_not_make_options_alike() -> None:
    assert nearest("--xy", ("--ab", "--cd")) is None


def test_an_endless_word_is_compared_by_its_beginning() -> None:
    assert nearest("a" * 1_000_000, ("a" * 70,)) == "a" * 70


def test_few_choices_are_listed_and_of_many_the_nearest_is_named() -> None:
    few = [f"word{number}" for number in range(FEW)]
    assert choose("wrod1", few) == f"Did you mean word1? Choose one of {', '.join(few)}."
    assert choose("other", few) == f"Choose one of {', '.join(few)}."
    many = [*few, "last"]
    assert choose("lats", many) == "Did you mean last?"
    assert choose("xyz", many) == f"Choose one of {', '.join(many)}."
