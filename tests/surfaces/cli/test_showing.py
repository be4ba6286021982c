"""Events, traces and conditions in words: every event has a line, every instant its place, every run its standing."""

import typing
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from holdfast.journal.events import (
    AllowanceAwaited,
    AllowanceRenewed,
    ApprovalAsked,
    ApprovalDecided,
    BranchTaken,
    BudgetLow,
    CancelRequested,
    ChildBegun,
    ChildEnded,
    ChildRecalled,
    ChildStarted,
    DriverChanged,
    DriverLeft,
    Event,
    EventAwaited,
    EventPublished,
    EventReceived,
    EventRefused,
    EventsHeld,
    HandedOver,
    ItemsMapped,
    LifecycleMoved,
    LoopSuspected,
    MailRead,
    ModelInterrupted,
    ModelOutrun,
    ModelReconciled,
    ModelSwitched,
    NodeEntered,
    NodeLeft,
    NodeRetried,
    PlanAdopted,
    PlanAsked,
    PlanChecked,
    QuestionAnswered,
    QuestionAsked,
    ReservationExceeded,
    ResourcesFailed,
    RetryDue,
    RunEnded,
    RunForked,
    RunMigrated,
    RunParked,
    RunRequeued,
    RunReviewed,
    ScriptAdvanced,
    ShareGiven,
    StepEnded,
    StepInterrupted,
    StepJudged,
    StepRetried,
)
from holdfast.journal.events.approvals import Need, Ruling
from holdfast.journal.events.circles import Circle
from holdfast.journal.events.plans import PlannedStep, StepKind
from holdfast.journal.events.runs import Origin
from holdfast.journal.events.scripts import CallKind, ScriptCall
from holdfast.journal.port import Head
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import EventId, PayloadId, RunId
from holdfast.kernel.limits import Budget, Spend
from holdfast.kernel.messages import Usage
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome, Settlement
from holdfast.observability.projection import project
from holdfast.observability.span import SpanKind
from holdfast.surfaces.cli.showing.condition import Condition, advice, condition
from holdfast.surfaces.cli.showing.event_lines import event_line
from holdfast.surfaces.cli.showing.records import event_record
from holdfast.surfaces.cli.showing.span_tree import CHILDREN_MAX, rows
from holdfast.surfaces.cli.showing.waterfall import Scale, detail
from holdfast.surfaces.cli.showing.wording import instant
from tests.observability.journals import (
    NOWHERE,
    Note,
    Notebook,
    called,
    ended,
    failed,
    intended,
    interrupted,
    over,
    probed,
    replied,
    runs_of_one_agent,
    settled,
)

CHILD = RunId("run_1")
FAULT = Fault(ErrorKind.TIMEOUT, "too slow")


def asked_approval(**changes: Any) -> ApprovalAsked:
    needs = (Need(roles=("finance",)), Need("user"))
    of = {"node": "a/b", "turn": 0, "call": 0, "number": 1, "tool": "pay", "definition": "d", "digest": "b"}
    return ApprovalAsked(**{**of, "asked": NOWHERE, "needs": needs, "deadline": 9.0, **changes})


def ruled(ruling: Ruling, **changes: Any) -> ApprovalDecided:
    of = {"node": "a/b", "turn": 0, "call": 0, "number": 1, "by": "Ann", "digest": "b"}
    return ApprovalDecided(**{**of, "ruling": ruling, **changes})


