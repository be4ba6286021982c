"""Finds the model that a name stands for: one that is configured, a provider's, or a recording."""

import asyncio
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from holdfast.integration.gateway.caching.file import FileReplies, replies_file
from holdfast.integration.gateway.caching.memory import MemoryReplies
from holdfast.integration.gateway.port import Model
from holdfast.integration.gateway.recorded import RecordedModel
from holdfast.integration.gateway.routing.route import Route
from holdfast.integration.gateway.transcript import Transcript
from holdfast.kernel.clock import Clock, SystemClock
from holdfast.kernel.randomness import Randomness, SystemRandomness
from holdfast.runtime.models.accounts import Accounts
from holdfast.runtime.models.configuration import Configured, ConfiguredPlace, ModelsFile, read_models_file
from holdfast.runtime.models.health import health_file, keep_health
from holdfast.runtime.models.name import parse_name
from holdfast.runtime.models.place_prices import PlacePrices
from holdfast.runtime.models.routes import Routes
from holdfast.runtime.models.whose import AccountName

RECORDED = "recorded:"
"""A model of this name and a path replays the transcript in that file."""


class NamedModels:
    """The models that need no declaration. Close it when its event loop ends."""

    def __init__(
        self,
        environ: Mapping[str, str],
        clock: Clock | None = None,
        randomness: Randomness | None = None,
        store: Path | None = None,
    ) -> None:
        """``store``: the file beside which is kept what outlives the process, where there is one."""
        self._environ, self._clock = environ, clock or SystemClock()
        self._randomness = randomness or SystemRandomness()
        self._store, self._accounts = store, Accounts(environ)
        self._known = PlacePrices(lambda: self._file, self._clock)
        self.prices = self._known.prices
        """What calls of these models cost, and how much they can read."""
        self.replies = FileReplies(replies_file(store), self._clock) if store else MemoryReplies(self._clock)
        """Replies kept for identical requests."""
        self._found: dict[str, Route] = {}
        self._routes: Routes | None = None
        self._is_in_use = asyncio.Event()

    def find(self, name: str) -> Model | Route | None:
        """Return the route to the model called ``name``, or a recording; None if the name means nothing here.

        Raises InputError for a name or a file of models that cannot be right, DefinitionError if a key or a client is
        missing.
        """
        if name.startswith(RECORDED):
            return RecordedModel(Transcript.read(Path(name.removeprefix(RECORDED))), name=name)
        if name not in self._found:
            configured = self._file.models.get(name)
            if configured is None and parse_name(name) is None:
                return None
            self._found[name] = self.routes.route(name, configured or Configured(model=name), self._model)
        return self._found[name]

    @property
    def routes(self) -> Routes:
        """The routes of this process, made when the first is needed."""
        if self._routes is None:
            file = self._file
            self._routes = Routes(file.models, file.accounts, self._clock, self._randomness, self._known)
            self._is_in_use.set()
        return self._routes

    async def serve(self) -> None:
        """Let calls of these models pass as their time comes, until cancelled."""
        await self._is_in_use.wait()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.routes.serve())
            if self._store is not None:
                group.create_task(keep_health(health_file(self._store), lambda: self.routes.accounts, self._clock))

    async def close(self) -> None:
        """Let go of all connections."""
        self.replies.close()
        await self._accounts.close()

    @cached_property
    def _file(self) -> ModelsFile:
        return read_models_file(self._environ)

    def _model(self, name: str, place: ConfiguredPlace, whose: AccountName) -> Model:
        return self._accounts.model(name, place.named, place.settings, whose)
