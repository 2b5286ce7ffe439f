"""Reduces a generated C header of several megabytes to the few kilobytes that are code.

The scanner walks over comments, string literals and initialisers once, without tokens. What is left is the code with
each initialiser replaced by a number in braces; blanks are collapsed. `declarations` reads it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from npumon.modelfile.literals import Literals, read_literals

#: A generated header has a few kilobytes of code beside its arrays and a few hundred comments.
MOST_CODE_BYTES = 1 << 20
MOST_STEPS = 200_000
MOST_BODY_STEPS = 500_000
MOST_BODIES = 256
_LONGEST_STRING = 1 << 16
_LONGEST_REMARK = 1 << 14

_STEP = re.compile(rb"//|/\*|[\"'{]")
_BODY_STEP = re.compile(rb"//|/\*|[{}]")
_STRING = re.compile(rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*"')
_CHARACTER = re.compile(rb"'(?:\\.|[^'\\\n])'")
_DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(ifdef|ifndef|if|elif|else|endif|define|include|pragma)\b([^\n]*)", re.M)
_BLANKS = re.compile(rb"\s+")
_COMMENT = re.compile(rb"//[^\n]*|/\*.*?\*/", re.S)
#: The end of a line that no backslash continues.
_LINE_END = re.compile(rb"[^\\\r]\r*\n")


class SourceText(NamedTuple):
    """A header without its bulk.

    `code` is what the preprocessor keeps, `disabled` what stands inside `#if 0`; both have single blanks, and
    `= {@3}` in place of the initialiser `bodies[3]`. `comments` are the first ones, `remarks` what was odd.
    """

    code: bytes
    disabled: bytes
    bodies: tuple[Literals, ...]
    comments: tuple[bytes, ...]
    defines: tuple[bytes, ...]
    pragmas: tuple[bytes, ...]
    remarks: tuple[str, ...]


def scan(data: bytes, *, comments_hide_code: bool = True) -> SourceText:
    """Scan a header. Time and memory grow linearly with its size whatever it holds; nothing raises.

    With `comments_hide_code` False, `//` is a blank: that is how text without its line breaks is read.
    """
    scanner = _Scanner(data, comments_hide_code)
    scanner.run()
    code, disabled, defines, pragmas = _preprocess(b"".join(scanner.kept))
    return SourceText(
        code,
        disabled,
        tuple(scanner.bodies),
        tuple(scanner.comments),
        defines,
        pragmas,
        tuple(dict.fromkeys(scanner.remarks)),
    )


class _Scanner:
    """One walk over a header."""

    def __init__(self, data: bytes, comments_hide_code: bool) -> None:
        self.data = data
        self.comments_hide_code = comments_hide_code
        self.kept: list[bytes] = []
        self.kept_bytes = 0
        self.last = b""
        self.bodies: list[Literals] = []
        self.comments: list[bytes] = []
        self.comment_bytes = 0
        self.remarks: list[str] = []

    def run(self) -> None:
        data, position = self.data, 0
        for _ in range(MOST_STEPS):
            match = _STEP.search(data, position, position + MOST_CODE_BYTES + 2)
            if match is None:
                self._keep(position, len(data))
                return
            if not self._keep(position, match.start()):
                return
            position = self._step(match.group(), match.start())
            if position >= len(data):
                return
        self.remarks.append(f"more than {MOST_STEPS} comments, strings and braces; the rest was not read")

    def _step(self, mark: bytes, start: int) -> int:
        """Handle what begins at `start`; return where the walk continues."""
        if mark == b"{":
            if self.last == b"=":
                return self._initialiser(start + 1)
            self._keep(start, start + 1)
            return start + 1
        if mark == b'"':
            return self._string(start)
        if mark == b"'":
            match = _CHARACTER.match(self.data, start)
            end = match.end() if match else start + 1
            self._keep(start, end)
            return end
        return self._comment(mark, start)

    def _keep(self, start: int, end: int) -> bool:
        """Add a piece of code; return False if there is more code than any header has."""
        room = MOST_CODE_BYTES - self.kept_bytes
        piece = self.data[start : min(end, start + room)]
        self.kept.append(piece)
        self.kept_bytes += len(piece)
        self.last = piece.rstrip()[-1:] or self.last
        if end - start > room:
            self.remarks.append(f"more than {MOST_CODE_BYTES >> 10} KiB besides arrays; the rest was not read")
            return False
        return True

    def _string(self, start: int) -> int:
        match = _STRING.match(self.data, start, start + _LONGEST_STRING)
        if match is None:
            self.remarks.append("a string literal has no end")
            end = self.data.find(b"\n", start)
            return end if end >= 0 else len(self.data)
        self._keep(start, match.end())
        return match.end()

    def _comment(self, mark: bytes, start: int) -> int:
        if mark == b"//" and not self.comments_hide_code:
            self.kept.append(b" ")
            return start + 2
        end, closed = comment_end(self.data, mark, start)
        if not closed:
            self.remarks.append("a comment has no end")
        text = self.data[start : min(end, start + _LONGEST_REMARK)]
        if mark == b"/*" and b"/*" in text[2:]:
            self.remarks.append("a comment opens inside a comment")
        if self.comment_bytes < _LONGEST_REMARK:
            self.comments.append(text)
            self.comment_bytes += len(text)
        self.kept.append(b" ")
        return end

    def _initialiser(self, start: int) -> int:
        body, end = self._body(start)
        if len(self.bodies) < MOST_BODIES:
            self.kept.append(b"{@%d}" % len(self.bodies))
            self.bodies.append(read_literals(body))
        else:
            self.remarks.append(f"more than {MOST_BODIES} initialisers; the rest was not read")
            return len(self.data)
        self.last = b"}"
        return end

    def _body(self, start: int) -> tuple[bytes, int]:
        """Return the text between the braces without comments and inner braces, and where the code continues."""
        data = self.data
        end = data.find(b"}", start)
        if end < 0:
            self.remarks.append("an array has no closing brace")
            return data[start:], len(data)
        if data.find(b"{", start, end) < 0:
            body = _without_comments(data[start:end]) if self.comments_hide_code else data[start:end]
            if b"/" not in body:
                return body, end + 1
        return self._body_with_comments(start)

    def _body_with_comments(self, start: int) -> tuple[bytes, int]:
        pieces: list[bytes] = []
        depth, position = 1, start
        for _ in range(MOST_BODY_STEPS):
            match = _BODY_STEP.search(self.data, position)
            if match is None:
                self.remarks.append("an array has no closing brace")
                return b" ".join(pieces), len(self.data)
            pieces.append(self.data[position : match.start()])
            mark = match.group()
            position = match.end()
            if mark == b"{":
                depth += 1
            elif mark == b"}":
                depth -= 1
                if depth == 0:
                    return b" ".join(pieces), position
            elif mark == b"//" and not self.comments_hide_code:
                continue
            else:
                position, _ = comment_end(self.data, mark, match.start())
        self.remarks.append(f"more than {MOST_BODY_STEPS} comments and braces in an array; the rest was not read")
        return b" ".join(pieces), len(self.data)


def _without_comments(body: bytes) -> bytes:
    """Return a piece of code with a blank for each comment if all of them surely end in it, else the piece as it is."""
    last = max(body.rfind(b"*/") - 1, 0)
    open_ended = b"//" in body[body.rfind(b"\n") + 1 :] or b"/*" in body[last:]
    return body if open_ended or b"\\" in body else _COMMENT.sub(b" ", body)


def comment_end(data: bytes, mark: bytes, start: int) -> tuple[int, bool]:
    """Return where a comment that begins at `start` ends, and whether it does. A backslash continues a `//` line."""
    if mark == b"/*":
        end = data.find(b"*/", start + 2)
        return (end + 2, True) if end >= 0 else (len(data), False)
    end = data.find(b"\n", start)
    if end < 0:
        return len(data), True
    if data[end - 1] not in b"\\\r":
        return end, True
    match = _LINE_END.search(data, start)
    return (match.end() - 1 if match else len(data)), True


def _preprocess(code: bytes) -> tuple[bytes, bytes, tuple[bytes, ...], tuple[bytes, ...]]:
    """Split the code at `#if 0`; both branches of other conditions are taken. Blanks are collapsed."""
    kept: list[bytes] = []
    hidden: list[bytes] = []
    defines: list[bytes] = []
    pragmas: list[bytes] = []
    zeros: list[bool] = []
    depth = position = 0
    for match in _DIRECTIVE.finditer(code):
        (hidden if depth else kept).append(code[position : match.start()])
        position = match.end()
        word, rest = match.group(1), match.group(2).strip()
        if word in (b"if", b"ifdef", b"ifndef"):
            zeros.append(word == b"if" and rest in (b"0", b"(0)"))
            depth += zeros[-1]
        elif word in (b"else", b"elif") and zeros:
            depth -= zeros[-1]
            zeros[-1] = False
        elif word == b"endif" and zeros:
            depth -= zeros.pop()
        elif word == b"define":
            defines.append(rest)
        elif word == b"pragma":
            pragmas.append(rest)
    (hidden if depth else kept).append(code[position:])
    collapsed = [_BLANKS.sub(b" ", b" ".join(part)) for part in (kept, hidden)]
    return collapsed[0], collapsed[1], tuple(defines), tuple(pragmas)
