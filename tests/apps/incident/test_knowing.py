"""What is known after a round: a hypothesis stands alone only if every rival is refuted."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.apps.incident.findings import Citation, Fact, Hypotheses, Hypothesis, Kind, Standing, Verdict, Verdicts
from holdfast.apps.incident.knowing import Known, after_round

REASON = Fact(says="it is so", about="cart", cites=Citation(statement="SELECT 1", rows=[[1]]))


def supposed(name: str, component: str, change: str | None = None) -> Hypothesis:
    return Hypothesis(
        name=name, component=component, kind=Kind.OTHER, cause="c", change=change, because="b", would_refute="r"
    )


def verdict(name: str, standing: Standing, *reasons: Fact) -> Verdict:
    return Verdict(hypothesis=name, standing=standing, reasons=list(reasons))


def test_the_one_that_stands_alone_is_found() -> None:
    both = Hypotheses(hypotheses=[supposed("h1", "cart"), supposed("h2", "tax")])
    tested = Verdicts(verdicts=[verdict("h1", Standing.REFUTED, REASON), verdict("h2", Standing.STANDS, REASON)])
    known = after_round(Known(), both, tested, 0)
    assert known.found is not None
    assert known.found.component == "tax"


def test_it_is_over_once_a_round_brings_up_nothing_new() -> None:
    one = Hypotheses(hypotheses=[supposed("h1", "cart")])
    tested = Verdicts(verdicts=[verdict("h1", Standing.STANDS, REASON)])
    first = after_round(Known(), one, tested, 0)
    assert not first.is_over
    for nothing_new in (one, Hypotheses(hypotheses=[])):
        after = after_round(first, nothing_new, tested if nothing_new.hypotheses else Verdicts(verdicts=[]), 0)
        assert after.is_over
        assert after.found == first.found is not None


def test_a_later_verdict_on_the_same_component_and_change_counts() -> None:
    first = after_round(
        Known(),
        Hypotheses(hypotheses=[supposed("h1", "cart")]),
        Verdicts(verdicts=[verdict("h1", Standing.OPEN, REASON)]),
        0,
    )
    second = after_round(
        first,
        Hypotheses(hypotheses=[supposed("again", "cart")]),
        Verdicts(verdicts=[verdict("again", Standing.STANDS, REASON)]),
        0,
    )
    assert [(each.standing, each.round) for each in second.weighed] == [(Standing.STANDS, 1)]


def test_nothing_left_to_suppose_ends_it_without_a_cause() -> None:
    known = after_round(Known(), Hypotheses(hypotheses=[]), Verdicts(verdicts=[]), 0)
    assert (known.is_over, known.found) == (True, None)


@given(st.lists(st.tuples(st.sampled_from(Standing), st.booleans()), min_size=1, max_size=4))
def test_a_cause_is_found_exactly_if_one_stands_with_a_reason_and_all_others_are_refuted_with_one(
    outcomes: list[tuple[Standing, bool]],
) -> None:
    names = [f"h{place}" for place in range(len(outcomes))]
    hypotheses = Hypotheses(hypotheses=[supposed(name, name) for name in names])
    verdicts = [
        verdict(name, standing, *([REASON] if has_reason else []))
        for name, (standing, has_reason) in zip(names, outcomes, strict=True)
    ]
    known = after_round(Known(), hypotheses, Verdicts(verdicts=verdicts), 0)
    shown = [standing if has_reason else Standing.OPEN for standing, has_reason in outcomes]
    is_alone = shown.count(Standing.STANDS) == 1 and Standing.OPEN not in shown
    assert (known.found is not None) is is_alone
