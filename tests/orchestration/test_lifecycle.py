"""The lifecycle is one table: what it declares is possible, anything else is an error that says what is."""

import itertools

import pytest

from holdfast.journal.fold.runs import FIRST_STATUS, WAITING
from holdfast.kernel.errors import IllegalTransition
from holdfast.orchestration.lifecycle import FINAL, TRANSITIONS, Status, check

DECLARED = {
    "INTAKE": "VALIDATING REJECTED",
    "VALIDATING": "PLANNING REJECTED",
    "PLANNING": "EXECUTING FAILED",
    "EXECUTING": "REVIEWING FAILED",
    "REVIEWING": "COMPLETE REVISING",
    "REVISING": "EXECUTING REVIEWING FAILED",
}
"""The requirement's table, written down once more; WAITING and CANCELLED are open to every live state."""
LIVE = set(DECLARED)
FINISHED = {"COMPLETE", "REJECTED", "FAILED", "CANCELLED"}
POSSIBLE = (
    {(state, target) for state, targets in DECLARED.items() for target in targets.split()}
    | {(state, target) for state in LIVE for target in ("WAITING", "CANCELLED")}
    | {("WAITING", target) for target in (*LIVE, "CANCELLED")}
)
PAIRS = list(itertools.product(Status, Status))


@pytest.mark.parametrize(("state", "target"), PAIRS)
def test_what_the_table_declares_is_possible_and_nothing_else(state: Status, target: Status) -> None:
    if (state.value, target.value) in POSSIBLE:
        assert check(state, target) is target
        return
    with pytest.raises(IllegalTransition) as refused:
        check(state, target)
    allowed = sorted(to for origin, to in POSSIBLE if origin == state.value)
    told = ", ".join(allowed) or "nothing: it is over"
    assert str(refused.value) == f"expected a transition that {state} allows ({told}), found {target}"


def test_every_state_is_in_the_table_and_can_be_reached() -> None:
    assert set(TRANSITIONS) == set(Status)
    reached, frontier = set[Status](), {Status.INTAKE}
    while frontier:
        reached |= frontier
        frontier = {target for state in frontier for target in TRANSITIONS[state]} - reached
    assert reached == set(Status)


def test_a_run_is_over_where_nothing_follows() -> None:
    assert {state.value for state in FINAL} == FINISHED


def test_the_fold_and_the_table_speak_of_the_same_states() -> None:
    assert FIRST_STATUS == Status.INTAKE
    assert WAITING == Status.WAITING
