"""What an agent wants next, in every phase: decided from its state alone."""

import pytest
from msgspec.structs import replace

from holdfast.execution.actions import Action, AwaitPerson, CallModel, CallTool, Note
from holdfast.execution.agent import Agent
from holdfast.execution.decide import INTERRUPTIONS_MAX, decide_agent
from holdfast.journal.events import (
    Event,
    ModelFailed,
    ModelInterrupted,
    ModelReplied,
    NodeEntered,
    NodeLeft,
    StepEnded,
    StepIntended,
    StepInterrupted,
)
from holdfast.journal.fold import begin, evolve
from holdfast.journal.fold.state import RunState
from holdfast.kernel.effects import Effect
from holdfast.kernel.limits import Budget
from holdfast.kernel.messages import StopReason
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from tests.journal.samples import AT, called, ref, replied, started
from tests.runtime.stage import desk

ENTERED = NodeEntered(node="desk", kind="agent", input=ref("input"))
BUSY = Fault(ErrorKind.MODEL_FAILED, "busy", retryable=True)


def after(*events: Event, budget: Budget | None = None) -> RunState:
    state = begin(replace(started(), budget=budget or Budget()), AT)
    for event in (ENTERED, *events):
        state = evolve(state, event, AT)
    return state


def wanted(state: RunState, agent: Agent | None = None) -> tuple[Action, ...]:
    return decide_agent(agent or desk(), state.nodes["desk"], state)


def left(actions: tuple[Action, ...]) -> NodeLeft:
    """Return how the actions end the agent's node, whatever else they tell."""
    *_, note = actions
    assert isinstance(note, Note)
    (event,) = note.events
    assert isinstance(event, NodeLeft)
    return event


def defective(turn: int, kind: ErrorKind, stop: StopReason) -> ModelReplied:
    return replace(replied(turn), stop=stop, defect=Fault(kind, "not this way"))


def intended(call: int, effect: Effect = Effect.UNSAFE, attempt: int = 1) -> StepIntended:
    return StepIntended(node="desk", turn=1, call=call, name="pay", effect=effect, arguments="a1", attempt=attempt)


def ended(call: int) -> StepEnded:
    return StepEnded(
        node="desk", turn=1, call=call, name="pay", outcome=Outcome.SUCCEEDED, seconds=0.1, shown=ref(f"shown{call}")
    )


def interrupted(call: int, *, in_doubt: bool, attempt: int = 1) -> StepInterrupted:
    return StepInterrupted(
        node="desk", turn=1, call=call, name="pay", effect=Effect.KEYED, attempt=attempt, in_doubt=in_doubt
    )


def test_an_agent_that_was_entered_takes_its_first_turn() -> None:
    assert wanted(after()) == (CallModel("desk", 1, 1),)


def test_a_call_under_way_stays_wanted() -> None:
    assert wanted(after(called(1))) == (CallModel("desk", 1, 1),)


def test_an_interrupted_call_is_made_again_in_the_same_turn() -> None:
    state = after(called(1), ModelInterrupted(node="desk", turn=1, attempt=1))
    assert wanted(state) == (CallModel("desk", 1, 2),)


def test_a_failed_call_is_tried_again_at_the_recorded_instant() -> None:
    failed = ModelFailed(node="desk", turn=1, attempt=1, fault=BUSY, seconds=1.0, retry_at=AT + 5)
    assert wanted(after(called(1), failed)) == (CallModel("desk", 1, 2, AT + 5),)


def test_a_failed_call_that_is_not_to_be_tried_again_ends_the_agent_with_its_fault() -> None:
    failed = ModelFailed(node="desk", turn=1, attempt=1, fault=BUSY, seconds=1.0)
    event = left(wanted(after(called(1), failed)))
    assert (event.outcome, event.fault) == (Outcome.FAILED, BUSY)


def test_an_answer_ends_the_agent_with_it() -> None:
    event = left(wanted(after(called(1), replied(1, answer="answer"))))
    assert (event.outcome, event.result) == (Outcome.SUCCEEDED, ref("answer"))


def test_the_calls_of_a_turn_are_all_wanted_at_once() -> None:
    state = after(called(1), replied(1, "pay", "look"))
    assert wanted(state) == (CallTool("desk", 1, 1, 1), CallTool("desk", 1, 2, 1))


def test_a_call_under_way_keeps_its_attempt_and_one_that_ended_is_no_longer_wanted() -> None:
    state = after(called(1), replied(1, "pay", "look"), intended(1), ended(2))
    assert wanted(state) == (CallTool("desk", 1, 1, 1),)


def test_once_every_call_has_ended_the_next_turn_comes() -> None:
    state = after(called(1), replied(1, "pay"), intended(1), ended(1))
    assert wanted(state) == (CallModel("desk", 2, 1),)


