"""What the supervisor says and records, as JSON.

Belongs to the supervisor's program: only the standard library, and little of that, is imported here. `json` imports
the machinery of regular expressions, which takes as long as the start of the interpreter.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what `typing` would say; importing it takes longer than all the rest here
if TYPE_CHECKING:
    from collections.abc import Mapping


class _Escapes:
    """For `str.translate`: the characters that JSON does not allow in a text, and halves of surrogate pairs, which
    UTF-8 does not allow."""

    def __getitem__(self, code: int) -> str:
        if code < 0x20 or code in (0x22, 0x5C) or 0xD800 <= code < 0xE000:
            return f"\\u{code:04x}"
        raise LookupError


_ESCAPES = _Escapes()


def json_object(fields: Mapping[str, object]) -> bytes:
    """Return the fields as one JSON object in UTF-8, on one line.

    A value may be a text, a number, a truth value, None, or a list of such values. Raises TypeError for any other.
    """
    return ("{" + ", ".join(f"{_value(name)}: {_value(value)}" for name, value in fields.items()) + "}").encode()


def _value(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.translate(_ESCAPES) + '"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    raise TypeError(value)
