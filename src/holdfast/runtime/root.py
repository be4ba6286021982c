"""The runtime: opens a store, takes requests, drives runs."""

import os
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

from holdfast.dispatch.port import Lane, OnTrouble
from holdfast.execution.agent import Agent
from holdfast.governance.allowance import Allowance
from holdfast.governance.verdict import ALLOW_ALL, DecisionPoint
from holdfast.integration.gateway.port import Model
from holdfast.integration.secrets.port import SecretSource
from holdfast.integration.tools.topic import Topic
from holdfast.intent.admit import admit
from holdfast.intent.door import RUNS_WAITING_MAX, Door
from holdfast.intent.forking import Forking, ForkRequest
from holdfast.intent.request import Request
from holdfast.journal.bus import BusEvent
from holdfast.journal.mail import Mail, encode_mail
from holdfast.journal.port import Head, Letter, RunFilter, Store
from holdfast.journal.sealing.erasure import Erasure
from holdfast.journal.sealing.keeping import SealingStore
from holdfast.journal.sealing.port import KeptKeys
from holdfast.kernel.clock import Clock, SystemClock
from holdfast.kernel.faults import Reach, pass_by
from holdfast.kernel.ids import LetterId, RunId, new_letter_id
from holdfast.kernel.limits import Budget
from holdfast.kernel.randomness import Randomness, SystemRandomness
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.orchestration.driving.driver import Surroundings
from holdfast.orchestration.driving.equipment import Equipped
from holdfast.orchestration.driving.worker import Worker
from holdfast.orchestration.lifecycle import Status
from holdfast.orchestration.past.cutting import Cut
from holdfast.orchestration.people.dead_letters import DeadLetter, Retrying, dead_letters, retries
from holdfast.orchestration.people.inbox import Waiting, waiting
from holdfast.orchestration.run.handle import Run
from holdfast.prompts.prompt import Prompt
from holdfast.runtime.adapters import kept, sealed_store, store_file
from holdfast.runtime.alerting import Listener, failing_open
from holdfast.runtime.allowances.admission import WhenSpent, admitted
from holdfast.runtime.allowances.listing import Standing, standings
from holdfast.runtime.bus import Bus
from holdfast.runtime.deciding import decides_for
from holdfast.runtime.kin import LocalKin, check_models
from holdfast.runtime.models.finding import NamedModels
from holdfast.runtime.opening import closing, surroundings
from holdfast.runtime.people import read_people
from holdfast.runtime.reacting import Reacting
from holdfast.runtime.run_ids import full_id
from holdfast.runtime.secrets.troubles import without_secrets
from holdfast.runtime.serving import Serving
from holdfast.runtime.sources import Sources
from holdfast.runtime.webhooks.configuration import read_webhooks
from holdfast.runtime.webhooks.post import post
from holdfast.runtime.webhooks.sending import Sender
from holdfast.version import VERSION

DEFAULT_STORE = "sqlite:///holdfast.db"
RUNS_AT_ONCE_MAX = 500


