"""How it evolves what a run has met that must not be seen as it is: secrets that results held, values with a label."""

from msgspec.structs import replace

from holdfast.journal.events.steps import Sanitised
from holdfast.journal.fold.state import RunState


def with_sanitised(state: RunState, sanitised: Sanitised) -> RunState:
    """Return the state after such a result; a secret that is held already stays as it is."""
    found = {each.name: each.sealed for each in sanitised.secrets if state.held.get(each.name) is None}
    labelled = (sanitised.labelled,) if sanitised.labelled is not None else ()
    return replace(state, held={**state.held, **found}, labelled=(*state.labelled, *labelled))
