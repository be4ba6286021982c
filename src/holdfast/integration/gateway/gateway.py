"""The one door to models: a name and a request in, one whole reply or one fault out."""

import asyncio
import contextlib
import difflib
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from functools import partial

from holdfast.integration.gateway.caching.memory import MemoryReplies
from holdfast.integration.gateway.caching.port import KeptReplies, key_of, packed, unpacked
from holdfast.integration.gateway.port import Model, ModelCallFailed, ModelRequest, TextDelta, prices_itself
from holdfast.integration.gateway.pricing.price import Price
from holdfast.integration.gateway.pricing.prices import Prices
from holdfast.integration.gateway.replies import breach_of, settled
from holdfast.integration.gateway.routing.caller import ANYBODY, Caller
from holdfast.integration.gateway.routing.passage import OnText, Passage, tell_nobody
from holdfast.integration.gateway.routing.place import Place
from holdfast.integration.gateway.routing.race import Race
from holdfast.integration.gateway.routing.route import Route
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import DefinitionError, HoldfastError
from holdfast.kernel.faults import Point, Reach, pass_by
from holdfast.kernel.messages import Reply
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.kernel.patience import Patience

FIRST_ITEM_SECONDS = 120.0
"""How long a model may take until it says anything at all."""
REPLY_SECONDS = 900.0
"""How long a whole reply may take."""
ERROR_CHARACTERS_MAX = 300
NAMES_SHOWN_MAX = 8
PROVIDERS_FORM = "a provider's as provider:model, such as anthropic:claude-sonnet-4-6"

Item = TextDelta | Reply
Answering = Coroutine[object, None, Reply]


