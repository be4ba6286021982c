"""Whether a flow says what can be run: names, references, expressions, limits. Pure; raises DefinitionError."""

import math
from collections.abc import Collection, Iterator, Mapping

import msgspec

from holdfast.kernel.errors import DefinitionError, ExpressionError
from holdfast.kernel.expression import parse
from holdfast.kernel.limits import Budget
from holdfast.kernel.paths import check_name
from holdfast.kernel.retry import unusable_retry
from holdfast.orchestration.flow.check_bus import expressions_of
from holdfast.orchestration.flow.check_votes import check_vote
from holdfast.orchestration.flow.check_waits import check_decision, check_wait
from holdfast.orchestration.flow.leaves import EventNode, PublishNode
from holdfast.orchestration.flow.names import GIVEN, ITEM, KEY, LAST, RESERVED, RESULT, ROUND, VOTES
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    ChildNode,
    DecisionNode,
    Fallback,
    FunctionNode,
    Join,
    Loop,
    Map,
    Node,
    Parallel,
    Saga,
    ScriptNode,
    Sequence,
    ToolNode,
    Vote,
    WaitNode,
    children,
    from_json,
    to_json,
)
from holdfast.orchestration.flow.sagas import UNDO, check_saga, undo_nodes

DEPTH_MAX = 32
ROUNDS = frozenset((ROUND, LAST))
_INSIDE: Mapping[type[Node], frozenset[str]] = {Map: frozenset((ITEM, KEY)), Loop: ROUNDS}
"""What is seen below a node besides what it sees itself."""


def check_flow(
    flow: Node,
    agents: set[str],
    functions: set[str],
    tools: set[str],
    grants: Mapping[str, frozenset[str]],
    *,
    names: frozenset[str] = frozenset(("input", "variables")),
    where: str = "",
    scripts: Collection[str] = (),
) -> None:
    """Raise DefinitionError for the first thing in ``flow`` that cannot be run, named by its path.

    ``names`` are those that its root's expressions can see; ``where`` is what its root is called in errors.
    """
    _check_data(flow)
    known = {"agent": agents, "function": functions, "tool": tools, "script": scripts}
    for path, node, seen in _walk(flow, where or flow.name, names):
        if isinstance(node, Saga):
            check_saga(node, path)
        _check_names(node, path, seen)
        _check_shape(node, path)
        _check_reference(node, path, known)
        _check_grant(node, path, grants)
        for text, visible in _expressions(node, seen):
            check_expression(text, path, visible)


def _check_data(flow: Node) -> None:
    """Every field holds what it is declared to hold; msgspec says where one does not."""
    try:
        from_json(to_json(flow))
    except (TypeError, RecursionError, msgspec.MsgspecError) as error:
        raise DefinitionError(
            f"{flow.name}: expected nodes made of plain data, found something else: {error}"
        ) from error


def _walk(node: Node, path: str, names: frozenset[str], depth: int = 1) -> Iterator[tuple[str, Node, frozenset[str]]]:
    """Yield every node with the names its expressions can see."""
    if depth > DEPTH_MAX:
        raise DefinitionError(f"{path}: expected at most {DEPTH_MAX} levels of nodes, found more: make it flatter")
    yield path, node, names
    seen = set(names)
    for child in children(node):
        inner = frozenset(seen | _INSIDE.get(type(node), frozenset()))
        if isinstance(node, Vote) and child is node.judge:
            inner |= {VOTES}
        where = f"{path}[]" if isinstance(node, Map | Loop) else f"{path}/{child.name}"
        yield from _walk(child, where, inner, depth + 1)
        if isinstance(node, Sequence | Saga):
            seen.add(child.name)
    if isinstance(node, Saga):
        yield from _undoing(node, path, names)


def _undoing(saga: Saga, path: str, names: frozenset[str]) -> Iterator[tuple[str, Node, frozenset[str]]]:
    """Yield what undoes each step: it sees what the step saw, what it was given, and what it gave."""
    undo, seen = dict(undo_nodes(saga, path)), {*names, GIVEN, RESULT}
    for step in saga.steps:
        where = f"{path}/{UNDO}[{step.do.name}]"
        if where in undo:
            yield where, undo[where], frozenset(seen)
        seen.add(step.do.name)


def _check_names(node: Node, path: str, seen: frozenset[str]) -> None:
    check_name(node.name, "node name")
    if node.name in RESERVED or (node.name in {*ROUNDS, VOTES} and node.name in seen):
        raise DefinitionError(
            f"{path}: expected another name, found {node.name!r}, which expressions use for something else"
        )
    names = [child.name for child in children(node)]
    if len(set(names)) < len(names):
        raise DefinitionError(f"{path}: expected the nodes below it to have different names, found {sorted(names)}")


