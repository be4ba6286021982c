"""What becomes of an event that a subscription takes in: it is delivered, passed over, or cannot be. Pure."""

from msgspec.structs import replace

from holdfast.integration.tools.topic import checked_key
from holdfast.journal.bus import BusEvent, Delivery, DeliveryState, Position
from holdfast.journal.events.bus import Cause
from holdfast.kernel.errors import ExpressionError, InputError
from holdfast.kernel.expression import parse
from holdfast.orchestration.application.subscription import Subscription
from holdfast.orchestration.flow.names import EVENT
from holdfast.orchestration.values.seen import seen

REASON_CHARACTERS_MAX = 500


def judged(event: BusEvent, by: Subscription, at: Position, now: float) -> Delivery | None:
    """Return how ``event`` is delivered; None if it is passed over. What cannot be judged is undelivered."""
    delivery = Delivery(
        subscription=by.name,
        generation=at.generation,
        offset=event.offset,
        event_id=event.event_id,
        tenant=event.tenant,
        state=DeliveryState.WAITING,
        at=now,
    )
    if event.hops > by.hops_max:
        told = f"expected at most {by.hops_max} events before it, found {event.hops}: runs react in a ring"
        return undelivered(delivery, told, now)
    try:
        shown = {EVENT: seen(event, payload_of(event, by))}
        if by.when is not None and not parse(by.when).evaluate(shown):
            return None
        return replace(delivery, key=checked_key(by.topic.name, parse(by.key).evaluate(shown)))
    except (ExpressionError, InputError) as error:
        return undelivered(delivery, str(error), now)


def given(event: BusEvent, by: Subscription) -> object:
    """Return what the run is given that reacts to ``event``. Raises ExpressionError, InputError."""
    return parse(by.input).evaluate({EVENT: seen(event, payload_of(event, by))})


def cause_of(event: BusEvent, by: Subscription, generation: int) -> Cause:
    """Return what the run that reacts to ``event`` knows of it."""
    return Cause(event.event_id, event.topic, event.hops, by.name, generation, by.topic.trust)


def undelivered(delivery: Delivery, reason: str, now: float) -> Delivery:
    """Return ``delivery`` as one that somebody has to look at."""
    reason = reason[:REASON_CHARACTERS_MAX]
    return replace(delivery, state=DeliveryState.UNDELIVERED, reason=reason, at=now)


def payload_of(event: BusEvent, by: Subscription) -> object:
    """Return what ``event`` says, as the subscriber's topic has it. Raises InputError."""
    if event.body is None:
        raise InputError("expected an event that can be read, found one that was erased")
    return by.topic.read(event.body)
