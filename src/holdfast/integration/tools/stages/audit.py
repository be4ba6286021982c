"""Whatever became of a call is on record, wherever it ended."""

from holdfast.integration.tools.arguments import Malformed, canonical_arguments
from holdfast.integration.tools.faults import told
from holdfast.integration.tools.invocation import Expired, Failed, Invocation, Refused, Unknown
from holdfast.integration.tools.sanitising import clean_fault, recorded_fault
from holdfast.journal.events import StepEnded, StepInterrupted
from holdfast.journal.events.steps import Write
from holdfast.kernel.clock import Clock
from holdfast.kernel.ids import PayloadId, digest
from holdfast.kernel.messages import Message, Role, ToolResult
from holdfast.kernel.outcomes import Fault, Outcome
from holdfast.kernel.provenance import Provenance, Trust
from holdfast.kernel.sketch import sketch_of

GAVE_DIGITS = 16
"""Enough to tell apart what one agent was shown."""


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
                self._ended(invocation, Outcome.REFUSED, fault, is_definite=True)
            case Failed(fault, is_definite):
                self._ended(invocation, Outcome.FAILED, fault, is_definite=is_definite)
            case Unknown(in_doubt):
                self._interrupted(invocation, invocation.order.attempt, in_doubt=in_doubt)
            case Expired():
                self._interrupted(invocation, invocation.order.attempt - 1, in_doubt=True)

    def _ended(
        self, invocation: Invocation, outcome: Outcome, fault: Fault | None, *, is_definite: bool = False
    ) -> None:
        order = invocation.order
        fault = None if fault is None else clean_fault(invocation, fault)
        result, shown = kept(invocation, fault)
        invocation.desk.recorder.append(
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
                fault=None if fault is None else recorded_fault(fault),
                is_definite=is_definite,
                writes=_writes(invocation) if outcome is Outcome.SUCCEEDED else (),
                gave=_gave(invocation, fault),
                sketch=_sketch(invocation) if fault is not None else (),
                is_simulated=invocation.simulation is not None,
                sanitised=invocation.sanitised,
            )
        )

    def _interrupted(self, invocation: Invocation, attempt: int, *, in_doubt: bool) -> None:
        order = invocation.order
        invocation.desk.recorder.append(
            StepInterrupted(
                node=order.node,
                turn=order.turn,
                call=order.index,
                name=order.call.tool,
                effect=invocation.effect,
                attempt=attempt,
                in_doubt=in_doubt,
            )
        )


def _writes(invocation: Invocation) -> tuple[Write, ...]:
    if invocation.variables is None:
        return ()
    keep = invocation.desk.recorder.payloads.keep
    written = invocation.variables.written.items()
    return tuple(Write(name, None if body is None else keep(body)) for name, body in written)


def kept(invocation: Invocation, fault: Fault | None) -> tuple[PayloadId | None, PayloadId | None]:
    """Keep what it gave: the result where a node asked or the text is not all of it; and what a model is shown."""
    if not invocation.order.is_node:
        return invocation.result, _shown(invocation, fault)
    return (invocation.desk.recorder.payloads.keep(invocation.json) if fault is None else invocation.result), None


def _shown(invocation: Invocation, fault: Fault | None) -> PayloadId:
    call = invocation.order.call
    result = ToolResult(call.call_id, call.tool, _content(invocation, fault), is_error=fault is not None)
    return invocation.desk.recorder.payloads.keep_message(Message(Role.TOOL, (result,), _said_by(invocation, fault)))


def _said_by(invocation: Invocation, fault: Fault | None) -> Provenance:
    """Return how far a result is trusted and whom it is for, as its tool declares; of an error it declares nothing."""
    source = f"tool:{invocation.order.call.tool}"
    if fault is not None:
        return Provenance(source, Trust.UNTRUSTED)
    return Provenance(source, invocation.tool.returned.trust, invocation.tool.returned.readers)


def _content(invocation: Invocation, fault: Fault | None) -> str:
    return invocation.text if fault is None else told(fault)


def _gave(invocation: Invocation, fault: Fault | None) -> str:
    """Return the digest of what a model is shown: in the message itself the call's id makes each one another."""
    if invocation.order.is_node:
        return ""
    return digest(_content(invocation, fault).encode("utf-8", "surrogatepass"))[:GAVE_DIGITS]


def _sketch(invocation: Invocation) -> tuple[int, ...]:
    if invocation.order.is_node:
        return ()
    text = invocation.order.call.arguments
    canonical = canonical_arguments(text)
    return sketch_of(text.encode("utf-8", "surrogatepass") if isinstance(canonical, Malformed) else canonical)
