"""Nothing that changes the world is sent before it is on record that it will be."""

from holdfast.integration.tools.invocation import End, Invocation
from holdfast.journal.events import StepIntended
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import idempotency_key


class Intent:
    """Records that the call is about to be made; from KEYED on it waits until that is durable."""

    name = "intent"

    async def run(self, invocation: Invocation) -> End | None:
        order, tool, recorder = invocation.order, invocation.tool, invocation.desk.recorder
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
            )
        )
        if tool.effect.needs_intent:
            await recorder.durable()
        return None
