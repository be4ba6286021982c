"""What the checks say of what no app can be planted with: the parts that definitions forbid, bounds, and the opaque."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import App, Effect, tool
from holdfast.flow import AgentNode, Branch, Case, ChildNode, Saga, SagaStep, ScriptNode, Sequence
from holdfast.kernel.effects import Effect as Does
from holdfast.kernel.expression import parse
from holdfast.orchestration.application.script import script
from holdfast.orchestration.application.tool_map import Standing, Use
from holdfast.orchestration.flow.nodes import FlowNode, Node
from holdfast.verify.bounds import Bounds
from holdfast.verify.checks.longest import circle, longest
from holdfast.verify.checks.sagas import check_sagas
from holdfast.verify.checks.scope import check_scope
from holdfast.verify.checks.seen import Seen
from holdfast.verify.report import Verdict
from holdfast.verify.search.search import search
from holdfast.verify.subject import Subject
from tests.verify.apps import KEEPING, agent, app, call, check_of, judge, look, pay, verified

QUICK = Bounds(cancels=False)


def seen_of(flow: Node, **more: object) -> Seen:
    """Return what is seen of ``flow``, which need be no app's."""
    tools = {each.name: each for each in (*KEEPING, judge)}
    subject = Subject(flow, functions=tools, bounds=QUICK, **more)  # type: ignore[arg-type]
    return Seen(subject, search(subject, lambda: 0.0))


def test_what_goes_round_by_itself_is_a_circle_and_what_ends_is_none() -> None:
    assert circle([(0, 1, 0, False), (1, 2, 0, False), (2, 1, 0, False)]) in (1, 2)
    assert circle([(0, 1, 0, False), (0, 2, 0, False), (1, 2, 0, False)]) is None
    assert longest([(0, 1, 2, False), (0, 2, 5, False), (1, 2, 4, False)]) == 6


def test_a_run_that_people_send_round_ends_by_itself() -> None:
    flow = Saga("root", (SagaStep(call("a", "keep"), undo=call("undo", "drop")), SagaStep(call("b"))))
    report = verified(app(flow, functions=KEEPING))
    assert check_of(report, "termination").verdict is Verdict.HOLDS


def test_a_deed_that_nothing_takes_back_and_nobody_has_said_may_stand_is_found() -> None:
    bad = Saga("root", (SagaStep(call("a", "keep")), SagaStep(call("b"))))
    good = Saga("root", (SagaStep(call("a", "keep"), is_irreversible=True), SagaStep(call("b"))))
    found = check_sagas(seen_of(bad))
    assert found.verdict is Verdict.VIOLATED
    assert found.violations[0].place == "root/a"
    assert found.violations[0].story[-1] == "root/b fails: tool_failed"
    assert check_sagas(seen_of(good)).verdict is Verdict.HOLDS


def test_a_grant_beyond_the_agent_s_own_tools_is_found() -> None:
    agents = {"x": agent("x", look)}
    bad = seen_of(AgentNode("root", "x", tools=("look", "pay")), agents=agents)
    assert "pay" in check_scope(bad).violations[0].told
    assert check_scope(seen_of(AgentNode("root", "x", tools=("look",)), agents=agents)).verdict is Verdict.HOLDS


def use_of(caller: str, name: str, standing: Standing) -> Use:
    return Use(
        caller=caller,
        is_agent=True,
        autonomy=None,
        budget=None,
        tool=name,
        effect=Does.KEYED,
        reversibility="irreversible",
        permission=None,
        rules=(),
        standing=standing,
    )


def test_what_is_denied_here_and_allowed_in_a_run_of_another_app_is_found() -> None:
    seen = seen_of(ChildNode("root", "other"))
    child = verified(app(call("other")))
    for theirs, verdict in ((Standing.ALLOWED, Verdict.VIOLATED), (Standing.DENIED, Verdict.HOLDS)):
        both = Seen(
            seen.subject,
            seen.searched,
            [use_of("desk", "pay", Standing.DENIED)],
            {"other": child},
            {"other": [use_of("clerk", "pay", theirs)]},
        )
        assert check_scope(both).verdict is verdict


def test_an_agent_that_reads_what_nobody_vouches_for_and_may_do_great_harm_is_told() -> None:
    report = verified(app(AgentNode("root", "root"), agents=(agent("root", look, pay, autonomy="confirm"),)))
    (told,) = check_of(report, "scope").told
    assert told.told == "root reads what nobody vouches for (look) and may call pay"


@script
async def anything(steps: object, given: object) -> None:
    """Do what nobody can see."""


class Strange(FlowNode, frozen=True, tag="strange"):
    """A node that the verifier has never heard of."""


def test_what_is_opaque_is_never_said_to_hold() -> None:
    report = verified(app(Sequence("root", (ScriptNode("s", "anything"), call("after"))), scripts=(anything,)))
    assert report.opaque == ("root/s",)
    assert report.verdict is Verdict.NOT_PROVED
    assert not [check for check in report.checks if check.violations]


