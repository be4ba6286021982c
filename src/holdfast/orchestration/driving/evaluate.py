"""Enters a node: evaluates its input, guards or items, reckons its deadline, and records what came of it.

Of a loop that was entered it evaluates, after each round, whether that was the last; of a vote what the answers are; of
a graph whether its steps came to what was expected of them; of a handoff who has the next turn.
"""

from collections.abc import Mapping

from holdfast.execution.actions import Evaluate
from holdfast.integration.tools.invocation import NO_TOPICS
from holdfast.integration.tools.sharing import Sharing
from holdfast.integration.tools.topic import Topic
from holdfast.journal.bus import Publication
from holdfast.journal.events import BranchTaken, Event, ItemsMapped, NodeLeft, StepEnded
from holdfast.journal.fold.handing import handed
from holdfast.journal.fold.sagas import is_undoing
from holdfast.journal.fold.state import RunState
from holdfast.journal.recorder import Recorder
from holdfast.kernel import paths
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import ExpressionError, InputError
from holdfast.kernel.expression import parse
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.driving.asking import asking, waking
from holdfast.orchestration.driving.handing import after_turn
from holdfast.orchestration.driving.publishing import awaiting, publishing
from holdfast.orchestration.flow.asked import given_at
from holdfast.orchestration.flow.leaves import EventNode, PublishNode
from holdfast.orchestration.flow.names import LAST, RESULT, ROUND
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    ChildNode,
    DecisionNode,
    FunctionNode,
    Graph,
    Handoff,
    Loop,
    Map,
    Node,
    PlanNode,
    ScriptNode,
    ToolNode,
    Vote,
    WaitNode,
    pins,
)
from holdfast.orchestration.moves.passing import entering
from holdfast.orchestration.moves.sharing import share_given
from holdfast.orchestration.planning.judging import judged
from holdfast.orchestration.planning.telling import input_at
from holdfast.orchestration.values.looping import last_round
from holdfast.orchestration.values.values import Values
from holdfast.orchestration.values.votes import answers


async def enter(
    action: Evaluate,
    node: Node,
    recorder: Recorder,
    clock: Clock,
    sharing: Sharing | None = None,
    topics: Mapping[str, Topic] = NO_TOPICS,
) -> None:
    """Enter ``node`` at the action's path; an expression that fails ends the node, never the driver."""
    values = Values(recorder.state, recorder.payloads)
    if isinstance(node, Loop | Vote | Graph | Handoff) and action.path in recorder.state.nodes:
        recorder.append(*await _gone_on(node, action.path, values, recorder))
        return
    follows: tuple[Event, ...] = ()
    publishes: tuple[Publication, ...] = ()
    given: PayloadId | None = None
    wakes_at: float | None = None
    shared: PayloadId | None = None
    now = clock.now()
    try:
        if pins(node) and sharing is not None:
            shared = await sharing.pin()
        match node:
            case AgentNode() | ToolNode() | FunctionNode() | ChildNode() | ScriptNode() | PlanNode() | Handoff():
                given = await _input(node.input, action.path, values, recorder)
            case WaitNode():
                wakes_at = await waking(node, action.path, values, now)
            case PublishNode():
                follows, publishes = await publishing(node, action.path, values, recorder, topics)
            case EventNode():
                follows = (await awaiting(node, action.path, values, recorder),)
            case DecisionNode():
                follows = (await asking(node, action.path, values, recorder, now),)
            case Branch():
                follows = (await _branch(node, action.path, values),)
            case Map():
                follows = (await _items(node, action.path, values, recorder),)
            case _:
                pass
    except ExpressionError as error:
        follows = (_failed(action.path, node, Fault(ErrorKind.EXPRESSION, str(error)), recorder),)
    except InputError as error:
        follows = (_failed(action.path, node, Fault(ErrorKind.BAD_INPUT, str(error)), recorder),)
    enters = entering(node, action.path, _deadline(action, now), given, wakes_at, shared)
    recorder.append(*share_given(node, action.path, recorder.state), enters, *follows, publishes=publishes)


def _failed(path: str, node: Node, fault: Fault, recorder: Recorder) -> Event:
    """Return what follows on an input that cannot be had: the node's end, unless it undoes something and must go on."""
    if not is_undoing(recorder.state, path) or not isinstance(node, ToolNode | FunctionNode):
        return NodeLeft(node=path, outcome=Outcome.FAILED, fault=fault)
    return StepEnded(
        node=path,
        turn=0,
        call=0,
        name=node.tool if isinstance(node, ToolNode) else node.function,
        outcome=Outcome.REFUSED,
        seconds=0.0,
        stage="input",
        fault=fault,
        is_definite=True,
    )


