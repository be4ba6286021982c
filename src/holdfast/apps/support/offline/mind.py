"""Which part the stand-in plays, by the tools and the answer it is offered."""

from holdfast.apps.support.offline.advising import advise
from holdfast.apps.support.offline.heard import hear
from holdfast.apps.support.offline.ordering import see_to_order
from holdfast.apps.support.offline.quoting import quote
from holdfast.apps.support.offline.returning import see_to_return
from holdfast.apps.support.offline.revising import revise
from holdfast.apps.support.offline.sorting import sort
from holdfast.integration.gateway.offline import Answer, Conversation, OfflineModel

NAME = "offline:support"


def stand_in() -> OfflineModel:
    """Return the model that answers customers without a language model."""
    return OfflineModel(NAME, support_mind)


def support_mind(conversation: Conversation) -> Answer:
    """Say what comes next in a conversation of the desk."""
    offered = {tool.name for tool in conversation.tools}
    heard = hear(conversation.messages)
    if conversation.output_schema is not None:
        return sort(heard)
    if "register_return" in offered:
        return see_to_return(heard)
    if "cancel_order" in offered:
        return see_to_order(heard)
    if "search_catalogue" in offered:
        return advise(heard)
    return quote(heard) if "search_policies" in offered else revise(heard)
