"""A result is held against what the app declares success to be; what fails is revised, and at last a person decides."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import Budget, RunFailed, Settlement
from holdfast.flow import AgentNode, Criterion, FunctionNode, Join, Parallel, Review
from holdfast.integration.gateway.lines import answer, answer_json
from holdfast.journal.events import LifecycleMoved, ModelCalled, NodeLeft, QuestionAsked, RunReviewed
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import DefinitionChanged
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.observability.projection import project
from holdfast.observability.span import SpanKind
from holdfast.orchestration.run.handle import Run
from tests.orchestration.desk_work import CITES, MEND, REVIEW, WRITE, answered, desk_app, in_steps
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, desk, events_of, of_kind


def on_stage() -> tuple[Stage, World]:
    stage = Stage()
    return stage, World(stage.clock)


async def path_of(run: Run) -> list[str]:
    """Return the states the run has gone through by itself."""
    return [event.to for event in of_kind(await events_of(run), LifecycleMoved)]


async def asked(run: Run, state: RunState) -> Any:
    """Return what the run asks of a person."""
    (path,) = state.questions
    question = state.nodes[path].question
    assert question is not None
    return json.loads(await (await run.payloads(state)).fetch(question.asked))["details"]


async def test_a_result_that_meets_its_criteria_is_complete_and_its_review_recorded() -> None:
    stage, world = on_stage()
    async with stage.runtime(apps=[desk_app(world)]) as runtime:
        run = await runtime.start("essay", ["a", "b"])
        assert await stage.result(run) == {"text": "so it is", "sources": ["a", "b"]}
        assert await path_of(run) == ["VALIDATING", "PLANNING", "EXECUTING", "REVIEWING"]
        (reviewed,) = of_kind(await events_of(run), RunReviewed)
        state = await run.state()
    assert (reviewed.node, reviewed.round, reviewed.unmet, reviewed.found) == ("essay/review.1", 1, (), None)
    assert (state.status, state.outcome, state.waived) == ("COMPLETE", Outcome.SUCCEEDED, ())
    assert state.result == state.nodes["essay"].result


async def test_what_is_unmet_is_revised_until_it_is_met_and_the_revision_is_the_result() -> None:
    stage, world = on_stage()
    async with stage.runtime(apps=[desk_app(world)]) as runtime:
        run = await runtime.start("essay", [])
        value: Any = await stage.result(run)
        state = await run.state()
        assert await path_of(run) == [
            *("VALIDATING", "PLANNING", "EXECUTING", "REVIEWING"),
            *("REVISING", "REVIEWING", "REVISING", "REVIEWING"),
        ]
        unmet = [event.unmet for event in of_kind(await events_of(run), RunReviewed)]
        assert await run.value(state, "essay") == {"text": "so it is", "sources": []}
    assert unmet == [("cites_sources",), ("cites_sources",), ()]
    assert value["sources"] == ["source 1", "source 2"]
    assert value["told"] == ["cites_sources"]
    assert (state.status, state.outcome) == ("COMPLETE", Outcome.SUCCEEDED)
    assert state.result == state.nodes["essay/review.2/revise"].result


async def test_after_the_last_round_a_person_is_asked_and_the_run_leaves_memory() -> None:
    stage, world = on_stage()
    review = Review(criteria=(CITES,), revise=MEND, rounds_max=1)
    async with stage.runtime(apps=[desk_app(world, review)]) as runtime:
        run = await runtime.start("essay", [])
        state = await stage.ended(run)
        head = await run.head()
        told = await asked(run, state)
        (question,) = of_kind(await events_of(run), QuestionAsked)
    assert (state.status, state.questions, head.is_parked) == ("WAITING", ("essay/review.2",), True)
    assert state.parked == "a person is to decide at essay/review.2"
    assert question.options == ("accept", "revise", "fail")
    assert told["unmet"] == [
        {"criterion": "cites_sources", "expected": "cite at least two sources", "found": "it does not hold"}
    ]
    assert told["revisions"] == 1


async def test_what_a_person_accepts_is_a_partial_success_that_says_what_was_waived() -> None:
    stage, world = on_stage()
    async with stage.runtime(apps=[desk_app(world, Review(criteria=(CITES,)))]) as runtime:
        run = await runtime.start("essay", ["a"])
        (question,) = (await stage.ended(run)).questions
        await answered(stage, run, "accept")
        assert await stage.result(run) == {"text": "so it is", "sources": ["a"]}
        state = await run.state()
    assert question == "essay/review.1"
    assert (state.status, state.outcome, state.waived) == ("COMPLETE", Outcome.PARTIAL, ("cites_sources",))
    assert state.nodes[question].outcome is Outcome.PARTIAL


async def test_what_a_person_fails_has_failed_and_the_fault_names_what_is_unmet() -> None:
    stage, world = on_stage()
    async with stage.runtime(apps=[desk_app(world, Review(criteria=(CITES,)))]) as runtime:
        run = await runtime.start("essay", ["a"])
        await stage.ended(run)
        await answered(stage, run, "fail", note="too thin")
        with pytest.raises(RunFailed, match=r"unmet: cites_sources \(Ann has decided so: too thin\)") as failed:
            await stage.result(run)
        assert (await path_of(run))[-1] == "REVISING", "REVIEWING alone does not lead to FAILED"
        assert (await run.head()).status == "FAILED"
    assert failed.value.fault is not None
    assert failed.value.fault.kind is ErrorKind.UNMET


async def test_a_person_may_ask_for_one_more_round_again_and_again() -> None:
    stage, world = on_stage()
    review = Review(criteria=(Criterion("cites", "len(result.sources) == 3"),), revise=MEND, rounds_max=1)
    async with stage.runtime(apps=[desk_app(world, review)]) as runtime:
        run = await runtime.start("essay", [])
        for round_number in (2, 3):
            assert (await stage.ended(run)).questions == (f"essay/review.{round_number}",)
            await answered(stage, run, "revise")
        value: Any = await stage.result(run)
    assert value["sources"] == ["source 1", "source 2", "source 3"]


async def test_a_person_who_does_not_answer_in_time_has_failed_it() -> None:
    stage, world = on_stage()
    review = Review(criteria=(CITES,), answer_seconds_max=3_600)
    async with stage.runtime(apps=[desk_app(world, review)]) as runtime:
        run = await runtime.start("essay", [])
        assert (await stage.ended(run)).questions == ("essay/review.1",)
        await stage.clock.advance(3_599)
        assert (await run.state()).outcome is None
        await stage.clock.advance(2)
        with pytest.raises(RunFailed, match="deadline has decided so"):
            await stage.result(run)


@pytest.mark.parametrize("choice", ["", "perhaps", "revise"])
async def test_only_what_was_offered_can_be_chosen(choice: str) -> None:
    stage, world = on_stage()
    async with stage.runtime(apps=[desk_app(world, Review(criteria=(CITES,)))]) as runtime:
        run = await runtime.start("essay", [])
        await stage.ended(run)
        await answered(stage, run, choice)
        assert (await stage.ended(run)).questions == ("essay/review.1",)


async def test_a_criterion_that_cannot_be_evaluated_is_unmet_and_says_why() -> None:
    stage, world = on_stage()
    review = Review(criteria=(Criterion("rated", "result.rating > 3"), Criterion("sized", "len(result.text) > 1")))
    async with stage.runtime(apps=[desk_app(world, review)]) as runtime:
        run = await runtime.start("essay", [])
        told = await asked(run, await stage.ended(run))
    (unmet,) = told["unmet"]
    assert (unmet["criterion"], unmet["expected"]) == ("rated", "result.rating > 3")
    assert "rating" in unmet["found"]


async def test_criteria_see_the_input_the_result_and_the_steps_of_the_flow() -> None:
    stage, world = on_stage()
    flow = in_steps(step("look"), FunctionNode("text", "write", input="{'sources': input}"))
    review = Review(
        criteria=(
            Criterion("looked", "look == 'look'"),
            Criterion("all", "result.sources == input and text == result"),
        ),
        check=FunctionNode("read", "look_over", input="{'result': text}"),
        revise=FunctionNode("better", "write", input="{'sources': [look]}"),
    )
    async with stage.runtime(apps=[desk_app(world, review, flow)]) as runtime:
        assert await stage.result(await runtime.start("essay", ["a"])) == {"text": "so it is", "sources": ["a"]}
        run = await runtime.start("essay", ["made up"])
        await stage.ended(run)
        state = await run.state()
        value: Any = await run.value(state)
    assert value["sources"] == ["look"]


async def test_a_check_says_what_is_unmet_beside_the_criteria() -> None:
    stage, world = on_stage()
    review = Review(criteria=(CITES,), check=FunctionNode("read", "look_over", input="{'result': result}"))
    async with stage.runtime(apps=[desk_app(world, review)]) as runtime:
        run = await runtime.start("essay", ["made up by me"])
        told = await asked(run, await stage.ended(run))
        (reviewed,) = of_kind(await events_of(run), RunReviewed)
    assert reviewed.unmet == ("cites_sources", "read")
    assert told["unmet"][1] == {"criterion": "read", "found": "made up by me is made up"}


async def test_a_check_may_name_the_criteria_itself() -> None:
    stage, world = on_stage()
    check = FunctionNode("read", "look_over", input="{'result': result, 'goes': 'oddly'}")
    async with stage.runtime(apps=[desk_app(world, Review(check=check))]) as runtime:
        run = await runtime.start("essay", [])
        told = await asked(run, await stage.ended(run))
    assert told["unmet"] == [
        {"criterion": "style", "expected": "wit", "found": "none"},
        {"criterion": "read", "found": "7"},
    ]


@pytest.mark.parametrize(
    ("check", "found"),
    [
        (FunctionNode("read", "look_over", input="{'result': result, 'goes': 'badly'}"), "the reader is asleep"),
        (FunctionNode("read", "look_over", input="{'result': result.rating}"), "rating"),
    ],
)
async def test_a_check_that_cannot_be_made_leaves_it_to_a_person_though_rounds_are_left(
    check: FunctionNode, found: str
) -> None:
    stage, world = on_stage()
    async with stage.runtime(apps=[desk_app(world, Review(check=check, revise=MEND))]) as runtime:
        run = await runtime.start("essay", ["a", "b"])
        state = await stage.ended(run)
        (unmet,) = (await asked(run, state))["unmet"]
    assert unmet["criterion"] == "read"
    assert found in unmet["found"]
    assert world.sent == {}


async def test_a_check_that_gives_no_list_is_unmet() -> None:
    stage, world = on_stage()
    review = Review(check=FunctionNode("tell", "count", input="{'result': result}"))
    async with stage.runtime(apps=[desk_app(world, review)]) as runtime:
        run = await runtime.start("essay", ["a"])
        (unmet,) = (await asked(run, await stage.ended(run)))["unmet"]
    assert unmet == {"criterion": "tell", "expected": "a list of what is unmet", "found": "1"}


async def test_a_revision_that_fails_has_used_its_round_and_the_person_is_told_why() -> None:
    stage, world = on_stage()
    revise = FunctionNode("better", "mend", input="{'result': result, 'unmet': unmet, 'goes': 'badly'}")
    async with stage.runtime(apps=[desk_app(world, Review(criteria=(CITES,), revise=revise, rounds_max=2))]) as runtime:
        run = await runtime.start("essay", [])
        state = await stage.ended(run)
        told = await asked(run, state)
        await answered(stage, run, "accept")
        assert await stage.result(run) == {"text": "so it is", "sources": []}
    assert world.sent == {"source 1": 2}
    assert state.questions == ("essay/review.3",)
    assert "went badly" in told["why_not_revised"]


async def test_a_revision_of_several_steps_sees_what_is_unmet_in_each() -> None:
    stage, world = on_stage()
    revise = in_steps(step("find"), FunctionNode("put", "write", input="{'sources': [find, unmet[0].criterion]}"))
    async with stage.runtime(apps=[desk_app(world, Review(criteria=(CITES,), revise=revise))]) as runtime:
        value: Any = await stage.result(await runtime.start("essay", []))
    assert value["sources"] == ["find", "cites_sources"]


@pytest.mark.parametrize(("given_sources", "outcome"), [(["a", "b"], Outcome.PARTIAL), ([], Outcome.SUCCEEDED)])
async def test_a_run_ends_as_the_node_ended_whose_value_is_its_result(
    given_sources: list[str], outcome: Outcome
) -> None:
    stage, world = on_stage()
    flow = in_steps(
        Parallel("look", (step("well"), step("bad", goes="badly")), join=Join.BEST_EFFORT),
        FunctionNode("text", "write", input="{'sources': input}"),
    )
    async with stage.runtime(apps=[desk_app(world, REVIEW, flow)]) as runtime:
        state = await stage.ended(await runtime.start("essay", given_sources))
    assert (state.status, state.outcome) == ("COMPLETE", outcome)


async def test_an_agent_may_check_and_an_agent_may_revise_and_both_are_paid_by_the_run() -> None:
    stage, world = on_stage()
    checker, reviser = desk(name="checker", output=list[str]), desk(name="reviser", output=dict[str, list[str]])
    review = Review(
        check=AgentNode("check", "checker", input="result"),
        revise=AgentNode("revise", "reviser", input="{'result': result, 'unmet': unmet}"),
    )
    script = {
        "essay/review.1/check": [answer_json(["no sources"])],
        "essay/review.1/revise": [answer_json({"sources": ["a"]})],
        "essay/review.2/check": [answer_json([])],
    }
    app = desk_app(world, review, agents=(checker, reviser))
    async with stage.runtime(script, apps=[app]) as runtime:
        run = await runtime.start("essay", [])
        assert await stage.result(run) == {"sources": ["a"]}
        state = await run.state()
        assert [event.node.rpartition("/")[2] for event in of_kind(await events_of(run), ModelCalled)] == [
            "check",
            "revise",
            "check",
        ]
    assert state.spend.turns == 3


async def test_a_budget_that_is_used_up_stops_revisions_and_leaves_it_to_a_person() -> None:
    stage, world = on_stage()
    review = Review(criteria=(CITES,), revise=AgentNode("revise", "desk", input="result"))
    app = desk_app(world, review, agents=(desk(output=dict[str, list[str]]),), budget=Budget(turns=1))
    script = {"essay/review.1/revise": [answer_json({"sources": ["a"]})], "essay/review.2/revise": [answer("x")]}
    async with stage.runtime(script, apps=[app]) as runtime:
        run = await runtime.start("essay", [])
        state = await stage.ended(run)
        told = await asked(run, state)
    assert state.spend.turns == 1
    assert "turns limit reached" in told["why_not_revised"]


async def test_the_run_s_limit_of_time_holds_in_a_revision() -> None:
    stage, world = on_stage()
    revise = FunctionNode("better", "mend", input="{'result': result, 'unmet': unmet, 'seconds': 100}")
    app = desk_app(world, Review(criteria=(CITES,), revise=revise, rounds_max=1), budget=Budget(seconds=10))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("essay", [])
        state = await stage.ended(run)
        faults = [event.fault for event in of_kind(await events_of(run), NodeLeft) if event.node.endswith("/revise")]
    assert [fault and fault.message for fault in faults] == ["the run's limit of 10 seconds is reached"]
    assert state.questions == ("essay/review.2",)


@pytest.mark.parametrize("when", ["REVIEWING", "REVISING", "WAITING"])
async def test_a_run_can_be_cancelled_while_it_is_reviewed_revised_or_waited_for(when: str) -> None:
    stage, world = on_stage()
    check = step("check", seconds=50)
    revise = step("revise", seconds=50)
    review = {
        "REVIEWING": Review(check=check),
        "REVISING": Review(criteria=(CITES,), revise=revise),
        "WAITING": Review(criteria=(CITES,)),
    }[when]
    async with stage.runtime(apps=[desk_app(world, review)]) as runtime:
        run = await runtime.start("essay", [])
        await stage.clock.advance(1)
        assert (await run.state()).status == when
        await run.cancel("never mind")
        state = await stage.until(over(run))
        spans = project([entry async for entry in run.events(follow=False)]).by_id.values()
    assert (state.status, state.outcome) == ("CANCELLED", Outcome.CANCELLED)
    assert all(node.outcome is not None for node in state.nodes.values())
    assert world.acting == set()
    assert all(not span.is_open for span in spans)


async def over(run: Run) -> RunState:
    """Return the run's state once it is over."""
    while not (state := await run.wait()).is_over:
        pass
    return state


