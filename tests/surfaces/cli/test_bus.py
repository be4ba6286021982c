"""``publish``, ``topics``, ``subscriptions``, ``undelivered`` and ``trace EVENT``: the event bus from a terminal."""

import asyncio

from holdfast import Runtime
from holdfast.journal.port import RunFilter
from tests.surfaces.cli.program import Program
from tests.surfaces.cli.tiny_apps import courier

LOOKS_MAX = 2_000


async def react(holdfast: Program, runs: int, undelivered: int = 0) -> None:
    """Drive the store until so many runs are over, and so many events undelivered."""
    async with Runtime.open(holdfast.url, apps=[courier]) as runtime:
        over = []
        for _ in range(LOOKS_MAX):
            over = [head for head in await runtime.runs(RunFilter(app="courier")) if head.is_over]
            is_done = not any(standing.begun for standing in await runtime.bus.subscriptions())
            if len(over) == runs and is_done and len(await runtime.bus.undelivered()) == undelivered:
                return
            await asyncio.sleep(0.01)
    raise AssertionError(f"{len(over)} runs are over")


def test_an_event_is_published_reacted_to_and_traced(holdfast: Program) -> None:
    published = holdfast("publish", "parcels.left", '{"to": "Ann"}', "--key", "Ann", "--id", "p1", "--json")
    assert published.code == 0, published.err
    event = published.json["event_id"]
    assert holdfast("publish", "parcels.left", '{"to": "Bob"}', "--id", "p1", "--json").json["event_id"] == event
    asyncio.run(react(holdfast, 1))

    assert [(topic["topic"], topic["last"]) for topic in holdfast("topics", "--json").json] == [
        ("parcels.arrived", 1),
        ("parcels.left", 1),
    ]
    assert "parcels.left" in holdfast("topics").out
    (standing,) = holdfast("subscriptions", "--json").json
    assert (standing["name"], standing["lag"], standing["begun"]) == ("courier_on_left", 0, 0)
    assert "courier_on_left" in holdfast("subscriptions").out

    tree = holdfast("trace", event, "--json").json
    (run,) = tree["reactions"]
    (arrived,) = run["published"]
    assert (run["status"], run["via"]) == ("COMPLETE", "subscription courier_on_left")
    assert (arrived["topic"], arrived["hops"], arrived["caused_by"]) == ("parcels.arrived", 1, event)
    told = holdfast("trace", run["run_id"], "--events").out
    assert all(name in told for name in (event, run["run_id"], arrived["event_id"], "2 events, 1 run"))


def test_what_is_not_delivered_is_listed_and_dropped_or_tried_again(holdfast: Program) -> None:
    for number in range(2):
        assert holdfast("publish", "parcels.left", "[1]", "--id", f"p{number}").code == 0
    asyncio.run(react(holdfast, 0, undelivered=2))
    first, second = holdfast("undelivered", "--json").json
    assert "expected another payload" in first["reason"]
    assert first["event_id"] in holdfast("undelivered").out
    assert holdfast.bare("undelivered", "drop", first["event_id"], "--store", holdfast.url).code == 0
    again = holdfast.bare("undelivered", "requeue", second["event_id"], "--json", "--store", holdfast.url)
    assert [each["state"] for each in again.json] == ["waiting"]
    assert holdfast("undelivered", "--json").json == []
    refused = holdfast.bare("undelivered", "drop", "evt_x", "--json", "--store", holdfast.url)
    assert (refused.code, refused.error["kind"]) == (2, "InputError")


def test_a_subscription_is_replayed_and_forgotten_with_a_yes_only(holdfast: Program) -> None:
    holdfast("publish", "parcels.left", '{"to": "Ann"}')
    asyncio.run(react(holdfast, 1))
    again = ("subscriptions", "replay", "courier_on_left", "--from", "1", "--store", holdfast.url)
    assert holdfast.bare(*again, "--yes", "--json").json == {
        "name": "courier_on_left",
        "generation": 2,
        "position": 0,
    }
    asyncio.run(react(holdfast, 2))
    forget = ("subscriptions", "forget", "courier_on_left", "--store", holdfast.url)
    assert "expected --yes, found no terminal" in holdfast.bare(*forget).err
    assert holdfast.bare(*forget, "--yes").code == 0
    assert holdfast("subscriptions").out == ""
    assert holdfast.bare(*again, "--yes", "--json").error["kind"] == "InputError"


def test_nobody_is_asked_about_a_subscription_that_is_not_there(holdfast: Program) -> None:
    holdfast("publish", "parcels.left", '{"to": "Ann"}')
    for asked in (("forget", "nobody"), ("replay", "nobody", "--from", "1")):
        refused = holdfast.bare("subscriptions", *asked, "--store", holdfast.url)
        assert (refused.code, "expected a subscription, found 'nobody'" in refused.err) == (2, True)


def test_what_is_no_json_is_refused(holdfast: Program) -> None:
    assert "expected a payload in JSON" in holdfast("publish", "parcels.left", "{to: Ann}").err
    assert "joined by" in holdfast("publish", "Parcels", "1").err


def test_gc_removes_events_that_everybody_has_seen_to(holdfast: Program) -> None:
    holdfast("publish", "parcels.left", '{"to": "Ann"}')
    asyncio.run(react(holdfast, 1))
    done = holdfast("gc", "--older-than", "0m", "--json")
    assert done.code == 0, done.err
    assert done.json["published"] == 2