REF = PayloadId("ab")
LINES: dict[Event, str] = {
    EventPublished("a/b", EventId("evt_1"), "paid", PayloadId("p"), "k"): "a/b  published evt_1 on paid, key k",
    EventPublished("a", EventId("evt_1"), "paid", PayloadId("p"), is_simulated=True): (
        "a  would have published evt_1 on paid"
    ),
    EventAwaited("a", 1, "paid", "k"): "a  waits for an event on paid, key k",
    EventReceived("a", 1, EventId("evt_1"), "paid", PayloadId("p")): "a  received evt_1 on paid",
    EventRefused("a", 1, EventId("evt_1"), "odd"): "a  could not tell whether it waits for evt_1: odd",
    EventsHeld("a", 1, (EventId("evt_1"),)): "a  events still to be judged: 1 that came",
    EventsHeld("a", 1): "a  events still to be judged: none",
    ShareGiven(node="a", limits=Budget(tokens=2_000, turns=1)): "a  may spend 2.0k tokens, 1 turn",
    LifecycleMoved(to="EXECUTING"): "EXECUTING",
    DriverChanged(worker="host:1:aa", epoch=2): "taken up by host:1:aa (driver 2)",
    CancelRequested(reason="enough", by="anna"): "cancellation asked for by anna: enough",
    MailRead(position=3): "inbox read up to 3",
    RunParked(reason="in doubt"): "parked: in doubt",
    RunEnded(status="FAILED", outcome=Outcome.FAILED, fault=FAULT): "run ended FAILED, failed: too slow",
    ScriptAdvanced(node="a", calls=(ScriptCall("nap", CallKind.SLEEP),)): "a  script asks for nap",
    ScriptAdvanced(node="a", told=("nap",)): "a  script goes on",
    NodeEntered(node="a/b", kind="map"): "a/b  map entered",
    StepJudged(node="a", step="b"): "a  b came to what was expected",
    StepJudged(node="a", step="b", fault=FAULT): "a  b is found wanting: too slow",
    PlanAsked(node="a", draft=2, input=REF): "a  asks for draft 2 of its plan",
    PlanChecked(node="a", draft=2, problems=REF, found=2): "a  draft 2: 2 problems",
    PlanChecked(node="a", draft=2, plan=REF, by="Ann"): "a  the plan of Ann: can be carried out",
    PlanAdopted(
        node="a", number=2, plan=REF, steps=(PlannedStep("b", "b.2", StepKind.TOOL, "look"),), by="Ann"
    ): "a  carries out version 2, approved by Ann: b.2",
    NodeEntered(node="a/w", kind="wait", wakes_at=9.0): f"a/w  wait entered, until {instant(9.0)}",
    BranchTaken(node="a/b", case="c"): "a/b  takes c",
    BranchTaken(node="a/b", case=None): "a/b  takes none of its ways",
    ItemsMapped(node="a/b", keys=("x",), items=(NOWHERE,)): "a/b  has 1 item",
    HandedOver(
        node="a", number=1, giver="front", taker="billing", contract="charge", carried=NOWHERE
    ): "a  front hands over to billing by charge",
    NodeLeft(node="a/b", outcome=Outcome.FAILED, fault=FAULT): "a/b  failed: too slow",
    called(1): "review  turn 1: asks m (2 messages, about 100 tokens)",
    called(2, attempt=3): "review  turn 2: asks m (4 messages, about 100 tokens, attempt 3)",
    replied(1): "review  turn 1: answers · m-1 · 120 (20 cached) + 30 tokens · $0.0020 · 1.0 s",
    replied(1, calls=2, usage=Usage(120, 30)): (
        "review  turn 1: calls read_lines, read_lines · m-1 · 120 + 30 tokens · cost unknown · 1.0 s"
    ),
    replace(replied(2), first_token_seconds=0.25): (
        "review  turn 2: answers · m-1 · 120 (20 cached) + 30 tokens · $0.0020 · 1.0 s, first token 250 ms"
    ),
    failed(1): "review  turn 1: model call failed: overloaded (given up) · 500 ms",
    failed(1, retry_at=9.0): "review  turn 1: model call failed: overloaded (tried again) · 500 ms",
    replace(failed(2), is_charged=True, cost_usd=0.25): (
        "review  turn 2: model call failed: overloaded (given up) · 500 ms · charged with $0.2500"
    ),
    ModelInterrupted(
        node="a", turn=1, attempt=1
    ): "a  turn 1: model call cut off (cancelled), its reply was never seen · charged with an unknown cost",
    ModelReconciled(
        node="a", turn=1, attempt=2, usage=Usage(90, 10, 0, 0.01), by="Ann", note="the bill"
    ): "a  turn 1: Ann has looked up attempt 2: 90 + 10 tokens · $0.0100 (the bill)",
    LoopSuspected(node="a", turn=3, circle=Circle.CYCLE, count=3, threshold=3, tools=("look", "read")): (
        "a  turn 3: goes in circles, the same calls in turn: look, read, 3 times (the model is told)"
    ),
    LoopSuspected(node="a", turn=6, circle=Circle.SAME_CALL, count=6, threshold=6, tools=("look",), is_final=True): (
        "a  turn 6: goes in circles, the same call: look, 6 times (the agent is stopped)"
    ),
    intended(1, 2): "review  turn 1, call 2: read_lines begins (read)",
    intended(1, 2, attempt=2, effect=Effect.KEYED): "review  turn 1, call 2: read_lines begins again, attempt 2",
    ended(1, 2): "review  turn 1, call 2: read_lines succeeded · 512 B · 250 ms",
    ended(1, 2, outcome=Outcome.FAILED): "review  turn 1, call 2: read_lines failed: no such file · 512 B · 250 ms",
    interrupted(1, 2): "review  turn 1, call 2: read_lines cut off before its end",
    interrupted(1, 2, in_doubt=True): "review  turn 1, call 2: read_lines cut off: nobody knows what became of it",
    probed(1, 2, retry_at=9.0): ("review  turn 1, call 2: read_lines probed, and it is not known (asked again later)"),
    probed(1, 2, fault=FAULT): (
        "review  turn 1, call 2: read_lines probed, and it is not known: too slow (a person must say)"
    ),
    settled(1, 2, note="rang them"): ("review  turn 1, call 2: read_lines settled by Ann: it happened (rang them)"),
    settled(1, 2, Settlement.DID_NOT): "review  turn 1, call 2: read_lines settled by Ann: it did not happen",
    settled(1, 2, Settlement.ABANDONED): "review  turn 1, call 2: read_lines settled by Ann: abandoned: nobody knows",
    CancelRequested(reason="enough", by="Ann", abandons_doubts=True): (
        "cancellation asked for by Ann, doubts abandoned: enough"
    ),
    QuestionAsked(node="a/b", number=1, asked=NOWHERE, options=("yes", "no")): (
        "a/b  asks a person to choose: yes | no"
    ),
    QuestionAsked(node="a/b", number=1, asked=NOWHERE): "a/b  asks a person",
    ResourcesFailed(attempt=1, fault=FAULT, retry_at=9.0): "resources failed, attempt 1: too slow (tried again)",
    ResourcesFailed(attempt=3, fault=FAULT): "resources failed, attempt 3: too slow (a person must see to it)",
    RunReviewed(node="a/review.1", round=1): "review 1: passed",
    RunReviewed(node="a/review.2", round=2, unmet=("cites", "read"), found=NOWHERE): "review 2: unmet: cites, read",
    RunEnded(status="COMPLETE", outcome=Outcome.PARTIAL, waived=("cites",)): (
        "run ended COMPLETE, partial, in spite of cites"
    ),
    QuestionAnswered(node="a/b", number=1, choice="yes", by="Ann", note="seen"): "a/b  Ann has decided: yes (seen)",
    QuestionAnswered(node="a/b", number=1, choice="", by="Ann", value=NOWHERE): ("a/b  Ann has decided: see the value"),
    asked_approval(turn=2, call=1): (
        f"a/b  turn 2, call 1: pay waits for a yes: an operator with the role finance and the end user's confirmation, "
        f"until {instant(9.0)}"
    ),
    asked_approval(deadline=None, needs=(Need(approvals=2),)): "a/b  pay waits for a yes: 2 different operators",
    ruled(Ruling.APPROVE, settles=True, note="fine"): "a/b  Ann, operator, says yes (fine)",
    ruled(Ruling.APPROVE): "a/b  Ann, operator, says yes, others are still to say so",
    ruled(Ruling.EDIT, settles=True): "a/b  Ann, operator, says yes with other arguments",
    ruled(Ruling.REJECT, settles=True, of="user"): "a/b  Ann, user, says no",
    ruled(Ruling.REJECT, settles=True, by="deadline"): "a/b  nobody has said yes in time",
    NodeRetried(node="a/b", attempt=2, retry_at=9.0, fault=FAULT): (
        f"a/b  try 2 failed: too slow (tried again at {instant(9.0)})"
    ),
    AllowanceAwaited(node="a/b", allowance="the allowance of acme", reason="9 of 9", renews_at=9.0): (
        f"a/b  waits for the allowance of acme, renewed at {instant(9.0)} (9 of 9)"
    ),
    StepRetried(
        node="a/b", turn=1, call=2, name="pay", effect=Effect.KEYED, attempt=2, retry_at=9.0, fault=FAULT
    ): f"a/b  turn 1, call 2: pay attempt 2 failed: too slow (made again at {instant(9.0)})",
    StepInterrupted(
        node="a/b",
        turn=1,
        call=2,
        name="pay",
        effect=Effect.UNSAFE,
        attempt=1,
        in_doubt=True,
        reason="it could not be read back",
    ): "a/b  turn 1, call 2: pay cut off: nobody knows what became of it (it could not be read back)",
    StepEnded(
        node="a/b", turn=1, call=2, name="pay", outcome=Outcome.PARTIAL, seconds=2.0, waited_seconds=9.0, fault=FAULT
    ): "a/b  turn 1, call 2: pay partial: too slow · 2.0 s after a wait of 9.0 s",
    AllowanceRenewed(node="a/b"): "a/b  goes on: its allowance is renewed",
    RetryDue(node="a/b", attempt=2): "a/b  tried again after try 2",
    RetryDue(node="a/b", attempt=2, by="Ann"): "a/b  tried again after try 2, for Ann did not wait",
    RunRequeued(by="Ann", note="open again"): "requeued by Ann (open again)",
    RunRequeued(by="Ann", from_step="a/b"): "requeued by Ann from a/b",
    ChildStarted(node="a/b", number=1, child=CHILD, app="kid", budget=Budget()): "a/b  child run run_1 of kid starts",
    ChildStarted(node="a/b", number=2, child=CHILD, app="kid", budget=Budget()): (
        "a/b  child run run_1 of kid starts, time 2"
    ),
    ChildBegun(node="a/b", child=CHILD): "a/b  child run run_1 is begun",
    ChildRecalled(node="a/b", child=CHILD, reason="enough"): "a/b  child run run_1 is recalled: enough",
    ChildRecalled(node="a/b", child=CHILD, reason="enough", abandons_doubts=True): (
        "a/b  child run run_1 is recalled, doubts abandoned: enough"
    ),
    DriverLeft(worker="host:1:ab"): "put down by host:1:ab",
    ModelOutrun(
        node="a/b", turn=2, attempt=1, account="second", place="openai:m", after_seconds=2, seconds=3, cost_usd=0.01
    ): "a/b  turn 2: openai:m by second was outrun, its reply not heard · 3.0 s · charged with $0.0100",
    ModelInterrupted(node="a/b", turn=2, attempt=1, is_charged=False): (
        "a/b  turn 2: model call cut off (cancelled) before it was sent: nothing is charged"
    ),
    BudgetLow(owner="run", limit="usd", spent=0.4, allowed=0.5): "budget of the run runs low: $0.4000 of $0.5000",
    BudgetLow(owner="agent desk", limit="tool_calls", spent=4, allowed=5, node="a/b"): (
        "a/b  budget of the agent desk runs low: 4 of 5 tool calls"
    ),
    BudgetLow(owner="run", limit="tokens", spent=9_000, allowed=10_000): (
        "budget of the run runs low: 9.0k of 10.0k tokens"
    ),
    BudgetLow(owner="run", limit="seconds", spent=48, allowed=60): "budget of the run runs low: 48 s of 1 min 00 s",
    ModelSwitched(node="a/b", model="small", before="large", reason="the run's budget of usd runs low"): (
        "a/b  goes on with small in place of large: the run's budget of usd runs low"
    ),
    ReservationExceeded(node="a/b", turn=2, attempt=1, reserved=900, tokens=1_200): (
        "a/b  turn 2: the provider reports 1.2k tokens, more than was reserved (900 tokens)"
    ),
    ReservationExceeded(node="a/b", turn=2, attempt=1, reserved=900, tokens=800, reserved_usd=0.01, usd=0.02): (
        "a/b  turn 2: the provider reports 800 tokens, $0.0200, more than was reserved (900 tokens, $0.0100)"
    ),
    ChildEnded(node="a/b", child=CHILD, outcome=Outcome.FAILED, spend=Spend(input_tokens=1_500), fault=FAULT): (
        "a/b  child run run_1 ended failed: too slow · 1.5k tokens"
    ),
}


