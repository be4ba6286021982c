"""The world of a simulation: what was sent to it and done in it, and tools and a model that act as the plan says."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from holdfast import Agent, App, Effect, IdempotencyKey, Prompt, Provided, ToolFailure, tool
from holdfast.integration.gateway.lines import Line, answer, call, calls
from holdfast.integration.gateway.port import Model, ModelCallFailed, ModelRequest, TextDelta
from holdfast.integration.gateway.scripted import ScriptedModel
from holdfast.journal.events import StepIntended
from holdfast.kernel.messages import Reply
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.orchestration.application.app import Resources
from holdfast.orchestration.flow.nodes import FunctionNode, Node
from holdfast.testing.simulator.disk import AuditedDisk
from holdfast.testing.simulator.faults import TO_MODELS, TO_TOOLS, Kind, Mishaps
from tests.proof.simulation.plan import KID

TOOL_SECONDS_MAX = 300.0
HANGS_SECONDS = 1_000_000.0
SCRIPTED = "scripted"
DESK = Prompt("desk", "You are a desk.")
Step = tuple[str, str]
"""A run's label and the path of a step in it."""


@dataclass
class World:
    """Counts what was sent to it and what of it was done, by run and step."""

    disk: AuditedDisk
    mishaps: Mishaps
    sent: Counter[Step] = field(default_factory=Counter)
    done: Counter[Step] = field(default_factory=Counter)
    refused: Counter[Step] = field(default_factory=Counter)
    """How often it said that it did nothing."""
    keys: defaultdict[Step, set[str]] = field(default_factory=lambda: defaultdict(set))
    owners: dict[str, Step] = field(default_factory=dict)
    """Whose each key is."""
    unsafe: set[Step] = field(default_factory=set)
    disturbed: set[str] = field(default_factory=set)
    """Runs whose outcome a fault may have changed."""
    breaches: list[str] = field(default_factory=list)

    async def act(self, step: Step, goes: str, seconds: float, key: str | None = None) -> str:
        """Take ``seconds``, be done, and answer as ``goes`` says, unless a fault comes in between."""
        self.sent[step] += 1
        fault = self.mishaps.next(TO_TOOLS)
        kind = fault.kind if fault else None
        if kind not in (None, Kind.TOOL_SLOW):
            self.disturbed.add(step[0])
        if kind is Kind.TOOL_ERROR:
            self.refused[step] += 1
            raise ToolFailure("the shop is shut", retryable=True)
        if kind is Kind.TOOL_BROKEN:
            raise ConnectionError("the line is dead")
        if kind is Kind.TOOL_HANGS:
            seconds = HANGS_SECONDS
        await asyncio.sleep(seconds + (fault.seconds if fault else 0.0))
        if goes == "badly":
            self.refused[step] += 1
            raise ToolFailure(f"{step[1]} went badly")
        self.done[step] += 1
        if kind is Kind.TOOL_BROKEN_LATE:
            raise ConnectionError("the line is dead")
        return step[1]

    def check_intent(self, step: Step, key: str | None) -> None:
        """Note a breach unless it lies on the disk that this is about to be done, under this key."""
        run = next((head.run for head in self.disk.heads() if head.request_id == step[0]), None)
        intents = list[StepIntended]()
        if run is not None:
            children = [head.run for head in self.disk.heads() if head.parent == run]
            places = [(run, step[1]), *((child, KID + each.name) for child in children for each in TOOLS)]
            intents += (intent for place in places for intent in self.disk.intents.get(place, ()))
        if key not in [intent.key for intent in intents]:
            self.breaches.append(f"{step} was sent under {key} before the intent was durable")

    @asynccontextmanager
    async def resources(self, _given: object) -> AsyncIterator[Resources]:
        yield {World: self}

    def app(self, flow: Node) -> App:
        """Return ``flow`` as an app on this world."""
        desk = Agent("desk", DESK, SCRIPTED, tools=TOOLS)
        return App(
            flow.name,
            flow,
            agents=(desk,),
            functions=TOOLS,
            input=str,
            resources=self.resources,
            provides=frozenset((World,)),
        )

    def kids(self) -> list[App]:
        """Return the apps of the child runs: one for each tool, called with the run's own input."""
        provides = frozenset((World,))
        return [
            App(
                KID + each.name,
                FunctionNode(KID + each.name, each.name),
                functions=TOOLS,
                input=object,
                resources=self.resources,
                provides=provides,
            )
            for each in TOOLS
        ]

    def models(self) -> dict[str, Model]:
        return {SCRIPTED: Talker(self)}


@tool(effect=Effect.READ, timeout_seconds=TOOL_SECONDS_MAX)
async def look(name: str, run: str, goes: str = "well", seconds: float = 0.0, *, world: Provided[World]) -> str:
    """Look at the world."""
    return await world.act((run, name), goes, seconds)


@tool(effect=Effect.KEYED, timeout_seconds=TOOL_SECONDS_MAX)
async def pay(
    name: str, run: str, goes: str = "well", seconds: float = 0.0, *, key: IdempotencyKey, world: Provided[World]
) -> str:
    """Change the world, once for each key."""
    step = (run, name)
    world.check_intent(step, key)
    world.keys[step].add(key)
    if world.owners.setdefault(key, step) != step:
        world.breaches.append(f"{step} was sent under the key of {world.owners[key]}")
    return await world.act(step, goes, seconds, key)


@tool(effect=Effect.UNSAFE, timeout_seconds=TOOL_SECONDS_MAX)
async def send(name: str, run: str, goes: str = "well", seconds: float = 0.0, *, world: Provided[World]) -> str:
    """Change the world, and never again."""
    step = (run, name)
    world.check_intent(step, None)
    world.unsafe.add(step)
    return await world.act(step, goes, seconds)


TOOLS = (look, pay, send)


class Talker:
    """A model that looks, then pays and looks at once, then answers; what it is told first is the run's label."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._model = ScriptedModel(_line, name=SCRIPTED)

    @property
    def name(self) -> str:
        return SCRIPTED

    async def stream(self, request: ModelRequest) -> "AsyncIterator[TextDelta | Reply]":
        fault = self._world.mishaps.next(TO_MODELS)
        if fault is not None and fault.kind is Kind.MODEL_ERROR:
            self._world.disturbed.add(_label(request))
            raise ModelCallFailed(Fault(ErrorKind.MODEL_FAILED, "overloaded", retryable=True))
        if fault is not None and fault.kind is Kind.MODEL_HANGS:
            await asyncio.sleep(HANGS_SECONDS)
        await asyncio.sleep(1.0 + (fault.seconds if fault else 0.0))
        async for item in self._model.stream(request):
            yield item


def _line(request: ModelRequest) -> Line:
    run, turn = _label(request), int(request.step.rpartition(".")[2])
    match turn:
        case 1:
            return call("look", _arguments(request, run, 1))
        case 2:
            return calls(call("pay", _arguments(request, run, 1)), call("look", _arguments(request, run, 2)))
        case _:
            return answer("done")


def _arguments(request: ModelRequest, run: str, place: int) -> dict[str, object]:
    return {"name": f"{request.step}/call.{place}", "run": run, "seconds": 2}


def _label(request: ModelRequest) -> str:
    return request.messages[1].text.strip()
