"""Whatever became of a call is on record, wherever it ended."""

from holdfast.integration.tools.faults import told
from holdfast.integration.tools.invocation import Failed, Invocation, Refused, Unknown
from holdfast.journal.events import StepEnded, StepInterrupted
from holdfast.kernel.clock import Clock
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.messages import Message, Role, ToolResult
from holdfast.kernel.messages_codec import encode_message
from holdfast.kernel.outcomes import Fault, Outcome
from holdfast.kernel.provenance import Provenance, Trust


class Audit:
    """Records how the call ended and what the model is shown of it. It is not awaited until that is durable."""

    name = "audit"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def run(self, invocation: Invocation) -> None:
        match invocation.end:
            case None:
                self._ended(invocation, Outcome.SUCCEEDED, None)
            case Refused(fault):
                self._ended(invocation, Outcome.REFUSED, fault)
            case Failed(fault):
                self._ended(invocation, Outcome.FAILED, fault)
            case Unknown(in_doubt):
                self._interrupted(invocation, in_doubt=in_doubt)

    def _ended(self, invocation: Invocation, outcome: Outcome, fault: Fault | None) -> None:
        order, recorder = invocation.order, invocation.desk.recorder
        result, shown = invocation.result, None
        if not order.is_node:
            shown = _shown(invocation, fault)
        elif fault is None:
            result = recorder.payloads.keep(invocation.json)
        recorder.append(
            StepEnded(
                node=order.node,
                turn=order.turn,
                call=order.index,
                name=order.call.tool,
                outcome=outcome,
                seconds=max(0.0, self._clock.now() - invocation.begun_at),
                attempt=order.attempt,
                stage=invocation.ended_by,
                result=result,
                shown=shown,
                result_bytes=invocation.result_bytes,
                fault=fault,
            )
        )

    def _interrupted(self, invocation: Invocation, *, in_doubt: bool) -> None:
        order = invocation.order
        invocation.desk.recorder.append(
            StepInterrupted(
                node=order.node,
                turn=order.turn,
                call=order.index,
                name=order.call.tool,
                effect=invocation.tool.effect,
                attempt=order.attempt,
                in_doubt=in_doubt,
            )
        )


def _shown(invocation: Invocation, fault: Fault | None) -> PayloadId:
    call = invocation.order.call
    content = invocation.text if fault is None else told(fault)
    result = ToolResult(call.call_id, call.tool, content, is_error=fault is not None)
    provenance = Provenance(f"tool:{call.tool}", Trust.UNTRUSTED)
    return invocation.desk.recorder.payloads.keep(encode_message(Message(Role.TOOL, (result,), provenance)))
