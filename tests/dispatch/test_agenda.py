"""Which run is driven next, and what finds no room."""

from collections import Counter

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from holdfast.dispatch.agenda import Agenda
from holdfast.dispatch.port import Lane
from holdfast.kernel.ids import RunId

A, B, C, D, E, F = (RunId(f"run_{letter}") for letter in "abcdef")


def taken(agenda: Agenda) -> list[RunId]:
    """Drive one after the other until none waits."""
    order: list[RunId] = []
    while (run := agenda.take()) is not None:
        agenda.finished(run)
        order.append(run)
    return order


def test_the_most_urgent_lane_goes_first_and_each_lane_in_order_of_arrival() -> None:
    agenda = Agenda(runs_at_once_max=1, queue_max=10)
    for run, lane in ((A, Lane.BATCH), (B, Lane.INTERACTIVE), (C, Lane.INTERACTIVE)):
        agenda.add(run, lane)
    assert taken(agenda) == [B, C, A]


def test_every_fourth_turn_goes_to_whoever_waits_longest_so_that_no_lane_starves() -> None:
    agenda = Agenda(runs_at_once_max=1, queue_max=10)
    agenda.add(A, Lane.BATCH)
    for run in (B, C, D, E, F):
        agenda.add(run, Lane.INTERACTIVE)
    assert taken(agenda) == [B, C, D, A, E, F]


def test_a_run_queued_twice_is_driven_once_in_the_more_urgent_lane() -> None:
    agenda = Agenda(runs_at_once_max=1, queue_max=10)
    agenda.add(A, Lane.BATCH)
    agenda.add(B, Lane.INTERACTIVE)
    agenda.add(A, Lane.RESUMED)
    agenda.add(A, Lane.BATCH)
    assert taken(agenda) == [A, B]


def test_a_run_keeps_its_lane_when_it_is_over() -> None:
    agenda = Agenda(runs_at_once_max=1, queue_max=10)
    agenda.add(A, Lane.BATCH)
    assert agenda.take() == A
    assert agenda.finished(A) is Lane.BATCH


def test_a_timer_rings_at_its_instant_and_the_earlier_of_two_counts() -> None:
    agenda = Agenda(runs_at_once_max=1, queue_max=10)
    agenda.add_at(A, 20.0, Lane.BATCH)
    agenda.add_at(A, 10.0, Lane.BATCH)
    agenda.add_at(A, 30.0, Lane.BATCH)
    agenda.add_at(B, 15.0, Lane.BATCH)
    assert agenda.next_ring() == 10.0
    agenda.ring(9.9)
    assert taken(agenda) == []
    agenda.ring(10.0)
    assert taken(agenda) == [A]
    assert agenda.next_ring() == 15.0
    agenda.ring(50.0)
    assert taken(agenda) == [B]
    assert agenda.next_ring() is None


def test_driving_a_run_makes_its_timer_void() -> None:
    agenda = Agenda(runs_at_once_max=1, queue_max=10)
    agenda.add_at(A, 10.0, Lane.BATCH)
    agenda.add(A, Lane.BATCH)
    assert taken(agenda) == [A]
    assert agenda.next_ring() is None


def test_a_full_queue_and_a_full_list_of_timers_drop_what_comes_last() -> None:
    agenda = Agenda(runs_at_once_max=1, queue_max=2)
    for run in (A, B, C):
        agenda.add(run, Lane.BATCH)
        agenda.add_at(RunId(run + "_later"), 5.0, Lane.BATCH)
    assert agenda.room == 0
    assert taken(agenda) == [A, B]
    agenda.ring(5.0)
    assert taken(agenda) == [RunId("run_a_later"), RunId("run_b_later")]


@pytest.mark.parametrize("is_driven", [False, True])
def test_timers_set_and_replaced_for_ever_take_bounded_room(is_driven: bool) -> None:
    agenda = Agenda(runs_at_once_max=1, queue_max=4)
    for number in range(10_000):
        agenda.add_at(A, 20_000.0 - number, Lane.BATCH)
        if is_driven:
            agenda.add(A, Lane.BATCH)
            taken(agenda)
    assert len(agenda._timers._heap) <= 8


class AgendaAgainstAModel(RuleBasedStateMachine):
    """Whatever is done: at most N at once, none twice at once, no more queued than allowed, none lost but for room."""

    AT_ONCE, QUEUE = 2, 3

    def __init__(self) -> None:
        super().__init__()
        self.agenda = Agenda(self.AT_ONCE, self.QUEUE)
        self.driven: list[RunId] = []
        self.owed: Counter[RunId] = Counter()

    @rule(run=st.sampled_from([A, B, C, D, E]), lane=st.sampled_from(Lane))
    def add(self, run: RunId, lane: Lane) -> None:
        had_room = self.agenda.room > 0 or run in self.driven
        self.agenda.add(run, lane)
        if had_room:
            self.owed[run] = 1

    @rule()
    def take(self) -> None:
        run = self.agenda.take()
        if run is not None:
            assert run not in self.driven
            self.driven.append(run)
            self.owed[run] = 0

    @precondition(lambda self: self.driven)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from(self.driven))
        has_room = self.agenda.room > 0
        self.driven.remove(run)
        self.agenda.finished(run)
        if not has_room:
            self.owed[run] = int(self.agenda.knows(run))

    @invariant()
    def limits_hold(self) -> None:
        assert len(self.driven) <= self.AT_ONCE
        assert 0 <= self.agenda.queued <= self.QUEUE
        assert self.agenda.known >= set(self.driven) | {run for run, count in self.owed.items() if count}

    def teardown(self) -> None:
        for run in self.driven:
            self.agenda.finished(run)
        assert set(taken(self.agenda)) >= {run for run, count in self.owed.items() if count and run not in self.driven}


TestAgendaAgainstAModel = AgendaAgainstAModel.TestCase
