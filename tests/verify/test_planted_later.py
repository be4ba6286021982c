"""What is planted in graphs, handoffs, plans, events and shares is caught as well, and the twin in order passes."""

from dataclasses import dataclass
from typing import Any

import pytest

from holdfast import App, Budget, Effect
from holdfast.delegation import Answer, Done, NeedsHuman, Orchestrator, Report, Worker, delegate
from holdfast.flow import (
    AgentNode,
    Branch,
    Case,
    Contract,
    DecisionNode,
    EventNode,
    Fallback,
    Graph,
    GraphStep,
    Handoff,
    Map,
    PlanApproval,
    PlanNode,
    PublishNode,
    Sequence,
)
from holdfast.integration.tools.topic import Topic
from holdfast.orchestration.application.subscription import Subscription
from holdfast.orchestration.flow.nodes import Node
from holdfast.orchestration.plan.schema import Plan
from holdfast.prompts.prompt import Prompt
from holdfast.verify.report import Finding, Verdict
from tests.verify.apps import Opinion, agent, app, call, check_of, look, pay, use, verified
from tests.verify.test_planted import ASK, Planted

NEWS = Topic("news", Opinion)


def graph(*steps: GraphStep, **more: Any) -> App:
    return app(Graph("root", steps), **more)


def expecting(text: str) -> App:
    return graph(GraphStep(call("first", "judge"), expect=text), GraphStep(call("second"), ("first",)))


def handoff(*contracts: Contract, handovers_max: int = 2) -> App:
    members = (call("desk", "judge"), call("expert", "judge"))
    return app(Handoff("root", members, contracts, handovers_max, input="{'what': 'this'}"))


def to_expert(when: str, name: str = "") -> Contract:
    return Contract("desk", "expert", when, "{'mood': result.mood}", name)


def back(when: str) -> Contract:
    return Contract("expert", "desk", when, "{'mood': handed.mood}")


def waiting(when: str | None, **more: Any) -> App:
    steps = (EventNode("heard", "news", when=when, **more), Branch("b", (Case("heard.score > 3", call("c")),)))
    return app(Sequence("root", steps), topics=(NEWS,))


def publishing(payload: str) -> App:
    said = Branch("said", (Case("yes", call("what", "judge")),))
    steps = (call("yes", "flag"), said, PublishNode("tell", "news", payload))
    return app(Sequence("root", steps), topics=(NEWS,))


def planning(*tools: Any, **more: Any) -> App:
    agents = (agent("planner", *tools, output=Plan), agent("worker", look))
    return app(PlanNode("root", "planner", "'do it'", ("worker",), **more), agents=agents)


def sharing(share: float | Budget | None, turns: int = 10, **more: Any) -> App:
    both = Sequence("both", (AgentNode("a", "x"), AgentNode("b", "x")), share=share)
    return app(Sequence("root", (both,)), agents=(agent("x", budget=Budget(turns=turns)),), **more)


def choosing(*texts: str, otherwise: Node | None = None) -> App:
    asks = DecisionNode("ask", "'which?'", options=(), choices="['one', 'two']")
    cases = tuple(Case(f"ask.choice == '{text}'", call(text)) for text in texts)
    return app(Sequence("root", (asks, Branch("b", cases, otherwise))))


def paying_where_asked(*choices: str) -> App:
    asks = DecisionNode("ask", "'pay?'", options=(), choices="['yes', 'no']")
    cases = tuple(Case(f"ask.choice == '{text}'", use(f"pay_{text}")) for text in choices)
    return app(Sequence("root", (asks, Branch("b", cases, call("nothing")))))


def below(guard: str) -> App:
    lower = Branch("lower", (Case(guard, call("c")),), call("d"))
    return app(Fallback("root", (call("upper"), lower)))