def _deadline(action: Evaluate, now: float) -> float | None:
    own = None if action.timeout_seconds is None else now + action.timeout_seconds
    return min((instant for instant in (own, action.deadline) if instant is not None), default=None)


async def _input(text: str | None, path: str, values: Values, recorder: Recorder) -> PayloadId:
    if text is None:
        text = await input_at(recorder.state, path, recorder.payloads)
    if text is None:
        return given_at(recorder.state, path) or _given(recorder.state, path)
    return recorder.payloads.keep_json(await values.evaluate(text, path))


def _given(run: RunState, path: str) -> PayloadId:
    """Return what the node at ``path`` gets that says nothing of its input: what was handed over, or the run's."""
    here = handed(run, path)
    return run.input if here is None else here.value


async def _branch(node: Branch, path: str, values: Values) -> Event:
    for case in node.cases:
        if await values.evaluate(case.when, path):
            return BranchTaken(node=path, case=case.then.name)
    return BranchTaken(node=path, case=node.otherwise.name if node.otherwise is not None else None)


async def _gone_on(
    node: Loop | Vote | Graph | Handoff, path: str, values: Values, recorder: Recorder
) -> tuple[Event, ...]:
    """Return what follows on what has ended below a node that is evaluated more than once."""
    try:
        match node:
            case Loop():
                return (await _after_round(node, path, values, recorder),)
            case Vote():
                return (await _ballots(node, path, values, recorder),)
            case Graph():
                return await judged(node, path, values, recorder.state)
            case Handoff():
                return (await after_turn(node, path, values, recorder),)
    except ExpressionError as error:
        return (NodeLeft(node=path, outcome=Outcome.FAILED, fault=Fault(ErrorKind.EXPRESSION, str(error))),)


async def _ballots(node: Vote, path: str, values: Values, recorder: Recorder) -> Event:
    """Return what the answers of the voters are compared by."""
    below = [recorder.state.nodes[paths.below(path, voter.name)] for voter in node.voters]
    given = {voter.path.rpartition("/")[2]: await values.of(voter.path) for voter in answers(below)}
    if node.key is not None:
        given = {name: await values.evaluate(node.key, path, {RESULT: value}) for name, value in given.items()}
    items = tuple(recorder.payloads.keep_json(value) for value in given.values())
    return ItemsMapped(node=path, keys=tuple(given), items=items)


async def _after_round(node: Loop, path: str, values: Values, recorder: Recorder) -> Event:
    """Return what follows on the round that has ended: the end of the loop, or the number of the next round."""
    number, last = last_round(recorder.state, path)
    assert last is not None, "a loop is asked after a round"
    seen = {ROUND: number, LAST: await values.before(path, number), RESULT: await values.of(last.path)}
    if not await values.evaluate(node.until, path, seen):
        return BranchTaken(node=path, case=str(number + 1))
    return NodeLeft(node=path, outcome=Outcome.PARTIAL if last.outcome is Outcome.PARTIAL else Outcome.SUCCEEDED)


async def _items(node: Map, path: str, values: Values, recorder: Recorder) -> Event:
    found = await values.evaluate(node.over, path)
    if not isinstance(found, list):
        raise ExpressionError(f"{path}: expected {node.over!r} to be a list, found {type(found).__name__}")
    if len(found) > node.items_max:
        raise ExpressionError(
            f"{path}: expected at most {node.items_max} items, found {len(found)}: raise items_max, or map over less"
        )
    keys = [_key(node, item, index, path) for index, item in enumerate(found)]
    fan_out = recorder.state.budget.fan_out
    if fan_out is not None and len(found) > fan_out:
        told = f"the run's fan_out limit reached: {len(found)} items where {fan_out} are allowed"
        return NodeLeft(node=path, outcome=Outcome.FAILED, fault=Fault(ErrorKind.BUDGET, told))
    if len(set(keys)) < len(keys):
        twice = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise ExpressionError(f"{path}: expected {node.key!r} to name each item differently, found {twice!r} twice")
    items = tuple(recorder.payloads.keep_json(item) for item in found)
    return ItemsMapped(node=path, keys=tuple(keys), items=items)


def _key(node: Map, item: object, index: int, path: str) -> str:
    if node.key is None:
        return str(index)
    key = parse(node.key).evaluate({"item": item, "index": index})
    if not isinstance(key, str | int) or key == "":
        raise ExpressionError(f"{path}: expected {node.key!r} to name item {index} by text or a number, found {key!r}")
    return str(key)
