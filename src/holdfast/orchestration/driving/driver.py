"""Drives one run from a claim until it rests: the only place where a run's parts come together."""

import asyncio
import contextlib
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial

from msgspec.structs import replace

from holdfast.dispatch.port import Lane
from holdfast.execution.interrupt import interruptions
from holdfast.execution.loop import Loop, Rest, Rested
from holdfast.execution.turn import Turns
from holdfast.governance.purse import Purse, Purses
from holdfast.integration.gateway.routing.caller import ANYBODY, Caller
from holdfast.integration.secrets.book import NO_SECRETS, Secrets
from holdfast.integration.secrets.run_secrets import RunSecrets
from holdfast.integration.tools.invocation import Desk
from holdfast.integration.tools.sharing import Sharing
from holdfast.journal.afterwards import Afterwards
from holdfast.journal.alerts import OnAlert, tell_nobody
from holdfast.journal.beginnings import Beginnings, Begun
from holdfast.journal.events import DriverChanged, DriverLeft, LifecycleMoved, RunParked
from holdfast.journal.fold.state import RunState
from holdfast.journal.live import Live
from holdfast.journal.payloads import Payloads
from holdfast.journal.port import Claim, Held, Parking, Store
from holdfast.journal.recorder import Recorder
from holdfast.journal.shared import Board
from holdfast.journal.snapshots import Current, current
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import DefinitionChanged, DefinitionError, Fenced, InputError, JournalError, ResourceError
from holdfast.kernel.ids import RunId
from holdfast.kernel.randomness import Randomness
from holdfast.orchestration.application.app import Resources, no_resources
from holdfast.orchestration.driving.equipment import Equipment
from holdfast.orchestration.driving.failures import first
from holdfast.orchestration.driving.kin import Kin
from holdfast.orchestration.driving.late import late_letters
from holdfast.orchestration.driving.mailroom import Mailroom
from holdfast.orchestration.driving.parenting import Parenting
from holdfast.orchestration.driving.perform import Performer
from holdfast.orchestration.driving.preparing import Preparing
from holdfast.orchestration.driving.receiving import Receiving
from holdfast.orchestration.driving.resources import open_resources
from holdfast.orchestration.lifecycle import Trigger, after
from holdfast.orchestration.past.requeue import reopen
from holdfast.orchestration.people.resting import waits_for
from holdfast.orchestration.scripts.performance import Stage
from holdfast.orchestration.scripts.running import Scripts
from holdfast.orchestration.walk.scheduler import decide

LEASE_SECONDS = 30.0
RESOURCES_SECONDS_MAX = 900.0
"""How long the resources of a run may take to open; a large repository is laid out and read in that time."""
DRIVERS_IN_VAIN_MAX = 5
"""A run that ends every process which drives it must not end all that ever will."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every driver of a process shares."""

    store: Store
    clock: Clock
    randomness: Randomness
    live: Live
    worker: str
    kin: Kin
    beginnings: Beginnings
    purses: Purses
    alert: OnAlert = tell_nobody
    board: Board = field(default_factory=Board)
    secrets: Secrets = NO_SECRETS
    afterwards: Afterwards = field(default_factory=Afterwards)


