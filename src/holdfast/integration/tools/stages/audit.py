"""Whatever became of a call is on record, wherever it ended."""

from collections.abc import Sequence

from holdfast.governance.verdict import Deny, policies_of
from holdfast.integration.tools.arguments import Malformed, canonical_arguments
from holdfast.integration.tools.faults import MESSAGE_CHARACTERS_MAX, told
from holdfast.integration.tools.invocation import Expired, Failed, Held, Invocation, Later, Refused, Unknown
from holdfast.integration.tools.parts import mended, unfinished
from holdfast.integration.tools.publications import publications
from holdfast.integration.tools.sanitising import clean_fault, keep_names, nameless, recorded_fault
from holdfast.integration.tools.visible import one_line
from holdfast.journal.bus import Publication
from holdfast.journal.events import ApprovalAsked, EventPublished, StepEnded, StepInterrupted, StepRetried
from holdfast.journal.events.steps import SharedSet, Write
from holdfast.journal.shared import SharedWrite
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
            case None if invocation.left_in_part is not None:
                self._ended(invocation, Outcome.PARTIAL, invocation.left_in_part)
            case None:
                self._ended(invocation, Outcome.SUCCEEDED, None)
            case Refused(fault):
                self._ended(invocation, Outcome.REFUSED, fault, is_definite=True)
            case Failed(fault, is_definite):
                self._ended(invocation, Outcome.FAILED, fault, is_definite=is_definite)
            case Unknown(in_doubt, reason):
                self._interrupted(invocation, invocation.order.attempt, reason, in_doubt=in_doubt)
            case Later():
                self._retried(invocation, invocation.end)
            case Expired(reason):
                self._interrupted(invocation, invocation.order.attempt - 1, reason, in_doubt=True)
            case Held() as held:
                self._held(invocation, held)

    def _held(self, invocation: Invocation, held: Held) -> None:
        order, recorder = invocation.order, invocation.desk.recorder
        recorder.append(
            ApprovalAsked(
                node=order.node,
                turn=order.turn,
                call=order.index,
                number=recorder.state.asked + 1,
                tool=order.call.tool,
                definition=held.definition,
                digest=held.digest,
                asked=recorder.payloads.keep_json(held.grounds),
                needs=held.needs,
                deadline=held.deadline,
                abandons=held.abandons,
            )
        )

    def _ended(
        self, invocation: Invocation, outcome: Outcome, fault: Fault | None, *, is_definite: bool = False
    ) -> None:
        order = invocation.order
        fault = None if fault is None else clean_fault(invocation, fault)
        keep_names(invocation)
        result, shown = kept(invocation, fault)
        shared, shared_writes = ((), ()) if invocation.shared is None else _shared(invocation, outcome)
        published, publishes = ((), ()) if invocation.publisher is None else _published(invocation, outcome)
        recorder = invocation.desk.recorder
        recorder.append(
            StepEnded(
                node=order.node,
                turn=order.turn,
                call=order.index,
                name=order.call.tool,
                outcome=outcome,
                seconds=max(0.0, self._clock.now() - invocation.begun_at - invocation.waited_seconds),
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
                policies=policies_of(invocation.verdict) if isinstance(invocation.verdict, Deny) else (),
                waited_seconds=invocation.waited_seconds,
                unfinished=unfinished(invocation) if outcome is Outcome.PARTIAL else None,
                mends=mended(invocation) if recorder.state.in_part and outcome is Outcome.SUCCEEDED else (),
                shared=shared,
                sanitised=invocation.sanitised,
            ),
            *published,
            shared=shared_writes,
            publishes=publishes,
        )

    def _retried(self, invocation: Invocation, later: Later) -> None:
        order = invocation.order
        invocation.desk.recorder.append(
            StepRetried(
                node=order.node,
                turn=order.turn,
                call=order.index,
                name=order.call.tool,
                effect=invocation.effect,
                attempt=order.attempt,
                retry_at=later.instant,
                fault=recorded_fault(clean_fault(invocation, later.fault)),
                is_definite=later.is_definite,
            )
        )

    def _interrupted(self, invocation: Invocation, attempt: int, reason: str, *, in_doubt: bool) -> None:
        order = invocation.order
        _release(invocation)
        invocation.desk.recorder.append(
            StepInterrupted(
                node=order.node,
                turn=order.turn,
                call=order.index,
                name=order.call.tool,
                effect=invocation.effect,
                attempt=attempt,
                in_doubt=in_doubt,
                reason=one_line(nameless(reason), MESSAGE_CHARACTERS_MAX),
            )
        )


