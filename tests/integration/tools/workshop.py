"""A run over a memory journal whose agent asks for tools, and whose flow has a node that is one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping

from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.executor import Executor
from holdfast.integration.tools.invocation import Desk, Invocation, Order
from holdfast.integration.tools.registry import Registry
from holdfast.journal.codec import decode, encode
from holdfast.journal.events import (
    Event,
    ModelCalled,
    ModelReplied,
    NodeEntered,
    RunStarted,
    StepEnded,
    StepIntended,
    StepInterrupted,
    StepRetried,
)
from holdfast.journal.events.turns import CallRequest
from holdfast.journal.fold import begin
from holdfast.journal.live import Live
from holdfast.journal.payloads import Payloads
from holdfast.journal.port import NO_EPOCH, Claim, Commit, NewRun, Recorded
from holdfast.journal.recorder import Recorder
from holdfast.journal.stores.memory import MemoryStore
from holdfast.kernel.clock import VirtualClock
from holdfast.kernel.ids import CommitId, PayloadId, RunId, commit_id
from holdfast.kernel.limits import Budget
from holdfast.kernel.messages import Message, StopReason, ToolCall, ToolResult, Usage
from holdfast.kernel.messages_codec import decode_message

RUN = RunId("run_01J0000000WORKSHOP00000000")
TENANT = "acme"
AGENT, NODE = "desk", "lookup"
CALLS = 8
Step = StepIntended | StepEnded | StepInterrupted | StepRetried


class Workshop:
    """Makes calls one by one and tells what the journal holds of them."""

    def __init__(self, store: MemoryStore, recorder: Recorder, clock: VirtualClock, tools: Iterable[Tool]) -> None:
        self.store, self.recorder, self.clock = store, recorder, clock
        self.registry = Registry(tools)
        self.executor = Executor(self.registry, clock)
        self.resources: Mapping[type, object] = {}
        self.names = frozenset(tool.name for tool in self.registry)

    def order(
        self,
        tool: str,
        arguments: str = "{}",
        *,
        index: int = 1,
        attempt: int = 1,
        family: int = 0,
        granted: Iterable[str] | None = None,
        is_node: bool = False,
    ) -> Order:
        """An order of the agent's first turn, or of the node; whatever is registered is granted."""
        return Order(
            tenant=TENANT,
            run=RUN,
            node=NODE if is_node else AGENT,
            call=ToolCall(f"toolu_{index}", tool, arguments),
            granted=self.names if granted is None else frozenset(granted),
            turn=0 if is_node else 1,
            index=0 if is_node else index,
            attempt=attempt,
            family=family,
        )

    def desk(self) -> Desk:
        return Desk(self.recorder, self.resources)

    def invocation(self, order: Order) -> Invocation:
        """A call that has passed no stage yet."""
        return Invocation(order, self.desk(), self.clock.now())

    async def invoke(self, order: Order) -> None:
        await self.executor.invoke(order, self.desk())

    async def ended(self, order: Order) -> StepEnded:
        """Make the call and return how it ended."""
        await self.invoke(order)
        last = (await self.steps())[-1]
        assert isinstance(last, StepEnded)
        return last

    async def shown(self, order: Order) -> ToolResult:
        """Make the call and return what the model sees of it."""
        return await self.read_shown(await self.ended(order))

    async def read_shown(self, ended: StepEnded) -> ToolResult:
        (part,) = (await self.message(ended)).parts
        assert isinstance(part, ToolResult)
        return part

    async def message(self, ended: StepEnded) -> Message:
        assert ended.shown is not None
        return decode_message(await self.recorder.payloads.fetch(ended.shown))

    async def steps(self) -> list[Step]:
        """The events of steps that are durable."""
        await self.recorder.durable()
        events = [decode(entry.body) for entry in await self.store.read(RUN)]
        return [event for event in events if isinstance(event, Step)]


@contextlib.asynccontextmanager
async def workshop(*tools: Tool) -> AsyncIterator[Workshop]:
    clock = VirtualClock()
    store = MemoryStore(clock)
    await store.open()
    recorder = await _begun(store, clock)
    writing = asyncio.create_task(recorder.write())
    shop = Workshop(store, recorder, clock, tools)
    try:
        yield shop
    finally:
        shop.executor.close()
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
        await store.close()


async def _begun(store: MemoryStore, clock: VirtualClock) -> Recorder:
    payloads = Payloads(store, RUN, await store.tenant_key(TENANT))
    none = PayloadId("0" * 32)
    started = RunStarted(
        run=RUN, tenant=TENANT, app="shop", input=none, definitions={}, models={}, budget=Budget(), engine="0"
    )
    first = Commit(
        commit_id=CommitId(commit_id(RUN, NO_EPOCH, 0)),
        run=RUN,
        epoch=NO_EPOCH,
        expected=0,
        events=(Recorded(1, clock.now(), encode(started)),),
        status="INTAKE",
        begins=NewRun(TENANT, "shop"),
    )
    await store.commit(first)
    claim = await store.claim(RUN, "worker", 60.0)
    assert isinstance(claim, Claim)
    recorder = Recorder(store, clock, Live(), payloads, begin(started, clock.now()), claim.epoch)
    recorder.append(*_turn(none))
    return recorder


def _turn(none: PayloadId) -> tuple[Event, ...]:
    requests = tuple(CallRequest(f"toolu_{index}", "any", "digest") for index in range(1, CALLS + 1))
    return (
        NodeEntered(node=AGENT, kind="agent"),
        NodeEntered(node=NODE, kind="tool"),
        ModelCalled(
            node=AGENT,
            turn=1,
            attempt=1,
            model="m",
            request="r",
            added=(),
            tools=none,
            messages=1,
            tokens=1,
            reserved=1,
        ),
        ModelReplied(
            node=AGENT,
            turn=1,
            attempt=1,
            reply=none,
            stop=StopReason.TOOL_USE,
            usage=Usage(),
            model="m",
            seconds=0.0,
            calls=requests,
        ),
    )
