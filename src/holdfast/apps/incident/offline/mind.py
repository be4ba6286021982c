"""Which part the stand-in plays, by what the conversation holds and the answer it is to give."""

from holdfast.apps.incident.offline.explaining import explain
from holdfast.apps.incident.offline.heard import hear
from holdfast.apps.incident.offline.looking import look_at_changes, look_at_logs, look_at_metrics
from holdfast.apps.incident.offline.supposing import suppose
from holdfast.apps.incident.offline.testing import test
from holdfast.integration.gateway.offline import Answer, Conversation, OfflineModel

NAME = "offline:incident"
_LOOKS = {"changes": look_at_changes, "logs": look_at_logs, "metrics": look_at_metrics}


def stand_in() -> OfflineModel:
    """Return the model that investigates without a language model."""
    return OfflineModel(NAME, incident_mind)


def incident_mind(conversation: Conversation) -> Answer:
    """Say what comes next in an investigation."""
    heard = hear(conversation.messages)
    if heard.sections["cause"] is not None:
        return explain(heard)
    if heard.sections["hypotheses"] is not None:
        return test(heard)
    look = _LOOKS.get(heard.sections["source"])
    return suppose(heard) if look is None else look(heard)
