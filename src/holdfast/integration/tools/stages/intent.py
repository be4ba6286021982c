"""Nothing that changes the world is sent before it is on record that it will be."""

import asyncio

from holdfast.governance.verdict import policies_of
from holdfast.integration.tools.invocation import End, Expired, Invocation
from holdfast.integration.tools.keys import key_for
from holdfast.journal.events import StepIntended, StepInterrupted
from holdfast.kernel.clock import Clock
from holdfast.kernel.effects import Effect


class Intent:
    """Records that the call is about to be made; from KEYED on it waits until that is durable.

    A call is not made again under a key that the other side may have forgotten: there it would be a new request.
    """

    name = "intent"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def run(self, invocation: Invocation) -> End | None:
        order, tool, recorder = invocation.order, invocation.tool, invocation.desk.recorder
        now, known_until = self._clock.now(), None
        if order.key_until is not None and order.key_until <= now:
            return Expired()
        if invocation.effect in (Effect.KEYED, Effect.TRANSACTIONAL):
            key = key_for(order, tool.name, invocation.digest, recorder.state.sent.get(order.node, ()))
            invocation.key, known_until = key.key, key.known_until
        if tool.signature.key and invocation.simulation is None:
            invocation.values[tool.signature.key] = invocation.key
        recorder.append(
            StepIntended(
                node=order.node,
                turn=order.turn,
                call=order.index,
                name=tool.name,
                effect=invocation.effect,
                arguments=invocation.digest,
                key=invocation.key,
                attempt=order.attempt,
                settles_at=now + tool.timeout_seconds + tool.settle_seconds if invocation.effect.needs_intent else None,
                key_until=self._known_until(invocation, known_until, now),
                has_probe=tool.probe is not None and invocation.simulation is None,
                is_simulated=invocation.simulation is not None,
                policies=policies_of(invocation.verdict),
                autonomy=invocation.autonomy,
            )
        )
        if invocation.effect.needs_intent:
            await self._durable(invocation)
        return None

    def _known_until(self, invocation: Invocation, known_until: float | None, now: float) -> float | None:
        """Return until when the other side knows the key, if that was declared and is not on record yet."""
        seconds = invocation.tool.key_seconds
        if seconds is None or invocation.order.key_until is not None or invocation.simulation is not None:
            return None
        return known_until if known_until is not None and known_until > now else now + seconds

    async def _durable(self, invocation: Invocation) -> None:
        """Wait; if the call is withdrawn meanwhile, say that it was not sent, so that nobody has to find out."""
        order, recorder = invocation.order, invocation.desk.recorder
        try:
            await recorder.durable()
        except asyncio.CancelledError:
            recorder.append(
                StepInterrupted(
                    node=order.node,
                    turn=order.turn,
                    call=order.index,
                    name=order.call.tool,
                    effect=invocation.effect,
                    attempt=order.attempt,
                    in_doubt=False,
                    was_sent=False,
                )
            )
            raise
