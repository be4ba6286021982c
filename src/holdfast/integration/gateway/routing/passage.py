"""One call on its way through a route: waits for its turn, is sent, fails over where that is free of doubt."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from holdfast.integration.gateway.limits.account import Account, Permit
from holdfast.integration.gateway.limits.admission import ModelBusy
from holdfast.integration.gateway.limits.headers import NOTHING_TOLD, left_in
from holdfast.integration.gateway.limits.rate import Demand
from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest
from holdfast.integration.gateway.routing.caller import Caller
from holdfast.integration.gateway.routing.failover import REMEDIES, Remedy, others, remedy_for
from holdfast.integration.gateway.routing.hearing import hearing
from holdfast.integration.gateway.routing.place import Place
from holdfast.integration.gateway.routing.route import Route
from holdfast.kernel.messages import Reply
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.kernel.tokens import message_tokens
from holdfast.kernel.ways import Try, Way

TRIES_MAX = 8
"""How often one attempt may ask anybody."""
WAIT_SECONDS_MAX = 600.0
"""How long one attempt may wait for its turn in all."""
PAUSE_SECONDS_FIRST, PAUSE_SECONDS_MAX = 0.5, 60.0
"""Bounds of the rest that an account takes after a refusal which does not say how long; doubled with each."""

TROUBLES = REMEDIES.keys() - {ErrorKind.CONTEXT_TOO_LONG}
"""Failures that tell something of an account; the others are the request's, or the reply's."""

OnText = Callable[[str], None]
"""Told each piece of text as it streams: a hint, the reply's text wins. An empty one: it begins with another part."""
Ask = Callable[[Place, ModelRequest, OnText], Awaitable[Reply]]
"""Asks one place, once. Raises ModelCallFailed."""


def tell_nobody() -> None:
    """What is told where nobody wants to know."""