@pytest.mark.parametrize("event", LINES, ids=lambda event: type(event).__name__)
def test_every_event_has_a_line(event: Event) -> None:
    assert event_line(event) == LINES[event]


def test_no_event_is_without_a_line() -> None:
    book = Notebook()
    book.begin()
    assert event_line(book.notes[0].event) == "run of review began: "
    migrated = RunMigrated(by="to_v2", definitions={}, models={}, renamed={"a": "b"})
    assert event_line(migrated) == "migrated to the present definitions by to_v2: 1 node renamed, 0 dropped"
    forked = RunForked(origin=Origin(RunId("run_1"), 7), by="ann", budget=Budget(), models={}, note="to see")
    assert event_line(forked) == "forked from run run_1 at version 7 by ann, effects simulated (to see)"
    told = {type(book.notes[0].event), RunMigrated, RunForked}
    assert {type(event) for event in LINES} | told == set(typing.get_args(Event))


def test_no_event_has_a_field_that_json_lines_use_for_themselves() -> None:
    for kind in typing.get_args(Event):
        assert not {"version", "at", "event"} & set(kind.__struct_fields__)


def test_a_json_line_carries_the_tag_and_the_fields() -> None:
    book = Notebook()
    book.begin()
    record = event_record(book.notes[1])  # type: ignore[arg-type]  # a note is an entry in all but name
    assert record == {"version": 2, "at": book.notes[1].at, "event": "run.moved/1", "to": "EXECUTING"}


