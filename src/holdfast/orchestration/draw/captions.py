"""What a picture says about a node: what it runs, its limits, how it joins, and how it stands in a run. Pure."""

from collections.abc import Iterator, Mapping

import msgspec

from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Outcome
from holdfast.orchestration.flow.asked import calls_of, node_of
from holdfast.orchestration.flow.nodes import (
    AgentNode,
    Branch,
    ChildNode,
    Composite,
    DecisionNode,
    Fallback,
    FunctionNode,
    Join,
    Leaf,
    Loop,
    Map,
    Node,
    Parallel,
    Saga,
    ScriptNode,
    ToolNode,
    Vote,
    VoteBy,
    WaitNode,
    kind,
)
from holdfast.orchestration.flow.review import Review
from holdfast.orchestration.values.looping import last_round

MARKS = {
    None: "…",
    Outcome.SUCCEEDED: "✓",
    Outcome.PARTIAL: "◐",
    Outcome.FAILED: "✗",
    Outcome.REFUSED: "⊘",
    Outcome.IN_DOUBT: "?",
    Outcome.CANCELLED: "■",
    Outcome.SKIPPED: "–",
}
"""One sign for each way a node can stand; None while it runs."""

NOT_BEGUN = "·"
OPAQUE = "opaque: its steps are known once it asks for them"
INPUT_CHARACTERS_MAX = 160
STEPS_DRAWN_MAX = 50
"""How many steps of a script are drawn, the first that it asked for."""


class Knowledge(msgspec.Struct, frozen=True):
    """What may be known beside the flow itself; nothing of it is needed."""

    models: Mapping[str, str] = {}
    """The model each agent runs on, by the agent's name."""
    grants: Mapping[str, frozenset[str]] = {}
    """The tools each agent has, by the agent's name."""
    run: RunState | None = None
    """A run whose progress is drawn in."""
    review: Review | None = None
    """What the app declares success to be."""


def captions(node: Node, known: Knowledge) -> Iterator[str]:
    """Yield what is to be said of ``node``, piece by piece, beside its name and kind."""
    yield from _composite(node) if isinstance(node, Composite) else _leaf(node, known)
    if isinstance(node, AgentNode | ToolNode | FunctionNode | ChildNode | ScriptNode) and node.input is not None:
        yield f"input {node.input[:INPUT_CHARACTERS_MAX]}{'…' if len(node.input) > INPUT_CHARACTERS_MAX else ''}"
    if isinstance(node, AgentNode | ToolNode | FunctionNode) and node.retry is not None:
        yield f"up to {node.retry.attempts_max} tries"
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
        case ChildNode():
            yield f"run of {node.app}"
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
        case Fallback():
            if node.steps_down_on is not None:
                yield f"steps down on {', '.join(node.steps_down_on) or 'nothing'}"
            yield "partial below the first" if node.is_partial_below else "any rung will do"
        case Loop():
            yield f"until {node.until}"
            counted = "1 round" if node.rounds_max == 1 else f"{node.rounds_max:,} rounds"
            yield f"at most {counted}, then {node.at_rounds_max}"
            yield from _seconds("each", node.round_timeout_seconds)
        case _:
            pass


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
        case Fallback(rungs=rungs):
            return {rung.name: "else: " for rung in rungs[1:]}
        case Saga(steps=steps):
            return {step.do.name: "irreversible: " for step in steps if step.is_irreversible}
        case _:
            return {}


def kind_word(node: Node) -> str:
    """Return the word for the node's kind."""
    return kind(node)


def mark(path: str, known: Knowledge) -> str:
    """Return the sign for how the node at ``path`` stands; empty if no run is drawn."""
    if known.run is None:
        return ""
    state = known.run.nodes.get(path)
    return NOT_BEGUN if state is None else MARKS[state.outcome]


def items_told(path: str, known: Knowledge) -> str:
    """Return how many items of the map at ``path`` have ended, as ``3/12``; empty if that is not known."""
    state = None if known.run is None else known.run.nodes.get(path)
    if known.run is None or state is None or not state.is_decided:
        return ""
    return f"{items_done(known.run, state)}/{len(state.keys)}"


def done_told(node: Node, path: str, known: Knowledge) -> str:
    """Return how far a map or loop is, as ``3/12 done`` or ``round 2``; empty for others, and if it is not known."""
    if isinstance(node, Map) and (done := items_told(path, known)):
        return f"{done} done"
    if isinstance(node, Loop) and known.run is not None and (number := last_round(known.run, path)[0]):
        return f"round {number}"
    return ""


def items_done(run: RunState, node: NodeState) -> int:
    """Return how many items of a map have ended."""
    items = (run.nodes.get(paths.item(node.path, key)) for key in node.keys)
    return sum(item is not None and item.outcome is not None for item in items)


def criteria_told(review: Review) -> Iterator[str]:
    """Yield each criterion with its expression."""
    for criterion in review.criteria:
        yield f"{criterion.name}  {criterion.holds}"


def rounds_told(review: Review) -> str:
    """Return how often the result is revised before a person decides."""
    if review.revise is None:
        return "then a person"
    return f"at most {review.rounds_max} {'round' if review.rounds_max == 1 else 'rounds'}, then a person"


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
