"""Makes a run ready to go on: its input is validated, what its tools need opened; what fails fares as its state says.

On the way from intake a run is VALIDATING while its input is read and opened, for the app may find only then that the
input names what cannot be used; it is PLANNING once anything else is at fault.
"""

from collections.abc import Awaitable, Callable

from holdfast.execution.loop import Rest, Rested
from holdfast.journal.events import LifecycleMoved, ResourcesFailed, RunEnded
from holdfast.journal.fold import evolve
from holdfast.journal.fold.state import RunState
from holdfast.journal.recorder import Recorder
from holdfast.kernel.clock import Clock
from holdfast.kernel.errors import InputError, ResourceError
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.kernel.randomness import Randomness
from holdfast.orchestration.application.app import App, Resources, no_resources
from holdfast.orchestration.lifecycle import RULES, FailureRule, Status, Trigger, after
from holdfast.orchestration.migrating.migrating import adopt
from holdfast.orchestration.scripts.performance import Stage
from holdfast.orchestration.scripts.replay import rehearse

OPENINGS_MAX = 3
"""How often it is tried to open what a run's tools need before a person must see to it."""
OPENING_SECONDS_FIRST = 4.0
"""How long it is waited at most before the second attempt; twice as long before each one more."""


class Preparing:
    """Prepares one run under one claim. ``setback`` says why it must be tried again, if it must."""

    def __init__(self, app: App, recorder: Recorder, clock: Clock, randomness: Randomness, scripts: Stage) -> None:
        self._app, self._recorder, self._clock, self._randomness = app, recorder, clock, randomness
        self._scripts = scripts
        self.setback: str | None = None

    async def prepare(self, open_for: Callable[[object], Awaitable[Resources]]) -> Resources | Rested:
        """Return what ``open_for`` opens for the run's input; Rested if the run is over, or tries again later.

        Raises what only a person can mend: DefinitionChanged, DefinitionError; ResourceError at the last attempt;
        InputError for a run that had begun when its input could be used.
        """
        state = self._recorder.state
        await self._adopt(state)
        if state.status == Status.INTAKE:
            self._move(Trigger.RECEIVED)
        if self._app.resources is no_resources and self._recorder.state.status != Status.VALIDATING:
            return {}  # its input was found to be of use, and nothing is opened for it
        try:
            return await open_for(self._app.parse(await self._recorder.payloads.fetch(state.input)))
        except InputError as error:
            if self._rule is not FailureRule.DEAD_LETTER:
                raise
            return await self._reject(Fault(ErrorKind.BAD_INPUT, str(error)))
        except ResourceError as error:
            if self._recorder.state.status == Status.VALIDATING:
                self._move(Trigger.VALIDATED)  # nothing is wrong with the input
            again_at = self._again_at(Fault(ErrorKind.RESOURCES, str(error), retryable=True))
            if again_at is None:
                raise
            self.setback = f"{error}: it is tried again"
            return Rested(Rest.WAITING, again_at)

    async def _adopt(self, state: RunState) -> None:
        """Bring a run that was started under other definitions to the present ones, if that is declared."""
        migrated = adopt(state, self._app)
        if migrated is None:
            return
        self._app.parse(await self._recorder.payloads.fetch(state.input))
        changed = evolve(state, migrated, self._clock.now())
        await rehearse(changed, self._recorder.payloads, self._scripts)
        self._recorder.append(migrated)

    @property
    def _rule(self) -> FailureRule | None:
        return RULES.get(Status(self._recorder.state.status))

    async def _reject(self, fault: Fault) -> Rested:
        status = after(self._recorder.state.status, Trigger.FOUND_INVALID)
        self._recorder.append(RunEnded(status=status, outcome=Outcome.REFUSED, fault=fault))
        await self._recorder.write()
        return Rested(Rest.OVER)

    def _again_at(self, fault: Fault) -> float | None:
        """Record the attempt that failed, and return when to try again; None if that was the last."""
        attempt = self._recorder.state.openings_failed + 1
        retry_at: float | None = None
        if attempt < OPENINGS_MAX:
            bound = OPENING_SECONDS_FIRST * 2 ** (attempt - 1)
            retry_at = self._clock.now() + self._randomness.uniform(bound / 2, bound)
        self._recorder.append(ResourcesFailed(attempt=attempt, fault=fault, retry_at=retry_at))
        return retry_at

    def _move(self, trigger: Trigger) -> None:
        self._recorder.append(LifecycleMoved(to=after(self._recorder.state.status, trigger)))
