"""A run's page says what policies have said of its calls."""

import io

from rich.console import Console

from holdfast.journal.events import StepEnded, StepIntended
from holdfast.kernel.effects import Effect
from holdfast.kernel.outcomes import ErrorKind, Fault, Outcome
from holdfast.observability.span import Attributes, Span, SpanKind, SpanStatus
from holdfast.surfaces.cli.showing.event_lines import event_line
from holdfast.surfaces.cli.showing.judged import judged_records, print_judged
from holdfast.surfaces.cli.showing.verdicts import verdict_facts, verdict_record


def span(path: str, status: SpanStatus = SpanStatus.SUCCEEDED, **attributes: object) -> Span:
    said = Attributes(**attributes)  # type: ignore[arg-type]  # each by its own name and type
    return Span(
        span_id=path, parent=None, serial=0, kind=SpanKind.TOOL, path=path, name="refund", attempt=1, start=0.0,
        end=1.0, status=status, attributes=said,
    )  # fmt: skip


CALLS = (
    span("shop/desk/turn.1/call.1", policies=("small", "granted"), autonomy="chained"),
    span("shop/desk/turn.1/call.2", policies=("small",), autonomy="chained"),
    span("shop/desk/turn.2/call.1", SpanStatus.REFUSED, policies=("night",), stage="authorised"),
    span("shop/desk/turn.2/call.2", SpanStatus.REFUSED, stage="authorised"),
    span("shop/desk/turn.2/call.3", SpanStatus.REFUSED, stage="known"),
)


def test_the_page_counts_what_each_policy_has_let_through_and_denied() -> None:
    assert {label: text.plain for label, text in verdict_facts(CALLS)} == {
        "autonomy": "shop/desk chained",
        "policies": "night denied 1 · no policy permits denied 1 · small let 2 through · granted let 1 through",
    }
    assert verdict_record(CALLS)["denied"] == {"night": 1, "no policy permits": 1}


def test_each_call_is_explained_by_what_is_on_record_of_it() -> None:
    told = [(each["step"], each["verdict"], each["policies"]) for each in judged_records(CALLS)]
    assert told == [
        ("shop/desk/turn.1/call.1", "let through", ("small", "granted")),
        ("shop/desk/turn.1/call.2", "let through", ("small",)),
        ("shop/desk/turn.2/call.1", "denied", ("night",)),
        ("shop/desk/turn.2/call.2", "denied", ()),
    ]
    assert [each["step"] for each in judged_records(CALLS, "shop/desk/turn.2")] == [told[2][0], told[3][0]]
    assert [each["step"] for each in judged_records(CALLS, "shop/desk/turn.1/call.2")] == [told[1][0]]
    text = io.StringIO()
    print_judged(judged_records(CALLS), Console(file=text, width=120))
    assert "no policy permits" in text.getvalue()


def test_of_a_run_without_policies_it_says_nothing() -> None:
    assert list(verdict_facts((span("shop/desk/turn.1/call.1"),))) == []


def test_the_line_of_a_call_names_the_policy_that_let_it_through() -> None:
    begun = StepIntended(
        node="desk", turn=1, call=1, name="refund", effect=Effect.KEYED, arguments="a", policies=("small", "granted")
    )
    assert event_line(begun) == "desk  turn 1, call 1: refund begins (keyed), let through by small, granted"
    fault = Fault(ErrorKind.DENIED, "refund was not called: denied by night: no refunds at night")
    ended = StepEnded(
        node="desk", turn=1, call=1, name="refund", outcome=Outcome.REFUSED, seconds=0, stage="authorised", fault=fault
    )
    assert "refused at authorised: refund was not called: denied by night" in event_line(ended)
