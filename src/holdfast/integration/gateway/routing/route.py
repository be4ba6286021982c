"""A logical model: the places that can answer for it, and what is learned of its calls."""

from collections.abc import Sequence

from holdfast.integration.gateway.limits.account import Account
from holdfast.integration.gateway.limits.admission import Admission, Prefer
from holdfast.integration.gateway.routing.expectation import Expectation
from holdfast.integration.gateway.routing.hedging import HedgeAfter, Hedging
from holdfast.integration.gateway.routing.place import Place
from holdfast.integration.gateway.routing.retries import RetryBudget
from holdfast.kernel.clock import Clock
from holdfast.kernel.randomness import Randomness


class Route:
    """One name over one or more places. Routes that share an account share ``admission``, and so its line."""

    def __init__(
        self,
        name: str,
        places: Sequence[Place],
        admission: Admission,
        clock: Clock,
        randomness: Randomness,
        prefer: Prefer = Prefer.ORDER,
        *,
        cached_seconds: float | None = None,
        signature: str = "",
        hedge_after: HedgeAfter | None = None,
    ) -> None:
        """``cached_seconds``: how long replies are kept for identical requests; ``signature`` tells apart what else
        decides about a reply, such as a temperature; ``hedge_after``: when a second is asked beside a silent one."""
        self.name, self.places, self.admission, self.prefer = name, tuple(places), admission, prefer
        self.clock, self.randomness = clock, randomness
        self.cached_seconds, self.signature = cached_seconds, signature
        self.hedging = None if hedge_after is None else Hedging(hedge_after, self.places)
        self.expectation, self.retries = Expectation(), RetryBudget(clock.now())

    def place_of(self, account: Account) -> Place:
        """Return the place that counts against ``account``."""
        return next(each for each in self.places if each.account is account)
