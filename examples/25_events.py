"""Two agents react to each other's events, and nobody conducts them: the hop limit ends what would go round for ever.

A writer drafts and publishes, a critic reads and publishes what is wrong, the writer reacts to that. Each reaction is a
run of its own; what caused what is read back from the store.
"""

import asyncio

from holdfast import Agent, App, Prompt, Runtime, Topic
from holdfast.flow import AgentNode, PublishNode, Sequence, Start, Subscription
from holdfast.orchestration.bus.causes import Consequence
from holdfast.testing import ScriptedModel, answer

DRAFTED, CRITICISED = Topic("drafts.written", str), Topic("drafts.criticised", str)


def agent(name: str, says: str, reads: Topic, writes: Topic) -> App:
    """Return an app: an agent that reads events of one topic and publishes its answer on the other."""
    return App(
        name,
        Sequence(
            name,
            steps=(
                AgentNode("think", "thinker", input="input"),
                PublishNode("tell", writes.name, payload="think"),
            ),
        ),
        agents=[Agent("thinker", Prompt("thinker", f"You are a {name}."), model=name)],
        models={name: lambda: ScriptedModel([answer(f"{says} {number}") for number in range(1, 9)])},
        topics=[writes],
        subscribes=[Subscription(f"{name}_reads", reads, start=Start.EARLIEST, hops_max=3)],
    )


APPS = [agent("critic", "too long", DRAFTED, CRITICISED), agent("writer", "shorter", CRITICISED, DRAFTED)]


def show(tree: Consequence, depth: int = 0) -> None:
    """Print what caused what."""
    what = tree.event.topic if tree.event is not None else f"{tree.app} {tree.status}"
    print("  " * depth + what, *(f"not delivered: {reason[:90]}" for reason in tree.undelivered))
    for each in tree.followed_by:
        show(each, depth + 1)


async def main() -> None:
    async with Runtime.open("sqlite:///events.db", apps=APPS) as runtime:
        event = await runtime.publish(DRAFTED, "Dear all, the canteen is closed.", event_id="draft 1")
        await runtime.publish(DRAFTED, "the same again", event_id="draft 1")  # the same id: the same event
        for _ in range(200):
            if await runtime.bus.undelivered():
                break
            await asyncio.sleep(0.05)
        show(await runtime.bus.trace(event.event_id))


asyncio.run(main())
