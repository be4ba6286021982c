"""What a trace promises: every event has its place, it can be followed as it grows, and its sums are the fold's."""

import typing

import pytest
from hypothesis import given

from holdfast.journal.events import (
    BranchTaken,
    CancelRequested,
    ChildBegun,
    ChildEnded,
    ChildRecalled,
    ChildStarted,
    Event,
    ItemsMapped,
    LifecycleMoved,
    LoopSuspected,
    MailRead,
    ModelInterrupted,
    NodeEntered,
    NodeLeft,
    QuestionAnswered,
    QuestionAsked,
    RunParked,
    RunStarted,
)
from holdfast.journal.events.circles import Circle
from holdfast.kernel.effects import Effect
from holdfast.kernel.ids import child_run_id
from holdfast.kernel.limits import Budget, Spend
from holdfast.kernel.messages import Usage
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome, Settlement
from holdfast.observability.projection import PROJECTED, advance, begin, project
from holdfast.observability.span import Span, SpanKind, SpanStatus
from holdfast.observability.totals import totals
from holdfast.observability.trace import Trace
from holdfast.observability.usage import figures, spend_below, total
from tests.observability.journals import (
    AGENT,
    BEGAN_AT,
    NOWHERE,
    RUN,
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


def spans_of(trace: Trace, kind: SpanKind) -> list[Span]:
    return [span for span in trace.spans if span.kind is kind]


def test_a_question_is_a_wait_within_its_node_until_somebody_has_decided() -> None:
    book = Notebook()
    book.begin("decision")
    book.write(QuestionAsked(node="review", number=1, asked=NOWHERE, options=("a", "b"), deadline=BEGAN_AT + 90))
    (asks,) = spans_of(project(book.notes), SpanKind.WAIT)
    assert (asks.name, asks.is_open, asks.attributes.until) == ("question", True, BEGAN_AT + 90)
    book.write(QuestionAnswered(node="review", number=1, choice="a", by="Ann"), after=7)
    (asks,) = spans_of(project(book.notes), SpanKind.WAIT)
    assert (asks.status, asks.attributes.reason) == (SpanStatus.SUCCEEDED, "Ann has decided: a")


def test_a_question_that_is_withdrawn_ends_with_its_node() -> None:
    book = Notebook()
    book.begin("decision")
    book.write(QuestionAsked(node="review", number=1, asked=NOWHERE))
    book.write(NodeLeft(node="review", outcome=Outcome.CANCELLED), after=3)
    (asks,) = spans_of(project(book.notes), SpanKind.WAIT)
    assert asks.status is SpanStatus.CANCELLED


def test_a_wait_says_until_when() -> None:
    book = Notebook()
    book.begin("sequence")
    book.write(NodeEntered(node="review/pause", kind="wait", deadline=BEGAN_AT + 90, wakes_at=BEGAN_AT + 60))
    span = project(book.notes).span(SpanKind.NODE, "review/pause")
    assert span is not None
    assert span.attributes.until == BEGAN_AT + 60


def test_a_circle_is_marked_on_the_run_and_on_the_turn_that_closed_it() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1), replied(1, calls=1), intended(1, 1), ended(1, 1))
    book.write(
        LoopSuspected(node="review", turn=1, circle=Circle.CYCLE, count=3, threshold=3, tools=("look", "read")), after=5
    )
    trace = project(book.notes)
    assert (trace.marks[-1].at, trace.marks[-1].what) == (book.now, "loop suspected")
    assert trace.marks[-1].detail == "review: cycle: 3 × look, read"
    (turn,) = spans_of(trace, SpanKind.TURN)
    assert (turn.status, turn.attributes.reason) == (SpanStatus.SUCCEEDED, "goes in circles (cycle: 3 × look, read)")


def test_every_event_a_journal_can_hold_is_projected() -> None:
    assert set(typing.get_args(Event)) == PROJECTED.keys() | {RunStarted}


@given(runs_of_one_agent())
def test_a_trace_followed_event_by_event_is_the_trace_of_the_whole(notes: list[Note]) -> None:
    trace = begin(notes[0])
    for note in notes[1:]:
        trace = advance(trace, note)
    assert trace.spans == project(notes).spans
    assert totals(trace) == totals(project(notes))


