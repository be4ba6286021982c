"""How sagas evolve: open until they are whole or undone, and what of them stands although it should not."""

from msgspec.structs import replace

from holdfast.journal.events import NodeLeft
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.kernel import paths
from holdfast.kernel.outcomes import Outcome

SAGA_KIND, UNDO_KIND = "saga", "undo"


def is_undoing(state: RunState, path: str) -> bool:
    """Whether the node at ``path`` undoes what a saga has done: it goes on whatever becomes of the nodes around it."""
    place = paths.undone(path) if state.sagas else None
    around = None if place is None else state.nodes.get(paths.undo(place[0]))
    return around is not None and around.kind == UNDO_KIND


def is_wanted(state: RunState, node: NodeState) -> bool:
    """Whether ``node`` is still to come to an end of its own."""
    return node.outcome is None and (state.cancel_reason is None or is_undoing(state, node.path))


def with_saga(state: RunState, path: str) -> RunState:
    """Return the state in which the saga at ``path`` has begun."""
    return replace(state, sagas=(*state.sagas, path))


def settled(state: RunState, node: NodeState, event: NodeLeft) -> RunState:
    """Return the state after ``node`` has ended: a saga is settled once it is whole, or once its undoing has ended."""
    if node.kind == SAGA_KIND and event.outcome is Outcome.SUCCEEDED:
        return replace(state, sagas=_without(state.sagas, event.node))
    place = paths.undone(event.node)
    if place is None:
        return state
    saga, step = place
    if step:
        is_undone = event.outcome is Outcome.SUCCEEDED and event.node == paths.item(paths.undo(saga), step)
        return _nothing_in_part(state, saga, step) if is_undone and state.in_part else state
    if node.kind != UNDO_KIND:
        return state
    standing = state.standing if event.outcome is Outcome.SUCCEEDED else (*state.standing, saga)
    return replace(state, sagas=_without(state.sagas, saga), standing=standing)


def _nothing_in_part(state: RunState, saga: str, step: str) -> RunState:
    """Return the state in which nothing of the saga's step is left in part, nor of what undoes it: it is undone."""
    whole = (paths.below(saga, step), paths.item(paths.undo(saga), step))
    below = tuple(f"{path}{joint}" for path in whole for joint in "/[")
    still = tuple(part for part in state.in_part if part.path not in whole and not part.path.startswith(below))
    return replace(state, in_part=still)


def _without(sagas: tuple[str, ...], path: str) -> tuple[str, ...]:
    return tuple(each for each in sagas if each != path)
