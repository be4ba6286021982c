"""State from events: what each area evolves to, and that nothing but the events decides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from holdfast.journal.events import (
    CancelRequested,
    DriverChanged,
    Event,
    LifecycleMoved,
    MailRead,
    ModelCalled,
    ModelFailed,
    ModelInterrupted,
    ModelOutrun,
    ModelReconciled,
    NodeEntered,
    NodeLeft,
    RunEnded,
    RunForked,
    RunParked,
    StepEnded,
    StepIntended,
    StepInterrupted,
)
from holdfast.journal.events.runs import Origin
from holdfast.journal.events.steps import Held, Sanitised
from holdfast.journal.fold import begin, evolve, fold
from holdfast.journal.fold.agent_state import AgentState, Phase
from holdfast.journal.fold.children import OfChild
from holdfast.journal.fold.state import RunState, UnseenCall
from holdfast.journal.fold.steps import OfStep
from holdfast.kernel.charges import Charge, nano
from holdfast.kernel.days import begins_at, day_of
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import JournalError
from holdfast.kernel.ids import PayloadId
from holdfast.kernel.limits import Budget
from holdfast.kernel.messages import Usage
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from tests.journal.samples import AT, RUN, called, every_event, recorded, ref, replied, started

FAULT = Fault(ErrorKind.MODEL_FAILED, "the provider is down")
ENTERED = NodeEntered(node="desk", kind="agent", input=ref("input"))


def after(*events: Event) -> RunState:
    return fold(recorded((started(), *events)))


def desk(state: RunState) -> AgentState:
    node = state.node("desk")
    assert node is not None
    assert node.agent is not None
    return node.agent


def test_a_run_begins_with_what_its_request_said() -> None:
    state = after()
    assert (state.app, state.status, state.version) == ("desk", "INTAKE", 1)
    assert state.session == "customer-42"
    assert state.started_at == AT + 1


def test_a_journal_that_begins_otherwise_is_damaged() -> None:
    with pytest.raises(JournalError, match="begin with RunStarted, found MailRead"):
        fold(recorded((MailRead(position=1),)))


def test_an_empty_journal_is_no_run() -> None:
    with pytest.raises(JournalError, match="empty journal"):
        fold(())


def test_a_gap_in_the_versions_is_found() -> None:
    entries = recorded((started(), MailRead(position=1), MailRead(position=2)))
    with pytest.raises(JournalError, match="expected version 2 next, found 3"):
        fold((entries[0], entries[2]))


def test_an_event_of_a_node_that_was_never_entered_is_damage() -> None:
    with pytest.raises(JournalError, match="expected node 'desk' to have been entered"):
        after(called(1))


def test_a_turn_of_a_node_that_is_no_agent_is_damage() -> None:
    with pytest.raises(JournalError, match="expected an agent at 'desk', found sequence"):
        after(NodeEntered(node="desk", kind="sequence"), called(1))


def test_the_prompt_of_a_turn_is_what_all_turns_up_to_it_added() -> None:
    state = after(ENTERED, called(1, added=("system", "task")), replied(1, "lookup"), called(2, added=("reply1", "r")))
    assert desk(state).prompt == (ref("system"), ref("task"), ref("reply1"), ref("r"))
    assert desk(state).spend.turns == 2


def test_a_reply_replaces_its_reservation_by_what_was_used() -> None:
    state = after(ENTERED, called(1, reserved=500))
    assert (state.reserved, state.spend.tokens) == (500, 0)
    state = after(ENTERED, called(1, reserved=500), replied(1, "lookup", usage=Usage(50, 10, 5, 0.25)))
    assert state.reserved == 0
    assert (state.spend.tokens, state.spend.cached_tokens, state.spend.usd, state.spend.tool_calls) == (60, 5, 0.25, 1)


def test_an_unseen_reply_stays_charged_in_full() -> None:
    state = after(ENTERED, called(1, reserved=500), ModelInterrupted(node="desk", turn=1, attempt=1))
    assert (state.reserved, state.spend.tokens, state.spend.calls_of_unknown_cost) == (0, 500, 1)
    assert (desk(state).phase, desk(state).interrupted) == (Phase.READY, 1)


def test_a_failed_call_costs_nothing_and_is_no_second_turn() -> None:
    failed = ModelFailed(node="desk", turn=1, attempt=1, fault=FAULT, seconds=1.0, retry_at=AT + 9)
    state = after(ENTERED, called(1), failed, called(1, attempt=2))
    assert (state.reserved, state.spend.tokens, state.spend.turns) == (100, 0, 1)
    state = after(ENTERED, called(1), failed)
    assert (desk(state).phase, desk(state).retry_at, desk(state).fault) == (Phase.FAILED, AT + 9, FAULT)


def test_a_failed_call_that_may_be_billed_stays_charged_in_full() -> None:
    failed = ModelFailed(
        node="desk", turn=1, attempt=1, fault=FAULT, seconds=1.0, retry_at=AT + 9, is_charged=True, cost_usd=0.25
    )
    state = after(ENTERED, called(1, reserved=500), failed)
    assert (state.reserved, state.spend.tokens, state.spend.usd) == (0, 500, 0.25)
    assert desk(state).spend.tokens == 500
    assert state.unseen == (UnseenCall("desk", 1, 1, 500, 0.25, AT + 4, 4, AT + 3, "scripted"),)


@pytest.mark.parametrize("cost", [None, 0.25])
def test_what_was_looked_up_is_charged_in_place_of_the_worst_and_once(cost: float | None) -> None:
    unseen = ModelInterrupted(node="desk", turn=1, attempt=1, cost_usd=cost)
    looked_up = ModelReconciled(node="desk", turn=1, attempt=1, usage=Usage(90, 10, 5, 0.01), by="Ann", charged=4)
    once = after(ENTERED, called(1, reserved=500), unseen, looked_up)
    for spend in (once.spend, desk(once).spend):
        assert (spend.tokens, spend.cached_tokens, spend.usd, spend.calls_of_unknown_cost) == (100, 5, 0.01, 0)
    assert once.unseen == ()
    again = after(ENTERED, called(1, reserved=500), unseen, looked_up, looked_up)
    assert again.spend == once.spend


def test_a_call_is_charged_to_the_day_on_which_it_was_made() -> None:
    asked = after(ENTERED, called(1, reserved=500))
    day = day_of(AT)
    assert asked.charges == (Charge(day, held_tokens=500, held_unpriced=1),)
    answered = evolve(asked, replied(1), begins_at(day + 1) + 1)
    spent = answered.spend
    assert answered.charges == (Charge(day, spent.tokens, nano(spent.usd), spent.calls_of_unknown_cost),)
    lost = evolve(asked, ModelInterrupted(node="desk", turn=1, attempt=1), begins_at(day + 1) + 1)
    assert lost.charges == (Charge(day, 500, unpriced=1),)
    looked_up = ModelReconciled(
        node="desk", turn=1, attempt=1, usage=Usage(90, 10, 5, 0.01), by="Ann", charged=lost.version
    )
    assert evolve(lost, looked_up, begins_at(day + 9)).charges == (Charge(day, 100, 10_000_000),)


def hedged() -> ModelCalled:
    """A call that reserves for a second beside it."""
    return replace(called(1, reserved=500), reserved_usd=0.5, is_hedged=True)


def outrun() -> ModelOutrun:
    """The end of one of the two."""
    return ModelOutrun(
        node="desk", turn=1, attempt=1, account="a", place="m", after_seconds=0.0, seconds=3.0, cost_usd=0.25
    )


def test_of_two_calls_the_one_not_heard_is_charged_half_and_the_other_keeps_the_rest() -> None:
    day = day_of(AT)
    both, left = after(ENTERED, hedged()), after(ENTERED, hedged(), outrun())
    assert both.charges == (Charge(day, held_tokens=500, held_nano_usd=500_000_000),)
    assert left.charges == (Charge(day, 250, 250_000_000, held_tokens=250, held_nano_usd=250_000_000),)
    assert (left.reserved, left.reserved_usd, left.spend.tokens, left.spend.usd) == (250, 0.25, 250, 0.25)
    assert (desk(left).reserved, desk(left).is_hedged) == (250, False)
    answered = evolve(left, replied(1), AT + 9)
    assert (answered.reserved, answered.reserved_usd) == (0, 0.0)
    assert answered.spend.tokens == 250 + 60
    (unseen,) = answered.unseen
    looked_up = ModelReconciled(
        node="desk", turn=1, attempt=1, usage=Usage(90, 10, 0, 0.01), by="Ann", charged=unseen.charged
    )
    assert evolve(answered, looked_up, AT + 9).spend.tokens == 100 + 60


@pytest.mark.parametrize("ends", [(), (outrun(),)])
def test_whatever_becomes_of_two_calls_all_is_charged_and_nothing_stays_reserved(ends: tuple[Event, ...]) -> None:
    failed = ModelFailed(node="desk", turn=1, attempt=1, fault=FAULT, seconds=1.0, is_charged=True, cost_usd=0.25)
    cut_off = ModelInterrupted(node="desk", turn=1, attempt=1, cost_usd=0.25 if ends else 0.5)
    unsent = replace(cut_off, is_charged=False)
    outrun_tokens = 250 * len(ends)
    for event, tokens in ((failed, 250), (cut_off, 500 - outrun_tokens), (unsent, 0)):
        state = after(ENTERED, hedged(), *ends, event)
        taken = Charge(day_of(AT), outrun_tokens + tokens, (outrun_tokens + tokens) * 1_000_000)
        assert (state.charges, state.reserved, state.reserved_usd) == ((taken,), 0, 0.0)
        assert state.spend.tokens == outrun_tokens + tokens


@pytest.mark.parametrize("ends", [(), (outrun(),)])
def test_a_fork_has_neither_of_two_calls_that_were_under_way(ends: tuple[Event, ...]) -> None:
    forked = RunForked(origin=Origin(RUN, 3), by="Ann", budget=Budget(), models={})
    state = after(ENTERED, hedged(), *ends, forked)
    assert (state.reserved, state.reserved_usd, state.unseen, state.charges) == (0, 0.0, (), ())
    assert (desk(state).phase, desk(state).reserved, desk(state).is_hedged) == (Phase.READY, 0, False)
    assert state.inherited.tokens == 250 * len(ends)


def test_a_call_that_was_never_sent_is_no_attempt() -> None:
    unsent = ModelInterrupted(node="desk", turn=1, attempt=1, is_charged=False)
    agent = desk(after(ENTERED, called(1), unsent))
    assert (agent.phase, agent.attempts_before, agent.interrupted) == (Phase.READY, 1, 0)


def test_a_failed_call_that_costs_nothing_holds_nothing_more() -> None:
    failed = ModelFailed(node="desk", turn=1, attempt=1, fault=FAULT, seconds=1.0)
    assert after(ENTERED, called(1, reserved=500), failed).charges == (Charge(day_of(AT)),)


def test_an_estimate_goes_on_from_what_the_model_has_counted() -> None:
    counted = desk(after(ENTERED, called(1), replied(1, "lookup", usage=Usage(900, 40))))
    assert (counted.prompt_tokens, counted.counted) == (940, ref("reply1"))
    silent = desk(after(ENTERED, called(1), replied(1, "lookup", usage=Usage(0, 0))))
    assert (silent.prompt_tokens, silent.counted) == (60, None)
    assert desk(after(ENTERED, called(1), replied(1, "lookup", usage=Usage(900, 40)), called(2))).counted is None


def test_defects_are_counted_in_a_row() -> None:
    bad = replied(1)
    defective = type(bad)(
        node="desk",
        turn=1,
        attempt=1,
        reply=ref("r"),
        stop=bad.stop,
        usage=Usage(),
        model="m",
        seconds=0,
        defect=Fault(ErrorKind.BAD_ANSWER, "no JSON"),
    )
    state = after(ENTERED, called(1), defective, called(2), defective)
    assert desk(state).defects_in_a_row == 2
    assert desk(after(ENTERED, called(1), defective, called(2), replied(2, "lookup"))).defects_in_a_row == 0


def intended(effect: Effect, attempt: int = 1) -> StepIntended:
    return StepIntended(node="desk", turn=1, call=1, name="pay", effect=effect, arguments="a", attempt=attempt)


def test_an_interrupted_effect_in_doubt_is_an_obligation_until_it_is_settled() -> None:
    doubt = StepInterrupted(node="desk", turn=1, call=1, name="pay", effect=Effect.UNSAFE, attempt=1, in_doubt=True)
    prefix = (ENTERED, called(1), replied(1, "pay"), intended(Effect.UNSAFE), doubt)
    assert after(*prefix).doubts == ("desk/turn.1/call.1",)
    ended = StepEnded(node="desk", turn=1, call=1, name="pay", outcome=Outcome.SUCCEEDED, seconds=1)
    assert after(*prefix, ended).doubts == ()


def test_an_interrupted_effect_that_may_repeat_is_open_no_more() -> None:
    cut = StepInterrupted(node="desk", turn=1, call=1, name="pay", effect=Effect.KEYED, attempt=1, in_doubt=False)
    state = after(ENTERED, called(1), replied(1, "pay"), intended(Effect.KEYED), cut)
    step = desk(state).calls[0].step
    assert (step.is_open, step.in_doubt, step.attempt, step.outcome) == (False, False, 1, None)


def test_a_secret_that_is_held_stays_as_it_was_first_sealed_and_one_that_was_not_is_sealed_later() -> None:
    def gave(call: int, *held: Held) -> StepEnded:
        found = Sanitised(secrets=held, labelled=PayloadId(f"labelled {call}"))
        return StepEnded(
            node="desk", turn=1, call=call, name="pay", outcome=Outcome.SUCCEEDED, seconds=1, sanitised=found
        )

    first = gave(1, Held("jwt-1", PayloadId("sealed")), Held("jwt-2"))
    again = gave(2, Held("jwt-1", PayloadId("again")), Held("jwt-2", PayloadId("late")))
    state = after(ENTERED, called(1), replied(1, "pay", "pay"), first, again)
    assert state.held == {"jwt-1": "sealed", "jwt-2": "late"}
    assert state.labelled == ("labelled 1", "labelled 2")


def test_siblings_are_ordered_by_when_they_ended() -> None:
    left = NodeLeft(node="desk", outcome=Outcome.SUCCEEDED, result=ref("r"))
    node = after(ENTERED, left).node("desk")
    assert node is not None
    assert (node.left_at, node.outcome, node.result) == (3, Outcome.SUCCEEDED, ref("r"))


def test_waiting_remembers_what_it_interrupted() -> None:
    waiting = after(LifecycleMoved(to="EXECUTING"), LifecycleMoved(to="WAITING"), RunParked(reason="later"))
    assert (waiting.status, waiting.waited_from, waiting.parked) == ("WAITING", "EXECUTING", "later")
    back = after(
        LifecycleMoved(to="EXECUTING"),
        LifecycleMoved(to="WAITING"),
        RunParked(reason="later"),
        DriverChanged(worker="w", epoch=2),
        LifecycleMoved(to="EXECUTING"),
    )
    assert (back.waited_from, back.parked, back.drivers) == (None, None, 2)


def test_the_first_reason_to_cancel_stands() -> None:
    state = after(CancelRequested(reason="first", by="a"), CancelRequested(reason="second", by="b"))
    assert state.cancel_reason == "first"


def test_the_end_is_kept_with_its_instant() -> None:
    state = after(RunEnded(status="COMPLETE", outcome=Outcome.SUCCEEDED, result=ref("r")))
    assert state.is_over
    assert (state.status, state.result, state.ended_at) == ("COMPLETE", ref("r"), AT + 2)


@given(st.lists(st.sampled_from(every_event()[1:]), max_size=12))
def test_evolve_is_a_function_of_state_and_event_and_leaves_the_state_it_was_given(events: list[Event]) -> None:
    state = evolve(evolve(begin(started(), AT), ENTERED, AT), called(1), AT)
    state = evolve(state, replied(1, "pay"), AT)
    for event in events:
        if isinstance(event, OfStep) and not (desk(state).calls and desk(state).turn == event.turn):
            continue
        if isinstance(event, OfChild) and event.child not in state.children:
            continue
        before = repr(state)
        once, twice = evolve(state, event, AT + 1), evolve(state, event, AT + 1)
        assert once == twice
        assert repr(state) == before
        assert once.version == state.version + 1
        state = once


def test_a_call_that_is_not_of_the_present_turn_is_damage() -> None:
    ended = StepEnded(node="desk", turn=1, call=2, name="pay", outcome=Outcome.SUCCEEDED, seconds=1)
    with pytest.raises(JournalError, match=r"expected one of the 1 calls of turn 1 .* found call 2 of turn 1"):
        after(ENTERED, called(1), replied(1, "pay"), ended)


def test_an_unseen_reply_is_charged_what_its_interruption_says() -> None:
    cut_off = ModelInterrupted(node="desk", turn=1, attempt=1, cost_usd=0.5)
    state = after(ENTERED, called(1, reserved=200), cut_off)
    assert (state.spend.tokens, state.spend.usd, state.spend.calls_of_unknown_cost) == (200, 0.5, 0)


def test_drivers_in_vain_are_counted_until_something_ends_or_the_run_is_parked() -> None:
    again = DriverChanged(worker="w", epoch=2)
    assert after(again, again).drivers_in_vain == 2
    assert after(again, again, ENTERED, called(1), replied(1, "lookup")).drivers_in_vain == 0
    assert after(again, again, RunParked(reason="by hand"), again).drivers_in_vain == 0
