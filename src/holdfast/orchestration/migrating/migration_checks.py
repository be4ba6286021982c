"""Whether what a migration says can be done: each check that fails stops the run with the node's name. Pure."""

from collections.abc import Iterator

from holdfast.execution.interrupt import effects_of
from holdfast.journal.events import RunMigrated
from holdfast.journal.fold import evolve
from holdfast.journal.fold.handing import turns
from holdfast.journal.fold.sagas import UNDO_KIND
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.fold.versions import moved
from holdfast.kernel import paths
from holdfast.kernel.errors import DefinitionChanged, DefinitionError
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.asked import call_at
from holdfast.orchestration.flow.leaves import EventNode
from holdfast.orchestration.flow.nodes import Branch, FunctionNode, Handoff, Node, PlanNode, ToolNode, children, kind
from holdfast.orchestration.flow.planned import is_made_there, plan_around, step_at
from holdfast.orchestration.flow.review import is_round
from holdfast.orchestration.lifecycle import Status
from holdfast.orchestration.plan.versions import is_allowed
from holdfast.orchestration.values.rounds import REVIEW_KIND, open_round, round_path
from holdfast.orchestration.walk.reviewing import REVISE_AGAIN


def check_fits(state: RunState, event: RunMigrated, app: App) -> None:
    """Raise DefinitionChanged for the first thing that ``event`` says of the run and that cannot be."""
    for problem in _problems(state, event, app):
        raise DefinitionChanged(
            f"migration {event.by!r} of app {app.name!r} cannot bring run {state.run} to the present version: {problem}"
        )


def place(app: App, path: str, run: RunState) -> Node | None:
    """Return the node that ``app`` has at ``path``, for a step of a script or plan that one; None without."""
    is_step = call_at(run, path) is not None or plan_around(run, path) is not None
    try:
        return app.node_at((is_step and paths.parent(path)) or path)
    except DefinitionError:
        return None


def has_acted(node: NodeState) -> bool:
    """Whether it has sent what changes the world; of an agent only the last calls are known, so any call counts."""
    if node.agent is not None:
        return node.agent.spend.tool_calls + node.agent.inherited.tool_calls > 0
    return any(step.attempt and step.effect.needs_intent for _, _, step in effects_of(node))


def _problems(state: RunState, event: RunMigrated, app: App) -> Iterator[str]:
    yield from _without_review(state, app)
    taken: dict[str, str] = {}
    for old, node in sorted(state.nodes.items()):
        new = moved(old, event.renamed, event.dropped)
        if new != old:
            yield from _unmovable(node)
            yield from _with_child(node, state)
            yield from _round(node)
        if new is None:
            yield from _not_to_be_repeated(node, state, app)
            yield from _not_to_be_forgotten(node, state)
        elif new in taken:
            yield f"expected each node to have a path of its own, found {taken[new]} and {old} both at {new}"
        else:
            taken[new] = old
            yield from _vacated(node, new, state, event, app)
    after = evolve(state, event, 0.0)
    for path, node in sorted(after.nodes.items()):
        yield from _misplaced(node, taken[path], after, app)


def _without_review(state: RunState, app: App) -> Iterator[str]:
    """A run that is in review goes on with the present one: it must have what the run is about to do."""
    if state.status not in (Status.REVIEWING, Status.REVISING):
        return
    if app.review is None:
        yield (
            f"expected a review in the present flow, for the run is in {round_path(state)}, found none: "
            "keep the review until such runs have ended"
        )
        return
    around = open_round(state)
    offered = around.question.options if around is not None and around.question is not None else ()
    if app.review.revise is None and (state.status == Status.REVISING or REVISE_AGAIN in offered):
        yield (
            f"expected the review to have a node that revises, for {round_path(state)} may come to it, found none: "
            "keep it until such runs have ended"
        )


def _unmovable(node: NodeState) -> Iterator[str]:
    for _, _, step in effects_of(node):
        if step.in_doubt or step.is_open:
            yield (
                f"expected nothing in doubt where nodes are renamed or dropped, found {step.name} at {node.path}: "
                "settle it first, with 'holdfast decide'"
            )


def _with_child(node: NodeState, state: RunState) -> Iterator[str]:
    for run in state.children_open:
        if state.children[run].node == node.path:
            yield (
                f"expected no child run where nodes are renamed or dropped, found {run} of {node.path} going on: "
                "wait for its end, or cancel it"
            )


def _round(node: NodeState) -> Iterator[str]:
    if node.kind == REVIEW_KIND:
        yield f"expected the rounds of the review to stay, found {node.path} renamed or dropped: name what is to move"


