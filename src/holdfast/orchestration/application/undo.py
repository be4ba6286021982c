"""What undoes the steps of sagas that leave it to their tools, and which steps want undoing. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from holdfast.execution.agent import Agent
from holdfast.integration.tools.contract import Tool
from holdfast.kernel.errors import DefinitionError
from holdfast.orchestration.flow.leaves import PublishNode
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Block,
    Branch,
    Case,
    ChildNode,
    Fallback,
    FunctionNode,
    Graph,
    Handoff,
    Loop,
    Map,
    Node,
    Parallel,
    PlanNode,
    Saga,
    SagaStep,
    ScriptNode,
    Sequence,
    ToolNode,
    Vote,
    children,
)


@dataclass(frozen=True, slots=True)
class Called:
    """What the nodes of a flow call, by name."""

    agents: Mapping[str, Agent]
    functions: Mapping[str, Tool]
    tools: Mapping[str, Tool]

    def by(self, node: ToolNode | FunctionNode) -> Tool | None:
        """Return what ``node`` calls; None for what the app does not have."""
        match node:
            case ToolNode(tool=name):
                return self.tools.get(name)
            case FunctionNode(function=name):
                return self.functions.get(name)


def with_undo(node: Node, called: Called, path: str = "") -> Node:
    """Return ``node`` with what undoes each step of its sagas written out; the same node where nothing is to be.

    Raises DefinitionError for a step that may act, is not the last, and neither has anything that undoes it nor says
    that nothing does; and for a tool's undo whose arguments are not known.
    """
    path = path or node.name
    match node:
        case Saga(steps=steps):
            inner = tuple(
                _completed(replace(step, do=with_undo(step.do, called, f"{path}/{step.do.name}")), path, called)
                for step in steps
            )
            _check_each_is_undone(inner, path, called)
            return node if inner == steps else replace(node, steps=inner)
        case Sequence(steps=below):
            return replace(node, steps=_each(below, called, path)) if _has_saga(node) else node
        case Parallel(branches=below):
            return replace(node, branches=_each(below, called, path)) if _has_saga(node) else node
        case Vote(voters=below, judge=judge) if _has_saga(node):
            voters, by = _each(below, called, path), next(iter(_each((judge,), called, path)), None)
            return replace(node, voters=voters, judge=by)
        case Fallback(rungs=below):
            return replace(node, rungs=_each(below, called, path)) if _has_saga(node) else node
        case Graph(steps=steps) if _has_saga(node):
            done = _each(tuple(step.do for step in steps), called, path)
            return replace(node, steps=tuple(replace(step, do=do) for step, do in zip(steps, done, strict=True)))
        case Handoff(members=below):
            return replace(node, members=_each(below, called, path)) if _has_saga(node) else node
        case Branch(cases=cases, otherwise=otherwise) if _has_saga(node):
            told = tuple(Case(case.when, *_each((case.then,), called, path)) for case in cases)
            return replace(node, cases=told, otherwise=next(iter(_each((otherwise,), called, path)), None))
        case Map(do=body) | Loop(do=body) | Block(do=body):
            return replace(node, do=_each((body,), called, path)[0]) if _has_saga(node) else node
        case _:
            return node


def _each(nodes: tuple[Node | None, ...], called: Called, path: str) -> tuple[Node, ...]:
    return tuple(with_undo(node, called, f"{path}/{node.name}") for node in nodes if node is not None)


def _has_saga(node: Node) -> bool:
    return isinstance(node, Saga) or any(_has_saga(child) for child in children(node))


def _completed(step: SagaStep, path: str, called: Called) -> SagaStep:
    """Return ``step`` with what its tool declares as its undo, where nothing else is said."""
    if step.undo is not None or step.is_irreversible or not isinstance(step.do, ToolNode | FunctionNode):
        return step
    tool = called.by(step.do)
    if tool is None or tool.undo is None:
        return step
    given = _given(tool, tool.undo, f"{path}/{step.do.name}")
    name = tool.undo.name
    is_tool = isinstance(step.do, ToolNode)
    return replace(step, undo=ToolNode(name, name, given) if is_tool else FunctionNode(name, name, given))


def _given(tool: Tool, undo: Tool, path: str) -> str:
    """Return the input of ``undo``: each argument is the field of that name of the result, else the tool's own."""
    result, arguments = _fields(tool.shape.result), _fields(tool.parameters)
    told: dict[str, str] = {}
    for name in _fields(undo.parameters):
        if name in result:
            told[name] = f"result[{name!r}]"
        elif name in arguments:
            told[name] = f"given[{name!r}]"
    required = undo.parameters.get("required", [])
    missing = [name for name in required if name not in told] if isinstance(required, list) else []
    if missing:
        raise DefinitionError(
            f"{path}: expected each argument of {undo.name}, which undoes {tool.name}, to be a field of its result or "
            f"one of its arguments, found neither for {', '.join(missing)}: say undo=ToolNode(…, input=…) yourself"
        )
    return "{" + ", ".join(f"{name!r}: {value}" for name, value in told.items()) + "}"


def _fields(schema: Mapping[str, object] | None) -> list[str]:
    found = None if schema is None else schema.get("properties")
    return list(found) if isinstance(found, dict) else []


def _check_each_is_undone(steps: tuple[SagaStep, ...], path: str, called: Called) -> None:
    for step in steps[:-1]:
        if step.undo is None and not step.is_irreversible and may_act(step.do, called):
            raise DefinitionError(
                f"{path}/{step.do.name}: expected something that undoes it, for a later step may fail, found nothing: "
                "give it undo=, declare undo= with its tool, or say is_irreversible=True if it may stand then"
            )


def may_act(node: Node, called: Called) -> bool:
    """Whether ``node`` may change the world; of a child run and a script nothing is known: they may.

    An event that is published is not taken back: somebody may have reacted.
    """
    match node:
        case ToolNode() | FunctionNode():
            tool = called.by(node)
            return tool is None or tool.effect.needs_intent
        case AgentNode(agent=name, tools=granted):
            agent = called.agents.get(name)
            known = () if agent is None else agent.tools
            return any(tool.effect.needs_intent for tool in known if granted is None or tool.name in granted)
        case PlanNode():
            steps: tuple[Node, ...] = (
                *(AgentNode(name, name) for name in node.agent_names),
                *(ToolNode(name, name) for name in node.tools),
                *(FunctionNode(name, name) for name in node.functions),
            )
            return any(may_act(step, called) for step in steps)
        case ChildNode() | ScriptNode() | PublishNode():
            return True
        case _:
            return any(may_act(child, called) for child in children(node))


def with_undos(tools: dict[str, Tool]) -> dict[str, Tool]:
    """Return ``tools`` and those that undo them, by name."""
    undos = {tool.undo.name: tool.undo for tool in tools.values() if tool.undo is not None}
    return {**undos, **tools} if undos else tools
