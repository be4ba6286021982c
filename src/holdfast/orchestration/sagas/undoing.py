"""What it takes to undo what a saga has done: in reverse order, each once, what is in doubt settled before. Pure.

It goes on whatever becomes of the nodes around the saga, as a doubt does: no run ends before it has.
"""

from collections.abc import Iterator

from holdfast.execution.actions import Action, Evaluate, Note, PlanRetry
from holdfast.execution.decide import effect_actions
from holdfast.execution.interrupt import effects_of, obligations
from holdfast.journal.events import Event, NodeEntered, NodeLeft
from holdfast.journal.fold.sagas import UNDO_KIND, is_undoing
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.kernel.retry import Retry
from holdfast.orchestration.flow.nodes import Saga, SagaStep
from holdfast.orchestration.flow.saga_questions import BY_HAND, RETRY, ask_path, why
from holdfast.orchestration.moves.passing import leaving
from holdfast.orchestration.moves.retrying import retried, until_retried
from holdfast.orchestration.moves.waiting import decision
from holdfast.orchestration.sagas.done import Agents, Done, done_by
from holdfast.orchestration.sagas.telling import fault_of

UNDO_RETRY = Retry(attempts_max=5)
"""How what undoes a step is tried again where it does not say so itself."""

NOT_REVERSIBLE = Fault(ErrorKind.NOT_UNDONE, "nothing undoes it")
NOT_ALLOWED = Fault(ErrorKind.NOT_UNDONE, "nobody has said yes to what undoes it")
NOT_OURS = Fault(ErrorKind.NOT_UNDONE, "it was done by the run that this one is a fork of")


def undoing(saga: Saga, path: str, run: RunState, agents: Agents) -> Iterator[Action]:
    """Yield what is wanted to undo what the saga at ``path`` has done; once nothing is, the events that end it."""
    inside = f"{path}/"
    if owed := [event for event in obligations(run) if event.node.startswith(inside)]:
        yield Note(tuple(owed))
        return
    undo = paths.undo(path)
    if undo not in run.nodes:
        yield Note((NodeEntered(node=undo, kind=UNDO_KIND),))
        return
    if _is_unsettled(inside, run):
        return
    for step in reversed(saga.steps):
        where = paths.item(undo, step.do.name)
        node = run.nodes.get(where)
        if node is not None and node.outcome is not None:
            continue
        wanted = tuple(_of_step(saga, step, where, run, agents))
        if wanted:
            yield from wanted
            return
    yield Note(_ended(saga, path, run))


def _is_unsettled(inside: str, run: RunState) -> bool:
    """Whether anything below the saga is under way or in doubt, but for what undoes its steps."""
    forward = (path for path in run.doubts if path.startswith(inside) and not is_undoing(run, path))
    if any(forward) or any(path.startswith(inside) for path in run.sagas):
        return True
    if any(run.children[child].node.startswith(inside) for child in run.children_open):
        return True
    nodes = (node for node in run.nodes.values() if node.path.startswith(inside) and not is_undoing(run, node.path))
    return any(step.is_open for node in nodes for _, _, step in effects_of(node))


def _of_step(saga: Saga, step: SagaStep, where: str, run: RunState, agents: Agents) -> Iterator[Action]:
    """Yield what is wanted to undo one step; nothing, if it has done nothing."""
    place = paths.undone(where)
    assert place is not None, "what undoes a step lies below its saga"
    found, node = done_by(step, paths.below(*place), run, agents), run.nodes.get(where)
    if node is None:
        yield from _entered(found, where)
    elif found is Done.INHERITED:
        yield Note(leaving(run, where, Outcome.FAILED, NOT_OURS))
    elif node.retry_at is not None:
        yield until_retried(node, node.retry_at)
    elif node.kind == UNDO_KIND:
        yield from _asked(saga, node, run)
    else:
        yield from _called(saga, step, node, run)


def _entered(found: Done, where: str) -> Iterator[Action]:
    entered = NodeEntered(node=where, kind=UNDO_KIND)
    match found:
        case Done.NOTHING:
            pass
        case Done.UNDOABLE:
            yield Evaluate(where)
        case Done.UNCLEAR:
            yield Note((entered,))
        case Done.IRREVERSIBLE:
            yield Note((entered, NodeLeft(node=where, outcome=Outcome.FAILED, fault=NOT_REVERSIBLE)))
        case Done.INHERITED:
            yield Note((entered, NodeLeft(node=where, outcome=Outcome.FAILED, fault=NOT_OURS)))


def _called(saga: Saga, step: SagaStep, node: NodeState, run: RunState) -> Iterator[Action]:
    """Yield the call that undoes a step, its end, or, where it has failed for good, what is asked of a person."""
    assert step.undo is not None, "what is called to undo a step is declared"
    effect = node.step
    if effect.outcome is None and effect.awaits_approval and run.abandons_by is not None:
        yield Note(leaving(run, node.path, Outcome.FAILED, NOT_ALLOWED))
        return
    if effect.outcome is None:
        yield from effect_actions(node.path, 0, 0, effect)
        return
    left = NodeLeft(node=node.path, outcome=effect.outcome, result=effect.result, fault=effect.fault)
    if effect.outcome is Outcome.SUCCEEDED:
        yield Note((left,))
        return
    for action in retried(step.undo.retry or UNDO_RETRY, node, (Note((left,)),)):
        if isinstance(action, PlanRetry):
            yield action
        else:
            yield from _asked(saga, node, run)


def _asked(saga: Saga, node: NodeState, run: RunState) -> Iterator[Action]:
    """Yield what is asked of a person, or what has been decided; nobody is asked where nothing is sent, or waited for.

    ``saga`` asks for as long as it says.
    """
    fault = why(node, run)
    if run.simulates or run.abandons_by is not None:
        yield Note(leaving(run, node.path, Outcome.FAILED, fault))
        return
    asks = run.nodes.get(ask_path(node))
    if asks is None:
        yield Evaluate(ask_path(node))
    elif asks.outcome is None:
        yield from decision(asks)
    elif asks.question is not None and asks.question.choice == RETRY:
        yield PlanRetry(node.path, node.tries + 1, 0.0, fault)
    elif asks.question is not None and asks.question.choice == BY_HAND:
        yield Note((NodeLeft(node=node.path, outcome=Outcome.SUCCEEDED),))
    else:
        yield Note((NodeLeft(node=node.path, outcome=Outcome.FAILED, fault=fault),))


def _ended(saga: Saga, path: str, run: RunState) -> tuple[Event, ...]:
    """Return the events that end the undoing, and the saga unless what lies around it has ended that already."""
    fault = fault_of(saga, path, run)
    is_undone = fault.kind is ErrorKind.COMPENSATED
    outcome, told = (Outcome.SUCCEEDED, None) if is_undone else (Outcome.FAILED, fault)
    ended = NodeLeft(node=paths.undo(path), outcome=outcome, fault=told)
    if run.nodes[path].outcome is not None:
        return (ended,)
    how = Outcome.FAILED if run.cancel_reason is None else Outcome.CANCELLED
    return (ended, *(event for event in leaving(run, path, how, fault)))