TABLE = {
    "a step of which is expected what never comes": Planted(
        "guards", lambda: expecting("result.mood == 'glad'"), lambda: expecting("result.mood == 'calm'"), "never holds"
    ),
    "a step after one that never comes to what is expected": Planted(
        "reachability",
        lambda: expecting("result.score > 2 and result.score < 1"),
        lambda: expecting("result.score > 2"),
        "no run comes to it",
    ),
    "a look into what a step before did not give": Planted(
        "outcomes",
        lambda: graph(GraphStep(call("a", "judge")), GraphStep(call("b", text="{'what': a.colour}"), ("a",))),
        lambda: graph(GraphStep(call("a", "judge")), GraphStep(call("b", text="{'what': a.mood}"), ("a",))),
        "no field 'colour'",
    ),
    "a payment beside the decision, not after it": Planted(
        "approvals",
        lambda: graph(GraphStep(ASK), GraphStep(use("pay"))),
        lambda: graph(GraphStep(ASK, expect="result.choice == 'approve'"), GraphStep(use("pay"), ("ask",))),
        "without anybody's yes",
    ),
    "a contract that never holds": Planted(
        "guards",
        lambda: handoff(to_expert("result.mood == 'glad'")),
        lambda: handoff(to_expert("result.mood == 'angry'")),
        "never holds",
    ),
    "a member to whom nobody ever hands over": Planted(
        "reachability",
        lambda: handoff(to_expert("result.score > 1 and result.score < 1")),
        lambda: handoff(to_expert("result.score > 1 and result.score < 3")),
        "no run comes to it",
    ),
    "a contract in the shadow of another": Planted(
        "guards",
        lambda: handoff(to_expert("result.score > 1", "first"), to_expert("result.score > 2", "second")),
        lambda: handoff(to_expert("result.score > 2", "first"), to_expert("result.score > 1", "second")),
        "only where an earlier case does",
    ),
    "members who hand over to each other for ever": Planted(
        "guards",
        lambda: handoff(to_expert("True"), back("True")),
        lambda: handoff(to_expert("True"), back("handed.mood == 'angry'")),
        "uses its handovers up",
    ),
    "what is passed on can never be as it is asked for": Planted(
        "guards",
        lambda: handoff(to_expert("result.mood == 'angry'"), back("handed.mood == 'calm'")),
        lambda: handoff(to_expert("result.mood != 'none'"), back("handed.mood == 'calm'")),
        "handed.mood == 'calm' never holds",
    ),
    "an event that never comes": Planted(
        "guards",
        lambda: waiting("event.payload.mood == 'glad'"),
        lambda: waiting("event.payload.mood == 'calm'"),
        "no event on news is what it waits for",
    ),
    "an event by which nothing else can come of what follows": Planted(
        "guards",
        lambda: waiting("event.payload.score < 2"),
        lambda: waiting("event.payload.score < 5"),
        "heard.score > 3 never holds",
    ),
    "what is published was never given": Planted(
        "outcomes", lambda: publishing("said.mood"), lambda: publishing("said"), "said.mood"
    ),
    "a planner that pays before anybody has approved its plan": Planted(
        "approvals",
        lambda: planning(pay, tools=("pay",), approval=PlanApproval()),
        lambda: planning(tools=("pay",), approval=PlanApproval()),
        "a plan may use it without anybody's yes",
    ),
    "a share below the least that its node needs": Planted(
        "budget", lambda: sharing(Budget(turns=1)), lambda: sharing(Budget(turns=2)), "it can never succeed"
    ),
    "a part of the budget below the least that its node needs": Planted(
        "budget",
        lambda: sharing(0.1, budget=Budget(turns=10)),
        lambda: sharing(0.5, budget=Budget(turns=10)),
        "it can never succeed",
    ),
    "a choice that no case takes care of, of those that the run says": Planted(
        "outcomes", lambda: choosing("one", "three"), lambda: choosing("one", "two"), "chooses 'two'"
    ),
    "a payment whichever of the choices is made that the run says": Planted(
        "approvals",
        lambda: paying_where_asked("yes", "no"),
        lambda: paying_where_asked("yes"),
        "without anybody's yes",
    ),
    "a rung for a fault that the one above it cannot have": Planted(
        "guards",
        lambda: below("fault.kind == 'gave_up'"),
        lambda: below("fault.kind == 'timeout'"),
        "never holds",
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


def told_of(given: App, check: str) -> list[Finding]:
    """Return what a check tells without calling it amiss."""
    return list(check_of(verified(given), check).told)


def test_a_plan_that_may_use_what_asks_by_itself_needs_no_approval() -> None:
    assert check_of(verified(planning(tools=("pay_asked",))), "approvals").verdict is Verdict.HOLDS


def test_a_plan_is_told_by_what_it_may_use_and_how_long_it_may_go_on() -> None:
    given = planning(functions=("look",), steps_max=3, replans_max=1)
    assert Finding("root", "a plan may use the agents worker; the functions look, and nothing else") in told_of(
        given, "scope"
    )
    assert Finding("root", "it ends after at most 2 versions of at most 3 steps each") in told_of(given, "termination")
    report = verified(given)
    assert not report.opaque
    assert {"succeeded", "partial", "failed: unmet"} <= set(report.ends)


def test_what_an_expression_looks_for_in_a_plan_is_not_proved() -> None:
    def of(text: str) -> App:
        agents = (agent("planner", output=Plan), agent("worker"))
        steps = (PlanNode("plan", "planner", "'x'", ("worker",)), call("after", text=text))
        return app(Sequence("root", steps), agents=agents)

    assert check_of(verified(of("{'what': plan.trip}")), "outcomes").verdict is Verdict.NOT_PROVED
    assert check_of(verified(of("{'what': 'this'}")), "outcomes").verdict is Verdict.HOLDS


def test_a_wait_for_others_without_a_limit_is_told_and_is_no_deadlock() -> None:
    forever, limited = waiting(None), waiting(None, timeout_seconds=60.0)
    assert [each.place for each in told_of(forever, "deadlocks")] == ["root/heard"]
    assert told_of(limited, "deadlocks") == []
    for given in (forever, limited):
        assert check_of(verified(given), "deadlocks").verdict is Verdict.HOLDS
    assert "failed: timeout" in verified(limited).ends
    assert "failed: bad_input" in verified(forever).ends


def test_an_app_that_reacts_to_what_it_publishes_is_told() -> None:
    rings = Subscription("echo", NEWS, hops_max=3)
    told = told_of(app(PublishNode("root", "news"), topics=(NEWS,), subscribes=(rings,)), "termination")
    assert [each.told.rpartition(": ")[2] for each in told] == ["up to 3 one after the other"]
    assert told_of(app(PublishNode("root", "news"), topics=(NEWS,)), "termination") == []


def test_the_worst_case_of_a_plan_counts_every_draft_and_the_dearest_step_of_every_version() -> None:
    planner = agent("planner", output=Plan, budget=Budget(turns=2))
    agents = (planner, agent("one", budget=Budget(turns=3)), agent("two", budget=Budget(turns=5)))
    node = PlanNode("root", "planner", "'x'", ("one", "two"), drafts_max=3, replans_max=1, steps_max=4)
    assert verified(app(node, agents=agents)).worst.turns == 2 * 3 * 2 + 5 * 4 * 2


def test_the_worst_case_of_a_graph_is_all_its_steps_and_of_a_handoff_its_dearest_member_every_time() -> None:
    agents = (agent("x", budget=Budget(turns=3)), agent("y", budget=Budget(turns=5)))
    two = (AgentNode("a", "x"), AgentNode("b", "y"))
    steps = Graph("root", tuple(GraphStep(each) for each in two))
    turns = Handoff("root", two, (Contract("a", "b", "result == 'on'", "{}"),), 3)
    assert verified(app(steps, agents=agents)).worst.turns == 8
    assert verified(app(turns, agents=agents)).worst.turns == 5 * 4


def test_a_share_bounds_the_worst_case_of_all_below_it_each_time_that_it_is_entered() -> None:
    def of(share: Budget | None) -> App:
        each = AgentNode("each", "x", share=share)
        return app(Map("root", "['a', 'b', 'c']", each), agents=(agent("x", budget=Budget(turns=7)),))

    assert verified(of(None)).worst.turns == 21
    assert verified(of(Budget(turns=2))).worst.turns == 6
    assert verified(of(Budget(turns=9))).worst.turns == 21
    (told,) = [each for each in told_of(of(Budget(turns=2)), "budget") if "share" in each.told]
    assert told == Finding("root[]", "the worst case is 7 turns, its share 2: it may be ended before its time")


@dataclass(frozen=True)
class Errand:
    """What a worker is to do."""

    what: str


@dataclass(frozen=True)
class Receipt:
    """What it gives."""

    bought: str


async def shop(task: Errand, answer: Answer | None) -> Report[Receipt]:
    """Go to the shop."""
    return Done(Receipt(task.what)) if answer else NeedsHuman("Which colour?", ("blue", "green"))


def test_an_office_and_its_workers_who_may_ask_hold() -> None:
    worker = Worker(name="shop", about="buys things", input=Errand, output=Receipt, function=shop, effect=Effect.READ)
    chief = Orchestrator(prompt=Prompt("chief", "You run an office."), model="m")
    report = verified(delegate("office", chief, (worker,)), worker.app)
    assert report.verdict is Verdict.HOLDS, report
    assert [each.app for each in report.children] == ["shop"]
    assert not report.opaque
