"""What happens in an agent's turns: a model is called, replies, fails."""

import msgspec

from holdfast.journal.events.event import JournalEvent
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.messages import StopReason, Usage
from holdfast.kernel.outcomes import ErrorKind, Fault
from holdfast.kernel.ways import Way


class CallRequest(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A tool call that a model asked for. ``arguments`` is the digest of their canonical JSON."""

    call_id: str
    tool: str
    arguments: str
    acts_on: tuple[str, ...] = ()
    """Digests of the resources that the call acts on, as far as its tool declares them."""
    only_looks: bool = False
    """Whether it shares them with others that only look."""


class ModelCalled(JournalEvent, frozen=True, tag="turn.called/1"):
    """The context is assembled and the request about to be sent: intent and receipt in one."""

    node: str
    turn: int
    attempt: int
    model: str
    request: str
    """Digest of the request, everything included that the model sees."""
    added: tuple[PayloadId, ...]
    """The messages this turn adds to what the one before saw. Selection never reorders: the prefix stays identical."""
    tools: PayloadId
    """The tool schemas and the output schema offered."""
    messages: int
    """How many messages the model sees in all."""
    tokens: int
    """Estimated size of the request, in tokens: what the model has reported so far, and what is likely of the rest."""
    reserved: int
    """Tokens charged until the reply says how many they were: the most the request can be and the reply may have."""
    adrift: tuple[int, ...] = ()
    """Those calls of the turn before, from 1, that had nothing in common with the task."""
    tokens_high: int = 0
    """The upper end of the estimate: of the requests before, at most one in twenty was further off. 0: not reckoned."""
    agent: str = ""
    """Whose call it is: the same agent may stand at several nodes."""
    tokens_max: int | None = None
    """The most tokens that the request can be; None in what was written before this was reckoned: the estimate."""
    reserved_usd: float | None = None
    """Dollars charged until the reply says what it has cost; None where the model's price is not known."""

    is_hedged: bool = False
    """What is reserved is for two like it: while the first is silent a second may be sent beside it."""

    @property
    def output_tokens_max(self) -> int:
        """The most tokens that the reply may have."""
        for_one = self.reserved // 2 if self.is_hedged else self.reserved
        return for_one - (self.tokens if self.tokens_max is None else self.tokens_max)


class ModelReplied(JournalEvent, frozen=True, tag="turn.replied/1"):
    """The model answered."""

    node: str
    turn: int
    attempt: int
    reply: PayloadId
    stop: StopReason
    usage: Usage
    model: str
    seconds: float
    calls: tuple[CallRequest, ...] = ()
    answer: PayloadId | None = None
    """JSON of the final answer, once it stands up to the output schema."""
    defect: Fault | None = None
    """What is wrong with the reply: truncated, or an answer that does not fit the schema."""
    unreturned: int = 0
    """Tokens of the reply that were thought and are not handed back: the next request does not hold them."""
    prices: str = ""
    """The table that its cost comes from, with its version; empty where the cost is not known."""
    first_token_seconds: float | None = None
    """How long it took until the first of the reply came; None where it came in one piece."""
    way: Way | None = None
    """Whose account it went through, how long it waited for its turn, and what was tried before."""


class ModelFailed(JournalEvent, frozen=True, tag="turn.failed/1"):
    """The call ended without a reply."""

    node: str
    turn: int
    attempt: int
    fault: Fault
    seconds: float
    retry_at: float | None = None
    """When to try again; None if trying again is pointless."""
    is_charged: bool = False
    """The provider may have answered, and bill it: what was reserved is charged in full."""
    cost_usd: float | None = None
    """What is charged for it: what was reserved; None where that is not known."""
    way: Way | None = None
    """Whose account it went through last, how long it waited for its turn, and what was tried before."""


class ModelOutrun(JournalEvent, frozen=True, tag="turn.outrun/1"):
    """Of two that were asked at once this one was not heard, and may be billed: it is charged in full.

    Recorded with the reply of the other one, or with its failure. Half of what was reserved for both is charged.
    """

    node: str
    turn: int
    attempt: int
    account: str
    place: str
    """The model that was asked there, such as ``anthropic:claude-sonnet-4-6``."""
    after_seconds: float
    """How long after the call was recorded it was sent: it had to wait for its turn, or for the first to be silent."""
    seconds: float
    """How long it was under way."""
    cost_usd: float | None = None
    """What is charged for it: what was reserved; None where that is not known."""


class ModelInterrupted(JournalEvent, frozen=True, tag="turn.interrupted/1"):
    """The call was cut off and its reply will never be seen: it stays charged in full, and is made again."""

    node: str
    turn: int
    attempt: int
    why: ErrorKind = ErrorKind.CANCELLED
    cost_usd: float | None = None
    """What is charged for it: what was reserved; None where that is not known."""
    is_charged: bool = True
    """False: it waited for its turn and was never sent."""


class ModelReconciled(JournalEvent, frozen=True, tag="turn.reconciled/1"):
    """Somebody has looked up what a call whose reply was never seen has consumed: that is charged instead."""

    node: str
    turn: int
    attempt: int
    usage: Usage
    by: str
    note: str = ""
    charged: int = 0
    """The version of the event that charged it."""