def _check_shape(node: Node, path: str) -> None:
    below = children(node)
    match node:
        case Sequence() | Parallel() | Branch() | Fallback() | Saga() if not below:
            raise DefinitionError(f"{path}: expected at least one node below it, found none")
        case Parallel(join=Join.QUORUM, quorum=quorum):
            if quorum is None or not 1 <= quorum <= len(below):
                raise DefinitionError(f"{path}: expected a quorum from 1 to {len(below)}, found {quorum}")
        case Vote():
            check_vote(node, path)
        case ChildNode(app=app):
            check_name(app, f"{path}: the app's name")
        case Map(join=Join.QUORUM, quorum=quorum) if quorum is None or quorum < 1:
            raise DefinitionError(f"{path}: expected a quorum of at least 1, found {quorum}")
        case WaitNode():
            check_wait(node, path)
        case DecisionNode():
            check_decision(node, path)
        case _:
            pass
    if isinstance(node, Parallel | Map) and node.quorum is not None and node.join is not Join.QUORUM:
        raise DefinitionError(f"{path}: expected join=Join.QUORUM beside a quorum, found join={node.join.value!r}")
    _check_retry(node, path)
    for name, limit in _limits(node):
        if not 0 < limit < math.inf:
            raise DefinitionError(f"{path}: expected {name} above 0, found {limit}")


def _check_retry(node: Node, path: str) -> None:
    retry = node.retry if isinstance(node, AgentNode | ToolNode | FunctionNode) else None
    if retry is not None and (wrong := unusable_retry(retry)):
        raise DefinitionError(f"{path}: {wrong}")


def _limits(node: Node) -> Iterator[tuple[str, float]]:
    """Yield the limits that are set, by name."""
    named = [("timeout_seconds", node.timeout_seconds)]
    match node:
        case ScriptNode():
            named += [("at_once_max", node.at_once_max)]
        case Parallel():
            named += [("at_once_max", node.at_once_max), ("branch_timeout_seconds", node.branch_timeout_seconds)]
        case Map():
            named += [("at_once_max", node.at_once_max), ("item_timeout_seconds", node.item_timeout_seconds)]
            named += [("items_max", node.items_max)]
        case Vote():
            named += [("at_once_max", node.at_once_max), ("voter_timeout_seconds", node.voter_timeout_seconds)]
        case Loop():
            named += [("rounds_max", node.rounds_max), ("round_timeout_seconds", node.round_timeout_seconds)]
        case Saga():
            named += [("answer_seconds_max", node.answer_seconds_max)]
        case WaitNode():
            named += [("seconds", node.seconds)]
        case DecisionNode():
            named += [("deadline_seconds", node.deadline_seconds)]
        case ChildNode(budget=Budget() as budget):
            named += [(f"budget.{name}", getattr(budget, name)) for name in Budget.__struct_fields__]
        case _:
            pass
    yield from ((name, limit) for name, limit in named if limit is not None)


def check_expression(text: str, path: str, visible: frozenset[str]) -> None:
    """Raise DefinitionError, naming ``path``, if ``text`` is no expression or names what is not ``visible``."""
    try:
        missing = parse(text).names - visible
    except ExpressionError as error:
        raise ExpressionError(f"{path}: {text!r} does not parse: {error}") from error
    if missing:
        told = ", ".join(sorted(visible))
        raise DefinitionError(
            f"{path}: {text!r} names {', '.join(sorted(missing))}, which it cannot see there: it sees {told}"
        )


def _check_reference(node: Node, path: str, known: Mapping[str, Collection[str]]) -> None:
    match node:
        case AgentNode(agent=name):
            what = "agent"
        case FunctionNode(function=name):
            what = "function"
        case ToolNode(tool=name):
            what = "tool"
        case ScriptNode(script=name):
            what = "script"
        case _:
            return
    if name not in known[what]:
        told = ", ".join(sorted(known[what])) or "none"
        raise DefinitionError(f"{path}: expected {what} {name!r} to be one of the app's, found {told}")


def _check_grant(node: Node, path: str, grants: Mapping[str, frozenset[str]]) -> None:
    if isinstance(node, AgentNode) and node.tools is not None:
        beyond = set(node.tools) - grants[node.agent]
        if beyond:
            raise DefinitionError(
                f"{path}: expected a subset of the tools of agent {node.agent!r}, found {sorted(beyond)} besides"
            )


def _expressions(node: Node, names: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    match node:
        case (
            AgentNode(input=text)
            | ToolNode(input=text)
            | FunctionNode(input=text)
            | ChildNode(input=text)
            | ScriptNode(input=text)
        ) if text is not None:
            yield text, names
        case WaitNode(until=str(text)):
            yield text, names
        case PublishNode() | EventNode():
            yield from expressions_of(node, names)
        case DecisionNode(question=question, goal=goal, details=details):
            texts = (question, goal, details, *(option.impact for option in node.offered))
            yield from ((text, names) for text in texts if text is not None)
        case Branch(cases=cases):
            for case in cases:
                yield case.when, names
        case Vote(key=str(text)):
            yield text, names | {RESULT}
        case Loop(until=until):
            yield until, names | {RESULT, *ROUNDS}
        case Map(over=over, key=key):
            yield over, names
            if key is not None:
                yield key, frozenset(("item", "index"))
        case _:
            pass
