"""A step is tried again, its run fails and lies in the dead-letter queue; requeued, it goes on from where it failed.

What succeeded is kept: the money is taken once, whatever happens to the parcel.
"""

import asyncio

from holdfast import App, Effect, IdempotencyKey, Runtime, ToolFailure, tool
from holdfast.flow import FunctionNode, Retry, Sequence

payments: list[str] = []
depot_is_open = False


@tool(effect=Effect.KEYED)
async def charge(order: str, *, key: IdempotencyKey) -> str:
    """Take the money."""
    payments.append(key)
    return f"{order}, paid"


@tool(effect=Effect.UNSAFE)
async def ship(order: str) -> str:
    """Send the parcel, if somebody is there to take it."""
    if not depot_is_open:
        raise ToolFailure("nobody is at the depot", retryable=True)
    return f"{order}, shipped"


order_app = App(
    "order",
    Sequence(
        "order",
        steps=(
            FunctionNode("charge", "charge", "{'order': input}"),
            FunctionNode("ship", "ship", "{'order': charge}", retry=Retry(attempts_max=3, seconds_first=0.05)),
        ),
    ),
    functions=[charge, ship],
)


async def main() -> None:
    global depot_is_open
    async with Runtime.open("memory:") as runtime:
        run = await runtime.start(order_app, "order 4711")
        await run.wait()
        for letter in await runtime.dead():
            assert letter.fault is not None
            print(f"{letter.step}: {letter.fault.message}")
        depot_is_open = True
        await run.requeue(by="Ann", note="the depot opens at nine")
        print(await run.result())
        print(f"{len(payments)} payment, {len(await runtime.dead())} dead letters")


asyncio.run(main())
assert len(payments) == 1
