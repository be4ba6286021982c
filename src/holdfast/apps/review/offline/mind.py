"""Which part the stand-in plays: that of the specialist or of the tracer, by the answer that is asked for."""

from holdfast.apps.review.offline.schema import properties
from holdfast.apps.review.offline.seen import look_back
from holdfast.apps.review.offline.specialist import review
from holdfast.apps.review.offline.tracer import trace
from holdfast.integration.gateway.offline import Answer, Conversation, OfflineModel

NAME = "offline:review"


def stand_in() -> OfflineModel:
    """Return the model that reviews without a language model."""
    return OfflineModel(NAME, review_mind)


def review_mind(conversation: Conversation) -> Answer:
    """Say what comes next in a conversation of the review."""
    schema = conversation.output_schema or {}
    seen = look_back(conversation.messages)
    tools = {tool.name: tool for tool in conversation.tools}
    asked_for = properties(schema).keys()
    if "findings" in asked_for:
        return review(seen, tools, schema)
    if "verdict" in asked_for:
        return trace(seen, tools, schema)
    return Answer("I stand in for a language model in code reviews only; this task is none that I know.")
