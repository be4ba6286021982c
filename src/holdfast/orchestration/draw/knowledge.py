"""What a picture may be drawn with beside the flow itself. Pure."""

from collections.abc import Mapping

import msgspec

from holdfast.journal.fold.state import RunState
from holdfast.orchestration.flow.review import Review


class Knowledge(msgspec.Struct, frozen=True):
    """What may be known beside the flow itself; nothing of it is needed."""

    models: Mapping[str, str] = {}
    """The model each agent runs on, by the agent's name."""
    grants: Mapping[str, frozenset[str]] = {}
    """The tools each agent has, by the agent's name."""
    run: RunState | None = None
    """A run whose progress is drawn in."""
    review: Review | None = None
    """What the app declares success to be."""


NOTHING_KNOWN = Knowledge()
