"""A vote takes the answer that enough voters gave, else its judge's, and says who was of another opinion."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import App, Effect, tool
from holdfast.flow import FunctionNode, Node, Vote, VoteBy
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.draw import draw_mermaid, draw_text
from holdfast.orchestration.flow.nodes import from_json, to_json
from holdfast.testing.faults.invariants import repeated
from tests.orchestration.lives import live, points, recorded
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, events_of


@tool(effect=Effect.PURE)
def say(what: object) -> object:
    """Say it again."""
    return what


def saying(*what: str, **more: Any) -> Vote:
    """Return a vote in which the n-th voter says the n-th expression."""
    voters = (FunctionNode(f"v{place}", "say", input=f"{{'what': {each}}}") for place, each in enumerate(what))
    return Vote("root", tuple(voters), **more)


async def ran(flow: Node) -> tuple[RunState, Any]:
    stage = Stage()
    app = App("root", flow, functions=(say,), input=object)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start(app, None)
        state = await stage.ended(run)
        return state, await run.value(state)


JUDGE = FunctionNode("judge", "say", input="{'what': votes.v1}")


async def test_what_more_than_half_say_is_the_answer_and_the_others_are_told() -> None:
    state, value = await ran(saying("{'a': 1, 'b': 2}", "3", "{'b': 2, 'a': 1}"))
    assert state.outcome is Outcome.SUCCEEDED
    told = {"a": 1, "b": 2}
    assert value == {
        "value": told,
        "by": "voters",
        "votes": {"v0": told, "v1": 3, "v2": told},
        "agreed": ["v0", "v2"],
        "dissent": ["v1"],
    }


async def test_half_is_no_majority_and_without_a_judge_the_vote_fails_and_names_the_sides() -> None:
    state, value = await ran(saying("1", "2", "1", "2"))
    assert (state.outcome, value) == (Outcome.FAILED, None)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.CONFLICT
    assert "more than half of 4 voters to agree, found v0 and v2 against v1 and v3" in state.fault.message


async def test_a_quorum_is_enough_unless_another_answer_has_as_many_votes() -> None:
    _, value = await ran(saying("1", "1", "2", "3", by=VoteBy.QUORUM, quorum=2))
    assert (value["value"], value["agreed"], value["dissent"]) == (1, ["v0", "v1"], ["v2", "v3"])
    state, _ = await ran(saying("1", "1", "2", "2", by=VoteBy.QUORUM, quorum=2))
    assert state.outcome is Outcome.FAILED


async def test_where_they_do_not_agree_the_judge_decides_who_sees_all_answers() -> None:
    state, value = await ran(saying("1", "2", judge=JUDGE))
    assert (state.outcome, value["value"], value["by"]) == (Outcome.SUCCEEDED, 2, "judge")
    assert (value["agreed"], value["dissent"]) == (["v1"], ["v0"])


async def test_the_judge_is_asked_where_they_agree_only_if_it_is_to_decide_in_any_case() -> None:
    state, _ = await ran(saying("1", "1", judge=JUDGE))
    assert "root/judge" not in state.nodes
    state, value = await ran(saying("1", "1", "2", by=VoteBy.JUDGE, judge=JUDGE))
    assert (value["value"], value["by"], value["dissent"]) == (1, "judge", ["v2"])


async def test_answers_can_be_compared_by_an_expression() -> None:
    _, value = await ran(saying("{'n': 1, 'why': 'x'}", "{'n': 1, 'why': 'y'}", "{'n': 2}", key="result.n"))
    assert (value["value"]["why"], value["agreed"]) == ("x", ["v0", "v1"])
    state, _ = await ran(saying("1", key="result.n"))
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.EXPRESSION


def voters(*goes: str, **more: Any) -> Vote:
    return Vote("root", tuple(step(f"v{place}", way, 1.0) for place, way in enumerate(goes)), **more)


async def test_who_fails_has_no_vote_and_counts_as_one_who_did_not_agree() -> None:
    stage = Stage()
    world = World(stage.clock)
    app = world.app(voters("well", "badly", "badly", key="'same'"))
    async with stage.runtime(apps=[app]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert state.outcome is Outcome.FAILED


@pytest.mark.parametrize(("from_step", "again"), [("root/v0", "v0 judge"), ("root/judge", "judge"), ("", "judge")])
async def test_a_requeued_vote_is_counted_again_and_judged_again_only_if_a_voter_was_asked_again(
    from_step: str, again: str
) -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = voters("well", "well", judge=step("judge", "badly"))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        before = Counter(world.sent)
        await run.requeue(from_step=from_step)
        await stage.ended(run)
        assert repeated(await events_of(run)) == []
    assert world.sent - before == Counter(again.split())


async def test_wherever_its_process_dies_nobody_votes_twice() -> None:
    whole = Stage()
    flow = voters("well", "badly", "well", judge=step("judge"))
    count = await points(whole, World(whole.clock).app(flow), None, ())
    for kill_at in range(1, count + 1):
        stage = Stage()
        world = World(stage.clock)
        await live(stage, world.app(flow), None, (), kill_at)
        state = await live(stage, world.app(flow), None, ())
        assert state is not None
        assert state.outcome is Outcome.SUCCEEDED
        assert repeated(recorded(stage)) == []


@pytest.mark.parametrize(
    ("vote", "told"),
    [
        (saying(), "expected at least one voter"),
        (saying("1", by=VoteBy.JUDGE), "expected a judge, who is to decide"),
        (saying("1", by=VoteBy.QUORUM), "expected a quorum with by=VoteBy.QUORUM only"),
        (saying("1", quorum=1), "expected a quorum with by=VoteBy.QUORUM only"),
        (saying("1", by=VoteBy.QUORUM, quorum=2), "expected a quorum from 1 to 1"),
        (saying("votes"), "names votes, which it cannot see there"),
    ],
)
def test_a_vote_that_cannot_be_held_is_refused(vote: Vote, told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        App("root", vote, functions=(say,))


def test_a_vote_is_data_and_is_drawn_with_its_judge() -> None:
    flow = saying("1", "2", judge=JUDGE, key="result")
    assert from_json(to_json(flow)) == flow
    first, *_, last = draw_text(flow).splitlines()
    assert first == "root  vote · by majority · compared by result · 8 at once"
    assert last.startswith("└── if they do not agree: judge  function")
    assert "    n1 --> n3\n    n2 --> n3" in draw_mermaid(flow)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=6))
def test_there_is_a_majority_if_and_only_if_more_than_half_say_the_same(said: list[int]) -> None:
    state, value = asyncio.run(ran(saying(*map(str, said))))
    winner, votes = Counter(said).most_common(1)[0]
    assert state.outcome is (Outcome.SUCCEEDED if votes > len(said) / 2 else Outcome.FAILED)
    if value is not None:
        assert (value["value"], len(value["agreed"]), len(value["dissent"])) == (winner, votes, len(said) - votes)