def test_a_node_of_an_unknown_kind_counts_as_opaque() -> None:
    seen = seen_of(Sequence("root", (Strange("s"), call("after"))))  # type: ignore[arg-type]
    assert seen.subject.opaque == ("root/s",)
    assert "root/after" in seen.searched.facts.entered


def test_beyond_a_bound_nothing_is_said_to_hold() -> None:
    report = verified(app(Sequence("root", (call("a"), call("b")))), bounds=Bounds(states=2))
    assert report.hit == "2 situations"
    for name in ("termination", "reachability", "outcomes", "guards", "deadlocks", "approvals"):
        assert check_of(report, name).verdict is Verdict.NOT_PROVED, name


def test_every_story_ends_with_what_it_is_about() -> None:
    steps = (call("x", "judge"), call("y", "judge"), Branch("b", (Case("x.mood == 'calm'", call("c")),)))
    flow = Sequence(
        "root", (*steps, call("after", text="{'what': x.reason.text}"), call("last", text="{'w': y.colour}"))
    )
    outcomes = check_of(verified(app(flow)), "outcomes")
    assert len(outcomes.violations) == 1
    for found in outcomes.violations:
        assert found.story[0] == "the run begins"
        assert found.story[-1].startswith(f"{found.place} cannot begin: ")


def test_what_cannot_be_decided_by_single_values_is_told_to_be_so() -> None:
    flow = Sequence(
        "root", (call("x", "judge"), call("y", "judge"), Branch("b", (Case("x.score > y.score", call("c")),)))
    )
    guards = check_of(verified(app(flow)), "guards")
    assert guards.verdict is Verdict.NOT_PROVED
    assert "x.score > y.score is not decided" in guards.not_proved[0].told


def test_the_apps_below_are_verified_too_and_one_that_begins_itself_is_told() -> None:
    child = app(Sequence("other", (call("x"), ChildNode("again", "root"))))
    report = verified(app(ChildNode("root", "other")), child)
    assert [each.app for each in report.children] == ["other"]
    told = [each.told for each in check_of(report.children[0], "scope").not_proved]
    assert told == ["the app root is not followed: it is not here, or begins runs of itself"]


def test_a_failing_child_makes_its_parent_fail() -> None:
    child = App("other", AgentNode("other", "other"), agents=(agent("other", pay),), input=object)
    assert verified(app(ChildNode("root", "other")), child).verdict is Verdict.VIOLATED


@tool(effect=Effect.READ)
def number() -> int:
    """Give a number."""
    return 0


def test_a_value_that_is_there_is_looked_into_and_one_that_is_not_never_is() -> None:
    guards = ("x.reason != None and x.reason == 'late'", "x.reason == None", "x.reason")
    cases = tuple(Case(guard, call(f"c{place}")) for place, guard in enumerate(guards))
    flow = Sequence("root", (call("x", "judge"), Branch("b", cases, call("d"))))
    facts = seen_of(flow).searched.facts
    assert facts.cases["root/b"] == {"c0", "c1", "c2", "d"}
    assert facts.failing == {}


@pytest.mark.parametrize(("least", "verdict"), [(1, Verdict.HOLDS), (6, Verdict.HOLDS), (60, Verdict.NOT_PROVED)])
def test_a_guard_that_counts_is_decided_by_lists_of_that_length_or_not_at_all(least: int, verdict: Verdict) -> None:
    branch = Branch("b", (Case(f"len(things) > {least}", call("c")),), call("d"))
    report = verified(app(Sequence("root", (call("things", "gather"), branch))))
    assert check_of(report, "guards").verdict is verdict
    assert not [check for check in report.checks if check.violations]


comparisons = st.builds(
    lambda sign, least: f"n {sign} {least}", st.sampled_from(("<", "<=", ">", ">=", "==", "!=")), st.integers(0, 6)
)
guards = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(lambda one, other: f"({one} and {other})", inner, inner),
        st.builds(lambda one, other: f"({one} or {other})", inner, inner),
        st.builds(lambda one: f"not ({one})", inner),
    ),
    max_leaves=4,
)


@given(st.lists(guards, min_size=1, max_size=3))
def test_which_guards_hold_together_is_what_trying_every_number_says(texts: list[str]) -> None:
    cases = tuple(Case(text, call(f"c{place}")) for place, text in enumerate(texts))
    flow = Sequence("root", (call("n", "number"), Branch("b", cases)))
    subject = Subject(flow, functions={"number": number, "look": look}, bounds=QUICK)
    facts = search(subject, lambda: 0.0).facts
    tried = {tuple(bool(parse(text).evaluate({"n": each})) for text in texts) for each in range(-3, 12)}
    assert facts.vectors["root/b"] == tried
    firsts = (next(itertools.compress((f"c{place}" for place in range(len(texts))), vector), None) for vector in tried)
    assert facts.cases["root/b"] == set(firsts)
