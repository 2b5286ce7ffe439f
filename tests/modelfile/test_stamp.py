from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npumon.modelfile.stamp import compiled_at, first_day, is_after


@given(st.datetimes(timezones=st.none()))
def test_every_moment_is_read_back(moment: datetime.datetime) -> None:
    stamp = f"{moment.year:04}{moment:%m%d%H%M%S}"
    assert compiled_at(f"text ({stamp})") == moment.replace(microsecond=0).isoformat()


@pytest.mark.parametrize(
    "text", ["", "(2022021215400)", "(202202121540011)", "20230229000000", "20221301000000", "00000101000000"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert compiled_at(text) is None


@given(st.dates(min_value=datetime.date(1, 1, 2)), st.dates())
def test_a_day_of_doubt_is_allowed(stamp: datetime.date, today: datetime.date) -> None:
    assert is_after(stamp.isoformat(), today.isoformat()) == ((stamp - today).days > 1)


def test_a_day_is_found_in_a_project_string() -> None:
    assert first_day("kws 99999999 v1.2 2023-04-05 built") == "2023-04-05"
    assert first_day("kws_20230405") == "2023-04-05"
    assert first_day("v1.2.3 20231345") is None
