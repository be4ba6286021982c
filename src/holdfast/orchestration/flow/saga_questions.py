"""What a person is asked where the deed of a saga's step could not be undone. Pure."""

from holdfast.journal.fold.sagas import UNDO_KIND
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.orchestration.flow.nodes import DecisionNode, Option, Saga

RETRY, BY_HAND, GIVE_UP = "retry", "done_by_hand", "give_up"
"""What a person can decide."""
REASON_CHARACTERS_MAX = 1_000


def ask_path(node: NodeState) -> str:
    """Return where a person is asked after the present try of ``node``: no two tries ask at the same place."""
    return f"{node.path}/ask.{node.tries + 1}"


def asked_about(path: str) -> str | None:
    """Return the path of the node about which somebody is asked at ``path``; None if that is no such place."""
    around, _, name = path.rpartition("/")
    return around if name.startswith("ask.") else None


def question(saga: Saga, path: str, run: RunState | None) -> DecisionNode:
    """Return the node that asks about the deed which the node at ``path`` should undo; only ``run`` tells what."""
    place, node = paths.undone(path), None if run is None else run.nodes.get(path)
    if node is None or run is None:
        return DecisionNode("ask", question="''")
    assert place is not None, "what undoes a deed lies below its saga"
    step = paths.below(*place)
    reason = why(node, run).message[:REASON_CHARACTERS_MAX]
    options = [
        Option(BY_HAND, _text("it counts as undone: say so once you have undone it")),
        Option(GIVE_UP, _text("it stands, and the run has failed")),
    ]
    if may_retry(node):
        options.insert(0, Option(RETRY, _text("it is tried again")))
    return DecisionNode(
        "ask",
        question=_text(f"{step} is to be undone, and could not be: {reason}. What becomes of it?"),
        options=tuple(options),
        goal=_text(f"undo all that {place[0]} has done"),
        details="{'given': given, 'result': result}",
        deadline_seconds=saga.answer_seconds_max,
        at_deadline=None if saga.answer_seconds_max is None else GIVE_UP,
    )


def why(node: NodeState, run: RunState) -> Fault:
    """Return why what ``node`` should undo is not undone."""
    if node.step.fault is not None:
        return node.step.fault
    place = paths.undone(node.path)
    assert place is not None, "what undoes a deed lies below its saga"
    step = run.nodes.get(paths.below(*place))
    because = "" if step is None or step.fault is None else f": {step.fault.message}"
    return Fault(ErrorKind.NOT_UNDONE, f"nobody knows what of it was done{because}")


def may_retry(node: NodeState) -> bool:
    """Whether another try can do nothing twice."""
    step = node.step
    if node.kind == UNDO_KIND or node.input is None:
        return False
    is_void = step.attempt == step.attempts_void
    return is_void or step.effect is Effect.KEYED or not step.effect.needs_intent


def _text(text: str) -> str:
    """Return the expression that is ``text``."""
    return repr(text)
