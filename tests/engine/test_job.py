from __future__ import annotations

from npumon.engine.job import Part, Work, parts_of
from npumon.ports import RunRequest

REQUEST = RunRequest(("./run.sh",), "/")


def test_one_run_is_a_work() -> None:
    work = Work(REQUEST)
    assert (work.labels, work.count, work.warmup) == ((), 1, 0)
    assert list(parts_of(work)) == [Part(1, 1)]


def test_runs_to_warm_up_come_first_and_are_counted_apart() -> None:
    assert list(parts_of(Work(REQUEST, count=3, warmup=2))) == [
        Part(1, 2, warmup=True),
        Part(2, 2, warmup=True),
        Part(1, 3),
        Part(2, 3),
        Part(3, 3),
    ]


def test_a_work_can_be_asked_for_again_with_another_count() -> None:
    assert Work(REQUEST, ("cat",), 5, 1)._replace(count=1, warmup=0) == Work(REQUEST, ("cat",))
