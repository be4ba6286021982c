"""Two processes on one file: one drives, the other only publishes and waits for what comes of it."""

import asyncio
import sys
from pathlib import Path

from holdfast import App, Runtime, Topic
from holdfast.flow import EventNode, PublishNode, Start, Subscription
from holdfast.journal.bus import EventFilter

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 60.0
ASKED, ANSWERED = Topic("asked", int), Topic("answered", int)
EVENTS = 20

helper = App(
    "helper",
    PublishNode("helper", "answered", key="input"),
    input=int,
    topics=[ANSWERED],
    subscribes=[Subscription("helper_on", ASKED, start=Start.EARLIEST)],
)
asker = App("asker", EventNode("asker", "answered", key="input"), input=int, topics=[ANSWERED])

PUBLISHER = """
import asyncio, sys
from holdfast import Runtime

async def main():
    async with Runtime.open(sys.argv[1], drives=False) as runtime:
        for number in range(int(sys.argv[2])):
            for _ in range(2):
                await runtime.publish("asked", number, key=number % 3, event_id=str(number))

asyncio.run(main())
"""


async def test_what_one_publishes_the_other_reacts_to_and_wakes_who_waits_for_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'runs.db'}"
    async with Runtime.open(url, apps=[helper, asker]) as runtime:
        run = await runtime.start(asker, EVENTS - 1)
        assert (await run.wait()).parked
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", PUBLISHER, url, str(EVENTS), cwd=ROOT)
        assert await asyncio.wait_for(process.wait(), SECONDS_MAX) == 0
        async with asyncio.timeout(SECONDS_MAX):
            while not (await run.head()).is_over:  # noqa: ASYNC110  # another process has written what wakes it
                await asyncio.sleep(0.05)
        assert await run.result() == EVENTS - 1
        async with asyncio.timeout(SECONDS_MAX):
            while (await runtime.bus.subscriptions())[0].begun:  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.05)
        answered = await runtime._store.bus.events(EventFilter(topic="answered"))
    assert sorted(event.body or b"" for event in answered) == sorted(str(number).encode() for number in range(EVENTS))
