"""Whether a flow says what can be run: names, references, expressions, limits. Pure; raises DefinitionError."""

import math
from collections.abc import Collection, Iterator, Mapping

import msgspec

from holdfast.kernel.errors import DefinitionError, ExpressionError
from holdfast.kernel.expression import parse
from holdfast.kernel.paths import check_name
from holdfast.kernel.retry import unusable_retry
from holdfast.orchestration.flow.check_handoff import check_handoff
from holdfast.orchestration.flow.check_plan import check_plan
from holdfast.orchestration.flow.check_quorum import check_join, check_vote
from holdfast.orchestration.flow.check_share import check_share
from holdfast.orchestration.flow.check_waits import check_decision, check_wait
from holdfast.orchestration.flow.fields import expressions_of, limits_of
from holdfast.orchestration.flow.graphs import check_graph
from holdfast.orchestration.flow.names import GIVEN, HANDED, RESERVED, RESULT
from holdfast.orchestration.flow.node import Spending
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    ChildNode,
    DecisionNode,
    Fallback,
    FunctionNode,
    Graph,
    Handoff,
    Map,
    Node,
    Parallel,
    PlanNode,
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
from holdfast.orchestration.flow.places import path_of
from holdfast.orchestration.flow.sagas import UNDO, check_saga, undo_nodes
from holdfast.orchestration.flow.seen import SOMETIMES, seen_besides

DEPTH_MAX = 32


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
        if isinstance(node, PlanNode):
            check_plan(node, path, known)
        _check_grant(node, path, grants)
        for text, visible in expressions_of(node, seen):
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
        inner = frozenset((HANDED,)) if isinstance(node, Handoff) else frozenset(seen | seen_besides(node, child))
        where = path_of(child, node, path)
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
    if node.name in RESERVED or (node.name in SOMETIMES and node.name in seen):
        raise DefinitionError(
            f"{path}: expected another name, found {node.name!r}, which expressions use for something else"
        )
    names = [child.name for child in children(node)]
    if len(set(names)) < len(names):
        raise DefinitionError(f"{path}: expected the nodes below it to have different names, found {sorted(names)}")


def _check_shape(node: Node, path: str) -> None:
    if not children(node) and isinstance(node, Sequence | Parallel | Branch | Fallback | Saga | Graph | Handoff):
        raise DefinitionError(f"{path}: expected at least one node below it, found none")
    match node:
        case Parallel() | Map():
            check_join(node, path)
        case ChildNode(app=app):
            check_name(app, f"{path}: the app's name")
        case _:
            _check_kind(node, path)
    _check_retry(node, path)
    if isinstance(node, Spending):
        check_share(node.share, path)
    for name, limit in limits_of(node):
        if not 0 < limit < math.inf:
            raise DefinitionError(f"{path}: expected {name} above 0, found {limit}")


def _check_kind(node: Node, path: str) -> None:
    match node:
        case Vote():
            check_vote(node, path)
        case Handoff():
            check_handoff(node, path)
        case WaitNode():
            check_wait(node, path)
        case DecisionNode():
            check_decision(node, path)
        case Graph():
            check_graph(node, path)
        case _:
            pass


def _check_retry(node: Node, path: str) -> None:
    retry = node.retry if isinstance(node, AgentNode | ToolNode | FunctionNode) else None
    if retry is not None and (wrong := unusable_retry(retry)):
        raise DefinitionError(f"{path}: {wrong}")


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
