"""A refusal in two halves."""

from __future__ import annotations

import pytest

from npumon.core.problems import Problem, ProblemError


def test_a_problem_reads_as_two_sentences() -> None:
    assert str(Problem("log.missing", "There is no log.", "Name one.")) == "There is no log. Name one."
    assert str(Problem("log.missing", "There is no log.", "")) == "There is no log."
    assert Problem("log.missing", "", "").kind == "failed"


def test_its_error_carries_it() -> None:
    problem = Problem("log.missing", "There is no log.", "Name one.", "usage")
    with pytest.raises(ProblemError, match=r"There is no log\. Name one\.") as caught:
        raise ProblemError(problem)
    assert caught.value.problem is problem
