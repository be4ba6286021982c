"""Where an agent stands in its turns, and what its calls have reserved and spent."""

import enum

import msgspec

from holdfast.journal.events.turns import CallRequest
from holdfast.journal.fold.step_state import NOT_TRIED, StepState
from holdfast.journal.fold.trail import Trail
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.limits import USD_DIGITS, Spend
from holdfast.kernel.messages import StopReason
from holdfast.kernel.outcomes import Fault


class CallState(msgspec.Struct, frozen=True, gc=False):
    """A tool call of the present turn."""

    request: CallRequest
    step: StepState = NOT_TRIED


class Phase(enum.IntEnum):
    """Where an agent stands in its turn."""

    READY = 0
    """The next model call may be made."""
    CALLING = 1
    """A model call was sent; no reply yet."""
    REPLIED = 2
    """The model replied; calls may be open."""
    FAILED = 3
    """The model call failed; it may be tried again at ``retry_at``."""


class Low(msgspec.Struct, frozen=True, gc=False):
    """A limit that was told to run low: as it stood then, for one that is raised may run low again."""

    limit: str
    allowed: float


class AgentState(msgspec.Struct, frozen=True, gc=False):
    """Where an agent node stands."""

    turn: int = 0
    attempt: int = 0
    phase: Phase = Phase.READY
    prompt: tuple[PayloadId, ...] = ()
    """Every message the model has been shown, in order: the prompt of the present turn, exactly."""
    prompt_tokens: int = 0
    """Size of that prompt, with the tools it offers; with the reply to it where the model has said how many tokens
    both are, else estimated."""
    prompt_tokens_max: int = 0
    """The most tokens that it can be, likewise with the reply; 0 where nothing has been sent."""
    model: str = ""
    """The model that was last called: what it has counted says nothing of what another would."""
    economy: str | None = None
    """The model that it goes on with because a budget runs low."""
    counted: PayloadId | None = None
    """The reply that is counted in it."""
    reply: PayloadId | None = None
    stop: StopReason | None = None
    calls: tuple[CallState, ...] = ()
    answer: PayloadId | None = None
    defect: Fault | None = None
    defects_in_a_row: int = 0
    attempts_before: int = 0
    """How many of the turn's attempts belong to tries of the node that have failed, or were never sent."""
    fault: Fault | None = None
    retry_at: float | None = None
    reserved: int = 0
    """Tokens charged for the call in flight."""
    reserved_usd: float | None = 0.0
    """Dollars likewise; None where nobody knows what the call costs."""
    is_hedged: bool = False
    """What is reserved is for two calls alike, of which a second may have been sent."""
    reserved_at: float = 0.0
    """When that call was made: whatever becomes of it is charged to that day."""
    spend: Spend = Spend()
    inherited: Spend = Spend()
    """What it had consumed in the run that this one is a fork of."""
    low: tuple[Low, ...] = ()
    """Which limits of its own budget were told to run low."""
    interrupted: int = 0
    """Model calls whose reply was never seen."""
    trail: Trail = Trail()
    """Its calls before those of the present turn."""

    @property
    def reserved_for_one(self) -> int:
        """Tokens charged for one of the calls in flight."""
        return self.reserved // 2 if self.is_hedged else self.reserved

    @property
    def reserved_usd_for_one(self) -> float | None:
        """Dollars likewise; None where nobody knows what the call costs."""
        if self.reserved_usd is None or not self.is_hedged:
            return self.reserved_usd
        return round(self.reserved_usd / 2, USD_DIGITS)