def test_a_parked_run_with_a_doubt_waits_for_somebody_who_knows() -> None:
    head = Head(RunId("run_0"), "t", "a", "", "WAITING", False, 3, 1, "", 0.0, None, None, None, 0.0, 0.0)
    assert condition(head, 10.0, is_store_driven=True, has_doubts=True) is Condition.IN_DOUBT
    assert "holdfast decide" in advice(Condition.IN_DOUBT, "AB", has_doubts=True)
    assert "holdfast resume" in advice(Condition.PARKED, "AB")


def test_a_run_that_asks_waits_for_somebody_who_decides_whether_it_has_a_deadline_or_not() -> None:
    parked = Head(RunId("run_0"), "t", "a", "", "WAITING", False, 3, 1, "", 0.0, None, None, None, 0.0, 0.0)
    for wake_at, asks, stands in (
        (None, True, Condition.ASKS),
        (99.0, True, Condition.ASKS),
        (99.0, False, Condition.WAITING),
        (5.0, True, Condition.INTERRUPTED),
    ):
        head = replace(parked, wake_at=wake_at)
        assert condition(head, 10.0, is_store_driven=False, asks=asks) is stands
    assert condition(parked, 10.0, is_store_driven=True, asks=True, has_doubts=True) is Condition.IN_DOUBT
    assert "holdfast decide AB --choose" in advice(Condition.ASKS, "AB")


