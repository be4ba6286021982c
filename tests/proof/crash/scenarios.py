"""What is killed: runs of every kind, and the one person who looks after each of them, life after life."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from holdfast import Agent, App, Prompt, Runtime, Topic
from holdfast.flow import EventNode, PublishNode, Since, Start, Subscription
from holdfast.governance.verdict import ALLOW_ALL, Allow, Ask, Asking, CallRequest, DecisionPoint, Verdict
from holdfast.integration.gateway.lines import Improvised, Line, answer, answer_json, call, calls, fail
from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.scripted import Script
from holdfast.journal.events import ChildBegun, StepIntended
from holdfast.journal.events.approvals import Ruling
from holdfast.journal.fold.state import RunState
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    Case,
    ChildNode,
    FunctionNode,
    Join,
    Map,
    Node,
    Parallel,
    Saga,
    SagaStep,
    Sequence,
)
from holdfast.orchestration.past.cutting import BeforeStep
from holdfast.orchestration.run.handle import Run
from holdfast.testing.faults.diary import Diary
from tests.proof.crash.world import TOOLS, resources

REQUEST = "the one run"
ASKED, ANSWERED = Topic("asked"), Topic("answered")
SCRIPTED = "scripted"
RESUMES_MAX = 20
LOOKS_MAX = 10_000
DESK = Prompt("desk", "You are a desk.")

Look = Callable[[Runtime, Run, Diary], Awaitable[RunState]]
"""Look after a run until it rests for good."""


async def wait(_runtime: Runtime, run: Run, _diary: Diary) -> RunState:
    """Just wait."""
    return await run.wait()


async def until_over(_runtime: Runtime, run: Run, _diary: Diary) -> RunState:
    """Wait for its end, also while it waits for an event: who publishes that is driven beside it."""
    for _ in range(LOOKS_MAX):
        state = await run.wait()
        if state.is_over:
            return state
        await asyncio.sleep(0.001)
    raise AssertionError(f"looked at {LOOKS_MAX} times, and it still waits for an event")


async def cancel_midway(_runtime: Runtime, run: Run, diary: Diary) -> RunState:
    """Cancel it once its last step is under way."""
    await _seen(run, "never")
    if not diary.count("cancelled", run.id):
        await run.cancel("enough")
        diary.write("cancelled", run.id)
    return await run.wait()


async def park_midway(runtime: Runtime, run: Run, diary: Diary) -> RunState:
    """Park it when its second step is under way, and resume it as often as it takes."""
    await _seen(run, "park/second")
    if not diary.count("parked", run.id):
        await runtime.park("lunch", {run.id})
        diary.write("parked", run.id)
    for _ in range(RESUMES_MAX):
        state = await run.wait()
        if state.is_over or state.doubts:
            return state
        await run.resume()
    raise AssertionError(f"resumed {RESUMES_MAX} times, and it is parked again")


async def fork_it(runtime: Runtime, run: Run, _diary: Diary) -> RunState:
    """Fork it once it has ended; the fork sends nothing, and is begun once however often it is asked for."""
    state = await run.wait()
    if not state.doubts:
        fork = await runtime.fork(run, at=BeforeStep("twice/second"), request_id=f"fork of {run.id}")
        assert (await fork.wait()).is_over
    return state


async def cancel_a_parent(_runtime: Runtime, run: Run, diary: Diary) -> RunState:
    """Cancel it once a child of it has begun."""
    async for entry in run.events():
        if isinstance(entry.event, ChildBegun):
            break
    if not diary.count("cancelled", run.id):
        await run.cancel("enough")
        diary.write("cancelled", run.id)
    return await run.wait()


async def approve_all(_runtime: Runtime, run: Run, _diary: Diary) -> RunState:
    """Have two people say yes to whatever it asks."""
    for _ in range(RESUMES_MAX):
        state = await run.wait()
        if state.is_over or state.doubts:
            return state
        for asked in await run.approvals():
            said = {each.by for each in asked.decisions}
            for by in ("Ann", "Bob"):
                if by not in said:
                    await run.decide(asked.path, Ruling.APPROVE, by=by, digest=asked.digest)
    raise AssertionError(f"asked {RESUMES_MAX} times, and it asks again")


class FourEyes:
    """Has two people look at whatever changes the world."""

    def decide(self, request: CallRequest) -> Verdict:
        return Ask("it changes the world", (Asking(approvals=2),)) if request.effect.needs_intent else Allow()


async def _seen(run: Run, node: str) -> None:
    async for entry in run.events():
        if isinstance(entry.event, StepIntended) and entry.event.node.endswith(node):
            return


@dataclass(frozen=True)
class Scenario:
    """A flow, how its agents' model talks, who looks after it, and what it must have done in the end."""

    flow: Node
    does: tuple[str, ...]
    """The steps that act on the world when all goes well; their names are their paths."""
    unsafe: tuple[str, ...] = ()
    """Those of them that nobody may send twice: cut off, they are in doubt."""
    unwanted: tuple[str, ...] = ()
    """Those that may be cut off when nobody wants them any more: in doubt too, for nobody makes them again."""
    tools: tuple[str, ...] = ()
    script: Script = field(default=())
    look: Look = wait
    status: str = "COMPLETE"
    kids: tuple[FunctionNode, ...] = ()
    """The apps that its child runs are of: a step each."""
    reacts: tuple[Node, ...] = ()
    """The apps that react to its events: each subscribes to ``ASKED``."""
    undone: tuple[str, ...] = ()
    """The steps that undo what was done, in the order in which they must."""
    runs: int = 1
    """How many runs of it go on side by side."""
    subject: str | None = None
    """The person they are about."""
    decides: DecisionPoint = ALLOW_ALL
    """Which of their calls may be made."""

    def apps(self, diary: Diary) -> list[App]:
        """Return it as an app, and those of its child runs."""
        provides = frozenset((Diary,))
        kids = (
            App(kid.name, kid, functions=TOOLS, input=object, resources=resources(diary), provides=provides)
            for kid in self.kids
        )
        return [self.app(diary), *kids, *(self._reacting(node, diary) for node in self.reacts)]

    def _reacting(self, node: Node, diary: Diary) -> App:
        return App(
            node.name,
            node,
            functions=TOOLS,
            input=object,
            resources=resources(diary),
            provides=frozenset((Diary,)),
            topics=(ASKED, ANSWERED),
            subscribes=[Subscription(f"{node.name}_on_asked", ASKED, start=Start.EARLIEST)],
        )

    def app(self, diary: Diary) -> App:
        """Return it as an app whose tools act on the world of ``diary``."""
        agents: tuple[Agent, ...] = ()
        if self.tools:
            named = [tool for tool in TOOLS if tool.name in self.tools]
            agents = (Agent("desk", DESK, SCRIPTED, tools=named, output=dict[str, int], model_attempts_max=30),)
        return App(
            self.flow.name,
            self.flow,
            agents=agents,
            functions=TOOLS,
            input=object,
            resources=resources(diary),
            provides=frozenset((Diary,)),
            topics=(ASKED, ANSWERED) if self.reacts else (),
        )


