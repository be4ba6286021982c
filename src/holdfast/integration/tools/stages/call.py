"""The call itself, within its time."""

from holdfast.integration.tools.caught import Raised
from holdfast.integration.tools.contract import OutcomeUnknown, Tool, ToolFailure
from holdfast.integration.tools.edge import awaited
from holdfast.integration.tools.faults import fault
from holdfast.integration.tools.invocation import End, Failed, Invocation, Unknown
from holdfast.integration.tools.threads import Threads
from holdfast.kernel.clock import Clock
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import ErrorKind

THREAD_WAIT_SECONDS_MAX = 60.0


class Call:
    """Calls the function.

    An exception is the tool's failure. When the time is up, the connection broke, or the author says that the outcome
    is unknown, what follows depends on the effect: PURE and READ have failed and may be called again; KEYED is sent
    again under the same key while attempts are left; everything else is in doubt, until a probe or a person settles it.
    Cancellation passes through: whoever cancels records what it interrupted.
    """

    name = "call"

    def __init__(self, clock: Clock, threads: Threads) -> None:
        self._clock, self._threads = clock, threads

    async def run(self, invocation: Invocation) -> End | None:
        tool = invocation.tool
        if not tool.is_async and not await self._reserved():
            waited = f"no thread came free for {tool.name} in {THREAD_WAIT_SECONDS_MAX:g} seconds; it was not called"
            return Failed(fault(ErrorKind.TIMEOUT, waited, retryable=True))
        limit = self._clock.timeout(tool.timeout_seconds)
        try:
            async with limit:
                if tool.is_async:
                    value = await awaited(tool.function(**invocation.values))
                else:
                    value = await awaited(self._threads.start(tool.function, invocation.values))
        except TimeoutError:
            return self._unknown(invocation, f"{tool.name} gave no answer in {tool.timeout_seconds:g} seconds")
        if not isinstance(value, Raised):
            invocation.value = value
            return None
        if limit.expired():
            return self._unknown(invocation, f"{tool.name} gave no answer in {tool.timeout_seconds:g} seconds")
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
            case ToolFailure():
                return Failed(fault(ErrorKind.TOOL_FAILED, error.message, retryable=error.retryable, hint=error.hint))
            case OutcomeUnknown() | TimeoutError() | ConnectionError():
                return self._unknown(invocation, f"{invocation.tool.name} broke off: {_said(error)}")
            case _:
                return Failed(fault(ErrorKind.TOOL_FAILED, _said(error), hint=_after_failure(invocation.tool)))

    def _unknown(self, invocation: Invocation, message: str) -> End:
        match invocation.tool.effect:
            case Effect.PURE | Effect.READ:
                return Failed(fault(ErrorKind.TIMEOUT, message, retryable=True))
            case Effect.KEYED:
                return Unknown(in_doubt=invocation.order.attempt >= invocation.tool.attempts_max)
            case Effect.TRANSACTIONAL | Effect.UNSAFE:
                return Unknown(in_doubt=True)


def _said(error: Exception) -> str:
    words = str(error)
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _after_failure(tool: Tool) -> str:
    if tool.effect in (Effect.PURE, Effect.READ):
        return "the same call will most likely fail again: change the arguments, or do without"
    return "it may have taken effect in part: find out before calling it again"
