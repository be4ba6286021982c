"""Which part the stand-in plays, by the answer that it is to give."""

from collections.abc import Callable

from holdfast.apps.meeting.offline import collecting, designing, editing, planning, studying
from holdfast.apps.meeting.offline.heard import Heard, hear
from holdfast.integration.gateway.offline import Answer, Conversation, OfflineModel

NAME = "offline:meeting"

PARTS: dict[str, Callable[[Heard], Answer]] = {
    "analyses": planning.plan,
    "summary": editing.edit,
    "wanted": studying.ask,
    "points": studying.conclude,
    "statement": collecting.collect,
    "png": designing.design,
}
"""By a field that only this part's answer has."""


def stand_in() -> OfflineModel:
    """Return the model that prepares meetings without a language model."""
    return OfflineModel(NAME, meeting_mind)


def meeting_mind(conversation: Conversation) -> Answer:
    """Say what comes next in a conversation of the assistant, an analyst, a collector or the chart maker."""
    schema = conversation.output_schema or {}
    fields = schema.get("properties")
    assert isinstance(fields, dict), "every agent of this application answers with an object"
    part = next(play for field, play in PARTS.items() if field in fields)
    return part(hear(conversation.messages))
