"""The commands of the event bus: publish, list topics and subscriptions, see to what was not delivered."""

from typing import Annotated

import typer

from holdfast.surfaces.cli.asking.options import JsonOption, StoreOption
from holdfast.surfaces.cli.problems import reporting

COUNT = 20

TopicArgument = Annotated[str, typer.Argument(metavar="TOPIC", help="Such as orders.paid.")]
PayloadArgument = Annotated[str, typer.Argument(metavar="JSON", help="What the event says.")]
KeyOption = Annotated[str | None, typer.Option("--key", help="Events of one key are reacted to in order.")]
IdOption = Annotated[str | None, typer.Option("--id", help="Your own id of the event: the same one twice is one.")]
TenantOption = Annotated[str, typer.Option("--tenant", help="Whose event it is.")]
ByOption = Annotated[str | None, typer.Option("--by", show_default="your user name", help="Who says so.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The subscription.")]
FromOption = Annotated[int, typer.Option("--from", min=1, metavar="OFFSET", help="The first event to react to anew.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
EventArgument = Annotated[str, typer.Argument(metavar="EVENT", help="The id of the event.")]
OfOption = Annotated[str | None, typer.Option("--subscription", metavar="NAME", help="Only of this subscription.")]
CountOption = Annotated[int, typer.Option("--count", "-n", min=1, max=10_000, help="How many at most.")]

subscriptions = typer.Typer(help="List the subscriptions; have one react anew, or forget one.")
undelivered = typer.Typer(help="List the events that could not be delivered; have one tried again, or drop it.")


def publish(
    topic: TopicArgument,
    payload: PayloadArgument,
    key: KeyOption = None,
    event_id: IdOption = None,
    tenant: TenantOption = "default",
    by: ByOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish an event: whoever drives the runs of the store has those react that subscribe, or wait for it."""
    import asyncio

    from holdfast.surfaces.cli.asking.bus import publish_event
    from holdfast.surfaces.cli.pursuing.again import person
    from holdfast.surfaces.cli.showing.bus_tables import event_record, print_event
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out

    with reporting(as_json=as_json):
        event = asyncio.run(publish_event(topic, payload, key, event_id, tenant, by or person(), store))
    if as_json:
        write_json(event_record(event))
    else:
        print_event(event, out())


def topics(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List the topics on which something was published: how many events, how many are kept, when the last came."""
    import asyncio

    from holdfast.surfaces.cli.asking.bus import list_topics
    from holdfast.surfaces.cli.showing.bus_tables import print_topics, topic_records
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import err, out, styled

    with reporting(as_json=as_json):
        found = asyncio.run(list_topics(store))
    if as_json:
        write_json(topic_records(found))
    elif found:
        print_topics(found, out())
    else:
        err().print(styled("nothing was ever published: begin with 'holdfast publish TOPIC JSON'"))


@subscriptions.callback(invoke_without_command=True)
def list_all(context: typer.Context, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List the subscriptions: how far each has come, what waits, what is at work, stuck or undelivered."""
    if context.invoked_subcommand is not None:
        return
    import asyncio

    from holdfast.surfaces.cli.asking.bus import list_subscriptions
    from holdfast.surfaces.cli.showing.bus_tables import print_subscriptions, subscription_records
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import err, out, styled

    with reporting(as_json=as_json):
        found = asyncio.run(list_subscriptions(store))
    if as_json:
        write_json(subscription_records(found))
    elif found:
        print_subscriptions(found, out())
    else:
        err().print(styled("nothing subscribes: an app that declares subscriptions has not been driven on this store"))


@subscriptions.command("replay")
def replay(
    name: NameArgument,
    from_offset: FromOption,
    yes: YesOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have a subscription react anew from an offset on: other runs do it all again, effects included."""
    import asyncio

    from holdfast.surfaces.cli.asking.bus import find_subscription, replay_subscription
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out, styled

    with reporting(as_json=as_json):
        asyncio.run(find_subscription(name, store))
        _confirm(f"{name} reacts anew from offset {from_offset} on, and effects are repeated. Go ahead?", is_given=yes)
        found = asyncio.run(replay_subscription(name, from_offset, store))
    if as_json:
        write_json({"name": found.name, "generation": found.generation, "position": found.position})
    else:
        out().print(styled(f"{found.name} is in generation {found.generation}, after offset {found.position}"))


@subscriptions.command("forget")
def forget(name: NameArgument, yes: YesOption = False, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Forget a subscription and what it has taken in; events that only it still needed can then be removed."""
    import asyncio

    from holdfast.surfaces.cli.asking.bus import find_subscription, forget_subscription
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out, styled

    with reporting(as_json=as_json):
        asyncio.run(find_subscription(name, store))
        _confirm(f"{name} is forgotten, with all that it has still to react to. Go ahead?", is_given=yes)
        asyncio.run(forget_subscription(name, store))
    if as_json:
        write_json({"forgotten": name})
    else:
        out().print(styled(f"{name} is forgotten"))


@undelivered.callback(invoke_without_command=True)
def list_undelivered(
    context: typer.Context,
    subscription: OfOption = None,
    count: CountOption = COUNT,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the events that could not be delivered: to whom, and why."""
    if context.invoked_subcommand is not None:
        return
    import asyncio

    from holdfast.surfaces.cli.asking.bus import list_undelivered as asked
    from holdfast.surfaces.cli.showing.bus_tables import delivery_records, print_undelivered
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import err, out, styled

    with reporting(as_json=as_json):
        found = asyncio.run(asked(subscription, count, store))
    if as_json:
        write_json(delivery_records(found))
    elif found:
        print_undelivered(found, out())
    else:
        err().print(styled("every event was delivered that a subscription has taken in"))


@undelivered.command("requeue")
def requeue(
    event: EventArgument, subscription: OfOption = None, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """Have an event delivered again that could not be, whatever the reason was."""
    _settled(event, subscription, store, drops=False, as_json=as_json)


@undelivered.command("drop")
def drop(
    event: EventArgument, subscription: OfOption = None, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """Have nobody react to an event that could not be delivered."""
    _settled(event, subscription, store, drops=True, as_json=as_json)


def _settled(event: str, subscription: str | None, store: str | None, *, drops: bool, as_json: bool) -> None:
    import asyncio

    from holdfast.surfaces.cli.asking.bus import settle_undelivered
    from holdfast.surfaces.cli.showing.bus_tables import delivery_records
    from holdfast.surfaces.cli.showing.records import write_json
    from holdfast.surfaces.cli.showing.terminal import out, styled

    with reporting(as_json=as_json):
        found = asyncio.run(settle_undelivered(event, subscription, store, drops=drops))
    if as_json:
        write_json(delivery_records(found))
    else:
        told = "is dropped" if drops else "waits for its turn"
        for each in found:
            out().print(styled(f"{each.event_id} {told} at {each.subscription}"))


def _confirm(question: str, *, is_given: bool) -> None:
    """Go on with a yes only. Raises InputError without one, also where nobody is there to be asked."""
    import sys

    from holdfast.kernel.errors import InputError

    if is_given:
        return
    if not sys.stdin.isatty():
        raise InputError(f"expected --yes, found no terminal to ask at: {question.removesuffix(' Go ahead?')}")
    if not typer.confirm(question, err=True):
        raise InputError("expected a yes to go on, found none: nothing was done")