class Driver:
    """Drives one run, once. Make a new one for each claim."""

    __slots__ = (
        *("_app", "_around", "_begun", "_caller", "_equipment", "_has_mail", "_is_stopped", "_loop"),
        *("_opening", "_parks_for", "_purse", "_recorder", "_rested", "_run", "_scripts", "_secrets"),
        *("_setback", "ended", "payloads"),
    )

    def __init__(
        self,
        equipment: Equipment,
        run: RunId,
        around: Surroundings,
        caller: Caller = ANYBODY,
        begun: Begun | None = None,
    ) -> None:
        """``caller`` is the run, as models are told of it.

        ``begun``: how it began, if this process has begun it and nobody has driven it yet.
        """
        self._begun = begun
        self._equipment, self._app = equipment, equipment.app
        self._run, self._around, self._caller = run, around, caller
        self._has_mail = False
        self._recorder: Recorder | None = None
        self._loop: Loop | None = None
        self._rested: Rested | None = None
        self._setback: str | None = None
        self.ended: RunState | None = None
        """The last state of a run that is over, once it is durable."""
        self.payloads: Payloads | None = None
        """What reads the payloads of that run."""
        self._parks_for: str | None = None
        self._is_stopped = False
        self._opening: asyncio.Timeout | None = None
        self._scripts: Scripts | None = None
        self._purse: Purse | None = None
        """While it drives."""
        self._secrets: RunSecrets | None = None

    def mail_came(self) -> None:
        """Say that the inbox may hold something new."""
        if self._loop is not None:
            self._loop.mail_came()
        else:
            self._has_mail = True

    def renew(self) -> None:
        """Keep the lease alive, if there is a run under way to keep it for."""
        if self._recorder is not None:
            self._recorder.renew()

    def stop(self, parks_for: str | None = None) -> None:
        """Withdraw what is under way and let go of the run: until somebody resumes it if a reason to park is given,
        else only until the next driver comes."""
        self._is_stopped, self._parks_for = True, self._parks_for or parks_for
        if self._loop is not None:
            self._loop.stop()
        elif self._opening is not None:
            with contextlib.suppress(RuntimeError):  # it has ended, or is about to
                self._opening.reschedule(asyncio.get_running_loop().time())

    async def drive(self) -> Rested | Held:
        """Drive the run until it rests; Held if another drives it.

        Raises Fenced and JournalError; once the run is parked for it, what only a person can mend: InputError,
        ResourceError, DefinitionError, DefinitionChanged; and whatever else brings it down, once the run is free for
        another driver.
        """
        around = self._around
        claim = await around.store.claim(self._run, around.worker, LEASE_SECONDS)
        if isinstance(claim, Held):
            return claim
        try:
            recorder = await self._taken_up(claim)
            if recorder.state.is_over:
                await reopen(around.store, recorder, claim.version)
            if recorder.state.is_over:
                await recorder.park(Parking(recorder.state.inbox_read, None))
                return Rested(Rest.OVER)
            parenting = Parenting(self._app, recorder, around.store, around.clock, around.kin)
            desk = Desk(recorder, secrets=self._secrets)
            mailroom = Mailroom(around.store, desk, self._equipment, around.clock, parenting, self._receiving(recorder))
            if claim.last_letter > recorder.state.inbox_read:
                await mailroom.read()
            if recorder.state.drivers_in_vain >= DRIVERS_IN_VAIN_MAX and recorder.state.cancel_reason is None:
                reason = f"it brought down {DRIVERS_IN_VAIN_MAX} drivers in a row: find out why before it is resumed"
                await self._park(recorder, reason, None)
                return Rested(Rest.WAITING)
            return await self._pursue(recorder, mailroom, parenting)
        finally:
            if self._purse is not None:
                self._purse.close()

    async def _taken_up(self, claim: Claim) -> Recorder:
        """Return a recorder on the run as it stands, the driver's coming and what the last one left open recorded."""
        around, begun, self._begun = self._around, self._begun, None
        if begun is None or begun.state.version != claim.version:
            found = await current(around.store, self._run)
        else:
            found = Current(begun.state, 0)
        state = found.state
        if state.is_batch:
            self._caller = replace(self._caller, lane=Lane.BATCH)
        self._equipment = self._equipment.under(state.definitions)
        self._app = self._equipment.app
        payloads = Payloads(around.store, self._run, await around.store.tenant_key(state.tenant))
        self._secrets = RunSecrets(around.secrets, payloads, state.tenant)
        payloads.veil = self._secrets.known
        await self._secrets.load(state)
        if begun is not None:
            payloads.have(begun.input)
        self._purse = around.purses.open(state)
        reached, hooks = found.snapshot_version, (around.kin.stir, around.alert, self._purse.watch)
        hands = around.store, around.clock, around.live, payloads
        told = around.board, around.afterwards, around.kin.rouse
        recorder = Recorder(*hands, state, claim.epoch, reached, *hooks, *told)
        if claim.epoch > 1 or state.parked is not None:
            recorder.append(DriverChanged(worker=around.worker, epoch=claim.epoch))
        if state.waited_from is not None:
            back = after(state.status, Trigger.DRIVEN_AGAIN, state.waited_from)
            recorder.append(LifecycleMoved(to=back, reason="driven again"))
        recorder.append(*interruptions(recorder.state))
        return recorder

    async def _pursue(self, recorder: Recorder, mailroom: Mailroom, parenting: Parenting) -> Rested:
        """Hold the resources while the loop runs; let go of the run when both are done with, however that was."""
        # A stack is some 800 bytes for each run under way: only who opens something has one.
        stack = None if self._app.resources is no_resources else AsyncExitStack()
        try:
            async with stack or contextlib.nullcontext():
                ready = await self._ready(stack, recorder)
                self._rested = rested = (
                    ready if isinstance(ready, Rested) else await self._work(recorder, mailroom, parenting, ready)
                )
        except BaseException as error:
            await self._leave(recorder, error)
            raise
        finally:
            recorder.let_go()
        await self._let_go(recorder, rested)
        return rested

    async def _leave(self, recorder: Recorder, error: BaseException) -> None:
        if self._rested is not None:
            await self._let_go(recorder, self._rested)
            return
        with contextlib.suppress(JournalError):  # the error is on its way already, and says more
            match error:
                case DefinitionChanged() | DefinitionError() | InputError() | ResourceError():
                    recorder.append(*interruptions(recorder.state))
                    await self._park(recorder, str(error), None)
                case Fenced():
                    await self._around.store.post(await late_letters(recorder, self._around.worker))
                case JournalError():
                    pass
                case Exception():
                    await recorder.park(Parking(recorder.state.inbox_read, self._around.clock.now()))
                case _:
                    pass

    async def _ready(self, stack: AsyncExitStack | None, recorder: Recorder) -> Resources | Rested:
        """Make the run ready. Nothing is opened, nor need the app be as it was, for a run that only has to end."""
        only_ends = recorder.state.cancel_reason is not None and not recorder.state.sagas
        if only_ends or self._is_stopped:
            return {}
        around, scripts = self._around, self._scripts_stage(recorder)
        preparing = Preparing(self._app, recorder, around.clock, around.randomness, scripts)
        ready = await preparing.prepare(partial(self._resources, stack))
        self._setback = preparing.setback
        return ready

    async def _resources(self, stack: AsyncExitStack | None, given: object) -> Resources:
        app = self._app
        if stack is None:
            return {}
        self._opening = self._around.clock.timeout(RESOURCES_SECONDS_MAX)
        try:
            async with self._opening:
                return await open_resources(app, given, stack)
        except TimeoutError:
            if self._is_asked_to_stop():
                return {}
            raise ResourceError(
                f"the resources of app {app.name!r} did not open within {RESOURCES_SECONDS_MAX:g} seconds"
            ) from None
        finally:
            self._opening = None

    def _scripts_stage(self, recorder: Recorder) -> Stage:
        return Stage(self._app, self._around.clock, self._around.randomness, recorder.payloads.keep)

    def _is_asked_to_stop(self) -> bool:
        return self._is_stopped

    async def _work(self, recorder: Recorder, mailroom: Mailroom, parenting: Parenting, resources: Resources) -> Rested:
        try:
            async with asyncio.TaskGroup() as group:
                self._loop = loop = self._assemble(recorder, mailroom, parenting, resources, group)
                self._recorder = recorder
                if self._is_stopped:
                    loop.stop()
                if self._has_mail:
                    loop.mail_came()
                writing = group.create_task(recorder.write(loop.fence))
                rested = await loop.run()
                await recorder.durable()
                writing.cancel()
        except BaseExceptionGroup as failures:
            raise first(failures) from failures
        finally:
            if self._scripts is not None:
                await self._scripts.close()
        return rested

    def _assemble(
        self,
        recorder: Recorder,
        mailroom: Mailroom,
        parenting: Parenting,
        resources: Resources,
        group: asyncio.TaskGroup,
    ) -> Loop:
        around, app = self._around, self._app
        equipment = self._equipment
        assert self._purse is not None, "a run that is driven is paid for"
        assert self._secrets is not None, "they are taken up with the run"
        turns = Turns(
            equipment.gateway,
            recorder,
            around.clock,
            around.randomness,
            around.live,
            equipment.offers,
            equipment.ratios,
            self._purse,
            self._caller,
            self._secrets.known,
        )
        sharing = Sharing(around.store, around.store, around.board, recorder, around.clock, app.shared_writers)
        desk = Desk(recorder, resources, sharing, self._secrets, app.topics_by_name)
        wanted = partial(decide, app.flow, app.agents_by_name, review=app.review)
        self._scripts = Scripts(recorder, self._scripts_stage(recorder))
        hands = self._scripts, self._receiving(recorder), wanted
        performer = Performer(self._equipment, desk, around.clock, around.randomness, turns, parenting, *hands)
        return Loop(recorder, wanted, performer.perform, group, around.clock, mailroom.read)

    def _receiving(self, recorder: Recorder) -> Receiving:
        return Receiving(self._app, recorder, self._around.store)

    async def _let_go(self, recorder: Recorder, rested: Rested) -> None:
        match rested.why:
            case Rest.OVER:
                self.ended, self.payloads = recorder.state, recorder.payloads
            case Rest.STOPPED if self._parks_for is None or recorder.state.cancel_reason is not None:
                recorder.append(DriverLeft(worker=self._around.worker))
                await recorder.park(Parking(recorder.state.inbox_read, self._around.clock.now()))
            case Rest.STOPPED:
                await self._park(recorder, self._parks_for or "", None)
            case Rest.WAITING:
                reason = self._setback or waits_for(rested, recorder.state)
                await self._park(recorder, reason, rested.wake_at, () if rested.persons else rested.children)

    async def _park(
        self, recorder: Recorder, reason: str, wake_at: float | None, children: tuple[RunId, ...] = ()
    ) -> None:
        waiting = LifecycleMoved(to=after(recorder.state.status, Trigger.WAITS), reason=reason)
        recorder.append(waiting, RunParked(reason=reason, wake_at=wake_at, children=children))
        await recorder.park(Parking(recorder.state.inbox_read, wake_at))
