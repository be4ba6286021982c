"""Ends the process at every write of a run in turn, goes on, and looks at what the outside world saw.

The runtime says which point it has reached: before and after each commit. A child that is told a number dies there, and
this process goes on. What is asserted is what matters: wherever it died, the customer was paid once.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from holdfast import Agent, Effect, IdempotencyKey, Prompt, Runtime, tool
from holdfast.testing import ScriptedModel, answer, call

KILLED, POINTS_MAX = 137, 200
PAID = Path("paid")


@tool(effect=Effect.KEYED)
def pay(cents: int, *, key: IdempotencyKey) -> str:
    """Pay somebody; a payment is known by its key, as a service would know it."""
    PAID.joinpath(key).write_text(str(cents))
    return "paid"


payer = Agent("payer", prompt=Prompt("payer", "You pay."), model="scripted", tools=[pay])


async def main(dies_at: int) -> None:
    reached = 0

    def reach(point: str) -> None:
        nonlocal reached
        reached += 1
        if reached == dies_at:
            os._exit(KILLED)

    model = ScriptedModel([call("pay", {"cents": 1250}), answer("paid")])
    async with Runtime.open("sqlite:///payer.db", models={"scripted": model}, reach=reach) as runtime:
        run = await runtime.start(payer, "Pay 12.50.", request_id="invoice-9")
        assert await run.result() == "paid"


if len(sys.argv) > 1:
    asyncio.run(main(int(sys.argv[1])))
else:
    os.chdir(tempfile.mkdtemp())
    PAID.mkdir()
    for point in range(1, POINTS_MAX):
        for file in (*Path().glob("payer.db*"), *PAID.iterdir()):
            file.unlink()
        child = subprocess.run([sys.executable, __file__, str(point)], check=False)
        asyncio.run(main(dies_at=0))
        assert [file.read_text() for file in PAID.iterdir()] == ["1250"]
        if child.returncode != KILLED:
            print(f"killed at each of {point - 1} points, paid once each time")
            break
