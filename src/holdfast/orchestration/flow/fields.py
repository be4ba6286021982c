"""What a node's fields hold, whatever its kind: its expressions with what they see, and its limits. Pure."""

from collections.abc import Iterator

from holdfast.kernel.limits import Budget
from holdfast.orchestration.flow.check_bus import expressions_of as of_bus
from holdfast.orchestration.flow.graphs import after_of, all_before
from holdfast.orchestration.flow.leaves import EventNode, PublishNode
from holdfast.orchestration.flow.names import HANDED, LAST, RESULT, ROUND
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
)

MAY_BE_ZERO = frozenset(("replans_max",))
"""The limits that may forbid what they limit."""


def expressions_of(node: Node, names: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each expression of ``node``, whose own inputs see ``names``, with what it sees itself."""
    match node:
        case (
            AgentNode(input=text)
            | ToolNode(input=text)
            | FunctionNode(input=text)
            | ChildNode(input=text)
            | ScriptNode(input=text)
            | PlanNode(input=text)
        ) if text is not None:
            yield text, names
        case Handoff(input=text, contracts=contracts):
            yield from () if text is None else ((text, names),)
            told = (each for contract in contracts for each in (contract.when, contract.carries))
            yield from ((each, frozenset((RESULT, HANDED))) for each in told)
        case WaitNode(until=str(text)):
            yield text, names
        case PublishNode() | EventNode():
            yield from of_bus(node, names)
        case DecisionNode(question=question, goal=goal, details=details, choices=choices):
            texts = (question, goal, details, choices, *(option.impact for option in node.offered))
            yield from ((text, names) for text in texts if text is not None)
        case Branch(cases=cases):
            yield from ((case.when, names) for case in cases)
        case Vote(key=str(text)):
            yield text, names | {RESULT}
        case Loop(until=until):
            yield until, names | {RESULT, ROUND, LAST}
        case Graph():
            yield from _expected(node, names)
        case Map(over=over, key=key):
            yield over, names
            if key is not None:
                yield key, frozenset(("item", "index"))
        case _:
            pass


def _expected(graph: Graph, names: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    after = after_of(graph)
    for step in graph.steps:
        if step.expect is not None:
            yield step.expect, names | all_before(step.do.name, after) | {RESULT}


def limits_of(node: Node) -> Iterator[tuple[str, float]]:
    """Yield the limits that are set, by name: by how a field is called, it is one."""
    for name in node.__struct_fields__:
        value = getattr(node, name)
        is_limit = name.endswith(("seconds", "_max")) and name not in MAY_BE_ZERO
        if is_limit and isinstance(value, int | float):
            yield name, value
    if isinstance(node, ChildNode) and node.budget is not None:
        given = ((name, getattr(node.budget, name)) for name in Budget.__struct_fields__)
        yield from ((f"budget.{name}", limit) for name, limit in given if limit is not None)
