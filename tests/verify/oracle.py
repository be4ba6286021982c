"""Runs a flow in every way in which it can go: the real runtime, with whatever comes from outside chosen in turn."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from holdfast import App, Effect, IdempotencyKey, Provided, ToolFailure, tool
from holdfast.journal.events import BranchTaken, Event, HandedOver, NodeEntered, NodeLeft, QuestionAnswered, StepEnded
from holdfast.journal.fold.state import RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Outcome, Settlement
from holdfast.orchestration.application.app import Resources
from holdfast.orchestration.flow.nodes import Fallback, FunctionNode, Node
from holdfast.orchestration.flow.saga_questions import RETRY, asked_about
from holdfast.orchestration.run.handle import Run
from holdfast.orchestration.values.ladder import has_answered
from holdfast.runtime import Runtime
from holdfast.verify.places import place_of
from tests.runtime.stage import Stage, events_of

STEPS_MAX = 200
LONG = 100.0
SETTLED = LONG + 10.0
Mood = Literal["calm", "angry"]
ANSWERS: Mapping[str, Sequence[object]] = {
    "look": ("fine",),
    "keyed": ("done",),
    "flag": (True, False),
    "mood": ("calm", "angry"),
    "count": ([], ["x"], ["x", "y"]),
    "one": ("fine",),
    "opinion": ("a", "b", "c"),
    "shaky": ("fine", ToolFailure("not now", retryable=True)),
}
"""What each function may give, if it does not fail."""


@dataclass
class Oracle:
    """Holds back every call until it is chosen how it ends."""

    pending: list[tuple[str, asyncio.Future[object]]] = field(default_factory=list)

    async def ask(self, function: str) -> object:
        """Wait until somebody says what comes of it."""
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        entry = (function, answer)
        self.pending.append(entry)
        try:
            found = await answer
        finally:
            self.pending.remove(entry)
        if isinstance(found, ToolFailure):
            raise found
        return found

    @asynccontextmanager
    async def resources(self, _given: object) -> AsyncIterator[Resources]:
        yield {Oracle: self}


@tool(effect=Effect.READ, timeout_seconds=LONG)
async def look(*, oracle: Provided[Oracle]) -> str:
    """Look."""
    return str(await oracle.ask("look"))


@tool(effect=Effect.KEYED, timeout_seconds=LONG)
async def keyed(*, key: IdempotencyKey, oracle: Provided[Oracle]) -> str:
    """Change something, once."""
    return str(await oracle.ask("keyed"))


@tool(effect=Effect.READ, timeout_seconds=LONG)
async def flag(*, oracle: Provided[Oracle]) -> bool:
    """Say yes or no."""
    return bool(await oracle.ask("flag"))


@tool(effect=Effect.READ, timeout_seconds=LONG)
async def mood(*, oracle: Provided[Oracle]) -> dict[str, Mood]:
    """Say how somebody is."""
    return {"how": await oracle.ask("mood")}  # type: ignore[dict-item]


@tool(effect=Effect.READ, timeout_seconds=LONG)
async def count(*, oracle: Provided[Oracle]) -> list[str]:
    """Give a few things."""
    return await oracle.ask("count")  # type: ignore[return-value]


@tool(effect=Effect.READ, timeout_seconds=LONG)
async def shaky(*, oracle: Provided[Oracle]) -> str:
    """Look, which may fail in passing."""
    return str(await oracle.ask("shaky"))


@tool(effect=Effect.READ, timeout_seconds=LONG)
async def opinion(*, oracle: Provided[Oracle]) -> str:
    """Say one thing or another."""
    return str(await oracle.ask("opinion"))


@tool(effect=Effect.READ, timeout_seconds=LONG)
async def one(name: str, goes: str = "well", seconds: float = 0.0, *, oracle: Provided[Oracle]) -> str:
    """Stand in for the function of random plays: how it goes is chosen, not said."""
    return str(await oracle.ask("one"))


FUNCTIONS = (look, keyed, flag, mood, count, one, shaky, opinion)


@dataclass
class Lived:
    """What was seen in all runs together."""

    executions: int = 0
    entered: set[str] = field(default_factory=set)
    cases: defaultdict[str, set[str | None]] = field(default_factory=lambda: defaultdict(set))
    rungs: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    contracts: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    choices: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    ends: defaultdict[str, set[Outcome]] = field(default_factory=lambda: defaultdict(set))
    outcomes: set[Outcome] = field(default_factory=set)
    calls_max: int = 0
    is_whole: bool = True
    """Whether every way was gone."""

    def see(self, flow: Node, events: Sequence[Event], state: RunState) -> None:
        """Take in one run."""
        self.executions += 1
        self.calls_max = max(self.calls_max, sum(isinstance(event, StepEnded) for event in events))
        for event in events:
            match event:
                case NodeEntered(node=path):
                    self.entered.add(place_of(path))
                case BranchTaken(node=path, case=case):
                    self.cases[place_of(path)].add(case)
                case HandedOver(node=path, contract=contract):
                    self.contracts[place_of(path)].add(contract)
                case QuestionAnswered(node=path, choice=choice):
                    self.choices[place_of(path)].add(choice)
                case NodeLeft(node=path, outcome=outcome):
                    self.ends[place_of(path)].add(outcome)
                case _:
                    pass
        assert state.outcome is not None, f"it did not end: {state.status}"
        self.outcomes.add(state.outcome)
        for node in state.nodes.values():
            if node.kind == "fallback" and node.outcome is not None and node.outcome.is_success:
                states = ((name, state.nodes.get(paths.below(node.path, name))) for name in node.branches)
                self.rungs[place_of(node.path)].add(next(name for name, rung in states if has_answered(rung)))


def app_of(flow: Node, oracle: Oracle) -> App:
    """Return an app that runs ``flow`` under ``oracle``."""
    return App(
        flow.name,
        flow,
        functions=FUNCTIONS,
        input=object,
        resources=oracle.resources,
        provides=frozenset((Oracle,)),
    )


async def live_all(flow: Node, executions_max: int, inputs: Sequence[object] = (None,)) -> Lived:
    """Run ``flow`` in every way, but in no more than ``executions_max``."""
    lived, oracle, stage = Lived(), Oracle(), Stage()
    app = app_of(flow, oracle)
    async with stage.runtime(apps=[app]) as runtime:
        for given in inputs:
            way: list[int] = []
            while True:
                if lived.executions >= executions_max:
                    lived.is_whole = False
                    return lived
                way, widths = await _live(runtime, stage, app, given, oracle, way, lived)
                while widths and way[-1] + 1 == widths[-1]:
                    way.pop()
                    widths.pop()
                if not widths:
                    break
                way[-1] += 1
    assert stage.troubles.heard == []
    return lived


async def _live(
    runtime: Runtime, stage: Stage, app: App, given: object, oracle: Oracle, way: list[int], lived: Lived
) -> tuple[list[int], list[int]]:
    """Run once along ``way``, and beyond it by the first; return the way gone, and how wide it was at each step."""
    run = await runtime.start(app, given)
    gone: list[int] = []
    widths: list[int] = []
    for _ in range(STEPS_MAX):
        await _settled()
        state = await run.state() if not oracle.pending or _asks(app.flow) else None
        if state is not None and state.is_over:
            lived.see(app.flow, await events_of(run), state)
            return gone, widths
        offered = _offered(oracle, state)
        if not offered:
            instant = stage.clock.next_wake()
            assert instant is not None, f"nothing is going to happen: {state}"
            await stage.clock.advance(max(0.0, instant - stage.clock.now()))
            continue
        place = way[len(gone)] if len(gone) < len(way) else 0
        gone.append(place)
        widths.append(len(offered))
        if offered[place][-1] is Settlement.DID_NOT:
            await stage.clock.advance(SETTLED)
        if offered[place][0] == "time":
            await stage.clock.advance(offered[place][1] - stage.clock.now())
            continue
        await _choose(run, offered[place])
    raise AssertionError(f"expected an end within {STEPS_MAX} steps")


def _asks(flow: Node) -> bool:
    text = repr(flow)
    return any(each in text for each in ("DecisionNode", "WaitNode", "keyed", "Saga"))


def _offered(oracle: Oracle, state: RunState | None) -> list[tuple[Any, ...]]:
    offered: list[tuple[Any, ...]] = []
    for function, answer in oracle.pending:
        offered.extend((answer, value) for value in ANSWERS[function])
        offered.append((answer, ToolFailure(f"{function} failed")))
    if state is None:
        return offered
    if oracle.pending:
        waits = (node.wakes_at for node in state.nodes.values() if node.kind == "wait" and node.outcome is None)
        offered.extend(("time", instant) for instant in waits if instant is not None)
    for path in state.questions:
        question = state.nodes[path].question
        assert question is not None
        about = asked_about(path)
        is_again = about is not None and state.nodes[about].tries > 0  # once more may be said for ever
        options = [each for each in question.options if not (is_again and each == RETRY)]
        offered.extend(("answer", path, choice) for choice in options)
    for path in state.doubts:
        offered.append(("settle", path, Settlement.HAPPENED))
        if not oracle.pending:  # what was sent may still arrive, and other calls have no more time than that
            offered.append(("settle", path, Settlement.DID_NOT))
    return offered


async def _choose(run: Run, chosen: tuple[Any, ...]) -> None:
    match chosen:
        case ("answer", str(path), str(choice)):
            await run.answer(path, choice, by="Ann")
        case ("settle", str(path), how):
            await run.settle(path, how, "done" if how is Settlement.HAPPENED else None, by="Ann")
        case _:
            answer, value = chosen
            answer.set_result(value)


async def _settled() -> None:
    """Let the loop run until nothing is ready any more but this."""
    loop: Any = asyncio.get_running_loop()
    await asyncio.sleep(0)
    while loop._ready:  # noqa: ASYNC110  # there is no event for nothing being left to do
        await asyncio.sleep(0)


def called(function: str, name: str) -> FunctionNode:
    """Return a leaf that calls ``function``."""
    return FunctionNode(name, function, input="{}")


__all__ = ["FUNCTIONS", "Fallback", "Lived", "Oracle", "app_of", "called", "live_all"]
