from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npumon.modelfile.literals import read_literals

FORMS = ("0x%02x", "0x%X", "%d", "0X%02X", "%du", "0%o", "0x%xUL", "0x%03x", "00%o", "0x%XL")


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(FORMS), st.integers(0, 255))), st.sampled_from([", ", ",", " ,\n\t", ",\r\n"])
)
def test_any_way_of_writing_bytes_is_read(numbers: list[tuple[str, int]], separator: str) -> None:
    body = separator.join(form % value for form, value in numbers).encode()
    literals = read_literals(body)
    assert literals.content == bytes(value for _, value in numbers)
    assert (literals.numbers, literals.bad, literals.elided) == (len(numbers), 0, False)


@settings(deadline=None)
@given(st.sampled_from(FORMS), st.lists(st.integers(0, 300) | st.integers(0, 12)))
def test_one_way_of_writing_bytes_throughout_is_read_and_judged_alike(form: str, numbers: list[int]) -> None:
    literals = read_literals(",".join(form % value for value in numbers).encode())
    faulty = [value for value in numbers if value > 255]
    assert (literals.numbers, literals.bad) == (len(numbers), min(len(faulty), 16))
    assert literals.content == (None if faulty else bytes(numbers))


@pytest.mark.parametrize(
    "number", ["08", "0x0x5", "x5", "5x", "0x", "5u5", "uu", "256", "999", "1000", "0x100", "a", "0xg"]
)
@pytest.mark.parametrize("others", ["5,", "0x5,"])
def test_a_faulty_number_among_short_ones_is_named(number: str, others: str) -> None:
    for body in (number + "," + others, others + number, others + number + "," + others):
        literals = read_literals(body.encode())
        assert (literals.content, literals.bad, literals.first_bad) == (None, 1, number.encode())


@settings(deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_the_compilers_form_is_read(content: bytes, last_comma: bool) -> None:
    text = ", ".join(f"0x{byte:02x}" for byte in content) + (", \n" if last_comma and content else "")
    assert read_literals(text.encode()).content == content


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_at_all_are_only_counted(body: bytes) -> None:
    literals = read_literals(body)
    assert literals.bad <= literals.numbers <= len(body)
    assert (literals.first_bad is None) == (literals.bad == 0)
    assert literals.content is None or len(literals.content) == literals.numbers


@pytest.mark.parametrize(
    "number", ["256", "0x100", "-1", "1_0", "08", "x", "0xg", "1.5", "0x", "u", "1uu2", "+1", "9" * 5000, "''"]
)
def test_what_is_no_byte_is_named(number: str) -> None:
    literals = read_literals(f"0x01, {number}, 0x02,".encode())
    assert (literals.numbers, literals.bad, literals.content) == (3, 1, None)
    assert literals.first_bad == number.encode()[:32]


@pytest.mark.parametrize("dots", ["......", "…", ".."])
def test_dots_stand_for_numbers_left_out(dots: str) -> None:
    literals = read_literals(f"0x00, 0x28, {dots} 0x00, 0x03, ".encode())
    assert (literals.numbers, literals.elided, literals.content, literals.bad) == (4, True, None, 0)


def test_a_body_longer_than_a_piece_is_read_whole() -> None:
    content = bytes(range(256)) * 1400
    text = "".join(f"\t0x{byte:02x}, \n" for byte in content).encode()
    assert len(text) > 2 << 20
    assert read_literals(text).content == content
    assert read_literals(text.replace(b"0x00", b"0")).content == content


def test_a_long_stretch_without_a_comma_costs_no_more_than_its_length() -> None:
    literals = read_literals(b"7" * (3 << 20))
    assert literals.content is None
    assert 1 <= literals.numbers <= 64


def test_many_faulty_numbers_are_counted_but_not_judged_one_by_one() -> None:
    literals = read_literals(b"x," * 200_000)
    assert literals.numbers == 200_000
    assert 16 <= literals.bad < 200_000
