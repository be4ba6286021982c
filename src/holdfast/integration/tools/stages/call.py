"""The call itself, within its time."""

from holdfast.integration.tools.caught import Raised
from holdfast.integration.tools.contract import OutcomeUnknown, ToolFailure
from holdfast.integration.tools.edge import awaited
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Failed, Invocation
from holdfast.integration.tools.lost import is_open, not_sent, unknown
from holdfast.integration.tools.retrying import Again
from holdfast.integration.tools.threads import Threads
from holdfast.integration.tools.timing import Cancelled, Deadline, deadline_at
from holdfast.kernel.clock import Clock
from holdfast.kernel.faults import Point, Reach, pass_by
from holdfast.kernel.outcomes import ErrorKind
from holdfast.kernel.patience import Patience
from holdfast.kernel.randomness import Randomness, SystemRandomness

THREAD_WAIT_SECONDS_MAX = 60.0
AFTER_FAILURE = "the same call will most likely fail again: change the arguments, or do without"


class Call:
    """Calls the function, or in its place the tool's simulation.

    A ToolFailure is definite: the author says that it failed. Anything else that goes wrong (the time is up, any other
    exception) leaves the outcome unknown, and what follows depends on the effect: PURE and READ have failed and may be
    called again; KEYED is sent again under the same key while attempts are left; everything else is in doubt, until a
    probe or a person settles it.
    Where the tool declares retries, what fails in passing is made again later, as far as its effect allows.
    Cancellation passes through: whoever cancels records what it interrupted.
    """

    name = "call"

    def __init__(
        self, clock: Clock, threads: Threads, randomness: Randomness | None = None, reach: Reach = pass_by
    ) -> None:
        self._clock, self._threads, self._reach = clock, threads, reach
        self._again = Again(clock, randomness or SystemRandomness())

    async def run(self, invocation: Invocation) -> End | None:
        self._reach(Point.EFFECT_BEFORE_CALL)
        end = await (self._timed(invocation) if invocation.tool.of_time else self._sent(invocation))
        self._reach(Point.EFFECT_AFTER_CALL)
        return end if end is None or invocation.tool.retry is None else self._again.instead(invocation, end)

    async def _timed(self, invocation: Invocation) -> End | None:
        """Call it with what it asks for of its time; once nobody waits for it any more, it can find that out."""
        tool, cancelled = invocation.tool, Cancelled()
        if invocation.simulation is None:
            imposed = deadline_at(invocation.desk.recorder.state, invocation.order.node)
            own = self._clock.now() + tool.timeout_seconds
            until = own if imposed is None else min(own, imposed)
            lent = {Deadline: Deadline(until, self._clock), Cancelled: cancelled}
            invocation.values.update({name: lent[kind] for name, kind in tool.of_time.items()})
        try:
            return await self._sent(invocation)
        finally:
            cancelled.cancel()

    async def _sent(self, invocation: Invocation) -> End | None:
        tool, called = invocation.tool, invocation.simulation or invocation.tool
        if not called.is_async and not await self._reserved():
            waited = f"no thread came free for {tool.name} in {THREAD_WAIT_SECONDS_MAX:g} seconds; it was not called"
            return not_sent(invocation, fault(ErrorKind.TIMEOUT, waited, retryable=True))
        limit = Patience(self._clock, tool.timeout_seconds)
        started = (
            called.function(**invocation.values)
            if called.is_async
            else self._threads.start(called.function, invocation.values)
        )
        try:
            value = await limit.wait_for(awaited(started))
        except TimeoutError:
            return unknown(invocation, f"{tool.name} gave no answer in {tool.timeout_seconds:g} seconds")
        if not isinstance(value, Raised):
            invocation.value = value
            return None
        if limit.is_over:
            return unknown(invocation, f"{tool.name} gave no answer in {tool.timeout_seconds:g} seconds")
        return self._raised(invocation, value.error)

    async def _reserved(self) -> bool:
        try:
            async with self._clock.timeout(THREAD_WAIT_SECONDS_MAX):
                await self._threads.reserve()
        except TimeoutError:
            return False
        return True

    def _raised(self, invocation: Invocation, error: Exception) -> End:
        match error:
            case ToolFailure() if is_open(invocation):
                # It speaks for this attempt; what became of the one before it is as unknown as it was.
                said = f"{invocation.tool.name} failed: {_said(error)}"
                return unknown(invocation, said, error.retry_after_seconds)
            case ToolFailure():
                failed = fault(ErrorKind.TOOL_FAILED, error.message, retryable=error.retryable, hint=error.hint)
                return Failed(failed, is_definite=True, retry_after_seconds=error.retry_after_seconds)
            case OutcomeUnknown() | TimeoutError() | ConnectionError():
                return unknown(invocation, f"{invocation.tool.name} broke off: {_said(error)}")
            case _ if invocation.effect.needs_intent:
                return unknown(invocation, f"{invocation.tool.name} broke off: {_said(error)}")
            case _:
                return Failed(fault(ErrorKind.TOOL_FAILED, _said(error), hint=AFTER_FAILURE))


def _said(error: Exception) -> str:
    words = str(error)
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
