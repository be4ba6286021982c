"""How nodes and runs evolve that are tried again: what is taken back, what is kept, and what is remembered."""

from holdfast.journal.events import (
    Event,
    NodeEntered,
    NodeLeft,
    NodeRetried,
    RetryDue,
    RunEnded,
    RunRequeued,
    StepEnded,
    StepIntended,
)
from holdfast.journal.events.retries import SentBefore
from holdfast.journal.fold import fold
from holdfast.journal.fold.state import NodeState, RunState
from holdfast.journal.snapshots import freeze, thaw
from holdfast.kernel.effects import Effect
from holdfast.kernel.limits import Budget
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from tests.journal.samples import AT, RUN, recorded, ref, started

BUSY = Fault(ErrorKind.TOOL_FAILED, "busy", retryable=True)
OLD = SentBefore("shop/pay", "pay", "a1", "hf_1", AT + 100)


def entered(node: str, kind: str = "function", deadline: float | None = None) -> NodeEntered:
    return NodeEntered(node=node, kind=kind, input=ref("input"), deadline=deadline)


def intended(node: str = "shop/pay", attempt: int = 1, key: str = "hf_1") -> StepIntended:
    return StepIntended(
        node=node,
        turn=0,
        call=0,
        name="pay",
        effect=Effect.KEYED,
        arguments="a1",
        key=key,
        attempt=attempt,
        settles_at=AT + 50,
    )


def failed(attempt: int = 1, *, is_definite: bool = True) -> StepEnded:
    return StepEnded(
        node="shop/pay",
        turn=0,
        call=0,
        name="pay",
        outcome=Outcome.FAILED,
        seconds=0.0,
        attempt=attempt,
        fault=BUSY,
        is_definite=is_definite,
    )


BEGUN = (started(), entered("shop", "sequence", AT + 62), entered("shop/look"), entered("shop/pay"))
DEAD = (
    *BEGUN,
    NodeLeft(node="shop/look", outcome=Outcome.SUCCEEDED, result=ref("seen")),
    intended(),
    failed(),
    NodeLeft(node="shop/pay", outcome=Outcome.FAILED, fault=BUSY),
    NodeLeft(node="shop", outcome=Outcome.FAILED, fault=BUSY),
    RunEnded(status="FAILED", outcome=Outcome.FAILED, fault=BUSY),
)


def after(*events: Event) -> RunState:
    return fold(recorded(events))


def pay(state: RunState) -> NodeState:
    return state.nodes["shop/pay"]


def test_a_retried_node_waits_and_its_step_is_open_for_another_try() -> None:
    state = after(*BEGUN, intended(), failed(), NodeRetried(node="shop/pay", attempt=1, retry_at=AT + 9, fault=BUSY))
    node = pay(state)
    assert state.retrying == ("shop/pay",)
    assert (node.tries, node.retry_at, node.fault, node.outcome) == (1, AT + 9, BUSY, None)
    assert (node.step.outcome, node.step.family, node.step.attempts_void) == (None, 1, 1)
    assert node.step.act_at is None, "what came to nothing for certain need not be waited for"


def test_what_may_still_be_on_its_way_is_waited_for() -> None:
    retried = NodeRetried(node="shop/pay", attempt=1, retry_at=AT + 9, fault=BUSY)
    state = after(*BEGUN, intended(), failed(is_definite=False), retried)
    assert pay(state).step.act_at == AT + 50


def test_the_wait_ends_when_it_is_due_and_when_the_node_is_left() -> None:
    retried = NodeRetried(node="shop/pay", attempt=1, retry_at=AT + 9, fault=BUSY)
    for event in (RetryDue(node="shop/pay", attempt=1), NodeLeft(node="shop/pay", outcome=Outcome.CANCELLED)):
        state = after(*BEGUN, intended(), failed(), retried, event)
        assert (state.retrying, pay(state).retry_at) == ((), None)


def test_a_requeued_run_is_not_over_and_what_succeeded_stays() -> None:
    state = after(*DEAD, RunRequeued(by="Ann", reopened=("shop", "shop/pay")))
    assert (state.is_over, state.outcome, state.fault, state.ended_at, state.requeues) == (False, None, None, None, 1)
    assert state.nodes["shop/look"].outcome is Outcome.SUCCEEDED
    assert (pay(state).outcome, pay(state).left_at, pay(state).step.outcome) == (None, 0, None)


def test_what_is_reopened_has_all_its_time_once_more() -> None:
    before = after(*DEAD).nodes["shop"]
    state = after(*DEAD, RunRequeued(by="Ann", reopened=("shop", "shop/pay")))
    shop = state.nodes["shop"]
    assert before.deadline is not None
    assert shop.deadline is not None
    assert shop.deadline - shop.entered_at == before.deadline - before.entered_at
    assert state.limited_from == shop.entered_at == AT + state.version


def test_what_is_dropped_is_gone_with_all_below_it() -> None:
    state = after(*DEAD, RunRequeued(by="Ann", dropped=("shop",)))
    assert not state.nodes


def test_limits_are_raised_for_the_run_and_for_its_agents() -> None:
    state = after(*DEAD, RunRequeued(by="Ann", budget=Budget(tokens=1, turns=1_000)))
    assert state.budget.tokens == started().budget.tokens, "nothing is lowered"
    assert state.raised == Budget(tokens=1, turns=1_000)
    again = RunRequeued(by="Ann", budget=Budget(tokens=5, usd=2.0))
    assert after(*DEAD, RunRequeued(by="Ann", budget=Budget(turns=9)), again).raised == Budget(
        tokens=5, usd=2.0, turns=9
    )


def test_a_key_of_the_past_is_taken_by_the_first_that_is_sent_under_it() -> None:
    requeued = RunRequeued(by="Ann", reopened=("shop",), dropped=("shop/pay",), sent=(OLD,))
    state = after(*DEAD, requeued, entered("shop/pay"))
    assert [sent.step for sent in state.sent["shop/pay"]] == [None]
    state = after(*DEAD, requeued, entered("shop/pay"), intended())
    assert [sent.step for sent in state.sent["shop/pay"]] == ["shop/pay"]


def test_a_snapshot_remembers_what_was_sent() -> None:
    state = after(*DEAD, RunRequeued(by="Ann", reopened=("shop",), dropped=("shop/pay",), sent=(OLD,)))
    assert thaw(freeze(state), RUN) == state
