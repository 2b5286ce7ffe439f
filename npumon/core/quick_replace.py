"""Named tuples with many fields that are replaced at each event."""

from __future__ import annotations

from typing import TypeVar

_ValueT = TypeVar("_ValueT", bound=tuple[object, ...])


def quickly_replaced(kind: type[_ValueT]) -> type[_ValueT]:
    """Give a named tuple a `_replace` that looks at the changed fields only: several times as fast with fifty fields.

    A field that does not exist raises KeyError.
    """
    places = {name: place for place, name in enumerate(kind._fields)}  # type: ignore[attr-defined]  # a named tuple's
    make = tuple.__new__

    def _replace(self: _ValueT, /, **changes: object) -> _ValueT:
        values = list(self)
        for name, value in changes.items():
            values[places[name]] = value
        return make(kind, values)

    setattr(kind, "_replace", _replace)  # noqa: B010  # an assignment to a method is none to mypy
    return kind