def step(name: str, function: str, inside: str) -> FunctionNode:
    """Return a step that acts under the name of its own path."""
    return FunctionNode(name, function, input=f"{{'name': '{inside}/{name}'}}")


def undone(name: str, function: str, undo: str, inside: str) -> SagaStep:
    """Return a step of a saga, and what undoes it under the name of its own path."""
    back = FunctionNode("back", undo, input=f"{{'name': '{inside}/undo[' + result[-1] + ']'}}")
    return SagaStep(step(name, function, inside), back)


def _item(function: str, inside: str) -> FunctionNode:
    return FunctionNode("each", function, input=f"{{'name': '{inside}[' + item + ']'}}")


def _kid(name: str, function: str) -> FunctionNode:
    return FunctionNode(name, function, input=f"{{'name': '{name}'}}")


def _acts(function: str, turn: int, place: int = 1, node: str = "desk") -> Line:
    return call(function, {"name": f"{node}/turn.{turn}/call.{place}"})


TALK: tuple[Line | Improvised, ...] = (
    _acts("look", 1),
    calls(*(_acts(each, 2, place) for place, each in enumerate(("pay", "look"), 1)), text="and now"),  # type: ignore[arg-type]  # made of calls
    _acts("send", 3),
    answer_json({"sum": 7}),
)
TALKED = ("desk/turn.1/call.1", "desk/turn.2/call.1", "desk/turn.2/call.2", "desk/turn.3/call.1")


