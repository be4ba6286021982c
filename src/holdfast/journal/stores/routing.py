"""Which waits an event is for, the letters that tell of it, what a subscription may be: the same for every store."""

from collections.abc import Iterable

from holdfast.journal.bus import BusEvent, EventWait, Position
from holdfast.journal.mail import EventCame, encode_mail, event_letter
from holdfast.journal.port import Letter
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import EventId, RunId


def is_for(wait: EventWait, event: BusEvent) -> bool:
    """Whether ``wait`` is to be told of ``event``; what it holds besides, the run itself judges."""
    return (wait.tenant, wait.topic) == (event.tenant, event.topic) and wait.key in (None, event.key)


def letter_to(run: RunId, number: int, event: EventId) -> Letter:
    """Return the letter that tells a wait of an event. What the event says is not in it: that may be sealed."""
    return Letter(event_letter(number, event), run, encode_mail(EventCame(number, event)))


def told(letters: Iterable[Letter]) -> tuple[RunId, ...]:
    """Return the runs that ``letters`` go to."""
    return tuple(dict.fromkeys(letter.to for letter in letters))


def check_topic(known: Position, topic: str) -> None:
    """Raise JournalError for a subscription that has come some way through another topic."""
    if known.topic != topic:
        raise JournalError(
            f"expected the subscription {known.name!r} to be to topic {known.topic!r}, as it was before, found "
            f"{topic!r}: give it another name, or forget the old one with 'holdfast subscriptions forget {known.name}'"
        )