@given(runs_of_one_agent())
def test_what_the_model_calls_consumed_adds_up_to_what_the_fold_counts(notes: list[Note]) -> None:
    trace = project(notes)
    summed = total(span.attributes.spend for span in spans_of(trace, SpanKind.MODEL) if span.attributes.spend)
    counted = trace.state.spend
    assert (summed.input_tokens, summed.output_tokens, summed.cached_tokens, summed.usd) == (
        counted.input_tokens,
        counted.output_tokens,
        counted.cached_tokens,
        counted.usd,
    )
    assert summed.calls_of_unknown_cost == counted.calls_of_unknown_cost
    assert totals(trace).usage == figures(counted)
    assert len(spans_of(trace, SpanKind.TURN)) == counted.turns


@given(runs_of_one_agent())
def test_spans_form_a_tree_and_none_begins_before_its_parent(notes: list[Note]) -> None:
    trace = project(notes)
    by_id = {span.span_id: span for span in trace.spans}
    assert len(by_id) == len(trace.spans)
    assert [span.serial for span in trace.spans] == list(range(len(trace.spans)))
    for span in trace.spans:
        if span.kind is SpanKind.RUN:
            assert span.parent is None
            continue
        assert span.parent is not None
        parent = by_id[span.parent]
        assert parent.serial < span.serial
        assert parent.start <= span.start


@given(runs_of_one_agent())
def test_a_span_is_open_exactly_as_long_as_it_has_no_end(notes: list[Note]) -> None:
    trace = project(notes)
    for span in trace.spans:
        assert span.is_open == (span.status is SpanStatus.OPEN) == (span in trace.open_spans())
        if span.end is not None:
            assert span.end >= span.start
    assert trace.root.is_open != trace.state.is_over
    if trace.state.is_over:
        assert not trace.open_spans()


@given(runs_of_one_agent())
def test_the_ids_of_spans_do_not_depend_on_when_they_are_exported(notes: list[Note]) -> None:
    whole = {span.span_id: (span.kind, span.path, span.attempt) for span in project(notes).spans}
    for span in project(notes[: len(notes) // 2 + 1]).spans:
        assert whole[span.span_id] == (span.kind, span.path, span.attempt)


def test_a_running_run_shows_what_is_under_way() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1), replied(1, calls=2), intended(1, 1))
    trace = project(book.notes)
    assert [(span.kind, span.name) for span in trace.open_spans()] == [
        (SpanKind.RUN, "review"),
        (SpanKind.NODE, "review"),
        (SpanKind.TURN, "turn 1"),
        (SpanKind.TOOL, "read_lines"),
        (SpanKind.TOOL, "read_lines"),
    ]


def test_a_turn_ends_with_the_last_of_its_calls() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1), replied(1, calls=2), ended(1, 2))
    assert spans_of(project(book.notes), SpanKind.TURN)[0].is_open
    book.write(ended(1, 1, outcome=Outcome.FAILED))
    trace = project(book.notes)
    turn = spans_of(trace, SpanKind.TURN)[0]
    assert (turn.status, turn.end) == (SpanStatus.SUCCEEDED, book.now)
    assert trace.tool_errors == 1


def test_a_model_call_carries_what_is_known_of_it() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1, tokens=90), replied(1, usage=Usage(120, 30, 20)))
    attributes = spans_of(project(book.notes), SpanKind.MODEL)[0].attributes
    assert (attributes.model, attributes.stop, attributes.messages, attributes.seconds) == ("m-1", "end_turn", 2, 1.0)
    assert attributes.context_tokens == 120
    assert attributes.spend is not None
    assert (attributes.spend.input_tokens, attributes.spend.calls_of_unknown_cost) == (120, 1)


def test_a_call_that_failed_is_followed_by_a_wait_and_another_attempt_in_the_same_turn() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1))
    book.write(failed(1, retry_at=book.now + 5))
    waiting = spans_of(project(book.notes), SpanKind.WAIT)[0]
    assert (waiting.is_open, waiting.attributes.until) == (True, book.now + 4)
    book.write(called(1, attempt=2), after=5)
    trace = project(book.notes)
    assert [span.status for span in spans_of(trace, SpanKind.MODEL)] == [SpanStatus.FAILED, SpanStatus.OPEN]
    assert spans_of(trace, SpanKind.WAIT)[0].seconds(book.now) == 5
    assert len(spans_of(trace, SpanKind.TURN)) == 1