def _not_to_be_repeated(node: NodeState, state: RunState, app: App) -> Iterator[str]:
    """What was done to the world, or asked of a person, is not done again in the same place: it would be taken for
    what was done before."""
    steps = [step for _, _, step in effects_of(node)]
    if any(step.is_unknown for step in steps):
        yield f"expected {node.path} to be kept, found it dropped: it was sent, and what became of it is not known yet"
    if place(app, node.path, state) is None:
        return
    if has_acted(node):
        yield (
            f"expected {node.path} to be kept, found it dropped: it has acted on the world. If it is to act again, "
            "give the node another name in the present flow"
        )
    if node.question is not None:
        yield f"expected {node.path} to be kept, found it dropped: somebody was asked there. Give it another name"


def _not_to_be_forgotten(node: NodeState, state: RunState) -> Iterator[str]:
    """What a saga that goes on has done may have to be undone."""
    around = next((path for path in paths.ancestors(node.path) if path in state.sagas), None)
    if around is not None and has_acted(node):
        yield f"expected {node.path} to be kept, found it dropped: {around} goes on, and may have to undo it"


def _vacated(node: NodeState, new: str, state: RunState, event: RunMigrated, app: App) -> Iterator[str]:
    """Whoever comes to the path that a node leaves behind would send under its keys."""
    if new == node.path or node.path in event.renamed.values():
        return
    if has_acted(node) and place(app, node.path, state) is not None:
        yield (
            f"expected no new node at {node.path}, whose old one goes on as {new} and keeps its idempotency keys, "
            "found one in the present flow: give it another name"
        )


def _misplaced(node: NodeState, old: str, after: RunState, app: App) -> Iterator[str]:
    if node.kind == REVIEW_KIND:
        return
    was = "" if old == node.path else f" (was {old})"
    call = call_at(after, node.path)
    if plan_around(after, node.path) is not None:
        yield from _planned(node, was, after, app)
    elif call is None:
        there = place(app, node.path, after)
        if there is None:
            yield f"expected {node.path}{was} in the present flow, found no such node: rename it, or drop it"
            return
        if kind(there) != node.kind and node.kind != UNDO_KIND:
            yield f"expected {node.path}{was} to be a {node.kind}, found a {kind(there)}: drop it, or keep its kind"
            return
        yield from _changed_inside(node, there, was, after)
    elif node.outcome is None and call.what and not _is_known(call.what, app):
        yield f"expected {call.what}, which {node.path} calls, among the functions, tools and agents, found none"
    parent = paths.parent(node.path)
    while node.outcome is None and parent is not None and not is_round(parent):
        around = after.nodes.get(parent)
        if around is not None and around.outcome is not None:
            yield f"expected {node.path}{was}, which still runs, in something that does, found {parent} ended"
        parent = paths.parent(parent)


def _planned(node: NodeState, was: str, after: RunState, app: App) -> Iterator[str]:
    """What lies below a plan goes on where it is, as long as a plan may still use it."""
    around, step = plan_around(after, node.path), step_at(after, node.path)
    plan = None if around is None else place(app, around.path, after)
    if not isinstance(plan, PlanNode) or (step is None and not is_made_there(after, node.path)):
        yield f"expected {node.path}{was} in the present flow, found no such step of a plan: drop the plan, or keep it"
    elif node.outcome is None and step is not None and not is_allowed(step, plan):
        yield f"expected {step.what}, which {node.path}{was} uses, among what its plan may use, found it left out"


def _changed_inside(node: NodeState, there: Node, was: str, after: RunState) -> Iterator[str]:
    if node.outcome is not None:
        return
    match there:
        case FunctionNode(function=called) | ToolNode(tool=called) if node.step.attempt and node.step.name != called:
            yield f"expected {node.path}{was} to go on calling {node.step.name}, found {called}: give it another name"
        case EventNode(topic=topic) if node.wait is not None and node.wait.topic != topic:
            told = f"expected {node.path}{was} to go on waiting for an event on {node.wait.topic}"
            yield f"{told}, found {topic}: drop it, and it waits anew"
        case Branch() if node.case is not None and node.case not in {child.name for child in children(there)}:
            yield f"expected the case {node.case!r} that {node.path}{was} has taken, found none of that name: rename it"
        case Handoff(members=members):
            following = turns(after, node)[-1].member
            if following not in {member.name for member in members}:
                yield (
                    f"expected {following!r}, whose turn it is, among the members of {node.path}{was}, found none: "
                    "rename it, or drop its turn"
                )
        case _:
            pass


def _is_known(name: str, app: App) -> bool:
    return name in app.functions_by_name or name in app.tools_by_name or name in app.agents_by_name
