"""What all events have in common: each is equal only to events of its own kind, and true even without fields."""

from __future__ import annotations

from typing import TypeVar

_EventT = TypeVar("_EventT")


class _EventMethods(tuple[object, ...]):
    """Methods of all events; a named tuple cannot inherit them."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return type(self) is not type(other) or tuple.__ne__(self, other)

    def __bool__(self) -> bool:
        return True


def event(kind: type[_EventT]) -> type[_EventT]:
    """Make a named tuple an event: equal only to events of its own kind, and true even without fields."""
    for name in ("__eq__", "__ne__", "__bool__"):
        setattr(kind, name, getattr(_EventMethods, name))
    return kind
