"""What the runs of one app work with, made once a process: a gateway to models, an executor for each set of tools."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from holdfast.context.ratios import Ratios
from holdfast.execution.agent import Agent
from holdfast.execution.offered import Offers
from holdfast.governance.verdict import ALLOW_ALL, DecisionPoint
from holdfast.integration.gateway.caching.port import KeptReplies
from holdfast.integration.gateway.gateway import Gateway
from holdfast.integration.gateway.port import Model
from holdfast.integration.gateway.pricing.prices import Prices
from holdfast.integration.gateway.routing.route import Route
from holdfast.integration.tools.circumstances import Caller
from holdfast.integration.tools.executor import Executor
from holdfast.integration.tools.registry import Registry
from holdfast.integration.tools.threads import Threads
from holdfast.integration.tools.traffic import Traffic
from holdfast.kernel.clock import Clock
from holdfast.kernel.faults import Reach, pass_by
from holdfast.kernel.randomness import Randomness
from holdfast.orchestration.application.app import App


class Equipment:
    """An app ready to run. Close it when no run of it is driven any more."""

    def __init__(
        self,
        app: App,
        gateway: Gateway,
        clock: Clock,
        reach: Reach = pass_by,
        older: "Sequence[Equipment]" = (),
        ratios: Ratios | None = None,
        traffic: Traffic | None = None,
        decides: DecisionPoint = ALLOW_ALL,
    ) -> None:
        """``older``: the same of the versions that runs may be pinned to. ``ratios`` and ``traffic``: shared with other
        apps. ``decides``: whether each call of a tool may be made.
        """
        self.app, self.gateway, self.older = app, gateway, tuple(older)
        self.offers: Offers = {}
        self.ratios = ratios or Ratios()
        self._threads = Threads()
        executor = partial(Executor, clock=clock, threads=self._threads, reach=reach, traffic=traffic or Traffic())
        self.agents: Mapping[str, Executor] = {
            agent.name: executor(app.registries[agent.name], decides=decides, caller=_caller(agent))
            for agent in app.agents
        }
        self.functions = executor(Registry(app.functions), decides=decides)
        self.tools = executor(Registry(app.tools), decides=decides)

    def under(self, definitions: Mapping[str, str]) -> "Equipment":
        """Return what a run with these definitions works with: its own version's, else the present one's."""
        return next((each for each in self.older if each.app.definitions == definitions), self)

    def close(self) -> None:
        """Start no more threads."""
        self._threads.close()


def _caller(agent: Agent) -> Caller:
    return Caller(agent.name, agent.autonomy or "")


class OpenSources(Protocol):
    """The servers that tools come from, for as long as runs may call them."""

    def meet(self, app: App) -> None:
        """Have the sources of its tools reach their servers, when they are first called."""

    async def close(self) -> None:
        """Let go of every server."""


class Equipped:
    """Equips each app when it is first needed, with its own models and those offered to all."""

    def __init__(
        self,
        models: Mapping[str, Model],
        find_model: Callable[[str], Model | Route | None],
        clock: Clock,
        reach: Reach = pass_by,
        prices: Prices | None = None,
        replies: KeptReplies | None = None,
        randomness: Randomness | None = None,
        decides_for: Callable[[App], DecisionPoint] = lambda _: ALLOW_ALL,
        sources: OpenSources | None = None,
    ) -> None:
        """``find_model`` is asked for a model that nobody has offered, by its name; ``replies`` keeps replies.

        ``decides_for`` makes what decides of the calls of an app.
        """
        self._models, self._find_model, self._prices, self._replies = models, find_model, prices, replies
        self._clock, self._reach, self._sources = clock, reach, sources
        self._decides_for = decides_for
        self._made: dict[tuple[str, str], Equipment] = {}
        self._ratios, self._traffic = Ratios(), Traffic(randomness)

    def with_all_for(self, app: App) -> Equipment:
        """Return what the runs of ``app`` work with."""
        version = (app.name, app.version)
        if version not in self._made:
            if self._sources is not None:
                self._sources.meet(app)
            older = [self.with_all_for(each) for each in app.older]
            own = {name: make() for name, make in app.models.items()}
            gateway = Gateway(
                {**own, **self._models},
                self._clock,
                find=self._find_model,
                prices=self._prices,
                reach=self._reach,
                replies=self._replies,
                scope=f"{app.name} {app.version}",
            )
            decides, ratios, traffic = self._decides_for(app), self._ratios, self._traffic
            self._made[version] = Equipment(app, gateway, self._clock, self._reach, older, ratios, traffic, decides)
        return self._made[version]

    async def close(self) -> None:
        """Close all of it."""
        for equipment in self._made.values():
            equipment.close()
        if self._sources is not None:
            await self._sources.close()