async def test_a_doubt_in_a_revision_holds_up_the_end() -> None:
    stage, world = on_stage()
    revise = FunctionNode("better", "mend_once", input="{'result': result, 'seconds': 5}")
    app = desk_app(world, Review(criteria=(Criterion("cites", "len(result.sources) > 0"),), revise=revise))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("essay", [])
        await stage.clock.advance(1)
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.run(run.id)
        state = await stage.ended(run)
        assert (state.status, state.doubts) == ("WAITING", ("essay/review.1/revise",))
        await run.settle("", Settlement.HAPPENED, {"sources": ["mine"]})
        assert await stage.result(run) == {"sources": ["mine"]}
    assert world.sent == {"mend_once": 1}


async def test_a_changed_criterion_is_a_changed_definition() -> None:
    stage, world = on_stage()
    before = desk_app(world, Review(criteria=(CITES,)))
    after = desk_app(world, Review(criteria=(Criterion("cites_sources", "True"),)))
    assert before.definitions["review"] != after.definitions["review"]
    assert "review" not in desk_app(world, None).definitions
    async with stage.runtime(apps=[before]) as runtime:
        run = await runtime.start("essay", [])
        await stage.ended(run)
    async with stage.runtime(apps=[after]) as runtime:
        again = await runtime.run(run.id)
        await again.resume()
        state = await stage.until(parked_again(stage, again))
    assert "review has changed" in str(state.parked)
    assert any(isinstance(error, DefinitionChanged) for error in stage.troubles.errors)


