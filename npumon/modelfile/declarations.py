"""What a scanned header declares, for any model: numbers, strings, structs and byte arrays.

The patterns are written for code with single blanks and bounded names, so that each takes linear time on any text. They
find a declaration anywhere, which is how text without its line breaks is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from npumon.modelfile.header_scan import SourceText
from npumon.modelfile.literals import Literals
from npumon.modelfile.text import shown

#: More than any model has; a hostile file is cut off there.
MOST_MEMBERS = 1024
MOST_RANK = 8
_MOST_DECLARATIONS = 512

_NAME = rb"[A-Za-z_]\w{0,127}"
_MACRO = rb"(?: ?[A-Za-z_]\w{0,127})?"
_ATTRIBUTES = rb"((?: ?__attribute__ ?\(\([^;{}=]{0,200}?\)\))?" + _MACRO + rb") ?"
_NUMBER = re.compile(
    rb"\b(?:unsigned int|unsigned|int|uint32_t|size_t) ("
    + _NAME
    + rb")( ?[A-Za-z_]\w{0,127})? ?= ?(0[xX][0-9a-fA-F]{1,16}|\d{1,20})[uUlL]{0,3} ?;"
)
_STRING = re.compile(
    rb"\bchar (?:const )?\*? ?(?:const )?("
    + _NAME
    + rb") ?(?:\[ ?\d{0,9} ?\])?"
    + _MACRO
    + rb' ?= ?"([^"\\]{0,4096}(?:\\.[^"\\]{0,4096}){0,64})" ?;'
)
_TYPEDEF = re.compile(rb"\btypedef ((?:[a-z]\w{0,31} ){1,4})(" + _NAME + rb") ?;")
_STRUCT = re.compile(
    rb"\bstruct (?:(__attribute__ ?\(\([^;{}]{0,100}?\)\)) ?)?(" + _NAME + rb") ?\{([^{}]*)\}([^;{}]{0,200});"
)
_MEMBER = re.compile(rb" ?((?:[A-Za-z_]\w{0,63} ){1,4})(" + _NAME + rb") ?((?:\[ ?\d{1,10} ?\] ?){0,16})\Z")
_DIMENSION = re.compile(rb"\d{1,10}")
_ARRAY = re.compile(
    rb"\b((?:static |const |volatile ){0,3})"
    rb"(unsigned char|signed char|char|uint8_t|int8_t|unsigned short|short|uint16_t|unsigned int|uint32_t) (const )?("
    + _NAME
    + rb") ?\[ ?(0[xX][0-9a-fA-F]{1,8}|\d{0,10}) ?\] ?"
    + _ATTRIBUTES
    + rb"(?:= ?\{@(\d{1,4})\} ?)?;"
)
_POINTER = re.compile(
    rb"\bunsigned char ?\* ?(" + _NAME + rb") ?" + _ATTRIBUTES + rb"= ?(?:\( ?void ?\* ?\) ?0|NULL|0) ?;"
)
_ALIGNED = re.compile(rb"aligned ?\( ?(\d{1,6}) ?\)")
_SETTING = re.compile(rb"^[ \t*/]{0,16}([A-Z][A-Z0-9_]{2,40})[ \t]{0,40}:[ \t]{0,40}(\S[^\r\n]{0,200})$", re.M)
_WIDTHS = {b"char": 1, b"int8_t": 1, b"uint8_t": 1, b"short": 2, b"uint16_t": 2, b"int": 4, b"uint32_t": 4}


class Number(NamedTuple):
    """`const unsigned int total_size = 151550;`"""

    name: str
    value: int
    disabled: bool


class Text(NamedTuple):
    """`const char *version = "1.5.3rc7";`"""

    name: str
    value: str
    disabled: bool


class Member(NamedTuple):
    """`npu_data_t Feats[1][15][40];`"""

    type: str
    name: str
    shape: tuple[int, ...]


class Struct(NamedTuple):
    """A struct with its members; `malformed` counts the members that could not be read."""

    name: str
    members: tuple[Member, ...]
    malformed: int
    packed: bool
    disabled: bool


class ByteArray(NamedTuple):
    """`const unsigned char cmd_content[5172] __attribute__ ((aligned(4))) DRAM0_NPU_CMD_ATTR = { … };`

    `declared` is None for `[]`, `width` the bytes of an element, `literals` None if there is no initialiser.
    """

    name: str
    declared: int | None
    width: int
    literals: Literals | None
    constant: bool
    alignment: int | None
    macro: str | None
    disabled: bool


class Declarations(NamedTuple):
    """Everything that a header declares and a reader of models may need; of `pointers` only the names (null ones)."""

    numbers: tuple[Number, ...]
    texts: tuple[Text, ...]
    typedefs: tuple[tuple[str, str], ...]
    structs: tuple[Struct, ...]
    arrays: tuple[ByteArray, ...]
    pointers: tuple[str, ...]
    defines: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not (self.numbers or self.structs or self.arrays)


def declarations(source: SourceText) -> Declarations:
    """Find the declarations of a scanned header. Those outside `#if 0` come first."""
    halves = ((source.code, False), (source.disabled, True))
    pragma_packed = any(pragma.startswith(b"pack") for pragma in source.pragmas)
    return Declarations(
        numbers=tuple(number for code, off in halves for number in _numbers(code, off)),
        texts=tuple(text for code, off in halves for text in _texts(code, off)),
        typedefs=tuple(
            (_plain(match.group(2)), _plain(match.group(1).strip()))
            for code, _ in halves
            for match in _limited(_TYPEDEF, code)
        ),
        structs=tuple(struct for code, off in halves for struct in _structs(code, off, pragma_packed)),
        arrays=tuple(array for code, off in halves for array in _arrays(code, off, source.bodies)),
        pointers=tuple(_plain(match.group(1)) for code, _ in halves for match in _limited(_POINTER, code)),
        defines=tuple(_define(line) for line in source.defines[:_MOST_DECLARATIONS]),
        settings=tuple(_settings(source.comments)),
        remarks=source.remarks,
    )


def _limited(pattern: re.Pattern[bytes], code: bytes) -> Iterator[re.Match[bytes]]:
    for count, match in enumerate(pattern.finditer(code)):
        if count >= _MOST_DECLARATIONS:
            return
        yield match


def _plain(identifier: bytes) -> str:
    """Return the text of an identifier; the patterns admit only ASCII letters, digits and `_`."""
    return identifier.decode("ascii", "replace")


def _numbers(code: bytes, disabled: bool) -> Iterator[Number]:
    for match in _limited(_NUMBER, code):
        digits = match.group(3)
        yield Number(_plain(match.group(1)), int(digits, 16 if digits[:2].lower() == b"0x" else 10), disabled)


def _texts(code: bytes, disabled: bool) -> Iterator[Text]:
    for match in _limited(_STRING, code):
        yield Text(_plain(match.group(1)), shown(match.group(2)), disabled)


def _structs(code: bytes, disabled: bool, pragma_packed: bool) -> Iterator[Struct]:
    for match in _limited(_STRUCT, code):
        before, name, body, after = match.groups()
        lines = [line for line in body.split(b";") if line.strip()]
        members = tuple(filter(None, map(_member, lines[:MOST_MEMBERS])))
        packed = pragma_packed or b"packed" in after or b"packed" in (before or b"")
        yield Struct(_plain(name), members, len(lines) - len(members), packed, disabled)


def _member(line: bytes) -> Member | None:
    match = _MEMBER.match(line)
    if match is None:
        return None
    shape = tuple(map(int, _DIMENSION.findall(match.group(3))))
    if len(shape) > MOST_RANK:
        return None
    return Member(_plain(match.group(1).strip()), _plain(match.group(2)), shape)


def _arrays(code: bytes, disabled: bool, bodies: tuple[Literals, ...]) -> Iterator[ByteArray]:
    for match in _limited(_ARRAY, code):
        qualifiers, kind, constant, name, size, attributes, body = match.groups()
        aligned = _ALIGNED.search(attributes)
        macro = attributes.rpartition(b"))")[2].strip()
        yield ByteArray(
            name=_plain(name),
            declared=int(size, 16 if size[:2].lower() == b"0x" else 10) if size else None,
            width=_WIDTHS[kind.split()[-1]],
            literals=bodies[int(body)] if body else None,
            constant=b"const" in qualifiers or bool(constant),
            alignment=int(aligned.group(1)) if aligned else None,
            macro=_plain(macro) if macro else None,
            disabled=disabled,
        )


def _define(line: bytes) -> tuple[str, str]:
    name, _, value = line.replace(b"\t", b" ").partition(b" ")
    return shown(name), shown(value.strip())


def _settings(comments: tuple[bytes, ...]) -> Iterator[tuple[str, str]]:
    """Return the `KEY : VALUE` lines of the banner that newer compilers print, `Configuration settings:`."""
    for comment in comments:
        if b"onfiguration settings" in comment:
            for match in _limited(_SETTING, comment):
                yield _plain(match.group(1)), shown(match.group(2).strip())