class Gateway:
    """Calls models by name. Whatever a provider does, the caller gets a Reply, a ModelCallFailed or a cancellation."""

    def __init__(
        self,
        models: Mapping[str, Model | Route],
        clock: Clock,
        *,
        find: Callable[[str], Model | Route | None] = lambda _name: None,
        prices: Prices | None = None,
        first_item_seconds: float = FIRST_ITEM_SECONDS,
        reply_seconds: float = REPLY_SECONDS,
        reach: Reach = pass_by,
        replies: KeptReplies | None = None,
        scope: str = "",
    ) -> None:
        """``find`` is asked for a model whose name is not among ``models``, such as that of a recording.

        Without ``prices`` no price is known but that of a model that knows its own. ``replies`` keeps those of callers
        and models that want it; models of one name in another ``scope`` are others.
        """
        self._models: dict[str, Model | Route] = dict(models)
        self._find, self._prices = find, prices or Prices()
        self._clock, self._reach = clock, reach
        self._replies, self._scope = replies or MemoryReplies(clock), scope
        self._first_item_seconds = first_item_seconds
        self._reply_seconds = reply_seconds

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the models that can be called, in order."""
        return tuple(sorted(self._models))

    def model(self, name: str) -> Model | Route:
        """Return the model of that name, or the route to it. Raises DefinitionError, naming the nearest, for none."""
        found = self._models.get(name) or self._find(name)
        if found is None:
            near = difflib.get_close_matches(name, self._models, n=3) or self.names[:NAMES_SHOWN_MAX]
            raise DefinitionError(
                f"expected the name of a model, found {name!r}: use {', '.join(near) or 'a runtime that has models'}, "
                f"or {PROVIDERS_FORM}"
            )
        return self._models.setdefault(name, found)

    def price(self, name: str) -> Price | None:
        """Return what calls of that model cost now, None if it is not known. Raises DefinitionError as ``model``."""
        model = self.model(name)
        return model.price if prices_itself(model) else self._prices.of(name, self._clock.now())

    def window(self, name: str) -> int | None:
        """Return how many tokens that model can read, None if it is not known."""
        return self._prices.window(name)

    def draws_retry(self, name: str) -> bool:
        """Whether the traffic of a model still has retries to spare; if so one is taken for a call that comes again."""
        model = self.model(name)
        return model.retries.draws(self._clock.now()) if isinstance(model, Route) else True

    def is_hedged(self, name: str) -> bool:
        """Whether a second may be asked beside a call of that model which is made now."""
        model = self.model(name)
        return isinstance(model, Route) and model.hedging is not None and model.hedging.is_possible(self._clock.now())

    # Not a coroutine itself, like those below that only pass on: a frame is some 260 bytes for each call under way.
    def call(
        self,
        name: str,
        request: ModelRequest,
        on_text: OnText,
        caller: Caller = ANYBODY,
        on_sent: Callable[[], None] = tell_nobody,
    ) -> Answering:
        """Return the model's one reply to ``request``, once it is the turn of ``caller``.

        ``on_sent`` is told before anything is sent: what was never told is certain to have cost nothing.

        Raises DefinitionError for an unknown name, ModelCallFailed for whatever else goes wrong with the model.
        A cancellation closes the provider's stream before it goes on its way.
        """
        model = self.model(name)
        route = model if isinstance(model, Route) else None
        seconds = caller.cached_seconds or (route.cached_seconds if route else None)
        if not seconds or not caller.may_keep:
            return self._asked(name, model, request, on_text, caller, on_sent)
        asked = f"{name} {route.signature}" if route else name
        key = key_of(self._scope, caller.tenant, asked, request)
        ask = partial(self._asked, name, model, request, on_text, caller, on_sent)
        return self._kept(key, seconds, ask, on_text)

    async def _kept(self, key: str, seconds: float, ask: Callable[[], Answering], on_text: OnText) -> Reply:
        """Return the reply that is kept under ``key``; else ask for one, and keep that."""
        if (body := await self._replies.get(key)) and (kept := unpacked(body)):
            if kept.message.text:
                on_text(kept.message.text)
            return kept
        reply = await ask()
        if (body := packed(reply)) is not None:
            await self._replies.keep(key, body, self._clock.now() + seconds)
        return reply

    def _asked(
        self,
        name: str,
        model: Model | Route,
        request: ModelRequest,
        on_text: OnText,
        caller: Caller,
        on_sent: Callable[[], None],
    ) -> Answering:
        if not isinstance(model, Route):
            return self._once(model, name, name, request, on_text, on_sent)
        ask = partial(self._of_place, name, on_sent)
        if caller.may_hedge and model.hedging is not None:
            return Race(model, model.hedging, request, caller, ask, on_text).reply()
        return Passage(model, request, caller, ask).reply(on_text)

    def _of_place(
        self, name: str, on_sent: Callable[[], None], place: Place, request: ModelRequest, on_text: OnText
    ) -> Answering:
        return self._once(place.model, place.model.name, name, request, on_text, on_sent)

    async def _once(
        self,
        model: Model,
        name: str,
        asked: str,
        request: ModelRequest,
        on_text: OnText,
        on_sent: Callable[[], None],
    ) -> Reply:
        """Return the whole reply of ``model``, which is called ``name`` and was asked for as ``asked``."""
        provider, began = None, self._clock.now()
        patience = Patience(self._clock, min(self._first_item_seconds, self._reply_seconds), began)
        on_sent()
        self._reach(Point.MODEL_BEFORE_CALL)
        try:
            provider = _Provider(model, name, request)
            first = await patience.wait_for(provider.next_item())
            patience = Patience(self._clock, self._reply_seconds, began)
            reply = await patience.wait_for(self._reply(provider, first, on_text))
            return reply if provider.prices_itself else self._prices.priced(name, reply, began, asked)
        except TimeoutError:
            if not patience.is_over:
                raise
            what = "no whole reply" if patience.seconds == self._reply_seconds else "nothing"
            raise _timed_out(name, what, patience.seconds) from None
        finally:
            if provider is not None and not provider.is_exhausted:
                await provider.let_go()
            self._reach(Point.MODEL_AFTER_CALL)

    async def _reply(self, provider: "_Provider", item: Item | None, on_text: OnText) -> Reply:
        while isinstance(item, TextDelta):
            on_text(item.text)
            item = await provider.next_item()
        if not isinstance(item, Reply):
            raise _broken(provider.name, f"expected a reply at the end of its stream, found {_named(item)}")
        if (more := await provider.next_item()) is not None:
            raise _broken(
                provider.name, f"expected the reply to be the last of its stream, found {_named(more)} after it"
            )
        reply = settled(item)
        if (breach := breach_of(reply)) is not None:
            raise _broken(provider.name, breach)
        return reply


class _Ended:
    """Stands for the end of a stream, which may hold anything."""


ENDED = _Ended()


class _Provider:
    """The edge to whoever serves a model: whatever is raised there becomes a fault that the run can live with."""

    __slots__ = ("_cancellations", "_stream", "is_exhausted", "name", "prices_itself")

    def __init__(self, model: Model, name: str, request: ModelRequest) -> None:
        self.name = name
        self.prices_itself = prices_itself(model)
        self._cancellations, self.is_exhausted = _cancellations(), False
        try:
            self._stream = model.stream(request)
        except ModelCallFailed:
            raise
        except asyncio.CancelledError as error:
            raise self._cancelled_itself() from error
        except Exception as error:
            raise self._translated(error) from error

    async def next_item(self) -> Item | None:
        """Return the next item, None at the end of the stream."""
        try:
            item = await anext(self._stream, ENDED)
        except asyncio.CancelledError as error:
            if _cancellations() > self._cancellations:
                raise
            raise self._cancelled_itself() from error
        except Exception as error:
            if _cancellations() > self._cancellations:  # answered with an error, a cancellation stays one
                raise asyncio.CancelledError from error
            if isinstance(error, ModelCallFailed):
                raise
            raise self._translated(error) from error
        if isinstance(item, _Ended):
            self.is_exhausted = True
            return None
        return item

    async def let_go(self) -> None:
        """Close what is left of the stream. A provider that fails at this changes neither the reply nor an error."""
        if isinstance(self._stream, AsyncGenerator):
            with contextlib.suppress(Exception):
                await self._stream.aclose()

    def _cancelled_itself(self) -> ModelCallFailed:
        """Let through, a cancellation that nobody asked for would pass for the end of the whole task."""
        return _broken(self.name, "it awaited something that was cancelled")

    def _translated(self, error: Exception) -> ModelCallFailed:
        said = " ".join(str(error).split())[:ERROR_CHARACTERS_MAX]
        is_retryable = not isinstance(error, HoldfastError)
        message = f"model {self.name!r} failed: {type(error).__name__}: {said}"
        return ModelCallFailed(Fault(ErrorKind.MODEL_FAILED, message, is_retryable), may_be_billed=is_retryable)


def _cancellations() -> int:
    """Return how many cancellations of this task are under way."""
    task = asyncio.current_task()
    return task.cancelling() if task else 0


def _broken(name: str, what: str) -> ModelCallFailed:
    fault = Fault(ErrorKind.MODEL_FAILED, f"model {name!r} broke the protocol: {what}", retryable=True)
    return ModelCallFailed(fault, may_be_billed=True)


def _timed_out(name: str, what: str, seconds: float) -> ModelCallFailed:
    fault = Fault(ErrorKind.TIMEOUT, f"model {name!r} gave {what} within {seconds:g} s", retryable=True)
    return ModelCallFailed(fault, may_be_billed=True)


def _named(item: object) -> str:
    return "nothing" if item is None else type(item).__name__
