"""The lifecycle is one table: what it declares is possible, anything else is an error that says what is."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.journal.fold.runs import FIRST_STATUS, PLANNING, WAITING
from holdfast.kernel.errors import IllegalTransition
from holdfast.orchestration.draw import lifecycle_diagram, lifecycle_table
from holdfast.orchestration.lifecycle import DEAD, FINAL, LIVE, RULES, TRANSITIONS, Status, Transition, Trigger, after

DECLARED = {
    "INTAKE": "VALIDATING REJECTED",
    "VALIDATING": "PLANNING REJECTED",
    "PLANNING": "EXECUTING FAILED",
    "EXECUTING": "REVIEWING FAILED",
    "REVIEWING": "COMPLETE REVISING",
    "REVISING": "EXECUTING REVIEWING FAILED",
}
"""The requirement's table, written down once more; WAITING and CANCELLED are open to every live state."""
REQUEUED = {("FAILED", "EXECUTING"), ("REJECTED", "VALIDATING")}
"""What an operator may do with a run that is over."""
FINISHED = {"COMPLETE", "REJECTED", "FAILED", "CANCELLED"}
POSSIBLE = (
    {(state, target) for state, targets in DECLARED.items() for target in targets.split()}
    | {(state, target) for state in DECLARED for target in ("WAITING", "CANCELLED")}
    | {("WAITING", target) for target in (*DECLARED, "CANCELLED")}
    | REQUEUED
)
KNOWN = {(each.origin, each.trigger, each.target) for each in TRANSITIONS}


def test_the_table_declares_what_is_required_and_nothing_else() -> None:
    assert {(each.origin.value, each.target.value) for each in TRANSITIONS} == POSSIBLE
    assert len(KNOWN) == len(TRANSITIONS)


@pytest.mark.parametrize("each", TRANSITIONS, ids=lambda each: f"{each.origin} {each.trigger} {each.target}")
def test_a_declared_event_leads_where_the_table_says(each: Transition) -> None:
    origin, trigger, target = each.origin, each.trigger, each.target
    assert after(origin, trigger, target) is target
    if trigger is not Trigger.DRIVEN_AGAIN:
        assert after(origin, trigger) is target


@given(st.sampled_from(Status), st.sampled_from(Trigger), st.none() | st.sampled_from(Status))
def test_an_event_that_is_not_declared_is_refused_with_state_event_and_what_is_allowed(
    state: Status, trigger: Trigger, towards: Status | None
) -> None:
    ways = [target for origin, event, target in KNOWN if (origin, event) == (state, trigger)]
    if len([target for target in ways if towards in (None, target)]) == 1:
        assert after(state, trigger, towards) in ways
        return
    with pytest.raises(IllegalTransition) as refused:
        after(state, trigger, towards)
    told = str(refused.value)
    assert told.startswith(f"expected an event that {state} allows (")
    assert f"found {trigger}" in told
    for origin, event, target in KNOWN:
        if origin is state:
            assert event in told
            assert target in told
    assert any(origin is state for origin, _, _ in KNOWN) or "none: it is over" in told


@given(st.sampled_from(sorted(FINAL)), st.sampled_from(Trigger))
def test_a_run_that_is_over_stays_so_for_everybody_but_who_requeues_it(state: Status, trigger: Trigger) -> None:
    if trigger is Trigger.REQUEUED and state in (Status.FAILED, Status.REJECTED):
        assert after(state, trigger) in LIVE
        return
    with pytest.raises(IllegalTransition):
        after(state, trigger)


def test_every_state_is_in_the_table_and_can_be_reached() -> None:
    reached, frontier = set[Status](), {Status.INTAKE}
    while frontier:
        reached |= frontier
        frontier = {each.target for each in TRANSITIONS if each.origin in frontier} - reached
    assert reached == set(Status)


def test_a_run_is_over_where_nothing_follows_but_a_requeue() -> None:
    assert {state.value for state in FINAL} == FINISHED
    assert {each.origin for each in TRANSITIONS if each.origin in FINAL} == set(DEAD)


def test_every_state_in_which_a_run_is_at_work_has_a_failure_rule() -> None:
    assert tuple(RULES) == LIVE


def test_the_fold_and_the_table_speak_of_the_same_states() -> None:
    assert (FIRST_STATUS, PLANNING, WAITING) == (Status.INTAKE, Status.PLANNING, Status.WAITING)


def test_the_diagram_draws_every_transition() -> None:
    drawn = lifecycle_diagram()
    for each in TRANSITIONS:
        origin = "live" if each.origin in LIVE and each.target in (Status.WAITING, Status.CANCELLED) else each.origin
        target = "live" if each.origin is Status.WAITING and each.target in LIVE else each.target
        assert f"    {origin} --> {target}: {each.trigger}\n" in drawn


def test_the_table_of_the_reference_has_a_row_for_every_state() -> None:
    rows = [line.split("|")[1].strip(" `") for line in lifecycle_table().splitlines()[2:]]
    assert rows == [state.value for state in Status]


def test_no_event_leads_from_one_state_to_two() -> None:
    for state, trigger in itertools.product(Status, Trigger):
        ways = [target for origin, event, target in KNOWN if (origin, event) == (state, trigger)]
        assert len(ways) <= 1 or trigger is Trigger.DRIVEN_AGAIN