def _writes(invocation: Invocation) -> tuple[Write, ...]:
    if invocation.variables is None:
        return ()
    keep = invocation.desk.recorder.payloads.keep
    written = invocation.variables.written.items()
    return tuple(Write(name, None if body is None else keep(body)) for name, body in written)


def _shared(invocation: Invocation, outcome: Outcome) -> tuple[tuple[SharedSet, ...], Sequence[SharedWrite]]:
    """Return what was written for other runs, as the journal and as the commit has it; of a failure nothing."""
    shared, sharing = invocation.shared, invocation.desk.sharing
    if shared is None or sharing is None or not shared.written:
        return (), ()
    if outcome is not Outcome.SUCCEEDED:
        _release(invocation)
        return (), ()
    keep = invocation.desk.recorder.payloads.keep
    told = (
        SharedSet(name, write.base + 1, None if write.body is None else keep(write.body))
        for name, write in shared.written.items()
    )
    return tuple(told), sharing.writes(shared)


def _published(invocation: Invocation, outcome: Outcome) -> tuple[tuple[EventPublished, ...], tuple[Publication, ...]]:
    """Return what the call publishes, as the journal and as the commit has it; of a failure nothing."""
    publisher = invocation.publisher
    if publisher is None or outcome is not Outcome.SUCCEEDED:
        return (), ()
    return publications(invocation.desk.recorder, invocation.order.path, publisher.asked)


def _release(invocation: Invocation) -> None:
    """Let others write what this call had reserved and does not write."""
    shared, sharing = invocation.shared, invocation.desk.sharing
    if shared is not None and sharing is not None and shared.is_reserved:
        sharing.release(shared)


def kept(invocation: Invocation, fault: Fault | None) -> tuple[PayloadId | None, PayloadId | None]:
    """Keep what it gave: the result where a node asked or the text is not all of it; and what a model is shown."""
    if not invocation.order.is_node:
        return invocation.result, _shown(invocation, fault)
    is_given = fault is None or fault is invocation.left_in_part
    return (invocation.desk.recorder.payloads.keep(invocation.json) if is_given else invocation.result), None


def _shown(invocation: Invocation, fault: Fault | None) -> PayloadId:
    call = invocation.order.call
    attached = invocation.attached if fault is None else ()
    content = _content(invocation, fault)
    result = ToolResult(call.call_id, call.tool, content, is_error=fault is not None, attached=attached)
    return invocation.desk.recorder.payloads.keep_message(Message(Role.TOOL, (result,), _said_by(invocation, fault)))


def _said_by(invocation: Invocation, fault: Fault | None) -> Provenance:
    """Return how far a result is trusted and whom it is for, as its tool declares; of an error it declares nothing."""
    source = f"tool:{invocation.order.call.tool}"
    if fault is not None:
        return Provenance(source, Trust.UNTRUSTED)
    return Provenance(source, invocation.tool.returned.trust, invocation.tool.returned.readers)


def _content(invocation: Invocation, fault: Fault | None) -> str:
    if fault is None:
        text = invocation.text
    else:
        is_in_part = invocation.left_in_part is not None and fault.kind is invocation.left_in_part.kind
        text = f"{told(fault)}\n{invocation.text}" if is_in_part else told(fault)
    return f"{invocation.note}\n{text}" if invocation.note else text


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
