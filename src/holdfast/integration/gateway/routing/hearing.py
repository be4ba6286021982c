"""Brings the headers of an answer to the call that they answer: providers' clients are shared by many calls at once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

Hear = Callable[[Mapping[str, str]], None]


def _unheard(_headers: Mapping[str, str]) -> None:
    """Nobody listens."""


_listener: ContextVar[Hear] = ContextVar("listener", default=_unheard)


def told(headers: Mapping[str, str]) -> None:
    """Tell the headers of an answer to whoever makes the call in whose context this is called."""
    _listener.get()(headers)


@contextmanager
def hearing(hear: Hear) -> Iterator[None]:
    """Have ``hear`` told the headers of what is answered in this block."""
    token = _listener.set(hear)
    try:
        yield
    finally:
        _listener.reset(token)
