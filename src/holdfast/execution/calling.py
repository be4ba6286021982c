"""On whose behalf a model is called for a turn, and when it is called again."""

import msgspec

from holdfast.execution.actions import CallModel
from holdfast.execution.agent import CACHED_SECONDS, Agent
from holdfast.integration.gateway.gateway import Gateway
from holdfast.integration.gateway.port import ModelCallFailed
from holdfast.integration.gateway.routing.caller import Caller
from holdfast.kernel.clock import Clock
from holdfast.kernel.randomness import Randomness
from holdfast.kernel.ways import Way

BACKOFF_SECONDS_FIRST = 0.5
BACKOFF_SECONDS_MAX = 60.0
RETRY_AFTER_SECONDS_MAX = 600.0
"""The longest wait that is taken from a provider."""


class Calling:
    """What the calls of one run's agents have in common, and where those failed that are made again."""

    __slots__ = ("_caller", "_clock", "_failed_at", "_gateway", "_randomness")

    def __init__(self, gateway: Gateway, clock: Clock, randomness: Randomness, caller: Caller) -> None:
        self._gateway, self._clock, self._randomness, self._caller = gateway, clock, randomness, caller
        self._failed_at: dict[str, tuple[str, str]] = {}

    def caller(self, action: CallModel, agent: Agent, input_tokens: int, *, is_hedged: bool) -> Caller:
        """Return who calls, for a request that is likely to be of so many tokens; ``is_hedged``: two are paid for."""
        return msgspec.structs.replace(
            self._caller,
            input_tokens=input_tokens,
            cached_seconds=CACHED_SECONDS if agent.cached else None,
            may_hedge=is_hedged,
            attempt=action.attempt,
            failed_at=self._failed_at.get(action.path) if action.attempt > 1 else None,
        )

    def failed(self, path: str, way: Way | None) -> None:
        """Remember where the call of the agent at ``path`` failed: the next is made elsewhere first."""
        if way is not None:
            self._failed_at[path] = (way.account, way.place)

    def retry_at(self, attempt: int, failed: ModelCallFailed, model: str) -> float:
        """Full jitter over an exponential bound, the largest where many calls come again; a provider's word wins."""
        first = BACKOFF_SECONDS_FIRST if self._gateway.draws_retry(model) else BACKOFF_SECONDS_MAX
        bound = min(BACKOFF_SECONDS_MAX, first * 2 ** (attempt - 1))
        wait = failed.retry_after_seconds
        if wait is None:
            wait = self._randomness.uniform(0, bound)
        return self._clock.now() + min(wait, RETRY_AFTER_SECONDS_MAX)

    def forget(self, path: str) -> None:
        """Keep nothing of an agent that has ended."""
        self._failed_at.pop(path, None)


def asked_for(seconds: float, way: Way | None) -> float:
    """Return how long the model took, without the wait for its turn."""
    return seconds if way is None else max(0.0, seconds - way.waited_seconds)
