from __future__ import annotations

import re
import sys

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from npumon.modelfile import header_scan
from npumon.modelfile.header_scan import comment_end, scan
from npumon.modelfile.literals import read_literals


def test_an_initialiser_becomes_a_number_and_its_bytes() -> None:
    source = scan(b"const unsigned char a[2] = { 0x01,\n 0x02 };\nunsigned char b[1] = {3};")
    assert source.code == b"const unsigned char a[2] = {@0}; unsigned char b[1] = {@1};"
    assert [body.content for body in source.bodies] == [b"\x01\x02", b"\x03"]
    assert source.remarks == ()


def test_a_struct_keeps_its_braces() -> None:
    assert scan(b"struct input {\n\tfloat a[1];\n};").code == b"struct input { float a[1]; };"


def test_comments_go_and_strings_stay() -> None:
    source = scan(b"/* x = {1} */ char *a = \"http://x/*\"; // b = {2}\nchar c = '\"'; char d = '{';")
    assert source.code == b" char *a = \"http://x/*\"; char c = '\"'; char d = '{';"
    assert source.comments == (b"/* x = {1} */", b"// b = {2}")
    assert source.bodies == ()


def test_a_backslash_continues_a_line_comment() -> None:
    assert scan(b"// one \\\n int hidden;\nint seen;").code.strip() == b"int seen;"
    assert scan(b"// one \\\r\n int hidden;\r\nint seen;").code.strip() == b"int seen;"
    assert scan(b"int seen; // one \\\n").code.strip() == b"int seen;"


@given(st.text("/\\\r\na", max_size=30))
def test_a_line_comment_ends_with_the_first_line_that_no_backslash_ends(text: str) -> None:
    data = f"//{text}".encode()
    end = 0
    for line in data.split(b"\n"):
        end += len(line) + 1
        if not line.rstrip(b"\r").endswith(b"\\"):
            break
    assert comment_end(data, b"//", 0) == (min(end - 1, len(data)), True)


def test_a_comment_of_continued_lines_takes_no_step_for_each_of_them() -> None:
    steps = 0

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1

    sys.setprofile(count)
    try:
        comment_end(b"//" + b"\\\n" * 10_000, b"//", 0)
    finally:
        sys.setprofile(None)
    assert steps < 20


def test_comments_inside_an_array_may_hold_braces() -> None:
    source = scan(b"a = { 1, // }\n 2, /* } */ 3 /* , 9 */ };")
    assert source.bodies[0].content == b"\x01\x02\x03"
    assert source.code == b"a = {@0};"


@given(st.text("/*\\\n12, ", max_size=40))
def test_comments_inside_an_array_are_blanks(text: str) -> None:
    body, pieces, position = text.encode(), [], 0
    while (match := re.search(rb"//|/\*", body[position:])) is not None:
        start = position + match.start()
        pieces.append(body[position:start])
        position, closed = comment_end(body, match.group(), start)
        assume(closed)
    pieces.append(body[position:])
    assume(body[position:] or not body)  # a comment that goes on to the end hides the brace
    assert scan(b"a = {%b};" % body).bodies[0] == read_literals(b" ".join(pieces))


def test_inner_braces_are_flattened() -> None:
    assert scan(b"a = { {1, 2}, {3} };").bodies[0].content == b"\x01\x02\x03"


def test_lost_line_breaks_are_read_when_comments_do_not_hide_code() -> None:
    source = scan(b"// banner const int a = { 1, 2 } ; // more int b;", comments_hide_code=False)
    assert source.code == b" banner const int a = {@0} ; more int b;"
    assert scan(b"// a = {1, // 2 }", comments_hide_code=False).bodies[0].bad == 0


def test_if_0_is_kept_apart_and_else_is_not() -> None:
    source = scan(
        b"int a;\n#if 0\nint b;\n#if X\nint c;\n#endif\n#else\nint d;\n#endif\nint e;\n#ifdef Y\nint f;\n#endif\n"
    )
    assert [name for name in b"abcdef" if b"int %c;" % name in source.code] == list(b"adef")
    assert [name for name in b"abcdef" if b"int %c;" % name in source.disabled] == list(b"bc")


def test_unbalanced_directives_do_not_raise() -> None:
    assert scan(b"#endif\n#else\n#if 0\nint a;").disabled == b" int a;"


def test_defines_and_pragmas_are_collected() -> None:
    source = scan(b"#define FEATS_Q 12\n # pragma pack(1)\n#include <x.h>\n")
    assert source.defines == (b"FEATS_Q 12",)
    assert source.pragmas == (b"pack(1)",)


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        (b"a = { 0x01, 0x02", "an array has no closing brace"),
        (b"a = { 0x01, /* 0x02", "an array has no closing brace"),
        (b"a = { 0x01, { 0x02 }", "an array has no closing brace"),
        (b"/* a = 1;", "a comment has no end"),
        (b"/* a /* b */ c */", "a comment opens inside a comment"),
        (b'char *a = "b\n;', "a string literal has no end"),
        (b'char *a = "b', "a string literal has no end"),
    ],
)
def test_what_is_odd_is_remarked(text: bytes, remark: str) -> None:
    assert remark in scan(text).remarks


def test_limits_end_the_walk_with_a_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(header_scan, "MOST_CODE_BYTES", 100)
    monkeypatch.setattr(header_scan, "MOST_STEPS", 50)
    monkeypatch.setattr(header_scan, "MOST_BODY_STEPS", 10)
    monkeypatch.setattr(header_scan, "MOST_BODIES", 2)
    assert "besides arrays" in scan(b"int a; " * 50).remarks[0]
    assert "besides arrays" in scan(b"{ aaaa " * 40).remarks[0]
    assert "comments, strings and braces" in scan(b"//\n" * 60).remarks[0]
    assert "in an array" in scan(b"a = {" + b"/**/" * 20 + b"}").remarks[0]
    assert "initialisers" in scan(b"a={1};" * 3).remarks[0]


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_scanned(data: bytes) -> None:
    for hide in (True, False):
        source = scan(data, comments_hide_code=hide)
        assert len(source.code) + len(source.disabled) <= 8 * len(data) + 2


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([b"/*", b"*/", b"//", b"\n", b'"', b"'", b"\\", b"{", b"}", b"= {", b"#if 0\n", b"1,", b" "])
    )
)
def test_any_mixture_of_marks_is_scanned(parts: list[bytes]) -> None:
    source = scan(b"".join(parts))
    assert source.code.count(b"{@") <= len(source.bodies)
