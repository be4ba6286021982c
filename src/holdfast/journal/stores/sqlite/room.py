"""Room for so many at once; whoever finds it full waits, first come, first in.

``asyncio.Semaphore`` does the same with seven calls of functions for each that enters and leaves, twice a commit.
"""

import asyncio
from collections import deque


class Room:
    """Enter by ``enters`` or, where that says no, by awaiting ``enter``; ``leave`` once for each."""

    def __init__(self, count_max: int) -> None:
        self._left = count_max
        self._waiting: deque[asyncio.Future[None]] = deque()

    def enters(self) -> bool:
        """Enter if there is room now, and say whether there was."""
        if not self._left or self._waiting:
            return False
        self._left -= 1
        return True

    async def enter(self) -> None:
        """Return once there was room, and it is taken."""
        if self.enters():
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():  # it was given the place in the very moment in which it gave up
                self.leave()
            raise

    def leave(self) -> None:
        """Give the place to whoever waits longest, or back."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._left += 1
