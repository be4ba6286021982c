"""A process that drives a store until it is killed, and the apps that it and its test both know.

    python -m tests.runtime.shop STORE

Prints a line once it drives. The shop's only step waits until the file that is its input exists; the counter asks.
"""

import asyncio
import sys
import time
from pathlib import Path

from holdfast import App, Effect, Runtime, tool
from holdfast.orchestration.flow.nodes import DecisionNode, FunctionNode

POLL_SECONDS = 0.02


@tool(effect=Effect.READ, timeout_seconds=60)
def wait_for(path: str) -> str:
    """Wait until there is a file, and read it."""
    while not Path(path).exists():
        time.sleep(POLL_SECONDS)
    return Path(path).read_text(encoding="utf-8")


SHOP = App("shop", FunctionNode("shop", "wait_for", input="{'path': input}"), functions=(wait_for,))
COUNTER = App("counter", DecisionNode("counter", "'Sell ' + input + '?'", deadline_seconds=3_600))


async def serve(store: str) -> None:
    """Drive whatever is to be driven, for good."""
    async with Runtime.open(f"sqlite:///{store}", apps=[SHOP, COUNTER]) as runtime:
        print("drives" if runtime.drives else "follows", flush=True)  # noqa: T201 - its test reads it
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