def test_a_run_that_waits_to_try_again_says_so_and_one_that_failed_can_be_requeued() -> None:
    head = Head(RunId("run_0"), "t", "a", "", "WAITING", False, 3, 1, "", 0.0, 20.0, None, None, 0.0, 0.0)
    assert condition(head, 10.0, is_store_driven=True, is_retrying=True) is Condition.RETRYING
    assert condition(head, 10.0, is_store_driven=True) is Condition.WAITING
    assert "holdfast requeue AB" in advice(Condition.RETRYING, "AB")
    assert "holdfast requeue AB" in advice(Condition.OVER, "AB", is_dead=True)
    assert advice(Condition.OVER, "AB") == ""
    assert "requeue AB --from STEP" in advice(Condition.OVER, "AB", is_dead=True, has_failed_step=False)


def test_a_run_parked_for_its_child_runs_waits_and_is_not_told_to_be_resumed() -> None:
    head = Head(RunId("run_0"), "t", "a", "", "WAITING", False, 3, 1, "", 0.0, None, None, None, 0.0, 0.0)
    assert condition(head, 10.0, is_store_driven=True, awaits_children=True) is Condition.WAITING
    assert "holdfast runs --parent AB" in advice(Condition.WAITING, "AB", awaits_children=True)
    assert advice(Condition.WAITING, "AB") == ""