class Passage:
    """Makes one attempt of one call. Whatever way it takes is told with the reply, or with the failure."""

    def __init__(
        self,
        route: Route,
        request: ModelRequest,
        caller: Caller,
        ask: Ask,
        on_asked: Callable[[], None] = tell_nobody,
        *,
        beside: Sequence[Place] = (),
    ) -> None:
        """``on_asked`` is told when a place is asked. ``beside``: where to ask, once, for a call that is under way."""
        self.asked: Place | None = None
        """Where the call was sent last; None while it waits for its turn."""
        self.asked_since = 0.0
        self.goes_elsewhere = not beside
        """Whether a place that failed may be followed by another."""
        self.is_outrun = False
        """It was silent, and another was asked beside it that has answered: to be said before this one is cancelled."""
        self._on_asked, self._beside = on_asked, tuple(beside)
        self._route, self._request, self._caller, self._ask = route, request, caller, ask
        self._clock = route.clock
        tokens = caller.input_tokens or sum(map(message_tokens, request.messages))
        self._demand = route.expectation.of(tokens, request.output_tokens_max)
        self._tries: list[Try] = []
        self._tried: set[Place] = set()
        self._waited = 0.0
        self._has_begun = False

    async def reply(self, on_text: OnText) -> Reply:
        """Return the reply. Raises ModelCallFailed once nothing is left to be done within this attempt."""

        def heard(text: str) -> None:
            self._begins()
            on_text(text)

        places = self._first_choice()
        if self._caller.attempt == 1 and not self._beside:
            self._route.retries.called()
        while True:
            permit = await self._permit(places)
            self.asked = place = self._route.place_of(permit.account)
            self.asked_since = began = self._clock.now()
            self._on_asked()
            try:
                return await self._asked_at(place, permit, heard)
            except ModelCallFailed as failed:
                places = self._after(failed, place)
                if not places:
                    failed.way = self.way(place)
                    raise
                self.asked = None
                seconds = round(self._clock.now() - began, 6)
                self._tries.append(Try(permit.account.terms.name, place.name, failed.fault.kind, seconds))

    def fits(self, place: Place) -> bool:
        """Whether the call is no larger than what can be read there."""
        return place.account.fits(self._demand)

    def way(self, place: Place | None) -> Way:
        """Return the way that it has taken to its end at ``place``; None: it has not come to any."""
        account, name = (place.account.terms.name, place.name) if place else ("", "")
        return Way(account, name, round(self._waited, 6), tuple(self._tries))

    async def _asked_at(self, place: Place, permit: Permit, on_text: OnText) -> Reply:
        def headers(said: Mapping[str, str]) -> None:
            left = left_in(said)
            if left is not NOTHING_TOLD:
                permit.observe(left, self._clock.now())

        try:
            with hearing(headers):
                reply = await self._ask(place, self._request, on_text)
            self._begins()
        except ModelCallFailed as failed:
            self._settle(permit, failed)
            raise
        else:
            is_told = reply.usage.input_tokens > 0
            permit.replied(reply.usage if is_told else None, self._clock.now())
            if is_told:
                self._route.expectation.learn(reply.usage)
            return msgspec.structs.replace(reply, way=self.way(place))
        finally:  # cancelled, if its end was not told before
            now = self._clock.now()
            if self.is_outrun:
                self._note_silence()
                permit.outrun(now)
            permit.withdrawn(now)

    def _begins(self) -> None:
        """It has something to say: to be told at each piece of it."""
        if not self._has_begun:
            self._has_begun = True
            self._note_silence()

    def _note_silence(self) -> None:
        if self._route.hedging is not None and self.asked is not None:
            self._route.hedging.note_silence(self.asked, self._clock.now() - self.asked_since)

    def _settle(self, permit: Permit, failed: ModelCallFailed) -> None:
        now, fault = self._clock.now(), failed.fault
        if fault.kind in TROUBLES:
            permit.account.note(fault.message, now)
        match fault.kind:
            case ErrorKind.AUTH:
                permit.barred(now)
            case ErrorKind.RATE_LIMITED if not fault.retryable:
                permit.barred(now)
            case ErrorKind.RATE_LIMITED:
                permit.turned_away(self._pause(failed), now)
            case ErrorKind.OVERLOADED | ErrorKind.TIMEOUT:
                permit.overloaded(failed.retry_after_seconds, now)
            case ErrorKind.BROKEN_STREAM:
                permit.broke(now, was_sent=failed.may_be_billed)
            case ErrorKind.MODEL_FAILED if fault.retryable:
                permit.broke(now)
            case ErrorKind.BAD_REPLY:
                permit.withdrawn(now)
            case _:
                permit.rejected(now)

    def _pause(self, failed: ModelCallFailed) -> float:
        """What the provider asks for wins; else full jitter."""
        if failed.retry_after_seconds is not None:
            return failed.retry_after_seconds
        bound = min(PAUSE_SECONDS_MAX, PAUSE_SECONDS_FIRST * 2 ** len(self._tries))
        return self._route.randomness.uniform(0, bound)

    def _after(self, failed: ModelCallFailed, place: Place) -> tuple[Place, ...]:
        """Return where to try next within this attempt, nothing where it ends."""
        if not self.goes_elsewhere:
            return ()
        remedy = remedy_for(failed, has_begun=self._has_begun)
        left = others(remedy, place, self._route.places, self._tried)
        if remedy is not Remedy.SOON:
            self._tried.add(place)
        if not left or len(self._tries) + 1 >= TRIES_MAX or not self._route.retries.draws(self._clock.now()):
            return ()
        return left

    def _first_choice(self) -> tuple[Place, ...]:
        """Return all places, but where there is another, not the one at which the attempt before this one failed."""
        failed_at, places = self._caller.failed_at, self._beside or self._route.places
        if failed_at is None or self._beside:
            return places
        return tuple(each for each in places if (each.account.terms.name, each.name) != failed_at) or places

    async def _permit(self, places: Sequence[Place]) -> Permit:
        route, caller = self._route, self._caller
        among = _able([each.account for each in places], self._demand, self._clock.now())
        permit = route.admission.at_once(caller.tenant, self._demand, among, route.prefer)
        return permit or await self._turn(among)

    async def _turn(self, among: Sequence[Account]) -> Permit:
        """Wait in the line. What ends the wait otherwise is told with the time that it took."""
        route, caller = self._route, self._caller
        began, waited_before = self._clock.now(), self._waited
        bound = self._clock.timeout(max(0.0, WAIT_SECONDS_MAX - waited_before))
        try:
            async with bound:
                permit = await route.admission.admit(caller.tenant, caller.lane, self._demand, among, route.prefer)
        except TimeoutError:
            if not bound.expired():
                raise
            self._waited = WAIT_SECONDS_MAX
            told = ", ".join(sorted({each.terms.name for each in among}))
            message = f"model {route.name!r}: expected its turn within {WAIT_SECONDS_MAX:g} s, found {told} not free"
            raise self._unsent(ErrorKind.RATE_LIMITED, message) from None
        except ModelBusy as busy:
            raise self._unsent(ErrorKind.OVERLOADED, str(busy)) from busy
        self._waited = waited_before + max(0.0, self._clock.now() - began)
        return permit

    def _unsent(self, kind: ErrorKind, message: str) -> ModelCallFailed:
        failed = ModelCallFailed(Fault(kind, message, retryable=True))
        failed.way = self.way(None)
        return failed


def _able(accounts: Sequence[Account], demand: Demand, now: float) -> Sequence[Account]:
    """Return those whose keys are accepted and whose windows are large enough.

    Where there are none, those with the largest window: the size is an estimate, and the provider knows better.
    """
    trusted = [each for each in accounts if not each.is_barred(now)] or accounts
    roomy = [each for each in trusted if each.fits(demand)]
    if roomy:
        return roomy
    largest = max(each.terms.window_tokens or 0 for each in trusted)
    return [each for each in trusted if each.terms.window_tokens == largest]