def test_a_call_that_may_be_sent_again_is() -> None:
    state = after(called(1), replied(1, "pay"), intended(1, Effect.KEYED), interrupted(1, in_doubt=False))
    assert wanted(state) == (CallTool("desk", 1, 1, 2),)


def test_a_call_in_doubt_is_left_to_a_person_while_the_others_go_on() -> None:
    state = after(called(1), replied(1, "pay", "look"), intended(1), interrupted(1, in_doubt=True))
    assert wanted(state) == (AwaitPerson("desk/turn.1/call.1"), CallTool("desk", 1, 2, 1))


@pytest.mark.parametrize(
    ("kind", "stop"),
    [
        (ErrorKind.TRUNCATED, StopReason.MAX_TOKENS),
        (ErrorKind.BAD_ANSWER, StopReason.END_TURN),
    ],
)
def test_a_reply_that_can_be_mended_is_asked_for_again_so_often_and_no_more(kind: ErrorKind, stop: StopReason) -> None:
    agent, events = desk(corrections_max=2), list[Event]()
    for turn in (1, 2):
        events += [called(turn), defective(turn, kind, stop)]
        assert wanted(after(*events), agent) == (CallModel("desk", turn + 1, 1),)
    events += [called(3), defective(3, kind, stop)]
    event = left(wanted(after(*events), agent))
    assert event.outcome is Outcome.FAILED
    assert event.fault is not None
    assert event.fault.kind is kind


def test_only_defects_in_a_row_count() -> None:
    agent = desk(corrections_max=1)
    bad = defective(1, ErrorKind.BAD_ANSWER, StopReason.END_TURN)
    good = replied(2, "look")
    look = replace(ended(1), turn=2)
    worse = defective(3, ErrorKind.BAD_ANSWER, StopReason.END_TURN)
    state = after(called(1), bad, called(2), good, look, called(3), worse)
    assert wanted(state, agent) == (CallModel("desk", 4, 1),)


@pytest.mark.parametrize(
    ("kind", "stop"),
    [
        (ErrorKind.REFUSED_BY_MODEL, StopReason.REFUSAL),
        (ErrorKind.CONTENT_FILTER, StopReason.CONTENT_FILTER),
    ],
)
def test_a_refusal_is_not_argued_with(kind: ErrorKind, stop: StopReason) -> None:
    event = left(wanted(after(called(1), defective(1, kind, stop))))
    assert event.outcome is Outcome.FAILED
    assert event.fault is not None
    assert event.fault.kind is kind


def test_a_pause_goes_on() -> None:
    paused = replace(replied(1), stop=StopReason.PAUSE)
    assert wanted(after(called(1), paused)) == (CallModel("desk", 2, 1),)


@pytest.mark.parametrize("owner", ["agent desk", "run"])
def test_the_turns_of_agent_and_run_are_limited(owner: str) -> None:
    limit = Budget(turns=1)
    agent = desk(budget=limit if owner == "agent desk" else Budget())
    state = after(called(1), replied(1, "look"), ended(1), budget=limit if owner == "run" else Budget())
    event = left(wanted(state, agent))
    assert event.fault == Fault(ErrorKind.BUDGET, f"the {owner}'s turns limit reached: 1 of 1")


def test_calls_beyond_the_limit_are_none_of_them_made() -> None:
    agent = desk(budget=Budget(tool_calls=1))
    event = left(wanted(after(called(1), replied(1, "look", "look")), agent))
    assert event.fault == Fault(ErrorKind.BUDGET, "the agent desk's tool_calls limit reached: 2 of 1")


def test_calls_that_were_allowed_stay_allowed_when_others_spend_the_rest() -> None:
    state = after(called(1), replied(1, "look", "look"), intended(1), budget=Budget(tool_calls=2))
    both = (CallTool("desk", 1, 1, 1), CallTool("desk", 1, 2, 1))
    assert wanted(state) == both
    assert wanted(replace(state, spend=replace(state.spend, tool_calls=99))) == both


def test_money_spent_ends_it() -> None:
    dear = replied(1, "look", usage=replace(replied(1).usage, cost_usd=0.5))
    event = left(wanted(after(called(1), dear, ended(1)), desk(budget=Budget(usd=0.5))))
    assert event.fault == Fault(ErrorKind.BUDGET, "the agent desk's usd limit reached: 0.5 of 0.5")


def test_a_call_whose_reply_is_never_seen_is_not_made_for_ever() -> None:
    last = desk().model_attempts_max + INTERRUPTIONS_MAX
    cut_off = ModelInterrupted(node="desk", turn=1, attempt=last)
    assert wanted(after(called(1, attempt=last - 1), replace(cut_off, attempt=last - 1))) == (
        CallModel("desk", 1, last),
    )
    gone = left(wanted(after(called(1, attempt=last), cut_off)))
    assert gone.fault is not None
    assert "its reply never seen" in gone.fault.message