class Runtime:
    """Runs applications on one store. Open it with ``Runtime.open``; everything it started ends with the block.

    The first process to open a store drives its runs. Another may open the same store: it begins runs, follows and
    posts, and takes over the driving when the first is gone.
    """

    def __init__(
        self,
        store: Store,
        around: Surroundings,
        catalogue: Catalogue,
        equipped: Equipped,
        worker: Worker,
        door: Door,
        serving: Serving,
    ) -> None:
        self._store, self._around, self._apps, self._equipped = store, around, catalogue, equipped
        self._worker, self._door, self._serving = worker, door, serving
        self._people = read_people(os.environ)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str | Store = DEFAULT_STORE,
        *,
        apps: Sequence[App | Agent] = (),
        models: Mapping[str, Model] | None = None,
        keys: KeptKeys | None = None,
        allowances: Sequence[Allowance] | None = None,
        secrets: Sequence[SecretSource] | None = None,
        clock: Clock | None = None,
        randomness: Randomness | None = None,
        drives: bool = True,
        recovers: bool = True,
        on_trouble: OnTrouble | None = None,
        on_alert: Listener | None = None,
        runs_at_once_max: int = RUNS_AT_ONCE_MAX,
        runs_waiting_max: int = RUNS_WAITING_MAX,
        reach: Reach = pass_by,
        decides: DecisionPoint = ALLOW_ALL,
    ) -> "AsyncIterator[Runtime]":
        """Open the store at ``url`` (``sqlite:///PATH``, ``memory:``, or one made already) and drive its runs.

        ``models`` are offered to every app; ``keys`` are those of data subjects, by default in ``.keys`` beside the
        store. ``allowances`` limit what all runs spend, ``secrets`` are what tools are handed: by default those of
        HOLDFAST_ALLOWANCES and HOLDFAST_SECRETS. ``on_alert`` hears what people should know; ``decides`` decides of the
        calls of apps that have no policies. ``drives=False``: nothing is driven here, ``recovers=False``: only what it
        is asked about; at ``runs_waiting_max`` none begin. Raises InputError, JournalError.
        """
        clock, randomness = clock or SystemClock(), randomness or SystemRandomness()
        await (store := sealed_store(url, keys, clock, randomness, reach)).open()
        named = NamedModels(os.environ, clock, randomness, store_file(store))
        deciding, sources = partial(decides_for, otherwise=decides), Sources(clock)
        offered = (models or {}, named.find, clock, reach, named.prices, named.replies)
        equipped = Equipped(*offered, randomness, deciding, sources)
        async with closing(equipped, named, store):
            kin = LocalKin(store, clock, randomness, catalogue := Catalogue(apps), equipped)
            sender = Sender(read_webhooks(os.environ), store, clock, post)
            alert = sender.also_told(failing_open(on_alert))
            around = surroundings(store, clock, randomness, kin, allowances, alert, secrets)
            work = Worker(around, lambda app: equipped.with_all_for(catalogue.find(app)))
            door, trouble = Door(store, clock, runs_waiting_max), without_secrets(on_trouble, around.secrets.known)
            reacting = Reacting(around, catalogue, equipped, door, trouble)
            beside = reacting.beside(sender.beside(named.serve))
            serving = Serving(around, work, door, runs_at_once_max, trouble, reach, beside, recovers=recovers)
            kin.stirs, sender.drives = serving.stir, lambda: serving.drives
            reacting.serve_with(serving, kin)
            async with serving.serve(drives=drives):
                yield cls(store, around, catalogue, equipped, work, door, serving)

    @property
    def drives(self) -> bool:
        """Whether this process drives the runs of its store; otherwise another one does."""
        return self._serving.drives

    async def start(
        self,
        target: App | Agent | str,
        input: object,  # noqa: A002  # the word of the glossary
        *,
        tenant: str = "default",
        subject: str | None = None,
        session: str | None = None,
        user: str | None = None,
        request_id: str | None = None,
        budget: Budget | None = None,
        model: str | None = None,
        models: Mapping[str, str] | None = None,
        when_spent: WhenSpent = "refuse",
        is_batch: bool = False,
    ) -> Run:
        """Begin a run of an app, of one agent, or of the app of that name, and return it once it is durable.

        ``subject`` is the person it is about: all that it holds is kept sealed under that person's key, whose
        destruction erases it; ``user`` is the end user for whom it acts. The same ``request_id`` twice is one run.
        ``model`` replaces the model of every agent, ``models`` that of single ones. ``is_batch``: nobody waits for it,
        others go first. Raises InputError for an input the app cannot use, DefinitionError for an app or model that is
        unknown, Overloaded while too many runs wait to be driven; AllowanceSpent, one of those, while an allowance is
        spent, unless ``when_spent="queue"`` has the run begin when that is renewed.
        """
        if subject is not None:
            kept(self._store)  # else it would lie in the clear
        app = self._find(target)
        request = Request(
            app=app,
            input=input,
            tenant=tenant,
            subject=subject,
            session=session,
            user=user,
            request_id=request_id,
            budget=budget,
            model=model,
            models=models or {},
            is_batch=is_batch,
        )
        check_models(request.model_names, self._equipped, app, model)
        around = self._around
        queued = await admitted(around.purses, tenant, app.name, self._store, when_spent, request_id, subject)
        beginnings, known = around.beginnings if self.drives else None, around.secrets.known
        begin = partial(admit, request, self._store, around.clock, around.randomness, VERSION, beginnings, veil=known)
        run = await self._door.let_in(partial(begin, queued=queued))
        lane = Lane.BATCH if is_batch else Lane.INTERACTIVE
        await self._serving.wake(run, None if queued is None else queued.renews_at, lane)
        return self._handle(run)

    async def fork(
        self,
        run: Run | str,
        *,
        at: Cut | None = None,
        live: bool = False,
        model: str | None = None,
        models: Mapping[str, str] | None = None,
        prompts: Mapping[str, Prompt] | None = None,
        budget: Budget | None = None,
        request_id: str | None = None,
        by: str = "caller",
        note: str = "",
    ) -> Run:
        """Begin a run with the history that another has up to ``at``, and return it once it is durable.

        It goes on by itself, with another model, system prompt or budget if that is given; the other run is left alone.
        ``at`` is by default before the last turn or step. ``prompts`` go by the agent's name; the empty one stands for
        the agent whose turn follows. Unless it is ``live`` no effect from KEYED on is sent: the tool's simulation is
        called, or the call refused. The budget counts from here on. The same ``request_id`` twice is one fork. Raises
        InputError for a place or change that does not fit, DefinitionError for an agent or model that is unknown,
        DefinitionChanged where the run could not go on either; RunNotFound, Overloaded, AllowanceSpent.
        """
        original = run.id if isinstance(run, Run) else await full_id(self._store, run)
        request = ForkRequest(
            run=original,
            at=at,
            is_live=live,
            model=model,
            models=models or {},
            prompts=prompts or {},
            budget=budget,
            request_id=request_id,
            by=by,
            note=self._around.secrets.known.text(note),
        )
        forking = Forking(self._store, self._apps.find, self._around.clock, self._around.randomness)
        prepared = await forking.prepare(request, VERSION)
        check_models(prepared.state.models, self._equipped, prepared.app, prepared.state.model)
        state, subject = prepared.state, prepared.head.subject
        await admitted(self._around.purses, state.tenant, state.app, self._store, "refuse", request_id, subject)
        begun = await self._door.let_in(partial(forking.commit, prepared))
        await self._serving.wake(begun)
        return self._handle(begun)

    async def run(self, run_id: str) -> Run:
        """Return the run with this id; the end of an id will do if only one run has it. Raises RunNotFound."""
        return self._handle(await full_id(self._store, run_id))

    async def runs(self, which: RunFilter | None = None) -> Sequence[Head]:
        """Return the runs that match, newest first."""
        return await self._store.runs(which or RunFilter())

    @property
    def upkeep(self) -> SealingStore:
        """What an operator needs: move runs, back up, remove. Raises InputError for a store that does not offer it."""
        return kept(self._store)

    @property
    def erasure(self) -> Erasure:
        """What erases a data subject. Raises InputError as ``upkeep`` does."""
        return Erasure(kept(self._store), self._around.clock, Status.CANCELLED)

    async def dead(self, app: str | None = None, count_max: int = 100, *, parts: bool = False) -> list[DeadLetter]:
        """Return the runs that failed or were rejected, nobody requeued or dropped, newest first; see dead_letters."""
        return await dead_letters(self._store, app, count_max, parts=parts)

    async def retries(self, app: str | None = None, count_max: int = 100) -> list[Retrying]:
        """Return what waits to be tried again, that which comes first before the rest."""
        return await retries(self._store, app, count_max)

    async def allowances(self) -> list[Standing]:
        """Return how each allowance stands by the store's account: spent, held, renewed when, and who waits for it."""
        return await standings(self._around.purses.allowances, self._store, self._around.clock.now())

    async def inbox(self, under: Run | str | None = None) -> list[Waiting]:
        """Return what waits for people, oldest first: of every run, or of that run and all below it."""
        run = under.id if isinstance(under, Run) else None if under is None else await full_id(self._store, under)
        return await waiting(self._store, run)

    @property
    def bus(self) -> Bus:
        """The event bus: topics, subscriptions, what was not delivered, and what caused what."""
        return Bus(self._around, self._serving.stir)

    async def publish(
        self,
        topic: Topic | str,
        payload: object,
        *,
        key: str | int | None = None,
        event_id: str | None = None,
        tenant: str = "default",
        by: str = "caller",
    ) -> BusEvent:
        """Publish an event from outside of any run, and return it once it is durable. See ``Bus.publish``."""
        return await self.bus.publish(topic, payload, key=key, event_id=event_id, tenant=tenant, by=by)

    async def park(self, reason: str, runs: Collection[RunId] | None = None) -> None:
        """Let go of ``runs``, or of every run this process drives; each waits until somebody resumes it."""
        await self._worker.park(reason, runs)

    def _handle(self, run: RunId) -> Run:
        around, serving, find = self._around, self._serving, self._apps.find
        told = (around.live, self._post, serving.troubles.get, find, around.clock, self._people, serving.sees_to)
        return Run(run, self._store, *told)

    def _find(self, target: App | Agent | str) -> App:
        """Return the app that is meant; from now on its subscriptions are seen to. Raises DefinitionError."""
        app = self._apps.find(target)
        if app.subscribes:
            self._around.kin.rouse()
        return app

    async def _post(
        self, run: RunId, mail: Mail, letter_id: LetterId | None = None, *, reopens: int | None = None
    ) -> Mail:
        await self._store.head(run)
        mail = self._around.secrets.known.value(mail)
        letter = Letter(letter_id or new_letter_id(self._around.randomness), run, encode_mail(mail), reopens)
        await self._store.post((letter,))
        await self._serving.wake(run)
        return mail
