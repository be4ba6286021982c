"""Who acts on which resource: those who only look may share it, who changes it is alone."""

import asyncio
from collections import deque
from collections.abc import Collection

LINE_MAX = 1_000
"""The most calls that act on one resource or wait for it."""

Key = tuple[str, str]
"""A tenant and the key of a resource of theirs."""


class Seat:
    """A place in the lines of some resources, at the head of all or waiting."""

    __slots__ = ("is_shared", "keys", "turn")

    def __init__(self, keys: frozenset[Key], *, is_shared: bool) -> None:
        self.keys, self.is_shared = keys, is_shared
        self.turn: asyncio.Future[None] | None = None
        """Set while it waits."""


class Occupancy:
    """The lines of a process. First come, first served; nobody deadlocks, for all resources are taken at once.

    A seat stands in the lines of all its resources from the moment it is asked for, so whoever waits for one of them
    waits behind it.
    """

    def __init__(self) -> None:
        self._lines: dict[Key, deque[Seat]] = {}

    def is_full(self, keys: Collection[Key]) -> bool:
        """Whether nobody more may wait for one of them."""
        return any(len(self._lines.get(key, ())) >= LINE_MAX for key in keys)

    async def enter(self, keys: frozenset[Key], *, is_shared: bool) -> Seat:
        """Return once the resources may be used; ``leave`` then. Cancelled while it waits, it stands in no line."""
        seat = Seat(keys, is_shared=is_shared)
        for key in keys:
            self._lines.setdefault(key, deque()).append(seat)
        if not self._may_go(seat):
            seat.turn = asyncio.get_running_loop().create_future()
            try:
                await seat.turn
            except asyncio.CancelledError:
                self.leave(seat)
                raise
            seat.turn = None
        return seat

    def leave(self, seat: Seat) -> None:
        """Let go of its resources, and let go on who waited for them."""
        for key in seat.keys:
            line = self._lines[key]
            line.remove(seat)
            if not line:
                del self._lines[key]
        for key in seat.keys:
            self._call_up(self._lines.get(key, deque()))

    def _call_up(self, line: deque[Seat]) -> None:
        for place, seat in enumerate(line):
            if place and not seat.is_shared:
                return
            if seat.turn is not None and not seat.turn.done() and self._may_go(seat):
                seat.turn.set_result(None)
            if not seat.is_shared:
                return

    def _may_go(self, seat: Seat) -> bool:
        """Whether all who stand before it in its lines share what it would share."""
        for key in seat.keys:
            for other in self._lines[key]:
                if other is seat:
                    break
                if not (seat.is_shared and other.is_shared):
                    return False
        return True
