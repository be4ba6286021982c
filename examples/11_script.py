"""A flow as plain Python: steps at once, a failure caught, a sleep. Its process lets go, and nothing is done twice.

The script is replayed from its top with what its steps have given, so it may branch and loop as Python does.
"""

import asyncio
import tempfile

from holdfast import App, Effect, IdempotencyKey, Runtime, StepFailed, Steps, ToolFailure, script, tool
from holdfast.flow import ScriptNode

sent: list[str] = []


@tool(effect=Effect.READ)
async def price(article: str) -> int:
    """Look up a price."""
    sent.append(f"price of {article}")
    if article == "unicorn":
        raise ToolFailure("there are none")
    return {"chair": 40, "table": 90}[article]


@tool(effect=Effect.KEYED)
async def bill(cents: int, *, key: IdempotencyKey) -> str:
    """Send a bill."""
    sent.append(f"bill of {cents}")
    return f"bill {key[:5]}"


@script
async def sell(articles: list[str], steps: Steps) -> dict[str, object]:
    prices = await asyncio.gather(*(steps.call("price", price, article=article) for article in articles))
    try:
        prices.append(await steps.call("extra", price, article="unicorn"))
    except StepFailed as failed:
        print("without extra:", failed.fault.message)
    await steps.sleep("to_think_it_over", 0.5)
    return {"sum": sum(prices), "bill": await steps.call("bill", bill, cents=sum(prices) * 100)}


shop = App("shop", ScriptNode("shop", "sell"), scripts=[sell], functions=[price, bill], input=list[str])


async def main() -> None:
    store = f"sqlite:///{tempfile.mkdtemp()}/shop.db"
    async with Runtime.open(store, apps=[shop]) as runtime:
        run = await runtime.start("shop", ["chair", "table"])
        await asyncio.sleep(0.1)  # and then the process lets go of it
    async with Runtime.open(store, apps=[shop]) as runtime:
        print(await (await runtime.run(run.id)).result())
    assert sorted(sent) == ["bill of 13000", "price of chair", "price of table", "price of unicorn"]


asyncio.run(main())
