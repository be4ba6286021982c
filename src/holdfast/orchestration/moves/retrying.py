"""Whether a leaf that failed is tried again, and when. Failures wait in a queue, never in a tight loop. Pure."""

from collections.abc import Sequence

from msgspec.structs import replace

from holdfast.execution.actions import Action, Note, PlanRetry, WakeAt
from holdfast.journal.events import NodeLeft, RetryDue
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel.outcomes import Fault, Outcome
from holdfast.kernel.retry import Retry


def retried(retry: Retry | None, node: NodeState, wanted: Sequence[Action]) -> Sequence[Action]:
    """Return what ``wanted`` says, but for a failure that is worth another try: that is waited for instead."""
    return wanted if retry is None else [_retried(retry, node, action) for action in wanted]


def until_retried(node: NodeState, retry_at: float) -> WakeAt:
    """Return the wait for the next try of ``node``."""
    return WakeAt(node.path, retry_at, (RetryDue(node=node.path, attempt=node.tries),))


def limited_from(run: RunState) -> float:
    """Return the instant from which the seconds of the run's budget count."""
    return run.started_at if run.limited_from is None else run.limited_from


def _retried(retry: Retry, node: NodeState, action: Action) -> Action:
    match action:
        case Note(events=(NodeLeft() as left,)) if left.fault is not None:
            return _another_try(retry, node, left, left.fault) or action
        case _:
            return action


def _another_try(retry: Retry, node: NodeState, left: NodeLeft, fault: Fault) -> Action | None:
    """Return what follows on a failure instead of the node's end; None if the node simply ends."""
    if left.outcome not in (Outcome.FAILED, Outcome.REFUSED) or not fault.retryable or not _is_permitted(node):
        return None
    attempt = node.tries + 1
    if attempt >= retry.attempts_max:
        told = f"{fault.message} (tried {attempt} times)" if attempt > 1 else fault.message
        return Note((replace(left, fault=replace(fault, message=told)),))
    return PlanRetry(node.path, attempt, retry.wait_seconds_max(attempt), fault)


def _is_permitted(node: NodeState) -> bool:
    """Whether another try can do nothing twice: an effect must have come to nothing for certain."""
    step = node.step
    return step.outcome is None or not step.effect.needs_intent or step.attempt == step.attempts_void
