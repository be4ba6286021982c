"""What a picture says about a node: what it runs, its limits, and how it joins. Pure."""

from collections.abc import Iterator, Sequence

from holdfast.kernel import paths
from holdfast.kernel.limits import Budget
from holdfast.kernel.outcomes import ErrorKind
from holdfast.orchestration.draw.bus_captions import of_bus
from holdfast.orchestration.draw.knowledge import Knowledge
from holdfast.orchestration.draw.plans import after_told, plan_captions
from holdfast.orchestration.flow.asked import calls_of, node_of
from holdfast.orchestration.flow.check_share import SPENT
from holdfast.orchestration.flow.leaves import EventNode, PublishNode
from holdfast.orchestration.flow.node import Spending
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    ChildNode,
    Composite,
    DecisionNode,
    Fallback,
    FunctionNode,
    Graph,
    Handoff,
    Join,
    Leaf,
    Loop,
    Map,
    Node,
    Parallel,
    PlanNode,
    Saga,
    ScriptNode,
    ToolNode,
    Vote,
    VoteBy,
    WaitNode,
    kind,
)

WITH_INPUT = AgentNode | ToolNode | FunctionNode | ChildNode | ScriptNode | PlanNode
OPAQUE = "opaque: its steps are known once it asks for them"
INPUT_CHARACTERS_MAX = 160
STEPS_DRAWN_MAX = 50
"""How many steps of a script are drawn, the first that it asked for."""


def captions(node: Node, known: Knowledge) -> Iterator[str]:
    """Yield what is to be said of ``node``, piece by piece, beside its name and kind."""
    yield from _composite(node) if isinstance(node, Composite) else _leaf(node, known)
    if isinstance(node, WITH_INPUT) and node.input is not None:
        yield f"input {node.input[:INPUT_CHARACTERS_MAX]}{'…' if len(node.input) > INPUT_CHARACTERS_MAX else ''}"
    if isinstance(node, AgentNode | ToolNode | FunctionNode) and node.retry is not None:
        yield f"up to {node.retry.attempts_max} tries"
    yield from _share(node)
    yield from _seconds("", node.timeout_seconds)


def _leaf(node: Leaf, known: Knowledge) -> Iterator[str]:
    match node:
        case AgentNode():
            yield from _agent(node, known)
        case ToolNode(tool=called) | FunctionNode(function=called) if called != node.name:
            yield called
        case WaitNode(seconds=seconds, until=until):
            yield f"until {until}" if seconds is None else f"for {seconds:g} s"
        case DecisionNode():
            yield from _decision(node)
        case PublishNode() | EventNode():
            yield from of_bus(node)
        case ChildNode():
            yield f"run of {node.app}"
        case PlanNode():
            yield from plan_captions(node)
        case ScriptNode():
            if node.script != node.name:
                yield node.script
            yield OPAQUE
        case _:
            pass


def _composite(node: Composite) -> Iterator[str]:
    match node:
        case Parallel():
            yield from _fan_out(node)
            yield from _seconds("each", node.branch_timeout_seconds)
        case Map():
            yield f"over {node.over}"
            if node.key is not None:
                yield f"key {node.key}"
            yield from _fan_out(node)
            yield f"at most {node.items_max:,} items"
            yield from _seconds("each", node.item_timeout_seconds)
        case Vote():
            yield f"quorum of {node.quorum}" if node.quorum is not None else f"by {node.by}"
            if node.key is not None:
                yield f"compared by {node.key}"
            yield f"{node.at_once_max} at once"
            yield from _seconds("each", node.voter_timeout_seconds)
        case Graph():
            yield f"{node.at_once_max} at once"
        case Handoff():
            yield f"at most {counted(node.handovers_max, 'handover')}"
            yield from () if node.input is None else (f"begins with {node.input}",)
            yield from _seconds("each", node.turn_timeout_seconds)
        case Fallback():
            if node.steps_down_on is not None:
                yield f"steps down on {_kinds(node.steps_down_on)}"
            yield "partial below the first" if node.is_partial_below else "any rung will do"
        case Loop():
            yield f"until {node.until}"
            yield f"at most {counted(node.rounds_max, 'round')}, then {node.at_rounds_max}"
            yield from _seconds("each", node.round_timeout_seconds)
        case _:
            pass


