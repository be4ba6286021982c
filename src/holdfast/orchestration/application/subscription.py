"""What an app declares to react to: a topic, which of its events, and how reactions follow on one another."""

import enum
from dataclasses import dataclass

from holdfast.integration.tools.topic import Topic
from holdfast.journal.bus import HOPS_MAX
from holdfast.kernel.errors import DefinitionError, ExpressionError
from holdfast.kernel.expression import parse
from holdfast.kernel.paths import check_name
from holdfast.orchestration.flow.names import EVENT

REACTIONS_AT_ONCE_MAX = 8
WAITING_MAX = 256


class OnDead(enum.StrEnum):
    """What becomes of the later events of a key when the reaction to one has failed for good."""

    BLOCK = "block"
    """They wait until somebody has requeued or dropped the run: nothing is done out of order. Other keys go on."""
    SKIP = "skip"
    """They are reacted to all the same; the run lies in the dead-letter queue as any other."""


class Start(enum.StrEnum):
    """Where a subscription begins that is new to a store."""

    LATEST = "latest"
    """With what is published after it was first seen."""
    EARLIEST = "earliest"
    """With the oldest event that is kept."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Has a run of the app react to each event of a topic, once. The name stands for it in the store, for good.

    ``when``, ``key`` and ``input`` are expressions that see the event as ``event``: its ``payload``, ``key``,
    ``topic``, ``id``, ``at``, ``offset``, ``hops`` and ``caused_by``. Events of one key are reacted to one after the
    other, in the order in which they were published, those without a key in any. Raises DefinitionError.
    """

    name: str
    topic: Topic
    when: str | None = None
    """Only events for which it holds."""
    key: str = "event.key"
    """By what reactions are kept in order."""
    input: str = "event.payload"
    """What the run is given."""
    start: Start = Start.LATEST
    on_dead: OnDead = OnDead.BLOCK
    at_once_max: int = REACTIONS_AT_ONCE_MAX
    """How many reactions may be at work at once; those that wait for people or for time are not."""
    waiting_max: int = WAITING_MAX
    """How many events may be taken in that are not reacted to yet: the rest waits on its topic."""
    hops_max: int = HOPS_MAX
    """How many events may lie between one that is reacted to and one that no event has caused."""

    def __post_init__(self) -> None:
        check_name(self.name, "subscription name")
        for limit, least in (("at_once_max", 1), ("waiting_max", 1), ("hops_max", 0)):
            if getattr(self, limit) < least:
                raise DefinitionError(f"subscription {self.name!r}: expected {limit} of at least {least}")
        if self.hops_max > HOPS_MAX:
            raise DefinitionError(f"subscription {self.name!r}: expected hops_max of at most {HOPS_MAX}")
        try:
            object.__setattr__(self, "start", Start(self.start))
            object.__setattr__(self, "on_dead", OnDead(self.on_dead))
        except ValueError as error:
            raise DefinitionError(
                f"subscription {self.name!r}: expected a Start and an OnDead, found {error}"
            ) from error
        for text in (self.when, self.key, self.input):
            _check(self.name, text)


def _check(name: str, text: str | None) -> None:
    if text is None:
        return
    try:
        missing = parse(text).names - {EVENT}
    except ExpressionError as error:
        raise DefinitionError(f"subscription {name!r}: {text!r} does not parse: {error}") from error
    if missing:
        told = ", ".join(sorted(missing))
        raise DefinitionError(f"subscription {name!r}: {text!r} names {told}, which it cannot see: it sees {EVENT}")
