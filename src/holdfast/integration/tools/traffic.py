"""What all calls of a process have in common: resources in use, rates, breakers, and chance."""

from weakref import WeakKeyDictionary

from holdfast.integration.tools.occupancy import Occupancy
from holdfast.integration.tools.rate import Rates
from holdfast.kernel.breaker import Breaker
from holdfast.kernel.randomness import Randomness, SystemRandomness


class Traffic:
    """Shared by the executors of a process, whichever runs and apps they serve."""

    def __init__(self, randomness: Randomness | None = None) -> None:
        self.occupancy, self.rates = Occupancy(), Rates()
        self.randomness: Randomness = randomness or SystemRandomness()
        self._breakers: WeakKeyDictionary[object, Breaker] = WeakKeyDictionary()

    def breaker(self, tool: object) -> Breaker:
        """Return the breaker of ``tool``."""
        return self._breakers.setdefault(tool, Breaker())
