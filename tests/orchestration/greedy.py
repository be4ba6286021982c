"""A provider that takes as much as it is allowed, and keeps the bill: whether anybody has seen its reply or not."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator

import msgspec

from holdfast.integration.gateway.limits.account import Account, Terms
from holdfast.integration.gateway.limits.admission import Prefer
from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest, TextDelta
from holdfast.integration.gateway.pricing.price import Price, Rate, Rates
from holdfast.integration.gateway.routing.hedging import HedgeAfter
from holdfast.integration.gateway.routing.place import Place
from holdfast.integration.gateway.routing.route import Route
from holdfast.journal.codec import decode
from holdfast.journal.events import ModelCalled
from holdfast.kernel import paths
from holdfast.kernel.limits import NOTHING_SPENT, Spend
from holdfast.kernel.messages import Message, Reply, Role, StopReason, Text, ToolCall, Usage
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.kernel.randomness import SeededRandomness
from tests.integration.gateway.routing.places import Served
from tests.runtime.stage import SCRIPTED, Stage

PRICE = Price(Rates(input=Rate(3.0), output=Rate(15.0), cached=Rate(0.3), cache_write=Rate(3.75)), "greedy")
CHEAP = Price(Rates(input=Rate(0.2), output=Rate(1.0)), "thrifty")
PARTS = (0.0, 0.3, 1.0)
THRIFTY = "thrifty"


SILENT_SECONDS = (0.0, 0.5, 1.0, 3.0, 8.0)
HEDGE_AFTER = HedgeAfter(seconds=1.0)


class Greedy:
    """Serves every call with a usage up to what the journal says is reserved for it, and fails as it likes.

    What it does in a turn's attempt depends on ``seed`` alone, so that who dies and comes back is served the same.
    """

    def __init__(
        self, stage: Stage, seed: int, tools: tuple[str, ...], name: str = SCRIPTED, price: Price = PRICE
    ) -> None:
        self._stage, self._seed, self._tools = stage, seed, tools
        self.name, self.price = name, price
        self.billed: defaultdict[str, Spend] = defaultdict(lambda: NOTHING_SPENT)
        """What each app's runs have to pay."""

    def thrifty(self) -> "Greedy":
        """Return a cheaper model of the same provider, on the same bill."""
        cheaper = Greedy(self._stage, self._seed, self._tools, THRIFTY, CHEAP)
        cheaper.billed = self.billed
        return cheaper

    def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        called = self._called(request.step)
        assert called.model == self.name, "who is asked is whose price was reserved"
        assert called.output_tokens_max == request.output_tokens_max, "what is sent is what was reserved"
        return self._served(called, request)

    async def _served(self, called: ModelCalled, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        chance = random.Random(f"{self._seed}:{called.node}:{called.turn}:{called.attempt}")
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)
        goes = chance.choice(("well", "well", "well", "well", "badly", "free"))
        if goes == "free":
            raise ModelCallFailed(Fault(ErrorKind.OVERLOADED, "come back later", retryable=True))
        usage = self._bill(called, chance)
        await asyncio.sleep(0)
        if goes == "badly":
            raise ModelCallFailed(Fault(ErrorKind.BROKEN_STREAM, "the line broke", retryable=True), may_be_billed=True)
        yield TextDelta("so ")
        yield self._reply(called, chance, usage)

    def _bill(self, called: ModelCalled, chance: random.Random) -> Usage:
        assert called.tokens_max is not None
        tokens = int(chance.choice(PARTS) * called.tokens_max)
        usage = Usage(
            input_tokens=tokens,
            output_tokens=int(chance.choice(PARTS) * called.output_tokens_max),
            cached_tokens=tokens // 3 if chance.random() < 0.3 else 0,
            cache_write_tokens=tokens // 2 if chance.random() < 0.3 else 0,
        )
        usage = msgspec.structs.replace(usage, cost_usd=self.price.cost_usd(usage))
        app = called.node.partition("/")[0]
        before = self.billed[app]
        self.billed[app] = msgspec.structs.replace(
            before,
            input_tokens=before.input_tokens + usage.tokens,
            usd=round(before.usd + (usage.cost_usd or 0.0), 9),
        )
        return usage

    def _reply(self, called: ModelCalled, chance: random.Random, usage: Usage) -> Reply:
        said = Text("word " * chance.randrange(30))
        if chance.random() < 0.4 or called.turn > 6:
            return Reply(Message(Role.ASSISTANT, (said,)), StopReason.END_TURN, usage, "greedy-1")
        calls = tuple(
            ToolCall(f"c{number}", chance.choice(self._tools), '{"at": "door"}')
            for number in range(chance.randint(1, 2))
        )
        return Reply(Message(Role.ASSISTANT, (said, *calls)), StopReason.TOOL_USE, usage, "greedy-1")

    def _called(self, step: str) -> ModelCalled:
        """Return the intent of the call, which lies on the disk before anything is sent."""
        app = step.partition("/")[0]
        run = next(head.run for head in self._stage.disk.heads() if head.app == app)
        events = (decode(entry.body) for entry in reversed(self._stage.disk.get(run).events))
        return next(
            event for event in events if isinstance(event, ModelCalled) and paths.turn(event.node, event.turn) == step
        )


class Dawdler(Greedy):
    """Bills at once, and then is silent for a while: whoever lets go of it meanwhile pays for nothing."""

    async def _served(self, called: ModelCalled, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        chance = random.Random(f"{self._seed}:{called.node}:{called.turn}:{called.attempt}")
        silent, goes = chance.choice(SILENT_SECONDS), chance.choice(("well", "well", "well", "badly", "free"))
        if goes == "free":
            await self._stage.clock.sleep(silent)
            raise ModelCallFailed(Fault(ErrorKind.OVERLOADED, "come back later", retryable=True))
        usage = self._bill(called, chance)
        await self._stage.clock.sleep(silent)
        if goes == "badly":
            raise ModelCallFailed(Fault(ErrorKind.TIMEOUT, "it said nothing", retryable=True), may_be_billed=True)
        yield TextDelta("so ")
        await self._stage.clock.sleep(chance.choice(SILENT_SECONDS))
        yield self._reply(called, chance, usage)


class TwoLanes(Route):
    """Two such providers behind one name, a second asked beside a silent first; they write one bill."""

    price = PRICE

    def __init__(self, stage: Stage, seed: int, tools: tuple[str, ...]) -> None:
        lanes = [Dawdler(stage, seed + number, tools) for number in range(2)]
        for lane in lanes:
            lane.billed = lanes[0].billed
        self.billed, self.thrifty = lanes[0].billed, lanes[0].thrifty
        now = stage.clock.now()
        accounts = [Account(Terms(f"lane {number}", model=f"greedy-{number}"), now) for number in range(2)]
        places = [Place(lane, account) for lane, account in zip(lanes, accounts, strict=True)]
        admission = Served(SCRIPTED, accounts, stage.clock)
        super().__init__(
            SCRIPTED, places, admission, stage.clock, SeededRandomness(seed), Prefer.HEADROOM, hedge_after=HEDGE_AFTER
        )
