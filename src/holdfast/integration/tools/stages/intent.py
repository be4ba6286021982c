"""Nothing that changes the world is sent before it is on record that it will be."""

import asyncio

from holdfast.integration.tools.invocation import End, Expired, Invocation
from holdfast.journal.events import StepIntended, StepInterrupted
from holdfast.kernel.clock import Clock
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import idempotency_key


class Intent:
    """Records that the call is about to be made; from KEYED on it waits until that is durable.

    A call is not made again under a key that the other side may have forgotten: there it would be a new request.
    """

    name = "intent"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def run(self, invocation: Invocation) -> End | None:
        order, tool, recorder = invocation.order, invocation.tool, invocation.desk.recorder
        now, is_new = self._clock.now(), order.key_until is None
        if order.key_until is not None and order.key_until <= now:
            return Expired()
        if tool.effect in (Effect.KEYED, Effect.TRANSACTIONAL):
            invocation.key = idempotency_key(order.tenant, order.run, order.path, invocation.digest, order.family)
        if tool.signature.key:
            invocation.values[tool.signature.key] = invocation.key
        recorder.append(
            StepIntended(
                node=order.node,
                turn=order.turn,
                call=order.index,
                name=tool.name,
                effect=tool.effect,
                arguments=invocation.digest,
                key=invocation.key,
                attempt=order.attempt,
                settles_at=now + tool.timeout_seconds + tool.settle_seconds if tool.effect.needs_intent else None,
                key_until=now + tool.key_seconds if is_new and tool.key_seconds is not None else None,
                has_probe=tool.probe is not None,
            )
        )
        if tool.effect.needs_intent:
            await self._durable(invocation)
        return None

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
                    effect=invocation.tool.effect,
                    attempt=order.attempt,
                    in_doubt=False,
                    was_sent=False,
                )
            )
            raise
