"""Calls of tools that speak to a served fake, with a vault behind them."""

import contextlib
from collections.abc import AsyncIterator

from msgspec.structs import replace

from holdfast.integration.http.service import Service
from holdfast.integration.secrets.book import Secrets
from holdfast.integration.secrets.memory import MemoryVault
from holdfast.integration.secrets.run_secrets import RunSecrets
from holdfast.integration.tools.contract import Tool
from holdfast.integration.tools.doubts import probe
from holdfast.integration.tools.invocation import Desk
from holdfast.integration.tools.probe import Answer
from holdfast.journal.events import StepEnded, StepIntended
from holdfast.kernel.outcomes import Fault
from tests.integration.tools.workshop import Step, Workshop, workshop


class Caller:
    """Makes calls one after the other."""

    def __init__(self, shop: Workshop, vault: MemoryVault) -> None:
        self.shop, self.vault = shop, vault
        self._calls = 0

    def desk(self) -> Desk:
        return Desk(self.shop.recorder, secrets=RunSecrets(Secrets([self.vault]), self.shop.recorder.payloads, "acme"))

    async def call(self, tool: str, arguments: str = "{}", *, again: bool = False, user: str | None = None) -> Step:
        """Make a call, or the one before once more; return what is recorded last."""
        self._calls += 0 if again else 1
        order = self.shop.order(tool, arguments, index=self._calls, attempt=2 if again else 1)
        await self.shop.executor.invoke(replace(order, user=user), self.desk())
        return (await self.shop.steps())[-1]

    async def told(self, tool: str, arguments: str = "{}", *, user: str | None = None) -> str:
        """Make a call and return what the model is shown of it."""
        ended = await self.call(tool, arguments, user=user)
        assert isinstance(ended, StepEnded), ended
        return (await self.shop.read_shown(ended)).content

    async def fault(self, tool: str, arguments: str = "{}", *, user: str | None = None) -> Fault:
        """Make a call that fails and return why."""
        ended = await self.call(tool, arguments, user=user)
        assert isinstance(ended, StepEnded), ended
        assert ended.fault is not None, await self.shop.read_shown(ended)
        return ended.fault

    async def key(self) -> str:
        """Return the key under which the last call was sent."""
        (*_, intended) = [step for step in await self.shop.steps() if isinstance(step, StepIntended)]
        assert intended.key is not None
        return intended.key

    async def probed(self, tool: str, arguments: str, key: str, *, user: str | None = None) -> Answer | Fault:
        """Ask what became of a call."""
        order = replace(self.shop.order(tool, arguments), user=user)
        return await probe(self.shop.executor, order, key, self.desk(), self.shop.clock)


@contextlib.asynccontextmanager
async def calling(service: Service, vault: MemoryVault, *tools: Tool) -> AsyncIterator[Caller]:
    async with workshop(*tools) as shop:
        try:
            yield Caller(shop, vault)
        finally:
            await service.close()