async def parked_again(stage: Stage, run: Run) -> RunState:
    """Return the run's state once a driver has reported trouble with it."""
    while not stage.troubles.errors:
        await stage.clock.sleep(1)
    return await run.wait()


async def test_a_trace_shows_the_rounds_beside_the_flow() -> None:
    stage, world = on_stage()
    async with stage.runtime(apps=[desk_app(world)]) as runtime:
        run = await runtime.start("essay", [])
        await stage.result(run)
        trace = project([entry async for entry in run.events(follow=False)])
    rounds = [span for span in trace.by_id.values() if span.kind is SpanKind.NODE and span.path.count("/") == 1]
    assert sorted(span.path for span in rounds) == [f"essay/review.{number}" for number in (1, 2, 3)]
    assert {span.parent for span in rounds} == {trace.root.span_id}
    assert [mark.detail for mark in trace.marks if mark.what == "reviewed"][-1] == "passed"


@given(given_sources=st.integers(0, 4), wanted=st.integers(0, 4), rounds_max=st.integers(1, 4))
def test_a_result_is_revised_as_often_as_it_needs_and_never_more_often_than_it_may(
    given_sources: int, wanted: int, rounds_max: int
) -> None:
    needs = max(0, wanted - given_sources)
    review = Review(
        criteria=(Criterion("cites", f"len(result.sources) >= {wanted}"),), revise=MEND, rounds_max=rounds_max
    )

    async def lived() -> tuple[World, RunState]:
        stage, world = on_stage()
        async with stage.runtime(apps=[desk_app(world, review)]) as runtime:
            return world, await stage.ended(await runtime.start("essay", ["x"] * given_sources))

    world, state = asyncio.run(lived())
    assert sum(world.sent.values()) == min(needs, rounds_max)
    assert len(state.reviews) == min(needs, rounds_max) + 1
    assert state.status == ("COMPLETE" if needs <= rounds_max else "WAITING")
    assert bool(state.questions) == (needs > rounds_max)


