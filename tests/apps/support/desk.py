"""A desk with a shop of its own, and what it says to one message after the other."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from holdfast.apps.support.application import app
from holdfast.apps.support.shop.founding import found
from holdfast.apps.support.shop.shop import Shop
from holdfast.integration.gateway.port import Model
from holdfast.journal.fold.state import RunState
from holdfast.orchestration.run.handle import Run
from holdfast.runtime import Runtime

ADA, BRUNO, CHIDI, DANA, EMIL = "c-1001", "c-1002", "c-1003", "c-1004", "c-1005"


def today() -> date:
    """Return the day on which the shops of tests are founded, which is the desk's own."""
    return datetime.now(UTC).date()


@dataclass
class Desk:
    """A runtime and a shop."""

    runtime: Runtime
    path: Path
    models: Mapping[str, str] = field(default_factory=dict)

    def shop(self, customer: str) -> Shop:
        """Return the shop as the customer's support sees it."""
        return Shop(self.path, customer, today())

    async def begin(self, message: str, customer: str = ADA, earlier: Sequence[Mapping[str, str]] = ()) -> Run:
        """Begin to answer a message."""
        asked = {"message": message, "customer": customer, "shop": str(self.path), "earlier": list(earlier)}
        return await self.runtime.start(app, asked, user=customer, models=self.models)

    async def ended(self, message: str, customer: str = ADA) -> RunState:
        """Return how the answering of a message ended."""
        return await (await self.begin(message, customer)).wait()

    async def reply(self, message: str, customer: str = ADA) -> str:
        """Return the answer to a message."""
        run = await self.begin(message, customer)
        return str(await run.result())


@asynccontextmanager
async def open_desk(folder: Path, models: Mapping[str, Model] | None = None) -> AsyncIterator[Desk]:
    """Open a desk. ``models`` take the stand-in's place, by the agent's name."""
    path = folder / "shop.db"
    if not path.exists():
        found(path, today())
    scripted = {f"model-of-{agent}": model for agent, model in (models or {}).items()}
    async with Runtime.open("memory:", apps=[app], models=scripted) as runtime:
        yield Desk(runtime, path, {agent: f"model-of-{agent}" for agent in models or {}})