@given(runs_of_one_agent())
def test_bars_lie_within_their_width_and_are_never_empty(notes: list[Note]) -> None:
    trace = project(notes)
    scale = Scale(trace, trace.last_at, 20)
    for span in trace.spans:
        bar = scale.bar(span, trace.last_at)
        assert len(bar) <= 20
        assert bar.strip()
        detail(span)


def test_time_in_which_nobody_drove_takes_no_room_on_the_bars() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1), after=2)
    book.crash(seconds=86_400)
    book.write(ModelInterrupted(node="review", turn=1, attempt=1), after=0)
    book.write(called(1, attempt=2), after=0)
    book.write(replied(1, attempt=2), after=4)
    book.write(*over(), after=0)
    trace = project(book.notes)
    second = trace.span(SpanKind.MODEL, "review/turn.1", 2)
    assert second is not None
    assert Scale(trace, trace.last_at, 8).bar(second, trace.last_at) == "    ████"


def test_the_tree_shows_what_did_not_go_well_and_counts_the_rest() -> None:
    book = Notebook()
    book.begin("parallel")
    for index in range(40):
        path = f"review/n{index}"
        outcome = Outcome.FAILED if index == 33 else Outcome.SUCCEEDED
        book.write(NodeEntered(node=path, kind="function"), NodeLeft(node=path, outcome=outcome))
    trace = project(book.notes)
    found = rows(trace.spans, kinds=frozenset({SpanKind.NODE}))
    names = [row.span.name if row.span else f"+{row.left_out}" for row in found]
    assert names == ["review", *(f"n{index}" for index in range(CHILDREN_MAX - 2)), "n33", "+29"]
    assert len(rows(trace.spans, shows_all=True)) == 42


@pytest.mark.parametrize(
    ("is_over", "worker", "lease_until", "wake_at", "is_driven", "stands"),
    [
        (True, "", 0.0, None, True, Condition.OVER),
        (False, "w", 50.0, None, True, Condition.RUNNING),
        (False, "w", 50.0, None, False, Condition.INTERRUPTED),
        (False, "w", 5.0, None, False, Condition.INTERRUPTED),
        (False, "", 0.0, 9.0, False, Condition.INTERRUPTED),
        (False, "", 0.0, 9.0, True, Condition.RUNNING),
        (False, "", 0.0, 99.0, True, Condition.WAITING),
        (False, "", 0.0, None, True, Condition.PARKED),
    ],
)
def test_how_a_run_stands_is_more_than_its_status(
    is_over: bool, worker: str, lease_until: float, wake_at: float | None, is_driven: bool, stands: Condition
) -> None:
    head = Head(
        run=RunId("run_0"),
        tenant="t",
        app="a",
        title="",
        status="EXECUTING",
        is_over=is_over,
        version=1,
        epoch=1,
        worker=worker,
        lease_until=lease_until,
        wake_at=wake_at,
        request_id=None,
        parent=None,
        created_at=0.0,
        updated_at=0.0,
    )
    assert condition(head, 10.0, is_store_driven=is_driven) is stands
