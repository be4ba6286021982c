"""What is seen to at the end of a turn of the event loop: one entry in the loop for all who ask in one turn.

An entry of its own for each costs seven calls of functions in asyncio, once a commit.
"""

import asyncio
from collections.abc import Callable


class Afterwards:
    """Calls back once whatever the event loop does now is done."""

    __slots__ = ("_callbacks",)

    def __init__(self) -> None:
        self._callbacks: list[Callable[[], None]] = []

    def call(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called, which must not raise: those after it would not be called."""
        if not self._callbacks:
            asyncio.get_running_loop().call_soon(self._call_all)
        self._callbacks.append(callback)

    def _call_all(self) -> None:
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()
