"""A process's clock in a simulation: it follows the loop's time, and can be set forward and back."""

import asyncio

START = 1_800_000_000.0


class SimClock:
    """Waits are measured by the loop's time, as the system's are by its monotonic clock: setting it moves none."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def jump(self, seconds: float) -> None:
        """Be set forward, or back."""
        self._ahead += seconds

    def now(self) -> float:
        return START + asyncio.get_running_loop().time() + self._ahead

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    def timeout(self, seconds: float | None) -> asyncio.Timeout:
        return asyncio.timeout(seconds)