def _kinds(named: Sequence[ErrorKind]) -> str:
    """Return the kinds of faults in words; where most are named, those that are not."""
    others = [kind for kind in ErrorKind if kind not in named]
    if len(others) < len(named):
        return f"anything but {', '.join(others)}" if others else "anything"
    return ", ".join(named) or "nothing"


def steps_drawn(node: Node, path: str, known: Knowledge) -> list[tuple[Node, str]]:
    """Return what a script has called so far in the run that is drawn, each with its path; for any other node none."""
    state = None if known.run is None else known.run.nodes.get(path)
    if not isinstance(node, ScriptNode) or state is None:
        return []
    called = [call for call in calls_of(state.script) if call.what]
    return [(node_of(call), paths.below(path, call.name)) for call in called[:STEPS_DRAWN_MAX]]


def undo_drawn(node: Node, path: str) -> dict[str, tuple[Node, str]]:
    """Return what undoes the steps of a saga, each with its path, by the step's name; for any other node none."""
    if not isinstance(node, Saga):
        return {}
    return {
        step.do.name: (step.undo, paths.item(paths.undo(path), step.do.name))
        for step in node.steps
        if step.undo is not None
    }


def guards(node: Node) -> dict[str, str]:
    """Return what stands before a child in a picture, by the child's name."""
    match node:
        case Branch(cases=cases, otherwise=otherwise):
            told = {case.then.name: f"if {case.when}: " for case in cases}
            return told if otherwise is None else {**told, otherwise.name: "otherwise: "}
        case Vote(judge=judge) if judge is not None:
            return {judge.name: "judge: " if node.by is VoteBy.JUDGE else "if they do not agree: "}
        case Graph(steps=steps):
            return {step.do.name: after_told(step) for step in steps if step.after or step.expect is not None}
        case Fallback(rungs=rungs):
            return {rung.name: "else: " for rung in rungs[1:]}
        case Saga(steps=steps):
            return {step.do.name: "irreversible: " for step in steps if step.is_irreversible}
        case _:
            return {}


def contracts_told(node: Node) -> Iterator[tuple[str, str, str]]:
    """Yield the contracts of a handoff: giver, taker, and when it holds and what is passed on. None for other nodes."""
    for contract in node.contracts if isinstance(node, Handoff) else ():
        named = f"{contract.name} · " if contract.name else ""
        yield contract.giver, contract.taker, f"{named}if {contract.when} · carries {contract.carries}"


def kind_word(node: Node) -> str:
    """Return the word for the node's kind."""
    return kind(node)


def counted(number: int, thing: str) -> str:
    """Return how many there are, in words."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _agent(node: AgentNode, known: Knowledge) -> Iterator[str]:
    if node.agent != node.name:
        yield node.agent
    if node.agent in known.models:
        yield f"model {known.models[node.agent]}"
    tools = node.tools if node.tools is not None else sorted(known.grants.get(node.agent, ()))
    if tools:
        yield f"tools {', '.join(tools)}"
    elif node.tools is not None or node.agent in known.grants:
        yield "no tools"


def _decision(node: DecisionNode) -> Iterator[str]:
    yield f"asks {node.question}"
    free = "free answer" if node.choices is None else f"one of {node.choices}"
    yield " | ".join(option.name for option in node.offered) or free
    if node.deadline_seconds is not None:
        default = "it fails" if node.at_deadline is None else node.at_deadline
        yield f"after {node.deadline_seconds:g} s {default}"


def _fan_out(node: Parallel | Map) -> Iterator[str]:
    match node.join:
        case Join.ALL:
            yield "all"
        case Join.QUORUM:
            yield f"quorum of {node.quorum}"
        case Join.BEST_EFFORT:
            yield "best effort"
    yield f"{node.at_once_max} at once"


def _seconds(whose: str, seconds: float | None) -> Iterator[str]:
    if seconds is not None:
        yield f"{whose} within {seconds:g} s".strip()


def _share(node: Node) -> Iterator[str]:
    share = node.share if isinstance(node, Spending) else None
    match share:
        case None:
            return
        case Budget():
            limits = ((name, getattr(share, name)) for name in SPENT)
            yield "may spend " + ", ".join(f"{limit:,} {name}" for name, limit in limits if limit is not None)
        case _:
            yield f"may spend {share:.0%}"
