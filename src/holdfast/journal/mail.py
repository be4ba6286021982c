"""What can be put into a run's inbox: the closed union ``Mail``, and its bytes."""

import msgspec

from holdfast.journal.events.approvals import Ruling
from holdfast.journal.events.steps import Unfinished
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import EventId, LetterId, RunId
from holdfast.kernel.limits import Budget
from holdfast.kernel.messages import Usage
from holdfast.kernel.outcomes import Fault, Outcome, Settlement


class MailItem(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="mail"):
    """A message to a run. The tag carries the version of its meaning."""


class Cancel(MailItem, frozen=True, tag="cancel/1"):
    """End the run before its time."""

    reason: str
    by: str
    abandons_doubts: bool = False


class Resume(MailItem, frozen=True, tag="resume/1"):
    """Drive the run again: it was parked."""

    by: str


class Settle(MailItem, frozen=True, kw_only=True, tag="settle/1"):
    """A person says what became of an effect in doubt. Bound to one attempt: it says nothing of any other."""

    path: str
    attempt: int
    how: Settlement
    by: str
    note: str = ""
    result: bytes | None = None
    """JSON of the result of what happened."""
    requeues: int = 0
    """How often the run had been requeued: attempts are counted anew where a step is done again."""


class Reconcile(MailItem, frozen=True, kw_only=True, tag="reconcile/1"):
    """Somebody has looked up what a model call has consumed whose reply was never seen."""

    node: str
    turn: int
    attempt: int
    usage: Usage
    by: str
    note: str = ""
    charged: int = 0
    """The version of the event that charged it."""


class Answer(MailItem, frozen=True, kw_only=True, tag="answer/1"):
    """A person answers a question. Bound to one asking: it says nothing of any other."""

    path: str
    number: int
    choice: str
    by: str
    note: str = ""
    value: bytes | None = None
    """JSON of what is given beside the choice."""


class Decide(MailItem, frozen=True, kw_only=True, tag="decide/1"):
    """A person decides of a call that waits for a yes. Bound to what they were shown: it says nothing of any other."""

    path: str
    number: int
    ruling: Ruling
    by: str
    digest: str
    """Of the call as they were shown it."""
    at: float
    of: str = "operator"
    roles: tuple[str, ...] = ()
    note: str = ""
    arguments: bytes | None = None
    """The JSON object that it is to be called with instead."""


class RetryNow(MailItem, frozen=True, kw_only=True, tag="retry/1"):
    """Somebody does not want to wait for a node's next try. Bound to one failed try: it says nothing of any other."""

    path: str
    attempt: int
    by: str


class Requeue(MailItem, frozen=True, kw_only=True, tag="requeue/1"):
    """A person has a run go on that failed. Bound to one end of it, by the version: it says nothing of any other."""

    version: int
    by: str
    note: str = ""
    from_step: str = ""
    repeats_effects: bool = False
    budget: Budget | None = None


class Drop(MailItem, frozen=True, kw_only=True, tag="drop/1"):
    """A person takes a run that has failed out of the dead-letter queue. Bound to one end of it, as a requeue is."""

    version: int
    by: str
    note: str = ""


class LateOutcome(MailItem, frozen=True, kw_only=True, tag="late/1"):
    """A driver that had lost the run tells how a call ended that it had made."""

    path: str
    attempt: int
    outcome: Outcome
    worker: str
    result: bytes | None = None
    shown: bytes | None = None
    result_bytes: int = 0
    fault: Fault | None = None
    requeues: int = 0
    unfinished: Unfinished | None = None
    mends: tuple[str, ...] = ()
    names: dict[str, str] = {}
    """What stands in it for personal data that nobody else has met, with the values."""
    secrets: dict[str, bytes] = {}
    """The secrets likewise, by name, each under seal."""


class ChildOver(MailItem, frozen=True, tag="child_over/1"):
    """A child run has ended: how, is to be read in its own journal."""

    child: RunId


class EventCame(MailItem, frozen=True, tag="event_came/1"):
    """An event has been published that one of the run's waits may be for. It is read on the bus."""

    number: int
    """Which wait of the run it is."""
    event: EventId


Mail = (
    Cancel
    | Resume
    | Settle
    | Reconcile
    | Answer
    | Decide
    | RetryNow
    | Requeue
    | Drop
    | LateOutcome
    | ChildOver
    | EventCame
)

_decoder: msgspec.msgpack.Decoder[Mail] = msgspec.msgpack.Decoder(Mail)


def encode_mail(mail: Mail) -> bytes:
    """Return the bytes of ``mail``."""
    return msgspec.msgpack.encode(mail)


def decode_mail(body: bytes) -> Mail:
    """Return the mail in ``body``. Raises JournalError for what this version does not know."""
    try:
        return _decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise JournalError(
            f"expected mail this version knows, found {body[:40]!r} ({error}): run a newer Holdfast"
        ) from error


def settlement_letter(path: str, attempt: int, requeues: int) -> LetterId:
    """Return the one id under which a person can settle this attempt: an inbox takes the first letter and no other."""
    return LetterId(f"settle:{path}:{attempt}{_again(requeues)}")


def reconcile_letter(charged: int) -> LetterId:
    """Return the one id under which the call can be reconciled that the event of this version charged."""
    return LetterId(f"reconcile:{charged}")


def answer_letter(path: str, number: int) -> LetterId:
    """Return the one id under which a person can answer this asking: an inbox takes the first letter and no other."""
    return LetterId(f"answer:{path}:{number}")


def decision_letter(number: int, place: int) -> LetterId:
    """Return the one id of the decision on this question that comes after ``place`` others: one person's, no other's.

    Whoever decides has seen what was decided before; of two who decide at once the second must look again.
    """
    return LetterId(f"decide:{number}:{place}")


def retry_letter(path: str, attempt: int, requeues: int) -> LetterId:
    """Return the one id under which the wait after this try can be cut short; tries count anew with each requeue."""
    return LetterId(f"retry:{path}:{requeues}.{attempt}")


def requeue_letter(version: int) -> LetterId:
    """Return the one id under which a run that ended at ``version`` can be requeued: twice is once."""
    return LetterId(f"requeue:{version}")


def drop_letter(version: int) -> LetterId:
    """Return the one id under which a run that ended at ``version`` can be dropped."""
    return LetterId(f"drop:{version}")


def late_letter(path: str, attempt: int, requeues: int) -> LetterId:
    """Return the id of the letter that tells how this attempt ended."""
    return LetterId(f"late:{path}:{attempt}{_again(requeues)}")


def child_letter(child: RunId) -> LetterId:
    """Return the id of the letter with which ``child`` tells its parent that it has ended."""
    return LetterId(f"child:{child}")


def event_letter(number: int, event: EventId) -> LetterId:
    """Return the id of the letter that tells a run's wait of an event: of each it is told once."""
    return LetterId(f"event:{number}:{event}")


def recall_letter(parent: RunId, *, abandons_doubts: bool) -> LetterId:
    """Return the id of the letter with which ``parent`` recalls a child; it may do so a second time, for good."""
    return LetterId(f"recall:{parent}:{'abandon' if abandons_doubts else 'wait'}")


def _again(requeues: int) -> str:
    """A step that is done again after a requeue may have the attempts of one before it; its letters have other ids."""
    return f":{requeues}" if requeues else ""
