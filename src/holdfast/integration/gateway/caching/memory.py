"""Keeps replies in memory, for a store that is there too."""

from holdfast.integration.gateway.caching.port import REPLIES_MAX
from holdfast.kernel.clock import Clock


class MemoryReplies:
    """Keeps replies as long as the process lives."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[bytes, float]] = {}

    def close(self) -> None:
        """Forget all of it."""
        self._kept.clear()

    async def get(self, key: str) -> bytes | None:
        reply, until = self._kept.get(key, (None, 0.0))
        return reply if self._clock.now() < until else None

    async def keep(self, key: str, reply: bytes, until: float) -> None:
        self._kept.pop(key, None)
        self._kept[key] = (reply, until)
        while len(self._kept) > REPLIES_MAX:
            del self._kept[next(iter(self._kept))]
