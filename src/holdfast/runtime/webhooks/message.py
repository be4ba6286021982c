"""What a webhook is told of a wait: its id, which stays the same however often it is sent, and its body. Pure."""

from datetime import UTC, datetime

import msgspec

from holdfast.governance.escalation import Escalation
from holdfast.kernel.ids import digest
from holdfast.orchestration.people.doubts import Doubt
from holdfast.orchestration.people.inbox import Waiting
from holdfast.orchestration.people.questions import Question

ID_DIGITS = 32
THIN = ("run", "path", "number", "digest", "deadline")
"""What is told of a wait where its content is not."""

_json = msgspec.json.Encoder(order="deterministic")


class Message(msgspec.Struct, frozen=True):
    """What is sent."""

    message_id: str
    body: bytes


def message_of(waiting: Waiting, *, is_thin: bool) -> Message | None:
    """Return what is told of ``waiting``; None if it is nothing that people decide."""
    match waiting.what:
        case Escalation(number=number):
            kind, place = "approval.asked", f"{number}:{waiting.what.digest}"
        case Question(number=number):
            kind, place = "question.asked", str(number)
        case Doubt(path=path, attempt=attempt):
            kind, place = "doubt.raised", f"{path}:{attempt}"
        case _:
            return None
    head = waiting.head
    told: dict[str, object] = msgspec.to_builtins(waiting.what)
    if is_thin:
        told = {name: value for name, value in told.items() if name in THIN}
    data = {"run": head.run, "app": head.app, "tenant": head.tenant, **told}
    if not is_thin:
        data["title"] = head.title
    at = datetime.fromtimestamp(waiting.since, UTC).isoformat(timespec="milliseconds")
    message_id = "msg_" + digest(head.run.encode(), kind.encode(), place.encode())[:ID_DIGITS]
    return Message(message_id, _json.encode({"type": kind, "timestamp": at, "data": data}))
