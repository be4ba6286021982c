"""Where randomness comes from: the system, or a seed."""

import os
import random
from typing import Protocol


class Randomness(Protocol):
    """A source of random bytes and numbers."""

    def bytes(self, count: int) -> bytes:
        """Return ``count`` random bytes."""

    def uniform(self, low: float, high: float) -> float:
        """Return a number between ``low`` and ``high``."""


class SystemRandomness:
    """The operating system's randomness."""

    def bytes(self, count: int) -> bytes:
        return os.urandom(count)

    def uniform(self, low: float, high: float) -> float:
        return random.SystemRandom().uniform(low, high)


class SeededRandomness:
    """The same numbers for the same seed: for tests and simulations, never for keys."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)
