"""Costs are what the journal says of each model call, summed up: nothing twice, nothing left out, unknown not zero."""

import msgspec
import pytest
from hypothesis import given

from holdfast.journal.events import (
    ChildEnded,
    Event,
    ModelFailed,
    ModelInterrupted,
    ModelReconciled,
    RunStarted,
)
from holdfast.journal.events.runs import Origin
from holdfast.journal.fold import begin, evolve
from holdfast.kernel.ids import RunId
from holdfast.kernel.limits import Spend
from holdfast.kernel.messages import Usage
from holdfast.kernel.outcomes import Outcome
from holdfast.observability.calls import EndedCall, Ending, ended_calls
from holdfast.observability.costs import Costs, CostTable, Owner, Summed
from holdfast.observability.groups import By
from tests.observability.journals import AGENT, BEGAN_AT, Note, Notebook, called, failed, replied, runs_of_one_agent

OWNER = Owner("run_1", "desk", "acme")
PAID = Usage(120, 30, 20, 0.002)


def calls_after(*events: Event) -> list[EndedCall]:
    book = Notebook()
    book.begin()
    book.write(*events)
    return list(ended_calls(book.notes))


def charged(turn: int, attempt: int = 1, cost_usd: float | None = 0.05) -> ModelFailed:
    return msgspec.structs.replace(failed(turn, attempt), is_charged=True, cost_usd=cost_usd)


def summed(by: By, *calls: EndedCall, owner: Owner = OWNER) -> Summed:
    table = CostTable(by)
    for call in calls:
        table.add(call, owner)
    return table.told(runs=1, unreadable=0)


def total(*calls: EndedCall) -> Costs:
    return summed(By.MODEL, *calls).total


def paid(at: float = BEGAN_AT, usage: Usage = PAID, model: str = "m", agent: str = AGENT) -> EndedCall:
    return EndedCall(at, agent, model, 1, Ending.REPLIED, usage, 1.0, 0.25)


@given(runs_of_one_agent())
def test_the_calls_of_a_run_come_to_what_its_state_has_spent(notes: list[Note]) -> None:
    state = begin(notes[0].event, notes[0].at)
    for note in notes[1:]:
        state = evolve(state, note.event, note.at)
    told = total(*ended_calls(notes))
    spent = state.spend
    assert told.input_tokens == spent.input_tokens
    assert (told.output_tokens, told.cached_tokens) == (spent.output_tokens, spent.cached_tokens)
    assert told.calls_of_unknown_cost == spent.calls_of_unknown_cost
    assert (told.cost_usd or 0.0) == pytest.approx(spent.usd, abs=1e-9)


def test_a_call_tells_whose_it_was_and_how_long_it_took() -> None:
    asked = msgspec.structs.replace(called(1), agent="clerk", model="large")
    (call,) = calls_after(asked, msgspec.structs.replace(replied(1), first_token_seconds=0.25))
    assert (call.agent, call.model, call.ending) == ("clerk", "large", Ending.REPLIED)
    assert (call.usage, call.seconds, call.first_token_seconds) == (PAID, 1.0, 0.25)


def test_an_older_journal_does_not_say_whose_a_call_was_and_its_node_is_named_instead() -> None:
    notes = [Note(1, BEGAN_AT, called(1, node="app/scan[x]")), Note(2, BEGAN_AT, replied(1, node="app/scan[x]"))]
    assert [call.agent for call in ended_calls(notes)] == ["scan"]


def test_a_call_that_waits_for_its_reply_is_not_counted_yet() -> None:
    assert calls_after(called(1)) == []


def test_a_call_that_failed_for_certain_costs_nothing_and_one_that_was_lost_what_it_was_charged() -> None:
    told = total(*calls_after(called(1), failed(1, retry_at=9.0), called(1, 2), charged(1, 2)))
    assert (told.calls, told.retries, told.failed, told.lost) == (2, 1, 1, 1)
    assert (told.input_tokens, told.cost_usd, told.lost_usd) == (300, 0.05, 0.05)
    assert told.seconds_p50 is None


def test_what_was_refused_before_it_was_sent_is_no_call() -> None:
    assert calls_after(failed(1)) == []


def test_a_lost_call_that_somebody_looked_up_costs_what_was_found() -> None:
    interrupted = ModelInterrupted(node=AGENT, turn=1, attempt=1, cost_usd=0.5)
    found = ModelReconciled(node=AGENT, turn=1, attempt=1, usage=Usage(90, 10, 0, 0.01), by="Ann", charged=5)
    for events, usd in (((called(1), interrupted), 0.5), ((called(1), interrupted, found), 0.01)):
        told = total(*calls_after(*events))
        assert (told.calls, told.lost, told.lost_usd, told.cost_usd) == (1, 1, usd, usd)


def test_what_a_child_has_spent_is_told_by_the_child_alone() -> None:
    ended = ChildEnded(
        node=AGENT, child=RunId("run_2"), outcome=Outcome.SUCCEEDED, spend=Spend(input_tokens=9_000, usd=9.0)
    )
    told = total(*ended_calls([Note(1, BEGAN_AT, called(1)), Note(2, BEGAN_AT, replied(1)), Note(3, BEGAN_AT, ended)]))
    assert (told.cost_usd, told.input_tokens) == (0.002, 120)


def test_what_a_fork_has_inherited_is_told_by_the_run_that_paid_it_alone() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1), replied(1), called(2), replied(2))
    began = book.notes[0]
    assert isinstance(began.event, RunStarted)
    cut = book.notes[-3].version  # the first turn is over, the second has not begun
    forked = msgspec.structs.replace(began.event, origin=Origin(RunId("run_1"), cut))
    (call,) = ended_calls([Note(began.version, began.at, forked), *book.notes[1:]])
    assert call.at == book.notes[-1].at


def test_a_cost_that_is_not_known_is_not_shown_as_zero() -> None:
    unknown = paid(usage=Usage(10, 5))
    assert (total(unknown).cost_usd, total(unknown).calls_of_unknown_cost) == (None, 1)
    both = total(unknown, paid())
    assert (both.cost_usd, both.calls_of_unknown_cost) == (0.002, 1)
    free = total(paid(usage=Usage(10, 5, 0, 0.0)))
    assert (free.cost_usd, free.calls_of_unknown_cost) == (0.0, 0)


@pytest.mark.parametrize(
    ("by", "name"),
    [
        (By.RUN, "run_1"),
        (By.APP, "desk"),
        (By.TENANT, "acme"),
        (By.MODEL, "m"),
        (By.AGENT, f"desk/{AGENT}"),
        (By.DAY, "2027-01-15"),
    ],
)
def test_calls_can_be_put_together_by(by: By, name: str) -> None:
    found = summed(by, paid())
    assert [line for line, _ in found.lines] == [name]
    assert found.lines[0][1] == found.total


def test_the_dearest_group_comes_first_and_days_in_their_order() -> None:
    dear = paid(usage=Usage(1, 1, 0, 3.0), model="large")
    assert [name for name, _ in summed(By.MODEL, paid(), dear).lines] == ["large", "m"]
    days = [paid(at=BEGAN_AT + day * 86_400) for day in (2, 0, 1)]
    assert [name for name, _ in summed(By.DAY, *days).lines] == ["2027-01-15", "2027-01-16", "2027-01-17"]


def test_sums_of_money_do_not_gather_dust() -> None:
    assert total(*[paid(usage=Usage(1, 1, 0, 0.1))] * 3).cost_usd == 0.3