def test_a_call_refused_before_it_was_sent_still_has_its_span() -> None:
    book = Notebook()
    book.begin()
    book.write(failed(1))
    trace = project(book.notes)
    assert [span.status for span in spans_of(trace, SpanKind.MODEL)] == [SpanStatus.FAILED]
    assert spans_of(trace, SpanKind.TURN)[0].end == book.now


def test_what_a_dead_driver_left_behind_ends_when_it_was_last_heard_of() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1), replied(1, calls=1), intended(1, 1))
    last_heard = book.now
    book.crash(seconds=600)
    book.write(interrupted(1, 1), intended(1, 1, attempt=2), ended(1, 1, attempt=2))
    trace = project(book.notes)
    first, second = spans_of(trace, SpanKind.TOOL)
    assert (first.status, first.end) == (SpanStatus.INTERRUPTED, last_heard)
    assert (second.status, second.attempt) == (SpanStatus.SUCCEEDED, 2)
    change = trace.drivers[0]
    assert (change.was_parked, change.idle_seconds) == (False, 600)
    assert totals(trace).interruptions == 1
    assert totals(trace).seconds - totals(trace).seconds_active == 600


def test_an_interrupted_model_call_is_charged_what_it_reserved() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1, reserved=300))
    book.crash()
    book.write(ModelInterrupted(node=AGENT, turn=1, attempt=1))
    trace = project(book.notes)
    span = spans_of(trace, SpanKind.MODEL)[0]
    assert span.status is SpanStatus.INTERRUPTED
    assert span.attributes.spend == trace.state.spend.__class__(input_tokens=300, calls_of_unknown_cost=1)


def test_an_effect_in_doubt_is_shown_as_such_until_it_is_settled() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1), replied(1, calls=1), intended(1, 1, effect=Effect.UNSAFE), interrupted(1, 1, in_doubt=True))
    assert spans_of(project(book.notes), SpanKind.TOOL)[0].status is SpanStatus.IN_DOUBT
    book.write(ended(1, 1), after=60)
    trace = project(book.notes)
    assert spans_of(trace, SpanKind.TOOL)[0].status is SpanStatus.SUCCEEDED
    assert not spans_of(trace, SpanKind.TURN)[0].is_open


@pytest.mark.parametrize(
    ("how", "status"),
    [
        (Settlement.HAPPENED, SpanStatus.SUCCEEDED),
        (Settlement.DID_NOT, SpanStatus.INTERRUPTED),
        (Settlement.ABANDONED, SpanStatus.IN_DOUBT),
    ],
)
def test_a_doubt_that_is_settled_takes_its_outcome_and_is_no_longer_than_the_call(
    how: Settlement, status: SpanStatus
) -> None:
    book = Notebook()
    book.begin()
    book.write(called(1), replied(1, calls=1), intended(1, 1, effect=Effect.UNSAFE), interrupted(1, 1, in_doubt=True))
    before = spans_of(project(book.notes), SpanKind.TOOL)[0]
    book.write(probed(1, 1), settled(1, 1, how), after=60)
    trace = project(book.notes)
    span = spans_of(trace, SpanKind.TOOL)[0]
    assert (span.status, span.start, span.end) == (status, before.start, before.end)
    assert [mark.what for mark in trace.marks[-2:]] == ["probed", "settled"]
    assert trace.marks[-1].detail == f"review/turn.1/call.1: {how} by Ann"
    assert spans_of(trace, SpanKind.TURN)[0].is_open is (how is Settlement.DID_NOT)


def test_a_parked_run_waits_until_somebody_takes_it_up() -> None:
    book = Notebook()
    book.begin()
    book.write(LifecycleMoved(to="WAITING"), RunParked(reason="stopped by Ctrl-C"))
    parked = project(book.notes)
    assert [span.name for span in parked.open_spans()] == ["review", "review", "parked"]
    assert totals(parked, now=book.now + 100).seconds_active == totals(parked).seconds
    book.crash(seconds=100)
    resumed = project(book.notes)
    wait = spans_of(resumed, SpanKind.WAIT)[0]
    assert (wait.status, wait.seconds(book.now)) == (SpanStatus.SUCCEEDED, 100)
    assert (totals(resumed).parks, totals(resumed).interruptions) == (1, 0)


