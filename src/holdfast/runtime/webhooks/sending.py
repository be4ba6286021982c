"""Sends what waits for people to the webhooks, again and again until they have it or it does not wait any more.

What is to be sent is read from the journal, before each try: nothing is kept of it but which messages were delivered. A
process that takes the driving over tells once more of all that still waits, under the same ids: at least once.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence

import msgspec

from holdfast.governance.purse import AllowanceLow
from holdfast.journal.alerts import Alert
from holdfast.journal.bell import Bell
from holdfast.journal.port import Store
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import JournalError, RunNotFound
from holdfast.kernel.ids import RunId
from holdfast.orchestration.people.inbox import Waiting, waiting, waits_of
from holdfast.runtime.alerting import Listener
from holdfast.runtime.webhooks.configuration import Webhook
from holdfast.runtime.webhooks.message import Message, message_of
from holdfast.runtime.webhooks.post import Post
from holdfast.runtime.webhooks.signing import headers

LOOK_SECONDS = 1.0
"""How often it is asked whether this process drives by now."""
RETRY_SECONDS_FIRST, RETRY_SECONDS_MAX = 5.0, 3_600.0
AT_ONCE_MAX = 4
DELIVERED_MAX = 100_000
"""Of so many of the last messages it is remembered that they were delivered."""
GONE = 410
"""The status with which a service says that it wants nothing more."""

Work = Callable[[], Coroutine[object, object, None]]

_log = logging.getLogger("holdfast")


class _Failed(msgspec.Struct, frozen=True):
    """Messages of a run that were not delivered."""

    tries: int
    at: float
    """When they are tried again."""


class Sender:
    """Tells webhooks of the waits of runs that this process drives."""

    def __init__(self, webhooks: Sequence[Webhook], store: Store, clock: Clock, post: Post) -> None:
        self._webhooks, self._store, self._clock, self._post = list(webhooks), store, clock, post
        self._told: dict[RunId, None] = {}
        self._failed: dict[RunId, _Failed] = {}
        self._delivered: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._bell = Bell()
        self.drives: Callable[[], bool] = lambda: False
        """Whether this process drives runs: only then it tells of them."""

    def beside(self, other: Work) -> Work:
        """Return what sends for as long as it goes on, and does ``other`` as well."""
        if not self._webhooks:
            return other

        async def both() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(other())
                group.create_task(self.serve())

        return both

    def also_told(self, other: Listener) -> Listener:
        """Return what tells ``other``, and takes note that something of a run may wait for people."""
        if not self._webhooks:
            return other

        def tell(alert: Alert | AllowanceLow) -> None:
            other(alert)
            if isinstance(alert, Alert):
                self.look_at(alert.run)

        return tell

    def look_at(self, run: RunId) -> None:
        """Send what of ``run`` waits, soon."""
        self._told[run] = None
        self._bell.set()

    async def serve(self) -> None:
        """Send once this process drives, until cancelled; at first all that waits already."""
        while not self.drives():
            await self._clock.sleep(LOOK_SECONDS)
        for each in await self._all_waiting():
            self._told[each.head.run] = None
        while True:
            self._bell.clear()
            await self._send_due()
            await self._until_something_is_due()

    async def _send_due(self) -> None:
        now = self._clock.now()
        due = [run for run, failed in self._failed.items() if failed.at <= now]
        runs = list(dict.fromkeys((*self._told, *due)))
        self._told.clear()
        for first in range(0, len(runs), AT_ONCE_MAX):
            await asyncio.gather(*(self._send(run) for run in runs[first : first + AT_ONCE_MAX]))

    async def _until_something_is_due(self) -> None:
        instants = [failed.at for failed in self._failed.values()]
        if self._told:
            return
        if not instants:
            await self._bell.wait()
            return
        try:
            async with self._clock.timeout(max(0.0, min(instants) - self._clock.now())):
                await self._bell.wait()
        except TimeoutError:
            pass

    async def _send(self, run: RunId) -> None:
        """Send what of ``run`` waits now and was not delivered."""
        try:
            waits = await waits_of(self._store, await self._store.head(run))
        except RunNotFound:
            waits = []
        except JournalError as error:
            _log.warning("what run %s waits for cannot be read, and is told nobody: %s", run, error)
            waits = []
        missed = [not await self._deliver(each, webhook) for each in waits for webhook in tuple(self._webhooks)]
        if not any(missed):
            self._failed.pop(run, None)
            return
        tries = self._failed[run].tries + 1 if run in self._failed else 1
        wait = min(RETRY_SECONDS_MAX, RETRY_SECONDS_FIRST * 2 ** min(tries - 1, 20))
        self._failed[run] = _Failed(tries, self._clock.now() + wait)

    async def _deliver(self, each: Waiting, webhook: Webhook) -> bool:
        """Whether the webhook has it, or is to have none of it."""
        message = message_of(each, is_thin=webhook.is_thin)
        if message is None or (webhook.apps and each.head.app not in webhook.apps):
            return True
        key = (webhook.url, message.message_id)
        if key in self._delivered:
            return True
        status = await self._posted(webhook, message)
        if status == GONE and webhook in self._webhooks:
            _log.warning("the webhook %s wants nothing more: it is not told until the next start", webhook.url)
            self._webhooks.remove(webhook)
            return True
        if not 200 <= status < 300:
            _log.warning("the webhook %s answered %s: it is told again later", webhook.url, status or "nothing")
            return False
        self._delivered[key] = None
        if len(self._delivered) > DELIVERED_MAX:
            self._delivered.popitem(last=False)
        return True

    async def _posted(self, webhook: Webhook, message: Message) -> int:
        signed = headers(webhook.secret, message.message_id, self._clock.now(), message.body)
        return await self._post(webhook.url, signed, message.body)

    async def _all_waiting(self) -> list[Waiting]:
        try:
            return await waiting(self._store)
        except JournalError as error:
            _log.warning("what waits for people cannot be read: %s", error)
            return []
