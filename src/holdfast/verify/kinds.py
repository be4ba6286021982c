"""What the verifier knows of each kind of node. A new kind is added here; until it is, it counts as opaque.

``expressions`` says what is evaluated and what for, ``faults`` why a leaf may fail. What a leaf comes to otherwise is
said in ``outcomes``, by the action that its walk wants; composites need nothing there, for their walk is production's.
"""

import enum
from collections.abc import Iterator

import msgspec

from holdfast.kernel.outcomes import ErrorKind
from holdfast.orchestration.flow.leaves import EventNode, PublishNode
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Block,
    Branch,
    ChildNode,
    DecisionNode,
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
    ScriptNode,
    Sequence,
    ToolNode,
    Vote,
    WaitNode,
)

KNOWN = (
    AgentNode,
    ToolNode,
    FunctionNode,
    WaitNode,
    DecisionNode,
    ChildNode,
    ScriptNode,
    Sequence,
    Parallel,
    Branch,
    Map,
    Loop,
    Fallback,
    Vote,
    Block,
    Saga,
    Graph,
    Handoff,
    PublishNode,
    EventNode,
    PlanNode,
)
"""The kinds whose behaviour is followed; of a plan, not the steps that it will have, but what it may use."""


class Role(enum.Enum):
    """What an expression is evaluated for."""

    GIVEN = "given"
    """It is handed on, and decides nothing."""
    GUARD = "guard"
    UNTIL = "until"
    ITEMS = "items"
    KEY = "key"
    INSTANT = "instant"


class Evaluated(msgspec.Struct, frozen=True):
    """An expression of a node."""

    text: str
    role: Role


def is_known(node: Node) -> bool:
    """Whether the node's behaviour is followed; otherwise it is opaque."""
    return isinstance(node, KNOWN)


def expressions(node: Node) -> Iterator[Evaluated]:
    """Yield the expressions of the node itself."""
    match node:
        case AgentNode() | ToolNode() | FunctionNode() | ChildNode() | ScriptNode() | PlanNode():
            yield from _each(Role.GIVEN, node.input)
        case PublishNode():
            yield from _each(Role.GIVEN, node.payload, node.key)
        case EventNode():
            yield from _each(Role.GIVEN, node.key)
            yield from _each(Role.GUARD, node.when)
        case WaitNode():
            yield from _each(Role.INSTANT, node.until)
        case DecisionNode():
            impacts = (option.impact for option in node.offered)
            yield from _each(Role.GIVEN, node.question, node.goal, node.details, *impacts)
            yield from _each(Role.ITEMS, node.choices)
        case Branch():
            yield from _each(Role.GUARD, *(case.when for case in node.cases))
        case Loop():
            yield from _each(Role.UNTIL, node.until)
        case Map():
            yield from _each(Role.ITEMS, node.over)
            yield from _each(Role.KEY, node.key)
        case Vote():
            yield from _each(Role.KEY, node.key)
        case Graph():
            yield from _each(Role.GUARD, *(step.expect for step in node.steps))
        case Handoff():
            yield from _each(Role.GIVEN, node.input, *(contract.carries for contract in node.contracts))
            yield from _each(Role.GUARD, *(contract.when for contract in node.contracts))
        case _:
            pass


def faults(node: Node) -> tuple[ErrorKind, ...]:
    """Return the kinds of faults with which a leaf may end by itself, the likeliest first."""
    match node:
        case AgentNode():
            return OF_AGENTS
        case ToolNode() | FunctionNode():
            return OF_TOOLS
        case ChildNode():
            return OF_CHILDREN
        case ScriptNode():
            return (ErrorKind.SCRIPT_FAILED, *OF_TOOLS)
        case PlanNode():
            return (ErrorKind.UNMET, *OF_AGENTS, *OF_TOOLS)
        case PublishNode() | EventNode():
            return (ErrorKind.BAD_INPUT,)
        case _:
            return ()


OF_TOOLS = (
    ErrorKind.TOOL_FAILED,
    ErrorKind.TIMEOUT,
    ErrorKind.BAD_ARGUMENTS,
    ErrorKind.BAD_RESULT,
    ErrorKind.UNAVAILABLE,
    ErrorKind.RATE_LIMITED,
    ErrorKind.DENIED,
    ErrorKind.REJECTED,
    ErrorKind.POSTCONDITION,
    ErrorKind.CHECK_FAILED,
)
OF_AGENTS = (
    ErrorKind.MODEL_FAILED,
    ErrorKind.BUDGET,
    ErrorKind.BAD_ANSWER,
    ErrorKind.LOOP,
    ErrorKind.REFUSED_BY_MODEL,
    ErrorKind.CONTENT_FILTER,
    ErrorKind.CONTEXT_TOO_LONG,
    ErrorKind.RATE_LIMITED,
    ErrorKind.OVERLOADED,
    ErrorKind.AUTH,
    ErrorKind.BAD_REQUEST,
    ErrorKind.BROKEN_STREAM,
    ErrorKind.BAD_REPLY,
    ErrorKind.TIMEOUT,
    ErrorKind.TRUNCATED,
    ErrorKind.GAVE_UP,
)
OF_CHILDREN = (
    ErrorKind.CHILD_FAILED,
    ErrorKind.BUDGET,
    ErrorKind.BAD_ARGUMENTS,
    ErrorKind.UNMET,
    ErrorKind.TOOL_FAILED,
    ErrorKind.MODEL_FAILED,
    ErrorKind.TIMEOUT,
    ErrorKind.NOT_UNDONE,
    ErrorKind.LOOP,
    ErrorKind.GAVE_UP,
)


def _each(role: Role, *texts: str | None) -> Iterator[Evaluated]:
    yield from (Evaluated(text, role) for text in texts if text is not None)
