"""What happens to effects: a tool call or function is intended, ends, or is interrupted with its outcome unknown."""

from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.outcomes import Fault, Outcome


class StepIntended(JournalEvent, frozen=True, tag="step.intended/1"):
    """The effect is about to be sent. Durable before it is, from ``keyed`` on."""

    node: str
    turn: int
    """The agent's turn; 0 for a node that is itself a tool or function."""
    call: int
    """The call's place in its turn, from 1; 0 for a node that is itself a tool or function."""
    name: str
    effect: Effect
    arguments: str
    """Digest of the canonical arguments; their text lies in the model's reply or the node's input."""
    key: str | None = None
    """The idempotency key the tool is handed."""
    attempt: int = 1


class StepEnded(JournalEvent, frozen=True, tag="step.ended/1"):
    """The effect's outcome is known, or a guard refused it before it was sent."""

    node: str
    turn: int
    call: int
    name: str
    outcome: Outcome
    seconds: float
    attempt: int = 1
    stage: str = ""
    """The executor's stage that ended it; empty if all were passed."""
    result: PayloadId | None = None
    """The whole result, where the model was shown less than that, or where no model asked."""
    shown: PayloadId | None = None
    """The message the model sees: the result, a preview of it with a handle, or the error."""
    result_bytes: int = 0
    fault: Fault | None = None


class StepInterrupted(JournalEvent, frozen=True, tag="step.interrupted/1"):
    """The driver died or was stopped between intent and outcome."""

    node: str
    turn: int
    call: int
    name: str
    effect: Effect
    attempt: int
    in_doubt: bool
    """True: nobody may send it again before a person or a probe has settled what became of it."""
