"""Topics, subscriptions and what was not delivered: as tables, and as JSON."""

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from holdfast.governance.redaction.personal import Masks
from holdfast.journal.bus import BusEvent, Delivery, TopicHead
from holdfast.orchestration.bus.listing import Subscribed
from holdfast.surfaces.cli.showing.terminal import styled
from holdfast.surfaces.cli.showing.wording import instant, short_ids


def event_record(event: BusEvent) -> dict[str, object]:
    """Return an event as a JSON object, without what it says."""
    return {
        "event_id": event.event_id,
        "topic": event.topic,
        "offset": event.offset,
        "tenant": event.tenant,
        "key": event.key,
        "at": event.at,
        "run_id": event.run,
        "step": event.step,
        "caused_by": event.caused_by,
        "hops": event.hops,
    }


def print_event(event: BusEvent, console: Console) -> None:
    """Print what was published, and as what."""
    console.print(styled(f"{event.event_id}  {event.topic} at offset {event.offset}"), soft_wrap=True)


def topic_records(found: Sequence[TopicHead]) -> list[dict[str, object]]:
    """Return the topics as JSON objects, in order."""
    return [msgspec.structs.asdict(one) for one in found]


def print_topics(found: Sequence[TopicHead], console: Console) -> None:
    """Print each topic: how many events it has had, how many are kept, when the last came."""
    table = _table("topic", "events", "kept", "last")
    for one in found:
        table.add_row(
            styled(one.topic, style="bold"), styled(f"{one.last:,}"), styled(f"{one.kept:,}"), styled(instant(one.at))
        )
    console.print(table)


def subscription_records(found: Sequence[Subscribed]) -> list[dict[str, object]]:
    """Return the subscriptions as JSON objects, in order."""
    return [{**msgspec.structs.asdict(one), "lag": one.lag} for one in found]


def print_subscriptions(found: Sequence[Subscribed], console: Console) -> None:
    """Print each subscription: how far it has come, what waits, what is at work, and what somebody must see to."""
    table = _table("subscription", "topic", "app", "position", "lag", "waiting", "begun", "blocked", "undelivered")
    for one in found:
        again = f" (generation {one.generation})" if one.generation > 1 else ""
        blocked = ", ".join(short_ids(list(one.blocked)).values())
        table.add_row(
            styled(one.name + again, style="bold"),
            styled(one.topic),
            styled(one.app),
            styled(f"{one.position:,} of {one.last:,}"),
            styled(f"{one.lag:,}"),
            styled(f"{one.waiting:,}"),
            styled(f"{one.begun:,}"),
            styled(blocked, style="red"),
            styled(f"{one.undelivered:,}" if one.undelivered else "", style="red"),
        )
    console.print(table)
    if any(one.blocked for one in found):
        console.print(styled("a blocked key goes on with: holdfast requeue RUN, or: holdfast drop RUN"))
    if any(one.undelivered for one in found):
        console.print(styled("see what was not delivered with: holdfast undelivered"))


def delivery_records(found: Sequence[Delivery]) -> list[dict[str, object]]:
    """Return deliveries as JSON objects, in order."""
    return [{**msgspec.structs.asdict(one), "reason": Masks().text(one.reason)} for one in found]


def print_undelivered(found: Sequence[Delivery], console: Console) -> None:
    """Print each event that was not delivered: to whom, and why."""
    for one in found:
        head = f"{one.event_id}  {one.subscription}, offset {one.offset}, at {instant(one.at)}"
        console.print(styled(head, style="bold"), soft_wrap=True)
        console.print(styled(f"  {Masks().text(one.reason)}", style="red"), soft_wrap=True)
    console.print()
    console.print(styled("try one again, or let it be, with: holdfast undelivered requeue|drop EVENT"))


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")
    return table
