"""What a local model is asked: to review a repository, and to be an agent that has to use its tool."""

import json
import time
from pathlib import Path
from typing import Any, Literal

from holdfast import Agent, Budget, Effect, Runtime, tool
from holdfast.journal.events import ModelReplied
from holdfast.journal.live import Hint
from holdfast.kernel.errors import RunFailed
from holdfast.orchestration.run.handle import Run
from tests.proof.local_model.serving import Served

SMALL = "small"
REPLY_TOKENS_MAX = 128
TURNS_MAX = 10
SETTINGS = "[database]\nhost = db.example.org\npassword = correct-horse-battery\n"
"""A file for three of the review's agents: few enough for one small model on one processor."""
STOCK = {"north": "12 bolts", "east": "7 nuts", "south": "40 screws", "west": "3 saws"}
"""What lies on each shelf, in the order of the clerk's round."""

Told = dict[str, Any]
"""What is told of a run, as JSON."""


class Shop:
    """A shop whose shelves are counted; remembers which were."""

    def __init__(self) -> None:
        self.counted: list[str] = []

    def count(self, shelf: str) -> str:
        """Return what is on a shelf, and what the clerk's list has next."""
        self.counted.append(shelf)
        shelves = list(STOCK)
        following = shelves[shelves.index(shelf) + 1 :][:1]
        then = f"Next, use count_stock for the shelf {following[0]}." if following else ""
        return f"{STOCK[shelf]}. {then or 'Now reply that the stock is counted.'}"


async def review(served: Served, folder: Path) -> Told:
    """Have a small repository reviewed by the model, as ``holdfast run review PATH --model …`` does."""
    code = folder / "code"
    code.mkdir()
    (code / "settings.ini").write_text(SETTINGS, encoding="utf-8")
    async with Runtime.open(store_in(folder)) as runtime:
        return await _followed(await runtime.start("review", {"path": str(code)}, model=served.name))


async def tools(folder: Path) -> Told:
    """Have an agent use its tool until its round is over. Its model is the one that is configured as ``small``."""
    shop = Shop()
    async with Runtime.open(store_in(folder)) as runtime:
        told = await _followed(await runtime.start(clerk(shop), {"first": next(iter(STOCK))}))
        return told | {"calls_executed": len(shop.counted), "counted": shop.counted}


def clerk(shop: Shop) -> Agent:
    """Return the agent."""

    @tool(effect=Effect.READ)
    async def count_stock(shelf: Literal["north", "east", "south", "west"]) -> str:
        """Say what is on one shelf."""
        return shop.count(shelf)

    prompt, task = "prompts/clerk.md", "prompts/round.md"
    return Agent("clerk", prompt=prompt, task=task, model=SMALL, tools=[count_stock], budget=Budget(turns=TURNS_MAX))


def models_file(served: Served) -> str:
    """Return a file for HOLDFAST_MODELS in which the local model is ``small``, and told of its tools in words."""
    body = f"{{ temperature = 0, repeat_penalty = 1, max_tokens = {REPLY_TOKENS_MAX} }}"
    return f"[{SMALL}]\nmodel = {json.dumps(served.name)}\nhas_tool_calls = false\nbody = {body}\n"


def store_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'runs.db'}"


async def _followed(run: Run) -> Told:
    """Follow a run to its end; tell how it ended, what streamed, and which model its journal says has replied."""
    started, pieces = time.monotonic(), 0
    replied: set[str] = set()
    async for seen in run.progress():
        if isinstance(seen, Hint):
            pieces += 1
        elif isinstance(seen.event, ModelReplied):
            replied.add(seen.event.model)
    state = await run.state()
    return {
        "run": run.id,
        "outcome": state.outcome,
        "fault": await _fault(run),
        "turns": state.spend.turns,
        "tokens": state.spend.input_tokens + state.spend.output_tokens,
        "streamed_pieces": pieces,
        "models_in_journal": sorted(replied),
        "seconds": round(time.monotonic() - started, 1),
    }


async def _fault(run: Run) -> Told | None:
    try:
        await run.result()
    except RunFailed as error:
        return {"kind": error.fault.kind if error.fault else None, "message": str(error)}
    return None
