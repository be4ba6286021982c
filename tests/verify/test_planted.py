"""Each check catches what was planted for it, and passes the twin in which it is put right."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from holdfast import App, Budget
from holdfast.flow import (
    AgentNode,
    AtRoundsMax,
    Branch,
    Case,
    DecisionNode,
    Fallback,
    Join,
    Loop,
    Map,
    Parallel,
    Saga,
    SagaStep,
    Sequence,
    Vote,
    VoteBy,
)
from holdfast.kernel.outcomes import ErrorKind
from holdfast.orchestration.flow.nodes import Node
from holdfast.verify.report import Verdict
from tests.verify.apps import KEEPING, agent, app, call, check_of, pay, use, verified

MOOD, FLAG = call("seen", "judge"), call("yes", "flag")
ASK = DecisionNode("ask", "'shall it be?'")
LATER = DecisionNode("ask", "'shall it be?'", ("approve", "reject", "later"))
CHOICES = tuple(Case(f"ask.choice == '{choice}'", call(choice)) for choice in ("approve", "reject", "later"))


def seq(*steps: Node) -> App:
    return app(Sequence("root", steps))


def branch(*cases: Case, otherwise: Node | None = None) -> App:
    return seq(MOOD, Branch("b", cases, otherwise))


def case(when: str, name: str) -> Case:
    return Case(when, call(name))


def after_asking(*, at_deadline: str | None = None, both: bool = False) -> App:
    cases = (
        Case("ask.choice == 'approve'", use("pay")),
        *((Case("ask.choice == 'reject'", use("also")),) if both else ()),
    )
    seconds = None if at_deadline is None else 60.0
    asks = DecisionNode("ask", "'shall it be?'", deadline_seconds=seconds, at_deadline=at_deadline)
    return seq(asks, Branch("b", cases, call("no")))


def ladder(kind: ErrorKind) -> App:
    return app(Fallback("root", (call("first"), call("second")), steps_down_on=(ErrorKind.TIMEOUT, kind)))


def best_effort(text: str) -> App:
    both = Parallel("both", (call("x", "judge"), call("y", "judge")), join=Join.BEST_EFFORT)
    return seq(both, call("after", text=text))


def quorum(items: str, needed: int) -> App:
    return app(Map("root", items, call("each"), join=Join.QUORUM, quorum=needed))


def paying(**more: object) -> App:
    return app(AgentNode("root", "root"), agents=(agent("root", pay),), **more)


class Planted(NamedTuple):
    """A flow in which something is amiss, its twin, and what is told of it."""

    check: str
    bad: Callable[[], App]
    good: Callable[[], App]
    told: str


TABLE = {
    "a budget too small for the least that a run needs": Planted(
        "budget",
        lambda: app(
            Sequence("root", (AgentNode("a", "x"), AgentNode("b", "x"))), agents=(agent("x"),), budget=Budget(turns=1)
        ),
        lambda: app(
            Sequence("root", (AgentNode("a", "x"), AgentNode("b", "x"))), agents=(agent("x"),), budget=Budget(turns=50)
        ),
        "at least 2 turns, and its budget allows 1",
    ),
    "an agent that may take no turn": Planted(
        "budget",
        lambda: app(AgentNode("root", "x"), agents=(agent("x", budget=Budget(turns=0)),)),
        lambda: app(AgentNode("root", "x"), agents=(agent("x", budget=Budget(turns=3)),)),
        "can never answer",
    ),
    "a map over nothing": Planted(
        "reachability",
        lambda: app(Map("root", "[]", call("each"))),
        lambda: app(Map("root", "['a']", call("each"))),
        "no run comes to it",
    ),
    "a step after one that always fails": Planted(
        "reachability",
        lambda: seq(Loop("never", call("again"), "False", 2), call("after")),
        lambda: seq(Loop("never", call("again"), "False", 2, at_rounds_max=AtRoundsMax.PARTIAL), call("after")),
        "no run comes to it",
    ),
    "a rung below one that always answers": Planted(
        "reachability",
        lambda: app(Fallback("root", (Map("none", "[]", call("each")), call("second")))),
        lambda: app(Fallback("root", (Map("some", "['a']", call("each")), call("second")))),
        "no run comes to it",
    ),
    "a case for what nobody can say": Planted(
        "reachability",
        lambda: branch(case("seen.mood == 'calm'", "c"), case("seen.mood == 'glad'", "d")),
        lambda: branch(case("seen.mood == 'calm'", "c"), case("seen.mood == 'angry'", "d")),
        "no run comes to it",
    ),
    "a look into what a branch did not give": Planted(
        "outcomes",
        lambda: best_effort("{'what': both.x.mood}"),
        lambda: best_effort("{'what': both.x.mood if both.x != None else ''}"),
        "both.x.mood",
    ),
    "a look into what may be left out": Planted(
        "outcomes",
        lambda: seq(MOOD, call("after", text="{'what': seen.reason.text}")),
        lambda: seq(MOOD, call("after", text="{'what': seen.mood}")),
        "expected a dict with a field 'text'",
    ),
    "a field that nobody gives": Planted(
        "outcomes",
        lambda: seq(MOOD, call("after", text="{'what': seen.colour}")),
        lambda: seq(MOOD, call("after", text="{'what': seen.score}")),
        "no field 'colour'",
    ),
    "a look into a branch that took no case": Planted(
        "outcomes",
        lambda: seq(FLAG, Branch("b", (Case("yes", call("c", "judge")),)), call("after", text="{'what': b.mood}")),
        lambda: seq(
            FLAG,
            Branch("b", (Case("yes", call("c", "judge")),), call("d", "judge")),
            call("after", text="{'what': b.mood}"),
        ),
        "b.mood",
    ),
    "a ladder that leaves out how its rung may fail": Planted(
        "outcomes",
        lambda: ladder(ErrorKind.BUDGET),
        lambda: app(Fallback("root", (call("first"), call("second")))),
        "steps_down_on",
    ),
    "a deadline with nothing to choose at it": Planted(
        "outcomes",
        lambda: seq(DecisionNode("ask", "'so?'", deadline_seconds=60.0), call("after")),
        lambda: seq(DecisionNode("ask", "'so?'", deadline_seconds=60.0, at_deadline="reject"), call("after")),
        "no at_deadline",
    ),
    "a choice that no case takes care of": Planted(
        "outcomes",
        lambda: seq(LATER, Branch("b", CHOICES[:2])),
        lambda: seq(LATER, Branch("b", CHOICES)),
        "chooses 'later'",
    ),
    "a guard that contradicts itself": Planted(
        "guards",
        lambda: branch(case("seen.score > 5 and seen.score < 3", "c"), otherwise=call("d")),
        lambda: branch(case("seen.score > 5 or seen.score < 3", "c"), otherwise=call("d")),
        "never holds",
    ),
    "a guard in the shadow of another": Planted(
        "guards",
        lambda: branch(case("seen.score > 3", "c"), case("seen.score > 5", "d"), otherwise=call("e")),
        lambda: branch(case("seen.score > 5", "c"), case("seen.score > 3", "d"), otherwise=call("e")),
        "only where an earlier case does",
    ),
    "a guard that always holds before others": Planted(
        "guards",
        lambda: branch(case("seen.score >= 0 or seen.score < 0", "c"), otherwise=call("d")),
        lambda: branch(case("seen.score >= 0", "c"), otherwise=call("d")),
        "always holds",
    ),
    "a loop whose end never comes": Planted(
        "guards",
        lambda: app(Loop("root", call("again", "judge"), "result.score > 1 and result.score < 1", 2)),
        lambda: app(Loop("root", call("again", "judge"), "result.score > 1", 2)),
        "uses its rounds up",
    ),
    "a quorum of more than there are": Planted(
        "deadlocks", lambda: quorum("['a', 'b']", 3), lambda: quorum("['a', 'b', 'c']", 3), "never agree, or succeed"
    ),
    "a vote of those who can never agree": Planted(
        "deadlocks",
        lambda: app(Vote("root", (call("v", "flag"), call("w", "gather")), VoteBy.MAJORITY)),
        lambda: app(Vote("root", (call("v", "flag"), call("w", "flag")), VoteBy.MAJORITY)),
        "never agree, or succeed",
    ),
    "a payment that nobody was asked for": Planted(
        "approvals",
        lambda: seq(call("x"), use("pay")),
        lambda: seq(call("x"), use("pay", "pay_asked")),
        "without anybody's yes",
    ),
    "a payment whichever way somebody decides": Planted(
        "approvals", lambda: after_asking(both=True), after_asking, "without anybody's yes"
    ),
    "a payment that the deadline approves": Planted(
        "approvals",
        lambda: after_asking(at_deadline="approve"),
        lambda: after_asking(at_deadline="reject"),
        "without anybody's yes",
    ),
    "a payment beside the decision": Planted(
        "approvals",
        lambda: app(Parallel("root", (ASK, use("pay")))),
        lambda: seq(ASK, Branch("b", (Case("ask.choice == 'approve'", use("pay")),), call("no"))),
        "without anybody's yes",
    ),
    "a payment in the hands of an agent": Planted(
        "approvals",
        paying,
        lambda: app(AgentNode("root", "root"), agents=(agent("root", pay, autonomy="confirm"),)),
        "without anybody's yes",
    ),
    "a step undone by what changes nothing": Planted(
        "sagas",
        lambda: app(
            Saga("root", (SagaStep(call("x", "keep"), undo=call("undo")), SagaStep(call("y")))), functions=KEEPING
        ),
        lambda: app(
            Saga("root", (SagaStep(call("x", "keep"), undo=call("undo", "drop")), SagaStep(call("y")))),
            functions=KEEPING,
        ),
        "changes nothing",
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_was_planted_is_caught_and_its_twin_passes(name: str) -> None:
    planted = TABLE[name]
    bad, good = verified(planted.bad()), verified(planted.good())
    found = check_of(bad, planted.check)
    assert found.verdict is Verdict.VIOLATED, found
    assert any(planted.told in each.told for each in found.violations), found.violations
    assert check_of(good, planted.check).verdict is Verdict.HOLDS, check_of(good, planted.check)
