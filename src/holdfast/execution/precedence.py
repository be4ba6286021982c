"""Which calls of a turn wait for which: those that act on one resource keep the order the model wrote them in. Pure.

What a call acts on is on record with the reply that asks for it, so that the order holds over restarts and doubts, and
while a person decides about the call before it; no task waits for it.
"""

from collections.abc import Sequence

from holdfast.journal.events.turns import CallRequest
from holdfast.journal.fold.agent_state import CallState


def may_go(calls: Sequence[CallState], index: int) -> bool:
    """Whether no call before the ``index``-th, counted from 1, is still to end that acts on what it acts on."""
    wanted = calls[index - 1].request
    return not any(call.step.outcome is None and _conflict(call.request, wanted) for call in calls[: index - 1])


def _conflict(one: CallRequest, other: CallRequest) -> bool:
    if one.only_looks and other.only_looks:
        return False
    return any(resource in other.acts_on for resource in one.acts_on)
