"""Begins child runs by the front door, and has runs driven to which something has happened."""

import contextlib
from collections.abc import Awaitable, Callable, Mapping

from holdfast.intent.admit import admit
from holdfast.intent.request import Request
from holdfast.journal.port import Store
from holdfast.journal.recorder import nobody_listens
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import JournalError, RunNotFound
from holdfast.kernel.ids import RunId
from holdfast.kernel.randomness import Randomness
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.orchestration.driving.equipment import Equipped
from holdfast.orchestration.driving.kin import ChildRequest
from holdfast.version import VERSION


class LocalKin:
    """The ``Kin`` of a runtime: see ``orchestration.kin``. ``stirs`` is set once there is somebody to drive."""

    def __init__(
        self, store: Store, clock: Clock, randomness: Randomness, catalogue: Catalogue, equipped: Equipped
    ) -> None:
        self._store, self._clock, self._randomness = store, clock, randomness
        self._catalogue, self._equipped = catalogue, equipped
        self.stirs: Callable[[RunId], Awaitable[None]] | None = None
        self.roused: Callable[[], None] = nobody_listens

    def find(self, app: str) -> App:
        """Return the app of that name. Raises DefinitionError."""
        return self._catalogue.find(app)

    async def begin(self, request: ChildRequest) -> None:
        """Make the run durable, unless it is: then nothing of its app needs to be here. See ``Kin.begin``."""
        if await self._is_begun(request.lineage.run):
            return
        app = self.find(request.app)
        asked = Request(
            app=app,
            input=request.input,
            tenant=request.tenant,
            session=request.session,
            user=request.user,
            budget=request.budget,
            model=request.model,
            models=request.models,
            is_batch=request.is_batch,
            lineage=request.lineage,
        )
        check_models(asked.model_names, self._equipped, asked.app, asked.model)
        await admit(asked, self._store, self._clock, self._randomness, VERSION)

    async def stir(self, run: RunId) -> None:
        """Have ``run`` driven if it is to be driven here. One that has not begun yet has nothing to be driven for.

        A store in trouble only makes it late: the next sweep finds what is due.
        """
        with contextlib.suppress(JournalError):
            if self.stirs is not None and await self._is_begun(run):
                await self.stirs(run)

    def rouse(self) -> None:
        """Have those looked for who react to events. See ``Kin.rouse``."""
        self.roused()

    async def _is_begun(self, run: RunId) -> bool:
        try:
            await self._store.head(run)
        except RunNotFound:
            return False
        return True


def check_models(names: Mapping[str, str], equipped: Equipped, app: App, for_all: str | None) -> None:
    """Raise DefinitionError for a model that the agents of ``app`` are, or may come, to run on and that nobody offers.

    ``for_all`` is the one that was asked for in place of all others. Raises InputError for a file of models that is not
    right, which no run should find out midway.
    """
    gateway = equipped.with_all_for(app).gateway
    cheaper = () if for_all is not None else (agent.economy_model for agent in app.agents)
    for name in (*names.values(), *cheaper):
        if name is not None:
            gateway.model(name)
            gateway.window(name)