async def test_without_a_review_nothing_is_reviewed() -> None:
    stage, world = on_stage()
    async with stage.runtime(apps=[desk_app(world, None)]) as runtime:
        run = await runtime.start("essay", [])
        assert await stage.result(run) == {"text": "so it is", "sources": []}
        assert of_kind(await events_of(run), RunReviewed) == []
        assert set((await run.state()).nodes.keys()) == {"essay"}


async def test_a_flow_that_fails_is_not_reviewed() -> None:
    stage, world = on_stage()
    async with stage.runtime(
        apps=[desk_app(world, REVIEW, in_steps(step("bad", goes="badly"), WRITE_TEXT))]
    ) as runtime:
        run = await runtime.start("essay", [])
        state = await stage.ended(run)
    assert (state.status, state.reviews) == ("FAILED", ())


WRITE_TEXT = FunctionNode("text", "write", input=WRITE.input)


async def test_what_a_review_asks_is_listed_with_its_evidence_and_what_each_choice_brings() -> None:
    stage, world = on_stage()
    async with stage.runtime(apps=[desk_app(world, Review(criteria=(CITES,)))]) as runtime:
        run = await runtime.start("essay", [])
        await stage.ended(run)
        (question,) = await run.questions()
    assert question.question == f"Accept the result although it does not meet {CITES.name}?"
    assert isinstance(question.details, dict)
    assert question.details["unmet"][0]["criterion"] == CITES.name
    assert [option.name for option in question.options] == ["accept", "fail"]
    assert all(option.impact for option in question.options)


async def test_no_two_questions_of_a_run_have_the_same_number() -> None:
    stage, world = on_stage()
    review = Review(criteria=(Criterion("cites", "len(result.sources) == 3"),), revise=MEND, rounds_max=1)
    async with stage.runtime(apps=[desk_app(world, review)]) as runtime:
        run = await runtime.start("essay", [])
        for _ in range(2):
            await stage.ended(run)
            await answered(stage, run, "revise")
        await stage.result(run)
        assert [event.number for event in of_kind(await events_of(run), QuestionAsked)] == [1, 2]