def test_nodes_lie_in_their_composites_and_know_what_was_decided() -> None:
    book = Notebook()
    book.begin("sequence")
    book.write(
        NodeEntered(node="review/scan", kind="map"),
        ItemsMapped(node="review/scan", keys=("a", "b"), items=(NOWHERE, NOWHERE)),
        NodeEntered(node="review/scan[a]", kind="function", input=NOWHERE),
        intended(0, 0).__class__(
            node="review/scan[a]", turn=0, call=0, name="count", effect=Effect.PURE, arguments="digest"
        ),
        NodeEntered(node="review/route", kind="branch"),
        BranchTaken(node="review/route", case="trace"),
    )
    trace = project(book.notes)
    by_path = {span.path: span for span in spans_of(trace, SpanKind.NODE)}
    assert by_path["review/scan[a]"].parent == by_path["review/scan"].span_id
    assert by_path["review/scan"].parent == by_path["review"].span_id
    assert by_path["review"].parent == trace.root.span_id
    assert by_path["review/scan"].attributes.items == 2
    assert by_path["review/route"].attributes.case == "trace"
    assert spans_of(trace, SpanKind.TOOL)[0].parent == by_path["review/scan[a]"].span_id


def test_a_node_that_ends_takes_what_runs_below_it_along() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1), replied(1, calls=1), NodeLeft(node=AGENT, outcome=Outcome.CANCELLED))
    trace = project(book.notes)
    assert [span.status for span in spans_of(trace, SpanKind.TOOL)] == [SpanStatus.CANCELLED]
    assert [span.kind for span in trace.open_spans()] == [SpanKind.RUN]


def test_the_node_that_waits_for_a_child_run_says_which_and_what_it_spent() -> None:
    book = Notebook()
    book.begin("sequence")
    kid, spend = child_run_id(RUN, "review/scan"), Spend(input_tokens=120, turns=1)
    book.write(
        NodeEntered(node="review/scan", kind="child", input=NOWHERE),
        ChildStarted(node="review/scan", number=1, child=kid, app="scanner", budget=Budget()),
        ChildBegun(node="review/scan", child=kid),
        ChildRecalled(node="review/scan", child=kid, reason="enough"),
        ChildEnded(node="review/scan", child=kid, outcome=Outcome.SUCCEEDED, spend=spend, result=NOWHERE),
        NodeLeft(node="review/scan", outcome=Outcome.SUCCEEDED, result=NOWHERE),
    )
    trace = project(book.notes)
    span = next(span for span in trace.spans if span.path == "review/scan")
    assert (span.attributes.child, span.attributes.child_app, span.attributes.spend) == (kid, "scanner", spend)
    assert span.status is SpanStatus.SUCCEEDED
    assert [mark.what for mark in trace.marks[1:]] == ["child recalled", "child ended"]
    assert spend_below(trace.state, "review") == spend == trace.state.spend


def test_a_failed_run_says_why() -> None:
    book = Notebook()
    book.begin()
    book.write(*over(Outcome.FAILED, Fault(ErrorKind.BUDGET, "the run's turns limit is reached")))
    root = project(book.notes).root
    assert (root.status, root.attributes.error) == (SpanStatus.FAILED, "the run's turns limit is reached")


def test_what_takes_no_time_is_a_mark() -> None:
    book = Notebook()
    book.begin()
    book.write(MailRead(position=1), CancelRequested(reason="enough", by="anna"))
    marks = [(mark.what, mark.detail) for mark in project(book.notes).marks]
    assert marks == [("EXECUTING", ""), ("mail read", "up to 1"), ("cancel requested", "by anna: enough")]


def test_clocks_that_disagree_never_make_time_run_backwards() -> None:
    book = Notebook()
    book.begin()
    book.write(called(1))
    book.now = BEGAN_AT - 1_000
    book.write(replied(1))
    trace = project(book.notes)
    assert all(span.end is None or span.end >= span.start for span in trace.spans)
    assert totals(trace).seconds >= 0
