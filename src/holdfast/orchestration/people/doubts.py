"""What of a run is in doubt, as a person needs it to find out: what was sent, when, and what can be said of it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from holdfast.journal.fold.sagas import is_wanted
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.fold.step_state import StepState
from holdfast.journal.fold.steps import step_at
from holdfast.journal.payloads import Payloads
from holdfast.kernel import paths
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import AlreadySettled, InputError
from holdfast.kernel.messages_codec import decode_message
from holdfast.kernel.outcomes import Settlement

OPTIONS = (Settlement.HAPPENED, Settlement.DID_NOT, Settlement.ABANDONED)
"""What a person can say of a doubt."""


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """An effect of which nobody knows what became of it."""

    path: str
    tool: str
    effect: Effect
    arguments: str
    """As JSON, the way they were given to the tool."""
    key: str | None
    """The idempotency key under which it was sent, if it has one."""
    attempt: int
    sent_at: float | None
    settles_at: float | None
    """Before this instant what was sent may still arrive: nobody can say that it did not happen."""
    asks_person: bool
    """False: a probe is still to say what became of it."""
    is_wanted: bool
    """Whether its branch still runs, so that it is made again if it did not happen."""
    options: tuple[Settlement, ...] = OPTIONS


async def doubts_of(state: RunState, payloads: Payloads) -> list[Doubt]:
    """Return what is in doubt in ``state``, in the order in which it came to be."""
    return [await _doubt(state, path, payloads) for path in state.doubts]


def doubt_at(state: RunState, path: str) -> StepState:
    """Return the effect in doubt at ``path``; a run's only doubt if that is empty.

    Raises AlreadySettled if it is settled, InputError if there was never any doubt there.
    """
    if not path and len(state.doubts) == 1:
        path = state.doubts[0]
    step = step_at(state, path)
    if step is not None and step.in_doubt:
        return step
    told = _told(state.doubts)
    if step is not None and step.attempt:
        raise AlreadySettled(f"expected {path} to be in doubt, found it {step.outcome or 'settled'} already: {told}")
    raise InputError(f"expected the path of an effect in doubt, found {path or 'none'!r}: {told}")


def check_settled(path: str, step: StepState, now: float) -> None:
    """Raise InputError while what was sent at ``path`` may still arrive: what a person has seen would not stay so."""
    if step.act_at is not None and now < step.act_at:
        instant = datetime.fromtimestamp(step.act_at, UTC).isoformat(timespec="seconds")
        raise InputError(
            f"expected nobody to say before {instant} that {path} did not happen, for what was sent may still arrive: "
            "look again then, and say so; that it happened can be said at once"
        )


def _told(doubts: Sequence[str]) -> str:
    return f"in doubt are {', '.join(doubts)}" if doubts else "nothing of this run is in doubt"


async def _doubt(state: RunState, path: str, payloads: Payloads) -> Doubt:
    step, (name, _, call) = step_at(state, path), paths.effect(path)
    assert step is not None, "what is in doubt was sent"
    node = state.nodes[name]
    return Doubt(
        path=path,
        tool=step.name,
        effect=step.effect,
        arguments=await _arguments(node, step, call, payloads),
        key=step.key,
        attempt=step.attempt,
        sent_at=step.sent_at,
        settles_at=step.act_at,
        asks_person=step.asks_person,
        is_wanted=is_wanted(state, node),
    )


async def _arguments(node: NodeState, step: StepState, call: int, payloads: Payloads) -> str:
    approval = step.standing_approval
    if approval is not None and approval.arguments is not None:
        return (await payloads.fetch(approval.arguments)).decode()
    if node.agent is not None and node.agent.reply is not None:
        return decode_message(await payloads.fetch(node.agent.reply)).calls[call - 1].arguments
    assert node.input is not None, "a step has an input"
    return (await payloads.fetch(node.input)).decode()
