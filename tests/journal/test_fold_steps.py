"""How effects evolve that are made again, or were done in part."""

import pytest

from holdfast.execution.actions import CallTool
from holdfast.execution.decide import call_action
from holdfast.journal.events import Event, NodeEntered, StepEnded, StepIntended, StepInterrupted, StepRetried
from holdfast.journal.events.steps import Unfinished
from holdfast.journal.fold import fold
from holdfast.journal.fold.state import RunState
from holdfast.journal.fold.step_state import StepState
from holdfast.journal.snapshots import freeze, thaw
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from tests.journal.samples import AT, RUN, recorded, started

BUSY = Fault(ErrorKind.TOOL_FAILED, "busy", retryable=True)
HALF = Fault(ErrorKind.PARTIAL_RESULT, "half of it")


def after(*events: Event) -> RunState:
    nodes = (NodeEntered(node="a", kind="tool"), NodeEntered(node="b", kind="tool"))
    return fold(recorded((started(), *nodes, *events)))


def intended(effect: Effect = Effect.KEYED, attempt: int = 1) -> StepIntended:
    return StepIntended(
        node="a", turn=0, call=0, name="pay", effect=effect, arguments="a1", attempt=attempt, settles_at=AT + 35
    )


def retried(effect: Effect = Effect.KEYED, *, is_definite: bool = False) -> StepRetried:
    return StepRetried(
        node="a",
        turn=0,
        call=0,
        name="pay",
        effect=effect,
        attempt=1,
        retry_at=AT + 9,
        fault=BUSY,
        is_definite=is_definite,
    )


def step(state: RunState) -> StepState:
    return state.nodes["a"].step


@pytest.mark.parametrize(
    ("effect", "is_definite", "is_unknown", "family"),
    [(Effect.READ, False, False, 0), (Effect.KEYED, False, True, 0), (Effect.KEYED, True, False, 1)],
)
def test_what_is_made_again_is_wanted_at_its_instant_and_not_before(
    effect: Effect, is_definite: bool, is_unknown: bool, family: int
) -> None:
    found = step(after(intended(effect), retried(effect, is_definite=is_definite)))
    assert (found.is_open, found.is_unknown, found.family) == (False, is_unknown, family)
    assert call_action("a", 0, 0, found) == CallTool("a", 0, 0, 2, AT + 9)


def test_once_it_is_made_again_or_cut_off_the_wait_is_over() -> None:
    assert step(after(intended(), retried(), intended(attempt=2))).retry_at is None
    cut_off = StepInterrupted(node="a", turn=0, call=0, name="pay", effect=Effect.KEYED, attempt=1, in_doubt=True)
    found = after(intended(), retried(), cut_off)
    assert (step(found).retry_at, found.doubts) == (None, ("a",))


def ended(node: str, outcome: Outcome, *mends: str) -> StepEnded:
    left = Unfinished(("r1",)) if outcome is Outcome.PARTIAL else None
    fault = HALF if outcome is Outcome.PARTIAL else None
    return StepEnded(
        node=node, turn=0, call=0, name="pay", outcome=outcome, seconds=1, fault=fault, unfinished=left, mends=mends
    )


def test_what_is_left_in_part_is_remembered_until_it_is_mended() -> None:
    state = after(ended("a", Outcome.PARTIAL))
    assert [(part.path, part.tool, part.reason) for part in state.in_part] == [("a", "pay", "half of it")]
    assert thaw(freeze(state), RUN) == state
    assert len(after(ended("a", Outcome.PARTIAL), ended("a", Outcome.PARTIAL)).in_part) == 1
    assert after(ended("a", Outcome.PARTIAL), ended("b", Outcome.SUCCEEDED)).in_part == state.in_part
    assert after(ended("a", Outcome.PARTIAL), ended("b", Outcome.SUCCEEDED, "a")).in_part == ()
