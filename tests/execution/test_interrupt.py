"""What was sent and has no outcome is interrupted, and in doubt unless it repeats safely: each of it once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from holdfast.execution.interrupt import interruptions
from holdfast.journal.events import Event, ModelInterrupted, NodeEntered, StepEnded, StepIntended, StepInterrupted
from holdfast.journal.fold import begin, evolve
from holdfast.journal.fold.state import RunState
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import Outcome
from tests.journal.samples import AT, called, ref, replied, started

ENTERED = NodeEntered(node="desk", kind="agent", input=ref("input"))


def after(*events: Event) -> RunState:
    state = begin(started(), AT)
    for event in events:
        state = evolve(state, event, AT)
    return state


def intended(effect: Effect, node: str = "desk", turn: int = 1, call: int = 1) -> StepIntended:
    return StepIntended(node=node, turn=turn, call=call, name="act", effect=effect, arguments="a1")


def ended(call: int) -> StepEnded:
    return StepEnded(node="desk", turn=1, call=call, name="act", outcome=Outcome.FAILED, seconds=0.0)


def test_nothing_under_way_is_nothing_interrupted() -> None:
    state = after(ENTERED, called(1), replied(1, "act", "act"), intended(Effect.UNSAFE), ended(1))
    assert list(interruptions(state)) == []


def test_a_model_call_under_way_is_interrupted() -> None:
    assert list(interruptions(after(ENTERED, called(1)))) == [ModelInterrupted(node="desk", turn=1, attempt=1)]


@pytest.mark.parametrize("effect", Effect)
def test_an_effect_is_in_doubt_unless_it_repeats_safely(effect: Effect) -> None:
    state = after(ENTERED, called(1), replied(1, "act"), intended(effect))
    (event,) = interruptions(state)
    assert event == StepInterrupted(
        node="desk", turn=1, call=1, name="act", effect=effect, attempt=1, in_doubt=not effect.repeats_safely
    )


def test_a_node_that_is_itself_an_effect_is_interrupted_too() -> None:
    state = after(NodeEntered(node="flow", kind="tool", input=ref("input")), intended(Effect.READ, "flow", 0, 0))
    (event,) = interruptions(state)
    assert isinstance(event, StepInterrupted)
    assert (event.node, event.turn, event.call, event.in_doubt) == ("flow", 0, 0, False)


@given(st.lists(st.sampled_from(Effect), min_size=1, max_size=6), st.data())
def test_once_recorded_nothing_is_left_to_interrupt(effects: list[Effect], data: st.DataObject) -> None:
    open_calls = data.draw(st.sets(st.integers(1, len(effects))))
    state = after(ENTERED, called(1), replied(1, *("act" for _ in effects)))
    for call in open_calls:
        state = evolve(state, intended(effects[call - 1], call=call), AT)
    found = list(interruptions(state))
    assert sorted(event.call for event in found if isinstance(event, StepInterrupted)) == sorted(open_calls)
    for event in found:
        state = evolve(state, event, AT)
    assert list(interruptions(state)) == []
    assert len(state.doubts) == sum(not effects[call - 1].repeats_safely for call in open_calls)


def test_a_call_that_was_cut_off_is_charged_with_what_it_had_reserved() -> None:
    for reserved_usd in (None, 0.0, 0.25):
        state = after(ENTERED, replace(called(1), reserved_usd=reserved_usd))
        (cut_off,) = interruptions(state)
        assert isinstance(cut_off, ModelInterrupted)
        assert cut_off.cost_usd == reserved_usd
