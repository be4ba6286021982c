"""What a node's fields hold, whatever its kind: its expressions with what they see, and its limits. Pure."""

from collections.abc import Iterator

from holdfast.kernel.limits import Budget
from holdfast.orchestration.flow.graphs import after_of, all_before
from holdfast.orchestration.flow.names import LAST, RESULT, ROUND
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    ChildNode,
    DecisionNode,
    FunctionNode,
    Graph,
    Loop,
    Map,
    Node,
    Parallel,
    PlanNode,
    Saga,
    ScriptNode,
    ToolNode,
    Vote,
    WaitNode,
)


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
        case WaitNode(until=str(text)):
            yield text, names
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
    """Yield the limits that are set, by name."""
    named = [("timeout_seconds", node.timeout_seconds)]
    match node:
        case ScriptNode():
            named += [("at_once_max", node.at_once_max)]
        case PlanNode():
            named += [(name, getattr(node, name)) for name in ("drafts_max", "steps_max", "at_once_max")]
        case Parallel():
            named += [("at_once_max", node.at_once_max), ("branch_timeout_seconds", node.branch_timeout_seconds)]
        case Map():
            named += [("at_once_max", node.at_once_max), ("item_timeout_seconds", node.item_timeout_seconds)]
            named += [("items_max", node.items_max)]
        case Graph():
            named += [("at_once_max", node.at_once_max)]
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
