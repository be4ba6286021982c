"""Routes to models that do as they are told, at places whose accounts are as a test wants them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from holdfast.dispatch.port import Lane
from holdfast.integration.gateway.gateway import Gateway
from holdfast.integration.gateway.limits.account import Account, Permit, Terms
from holdfast.integration.gateway.limits.admission import Admission, Prefer
from holdfast.integration.gateway.limits.rate import Demand, Rate
from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest, TextDelta
from holdfast.integration.gateway.routing.hedging import HedgeAfter
from holdfast.integration.gateway.routing.place import Place
from holdfast.integration.gateway.routing.route import Route
from holdfast.kernel.clock import Clock, VirtualClock
from holdfast.kernel.messages import Reply, Role, StopReason, Usage, say
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.kernel.randomness import SeededRandomness

Says = ModelCallFailed | str


class Told:
    """A model that does what it is told, one thing after the other, the last for ever; it counts who asks."""

    def __init__(self, name: str, says: Sequence[Says], *, text_first: str = "") -> None:
        self.name, self._says, self._text_first = name, list(says), text_first
        self.asked = 0

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        said = self._says[min(self.asked, len(self._says) - 1)]
        self.asked += 1
        if self._text_first:
            yield TextDelta(self._text_first)
        if isinstance(said, ModelCallFailed):
            raise said
        yield Reply(say(Role.ASSISTANT, said), StopReason.END_TURN, Usage(request.output_tokens_max, 5), self.name)


def failure(
    kind: ErrorKind, *, retryable: bool = True, billed: bool = False, retry_after: float | None = None
) -> ModelCallFailed:
    return ModelCallFailed(Fault(kind, f"it is {kind}", retryable), retry_after, may_be_billed=billed)


class Slow:
    """A model that is silent for some seconds, begins, and ends after some more; it keeps what was let go of."""

    def __init__(self, name: str, clock: Clock, silent: Sequence[float], *, then: float = 0.0, says: Says = "") -> None:
        """``silent``: for how long, one call after the other, the last for ever."""
        self.name, self._clock, self.silent, self._then = name, clock, list(silent), then
        self._says = says or name
        self.asked = self.under_way = self.answered = 0

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        silent = self.silent[min(self.asked, len(self.silent) - 1)]
        self.asked += 1
        self.under_way += 1
        try:
            await self._clock.sleep(silent)
            if isinstance(self._says, ModelCallFailed):
                raise self._says
            yield TextDelta(self._says[:1])
            await self._clock.sleep(self._then)
            yield TextDelta(self._says[1:])
            self.answered += 1
            yield Reply(say(Role.ASSISTANT, self._says), StopReason.END_TURN, Usage(100, 5), self.name)
        finally:
            self.under_way -= 1


class Served(Admission):
    """Lets calls pass by itself: no runtime serves a route that is handed to it."""

    async def admit(
        self, tenant: str, lane: Lane, demand: Demand, among: Sequence[Account], prefer: Prefer = Prefer.ORDER
    ) -> Permit:
        serving = asyncio.ensure_future(self.serve())
        try:
            return await super().admit(tenant, lane, demand, among, prefer)
        finally:
            serving.cancel()
            await asyncio.wait((serving,))


class Routed:
    """A gateway with one route, called ``large``, over the models given."""

    def __init__(
        self,
        *models: Told | Slow,
        accounts: Sequence[str] = (),
        rate: Rate = Rate(),  # noqa: B008  # a frozen value
        windows: Sequence[int | None] = (),
        clock: Clock | None = None,
        prefer: Prefer = Prefer.ORDER,
        hedge_after: HedgeAfter | None = None,
    ) -> None:
        self.clock = clock or VirtualClock()
        names = accounts or [f"account-{model.name}" for model in models]
        told = windows or [None] * len(models)
        self.accounts = [
            Account(Terms(name, rate, model=model.name, window_tokens=window), self.clock.now())
            for name, model, window in zip(names, models, told, strict=True)
        ]
        places = [Place(model, account) for model, account in zip(models, self.accounts, strict=True)]
        self.admission = Admission("large", self.accounts, self.clock)
        self.route = Route(
            "large", places, self.admission, self.clock, SeededRandomness(1), prefer, hedge_after=hedge_after
        )
        self.gateway = Gateway({"large": self.route}, self.clock)


def unheard(_text: str) -> None:
    """Nobody listens."""


OnText = Callable[[str], None]
