"""How the child runs of a run evolve, and what its budget has lent them."""

from msgspec.structs import replace

from holdfast.journal.events import ChildBegun, ChildEnded, ChildRecalled, ChildStarted
from holdfast.journal.fold.nodes import entered, with_node
from holdfast.journal.fold.state import ChildState, RunState
from holdfast.kernel.errors import JournalError
from holdfast.kernel.limits import NOTHING_SPENT, plus, taken_by

OfChild = ChildBegun | ChildRecalled | ChildEnded


def child_started(state: RunState, event: ChildStarted, at: float, version: int) -> RunState:
    child = ChildState(event.child, event.node, event.number, event.app, event.budget, at, event.input)
    state = with_node(state, replace(entered(state, event.node), child=event.child), version)
    return _lending(
        replace(
            state,
            children=state.children.insert(event.child, child),
            children_open=(*state.children_open, event.child),
        )
    )


def child_begun(state: RunState, event: ChildBegun, _at: float, version: int) -> RunState:
    return _with(state, replace(_child(state, event), is_begun=True), version)


def child_recalled(state: RunState, event: ChildRecalled, _at: float, version: int) -> RunState:
    child = _child(state, event)
    abandons_doubts = child.abandons_doubts or event.abandons_doubts
    return _with(state, replace(child, is_recalled=True, abandons_doubts=abandons_doubts), version)


def child_ended(state: RunState, event: ChildEnded, _at: float, version: int) -> RunState:
    child = replace(
        _child(state, event), outcome=event.outcome, spend=event.spend, result=event.result, fault=event.fault
    )
    still = tuple(each for each in state.children_open if each != event.child)
    return _lending(replace(_with(state, child, version), children_open=still, spend=plus(state.spend, event.spend)))


def _child(state: RunState, event: OfChild) -> ChildState:
    child = state.children.get(event.child)
    if child is None:
        raise JournalError(
            f"expected child {event.child!r} to have been started at {event.node!r}, found no such event: "
            "the journal is damaged"
        )
    return child


def _with(state: RunState, child: ChildState, version: int) -> RunState:
    return replace(state, children=state.children.insert(child.run, child), version=version)


def _lending(state: RunState) -> RunState:
    """Reckon anew what is lent: a sum that is only ever added to and taken from would drift away from nothing."""
    lent = NOTHING_SPENT
    for run in state.children_open:
        lent = plus(lent, taken_by(state.children[run].budget))
    return replace(state, lent=lent)
