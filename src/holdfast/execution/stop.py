"""What a reply means, by the reason the model stopped: each reason is handled in its own way. Pure."""

import msgspec

from holdfast.execution.answer import Output
from holdfast.execution.report import given_up
from holdfast.integration.tools.arguments import arguments_digest
from holdfast.journal.events.turns import CallRequest
from holdfast.kernel.messages import Refusal, Reply, StopReason
from holdfast.kernel.outcomes import ErrorKind, Fault

UNREADABLE_CALL = "expected a call of a tool that is offered, with JSON arguments, found one that could not be read"


class Observed(msgspec.Struct, frozen=True):
    """What a reply asks for: calls, or an answer, or neither and what is wrong with it."""

    calls: tuple[CallRequest, ...] = ()
    answer: object = None
    has_answer: bool = False
    defect: Fault | None = None


def observe(reply: Reply, output: Output) -> Observed:
    """Return what ``reply`` asks for. A call in a reply that was cut off is never looked at."""
    match reply.stop:
        case StopReason.MAX_TOKENS:
            return Observed(
                defect=Fault(ErrorKind.TRUNCATED, "the reply was cut off at the output limit", retryable=True)
            )
        case StopReason.REFUSAL:
            return Observed(defect=Fault(ErrorKind.REFUSED_BY_MODEL, _said("the model declined", reply)))
        case StopReason.CONTENT_FILTER:
            return Observed(defect=Fault(ErrorKind.CONTENT_FILTER, "the provider's content filter withheld the reply"))
        case StopReason.CONTEXT_FULL:
            return Observed(
                defect=Fault(ErrorKind.CONTEXT_TOO_LONG, "the reply was cut off where the model's window ended")
            )
        case StopReason.BAD_CALL:
            return Observed(defect=Fault(ErrorKind.BAD_ANSWER, UNREADABLE_CALL, retryable=True))
        case StopReason.OTHER:
            return Observed(defect=Fault(ErrorKind.MODEL_FAILED, _said(f"the model stopped: {reply.reported}", reply)))
        case StopReason.PAUSE:
            return Observed()
        case StopReason.TOOL_USE | StopReason.END_TURN | StopReason.STOP_SEQUENCE:
            return _complete(reply, output)


def _complete(reply: Reply, output: Output) -> Observed:
    if calls := reply.message.calls:
        return Observed(
            calls=tuple([CallRequest(call.call_id, call.tool, arguments_digest(call.arguments)) for call in calls])
        )
    answer, problem = output.read(reply.message.text)
    if problem is not None:
        return Observed(defect=Fault(ErrorKind.BAD_ANSWER, problem, retryable=True))
    if output.may_fail and (fault := given_up(answer)) is not None:
        return Observed(defect=fault)
    return Observed(answer=answer, has_answer=True)


def _said(what: str, reply: Reply) -> str:
    declined = "".join(part.text for part in reply.message.parts if isinstance(part, Refusal))
    text = (reply.message.text or declined).strip()
    return f"{what}: {text[:200]}" if text else what
