from __future__ import annotations

from npumon.engine.session import Job, JobRun, runs_of
from npumon.ports import RunRequest

REQUEST = RunRequest(("./run.sh",), "/")


def test_one_run_is_a_work() -> None:
    job = Job(REQUEST)
    assert (job.labels, job.repeat, job.warmup) == ((), 1, 0)
    assert list(runs_of(job)) == [JobRun(1, 1)]


def test_runs_to_warm_up_come_first_and_are_counted_apart() -> None:
    assert list(runs_of(Job(REQUEST, repeat=3, warmup=2))) == [
        JobRun(1, 2, warmup=True),
        JobRun(2, 2, warmup=True),
        JobRun(1, 3),
        JobRun(2, 3),
        JobRun(3, 3),
    ]


def test_a_job_can_be_repeated_another_number_of_times() -> None:
    assert Job(REQUEST, ("cat",), 5, 1)._replace(repeat=1, warmup=0) == Job(REQUEST, ("cat",))
