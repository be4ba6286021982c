"""Asks a store's event bus for what the commands show, and tells it what they are told."""

from collections.abc import Sequence

import msgspec

from holdfast.journal.bus import BusEvent, Delivery, Position, TopicHead
from holdfast.kernel.errors import InputError
from holdfast.orchestration.bus.causes import Consequence
from holdfast.orchestration.bus.listing import Subscribed
from holdfast.runtime import Runtime
from holdfast.surfaces.cli.asking.stores import is_there, reading, store_url


async def publish_event(
    topic: str, payload: str, key: str | None, event_id: str | None, tenant: str, by: str, store: str | None
) -> BusEvent:
    """Publish, and return the event as it stands. Raises InputError for a payload that is no JSON."""
    try:
        value = msgspec.json.decode(payload)
    except msgspec.DecodeError as error:
        raise InputError(f"expected a payload in JSON, found {payload!r:.80}: {error}") from error
    async with Runtime.open(store_url(store), drives=False) as runtime:
        return await runtime.publish(topic, value, key=key, event_id=event_id, tenant=tenant, by=by)


async def list_topics(store: str | None) -> Sequence[TopicHead]:
    """Return the topics; none if there is no store yet."""
    if not is_there(store_url(store)):
        return ()
    async with reading(store) as runtime:
        return await runtime.bus.topics()


async def list_subscriptions(store: str | None) -> list[Subscribed]:
    """Return the subscriptions; none if there is no store yet."""
    if not is_there(store_url(store)):
        return []
    async with reading(store) as runtime:
        return await runtime.bus.subscriptions()


async def find_subscription(name: str, store: str | None) -> Subscribed:
    """Return how a subscription stands. Raises InputError if there is no such one."""
    async with reading(store) as runtime:
        found = next((each for each in await runtime.bus.subscriptions() if each.name == name), None)
    if found is None:
        raise InputError(f"expected a subscription, found {name!r}: 'holdfast subscriptions' lists them")
    return found


async def replay_subscription(name: str, from_offset: int, store: str | None) -> Position:
    """Begin a new generation of a subscription. Raises InputError if there is no such one."""
    async with reading(store) as runtime:
        return await runtime.bus.replay(name, from_offset)


async def forget_subscription(name: str, store: str | None) -> None:
    """Forget a subscription. Raises InputError if there is no such one."""
    async with reading(store) as runtime:
        await runtime.bus.forget(name)


async def list_undelivered(subscription: str | None, count: int, store: str | None) -> Sequence[Delivery]:
    """Return what could not be delivered; nothing if there is no store yet."""
    if not is_there(store_url(store)):
        return ()
    async with reading(store) as runtime:
        return await runtime.bus.undelivered(subscription, count)


async def settle_undelivered(
    event: str, subscription: str | None, store: str | None, *, drops: bool
) -> Sequence[Delivery]:
    """Drop what could not be delivered, or have it delivered again. Raises InputError if there is nothing of it."""
    async with reading(store) as runtime:
        bus = runtime.bus
        return await (bus.drop(event, subscription) if drops else bus.requeue(event, subscription))


async def causes_of(of: str, store: str | None) -> tuple[str, Consequence]:
    """Return the full id of an event or a run, and the tree that it belongs to. Raises InputError, RunNotFound."""
    async with reading(store) as runtime:
        identity = of if of.startswith("evt_") else (await runtime.run(of)).id
        return identity, await runtime.bus.trace(identity)