class Stubborn:
    """A model that fails the first ``times`` times it is asked for each turn, over all lives."""

    def __init__(self, diary: Diary, times: int) -> None:
        self._diary, self._times = diary, times

    def __call__(self, request: ModelRequest) -> Line:
        asked = self._diary.count("asked", request.step)
        if asked <= self._times:
            return fail("overloaded")
        if request.step.endswith("turn.1"):
            return _acts("flaky", 1, node="retry/desk")
        return answer("{}")


SCENARIOS: dict[str, Scenario] = {
    "agent": Scenario(
        AgentNode("desk", "desk", input="'how much?'"),
        TALKED,
        unsafe=("desk/turn.3/call.1",),
        tools=("look", "pay", "send"),
        script=TALK,
    ),
    "sequence": Scenario(
        Sequence("steps", tuple(step(f"s{place}", "pay", "steps") for place in range(4))),
        tuple(f"steps/s{place}" for place in range(4)),
    ),
    "functions": Scenario(
        Sequence("all", tuple(step(each, each, "all") for each in ("think", "look", "pay", "book", "stamp", "send"))),
        tuple(f"all/{each}" for each in ("think", "look", "pay", "book", "stamp", "send")),
        unsafe=("all/book", "all/send"),
    ),
    "about a person": Scenario(
        Sequence("anna", tuple(step(each, each, "anna") for each in ("look", "pay", "send"))),
        ("anna/look", "anna/pay", "anna/send"),
        unsafe=("anna/send",),
        subject="anna@example.org",
    ),
    "parallel": Scenario(
        Parallel("both", tuple(step(each, each, "both") for each in ("look", "pay", "send"))),
        ("both/look", "both/pay", "both/send"),
        unsafe=("both/send",),
    ),
    "map": Scenario(
        Map("each", "['a', 'b', 'c', 'd']", _item("pay", "each"), key="item", at_once_max=2),
        tuple(f"each[{item}]" for item in "abcd"),
    ),
    "branch": Scenario(
        Sequence(
            "road",
            (
                step("see", "look", "road"),
                Branch(
                    "fork",
                    (Case("see != ''", step("left", "pay", "road/fork")),),
                    step("right", "send", "road/fork"),
                ),
            ),
        ),
        ("road/see", "road/fork/left"),
    ),
    "retry": Scenario(
        Sequence("retry", (step("first", "flaky", "retry"), AgentNode("desk", "desk", input="'go'"))),
        ("retry/first", "retry/desk/turn.1/call.1"),
        tools=("flaky",),
    ),
    "cancel": Scenario(
        Sequence("stop", (step("first", "pay", "stop"), step("never", "hang", "stop"))),
        ("stop/first",),
        look=cancel_midway,
        status="CANCELLED",
    ),
    "cancel an effect": Scenario(
        Parallel("halt", (step("first", "pay", "halt"), step("never", "hang_unsafe", "halt"))),
        ("halt/first", "halt/never"),
        unsafe=("halt/never",),
        unwanted=("halt/first",),
        look=cancel_midway,
        status="CANCELLED",
    ),
    "park": Scenario(
        Sequence("park", tuple(step(each, "pay_slowly", "park") for each in ("first", "second", "third"))),
        ("park/first", "park/second", "park/third"),
        look=park_midway,
    ),
    "fork": Scenario(
        Sequence("twice", (step("first", "look", "twice"), step("second", "pay", "twice"))),
        ("twice/first", "twice/second"),
        look=fork_it,
    ),
    "quorum": Scenario(
        Parallel(
            "first", tuple(step(each, each, "first") for each in ("look", "hang", "pay")), join=Join.QUORUM, quorum=2
        ),
        ("first/look", "first/pay"),
    ),
    "children": Scenario(
        Sequence(
            "family",
            (
                Parallel("both", (ChildNode("a", "kid_a"), ChildNode("b", "kid_b"))),
                step("after", "pay", "family"),
            ),
        ),
        ("kid_a", "kid_b", "family/after"),
        kids=(_kid("kid_a", "pay"), _kid("kid_b", "stamp")),
    ),
    "children recalled": Scenario(
        Parallel("recall", (ChildNode("a", "kid_a"), ChildNode("b", "kid_b"))),
        ("kid_a",),
        kids=(_kid("kid_a", "look"), _kid("kid_b", "hang")),
        look=cancel_a_parent,
        status="CANCELLED",
    ),
    "approved": Scenario(
        Sequence("asks", tuple(step(each, each, "asks") for each in ("look", "pay", "send"))),
        ("asks/look", "asks/pay", "asks/send"),
        unsafe=("asks/send",),
        look=approve_all,
        decides=FourEyes(),
    ),
    "saga": Scenario(
        Saga(
            "saga",
            (
                undone("a", "pay", "pay", "saga"),
                undone("b", "book", "send", "saga"),
                undone("c", "stamp", "stamp", "saga"),
                SagaStep(step("d", "refuse", "saga")),
            ),
        ),
        ("saga/a", "saga/b", "saga/c"),
        unsafe=("saga/b", "saga/undo[b]"),
        undone=("saga/undo[c]", "saga/undo[b]", "saga/undo[a]"),
        status="FAILED",
    ),
    "saga cancelled": Scenario(
        Sequence(
            "ask",
            (
                Saga(
                    "all",
                    (
                        undone("a", "pay", "stamp", "ask/all"),
                        undone("b", "book", "pay", "ask/all"),
                        SagaStep(step("never", "hang", "ask/all")),
                    ),
                ),
            ),
        ),
        ("ask/all/a", "ask/all/b"),
        unsafe=("ask/all/b",),
        undone=("ask/all/undo[b]", "ask/all/undo[a]"),
        look=cancel_midway,
        status="CANCELLED",
    ),
    "events": Scenario(
        Sequence(
            "asker",
            (
                PublishNode("ask", "asked", "{'n': 1}", key="'k'"),
                PublishNode("again", "asked", "{'n': 2}", key="'k'"),
                EventNode("answer", "answered", when="event.payload.n == 2", since=Since.STARTED),
                step("last", "pay", "asker"),
            ),
        ),
        ("asker/last", "helper/1", "helper/2"),
        look=until_over,
        reacts=(
            Sequence(
                "helper",
                (
                    FunctionNode("act", "pay", input="{'name': 'helper/' + str(input.n)}"),
                    PublishNode("answer", "answered", "input"),
                ),
            ),
        ),
    ),
    "side by side": Scenario(
        Sequence("many", tuple(step(f"s{place}", "pay_for_run", "many") for place in range(3))),
        (),
        runs=3,
    ),
    "whole": Scenario(
        Sequence(
            "whole",
            (
                step("stock", "look", "whole"),
                Parallel(
                    "both",
                    (
                        AgentNode("desk", "desk", input="'how much?'"),
                        Map("each", "['a', 'b']", _item("pay", "whole/both/each"), key="item"),
                    ),
                ),
                Branch("more", (Case("both.desk.sum > 1", step("yes", "send", "whole/more")),)),
            ),
        ),
        ("whole/stock", "whole/both/each[a]", "whole/both/each[b]", "whole/more/yes"),
        unsafe=("whole/more/yes",),
        tools=("look",),
        script=(
            _acts("look", 1, node="whole/both/desk"),
            _acts("look", 2, node="whole/both/desk"),
            answer_json({"sum": 7}),
        ),
    ),
}
