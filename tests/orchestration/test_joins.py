"""A fan-out ends as soon as it is settled, never before, and says whose fault it was."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.journal.fold.state import NodeState
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.orchestration.flow.nodes import Join
from holdfast.orchestration.values.joins import because, settle

OUTCOMES = (Outcome.SUCCEEDED, Outcome.PARTIAL, Outcome.SKIPPED, Outcome.FAILED, Outcome.REFUSED, Outcome.CANCELLED)
BRANCHES = st.lists(st.none() | st.sampled_from(OUTCOMES), min_size=1, max_size=6)


def branches(outcomes: list[Outcome | None]) -> list[NodeState | None]:
    return [
        None
        if outcome is None
        else NodeState(
            f"root/b{place}",
            "function",
            0.0,
            outcome=outcome,
            left_at=place + 1,
            fault=None if outcome.is_success else Fault(ErrorKind.TOOL_FAILED, f"fault {place}"),
        )
        for place, outcome in enumerate(outcomes)
    ]


def expected(join: Join, quorum: int, outcomes: list[Outcome | None]) -> Outcome | None:
    """Say how it ends, by counting: the rules as the documentation has them."""
    good = sum(outcome is not None and outcome.is_success for outcome in outcomes)
    bad = sum(outcome is not None and not outcome.is_success for outcome in outcomes)
    open_ones = len(outcomes) - good - bad
    flawed = bad > 0 or Outcome.PARTIAL in outcomes
    match join:
        case Join.ALL:
            if bad:
                return Outcome.FAILED
            return None if open_ones else (Outcome.PARTIAL if flawed else Outcome.SUCCEEDED)
        case Join.QUORUM:
            if good >= quorum:
                return Outcome.SUCCEEDED
            return Outcome.FAILED if good + open_ones < quorum else None
        case Join.BEST_EFFORT:
            if open_ones:
                return None
            if not good:
                return Outcome.FAILED
            return Outcome.PARTIAL if flawed else Outcome.SUCCEEDED


@given(st.sampled_from(Join), st.integers(1, 6), BRANCHES)
def test_it_ends_as_counting_says(join: Join, quorum: int, outcomes: list[Outcome | None]) -> None:
    verdict = settle(join, quorum, branches(outcomes))
    assert (verdict.outcome if verdict else None) == expected(join, quorum, outcomes)
    assert verdict is None or (verdict.fault is None) == verdict.outcome.is_success


@given(st.sampled_from(Join), st.integers(1, 6), st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=6))
def test_once_settled_nothing_that_follows_changes_whether_it_succeeded(
    join: Join, quorum: int, outcomes: list[Outcome]
) -> None:
    growing = [[*outcomes[:done], *[None] * (len(outcomes) - done)] for done in range(len(outcomes) + 1)]
    verdicts = [settle(join, quorum, branches(list(known))) for known in growing]
    for before, after in pairwise(verdicts):
        assert before is None or (after is not None and after.outcome.is_success == before.outcome.is_success)
    assert verdicts[-1] is not None or (join is Join.QUORUM and quorum > len(outcomes)) is False


@pytest.mark.parametrize(
    ("join", "outcome"),
    [(Join.ALL, Outcome.SUCCEEDED), (Join.BEST_EFFORT, Outcome.SUCCEEDED), (Join.QUORUM, Outcome.FAILED)],
)
def test_over_nothing_there_is_no_failure_but_no_quorum_either(join: Join, outcome: Outcome) -> None:
    verdict = settle(join, 1, [])
    assert verdict is not None
    assert verdict.outcome is outcome


def test_the_first_failure_is_the_reason_with_the_name_of_its_branch() -> None:
    failed = branches([Outcome.FAILED, Outcome.FAILED])
    assert failed[0] is not None
    verdict = settle(Join.ALL, None, list(reversed(failed)))
    assert verdict is not None
    assert verdict.fault == Fault(ErrorKind.TOOL_FAILED, "b0: fault 0")


def test_a_missed_quorum_says_how_many_there_were() -> None:
    verdict = settle(Join.QUORUM, 2, branches([Outcome.FAILED, Outcome.SUCCEEDED, Outcome.FAILED]))
    assert verdict is not None
    assert verdict.fault is not None
    assert verdict.fault.message == "expected 2 of 3 branches to succeed, 2 failed: b0: fault 0"


def test_a_reason_names_each_node_on_the_way_once() -> None:
    inner = NodeState("root/m[a]", "map", 0.0, outcome=Outcome.FAILED, fault=Fault(ErrorKind.TIMEOUT, "too slow"))
    outer = NodeState("root/m", "map", 0.0, outcome=Outcome.FAILED, fault=because(inner))
    assert because(outer).message == "m: m[a]: too slow"
    assert because(outer).kind is ErrorKind.TIMEOUT
