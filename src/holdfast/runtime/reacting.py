"""Has the runs of this process begin that react to events."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial

from holdfast.dispatch.port import OnTrouble
from holdfast.intent.admit import admit
from holdfast.intent.door import Door
from holdfast.intent.reacting.courier import Courier
from holdfast.intent.request import Request
from holdfast.kernel.ids import RunId
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.orchestration.driving.driver import Surroundings
from holdfast.orchestration.driving.equipment import Equipped
from holdfast.runtime.allowances.admission import admitted
from holdfast.runtime.kin import LocalKin, check_models
from holdfast.runtime.serving import Serving
from holdfast.version import VERSION

Work = Callable[[], Coroutine[object, object, None]]


class Reacting:
    """Begins reactions once there is somebody to drive them: ``serving`` is set then."""

    def __init__(
        self, around: Surroundings, catalogue: Catalogue, equipped: Equipped, door: Door, on_trouble: OnTrouble
    ) -> None:
        self._around, self._equipped, self._door = around, equipped, door
        self._courier = Courier(around.store, around.clock, catalogue.loaded, self._begin, on_trouble)
        self._serving: Serving | None = None

    def serve_with(self, serving: Serving, kin: LocalKin) -> None:
        """Have the runs driven by ``serving``, and hear from ``kin`` when the bus has moved."""
        self._serving = serving
        self._courier.drives = lambda: serving.drives and serving.recovers
        kin.roused = self._courier.ring

    def beside(self, other: Work) -> Work:
        """Return what does ``other``, and sees to subscriptions for as long as that may go on."""

        async def both() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(other())
                group.create_task(self._courier.serve())

        return both

    async def _begin(self, request: Request) -> RunId:
        """Begin a run as ``Runtime.start`` does; one whose allowance is spent begins when that is renewed."""
        around, app = self._around, request.app
        assert self._serving is not None, "reactions begin once somebody drives them"
        check_models(request.model_names, self._equipped, app, None)
        asked = request.request_id, request.subject
        queued = await admitted(around.purses, request.tenant, app.name, around.store, "queue", *asked)
        known = around.secrets.known
        begin = partial(admit, request, around.store, around.clock, around.randomness, VERSION, veil=known)
        run = await self._door.let_in(partial(begin, queued=queued))
        await self._serving.wake(run, None if queued is None else queued.renews_at)
        return run
