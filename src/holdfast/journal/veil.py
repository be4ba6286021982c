"""What is asked before anything is recorded: whether it holds what nobody may read, and what to record instead."""

from typing import Protocol, TypeVar

Of = TypeVar("Of")


class Veil(Protocol):
    """Knows what must not be recorded."""

    def hides(self, body: bytes) -> bool:
        """Whether any of it stands in ``body``."""

    def body(self, body: bytes) -> bytes:
        """Return text or JSON without it."""

    def value(self, value: Of) -> Of:
        """Return a struct without it."""


class NoVeil:
    """Knows of nothing."""

    def hides(self, body: bytes) -> bool:
        return False

    def body(self, body: bytes) -> bytes:
        return body

    def value(self, value: Of) -> Of:
        return value


NO_VEIL = NoVeil()
