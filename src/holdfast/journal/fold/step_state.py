"""How one effect stands: its attempts, what is known of them, what it gave."""

import msgspec

from holdfast.journal.fold.approval_state import ApprovalState
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.outcomes import Fault, Outcome


class StepState(msgspec.Struct, frozen=True, gc=False):
    """One effect: a tool call of an agent, or a node that is a tool or function."""

    name: str = ""
    """The tool or function that was last intended."""
    attempt: int = 0
    """How often it was intended or run."""
    effect: Effect = Effect.PURE
    key: str | None = None
    family: int = 0
    """How many definite failures came before: each opens a new idempotency key."""
    attempts_void: int = 0
    """The last attempt of which it is certain that nothing was done: those after it are of the present family."""
    is_open: bool = False
    """Intended by a driver that has not yet said what became of it."""
    is_unknown: bool = False
    """It was sent, nobody knows its outcome, and it is made again under the same key: no doubt while it is wanted."""
    in_doubt: bool = False
    asks_person: bool = False
    """It is in doubt and no probe can tell, or none could."""
    sent_at: float | None = None
    """When it was last intended."""
    act_at: float | None = None
    """Before this instant it is neither probed nor, once it is said not to have happened, made again."""
    retry_at: float | None = None
    """The instant from which it is made again, after a failure in passing."""
    key_until: float | None = None
    """The instant until which the other side knows the key."""
    has_probe: bool = False
    probes: int = 0
    """How often it was probed since it came to be in doubt."""
    outcome: Outcome | None = None
    shown: PayloadId | None = None
    result: PayloadId | None = None
    fault: Fault | None = None
    gave: str = ""
    """Digest of what the model is shown."""
    sketch: tuple[int, ...] = ()
    """Of the arguments, if it failed."""
    approval: ApprovalState | None = None
    """What people were last asked of it, if they were."""

    @property
    def standing_approval(self) -> ApprovalState | None:
        """What people were asked of the effect that is made now: what was decided of one before counts no more."""
        return self.approval if self.approval is not None and self.approval.family == self.family else None

    @property
    def awaits_approval(self) -> bool:
        """Whether it waits for people to say yes to it."""
        approval = self.standing_approval
        return approval is not None and not approval.is_settled


NOT_TRIED = StepState()
