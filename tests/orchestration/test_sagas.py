"""A saga does all of its steps or none: what was done is undone in reverse order, whatever becomes of the run."""

from dataclasses import dataclass

import pytest

from holdfast import Effect, Provided, RunFailed, Settlement, tool
from holdfast.journal.events import NodeEntered, NodeLeft, StepIntended
from holdfast.journal.fold.state import RunState
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.flow.nodes import (
    Block,
    ChildNode,
    FunctionNode,
    Join,
    Map,
    Node,
    Parallel,
    Saga,
    SagaStep,
    Sequence,
)
from holdfast.orchestration.past.cutting import BeforeStep
from holdfast.orchestration.sagas.telling import Undone, sagas_of
from tests.orchestration.clerks import FUNCTIONS, SETTLE, TIMEOUT, Office, opening, saga
from tests.runtime.stage import Stage, events_of, of_kind

HOUR = 3_600.0
ACCOUNT, MAILBOX, BADGE = opening("account"), opening("mailbox"), opening("badge")


def office(stage: Stage, **goes: list[str]) -> Office:
    """Return an office where requests go so: ``open_mailbox=["badly"]``."""
    return Office(stage.clock, {name.replace("_", " "): list(how) for name, how in goes.items()})


def told(state: RunState) -> dict[str, Undone]:
    return {each.step: each.how for report in sagas_of(state) for each in report.steps}


async def test_a_saga_that_is_whole_gives_its_last_steps_value_and_undoes_nothing() -> None:
    stage = Stage()
    world = office(stage)
    async with stage.runtime(apps=[world.app(saga(ACCOUNT, MAILBOX))]) as runtime:
        run = await runtime.start("root", None)
        assert await stage.result(run) == "mailbox-1"
        state = await run.state()
    assert world.log == ["open account", "open mailbox"]
    assert (state.sagas, state.standing, sagas_of(state)) == ((), (), [])


async def test_what_was_done_is_undone_in_reverse_order_from_what_it_gave() -> None:
    stage = Stage()
    world = office(stage, open_badge=["badly"])
    async with stage.runtime(apps=[world.app(saga(ACCOUNT, MAILBOX, BADGE))]) as runtime:
        run = await runtime.start("root", None)
        with pytest.raises(RunFailed, match="badge: no open of badge; undone: mailbox, account"):
            await stage.result(run)
        state, events = await run.state(), await events_of(run)
    assert world.log == ["open account", "open mailbox", "close mailbox", "close account"]
    assert (state.status, state.outcome) == ("FAILED", Outcome.FAILED)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.COMPENSATED
    assert told(state) == {"root/mailbox": Undone.UNDONE, "root/account": Undone.UNDONE}
    entered = [event.node for event in of_kind(events, NodeEntered)]
    assert entered[-3:] == ["root/undo", "root/undo[mailbox]", "root/undo[account]"]
    assert [event.node for event in of_kind(events, NodeLeft)][-2:] == ["root/undo", "root"]


async def test_what_a_run_that_was_undone_has_achieved_is_nothing() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["badly"])
    async with stage.runtime(apps=[world.app(saga(ACCOUNT, MAILBOX))]) as runtime:
        run = await runtime.start("root", None)
        with pytest.raises(RunFailed) as failed:
            await stage.result(run)
    assert not failed.value.achieved.results


async def test_a_step_that_only_looked_is_not_undone() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["badly"])
    looking = opening("here", "look", undo=None)
    async with stage.runtime(apps=[world.app(saga(looking, ACCOUNT, MAILBOX))]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert told(state) == {"root/account": Undone.UNDONE}


async def test_what_undoes_a_step_is_tried_again_where_that_can_help() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["badly"], close_account=["busy", "busy"])
    async with stage.runtime(apps=[world.app(saga(ACCOUNT, MAILBOX))]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert state.outcome is Outcome.FAILED
    assert (world.standing, world.done["close account"]) == ([], 1)


async def test_what_is_in_doubt_is_settled_before_anything_is_undone() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["lost"])
    flow = saga(ACCOUNT, opening("mailbox", "open_once", seconds=TIMEOUT * 2))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert state.doubts == ("root/mailbox",)
        await run.cancel("never mind")
        state = await stage.ended(run)
        assert (state.doubts, state.is_over, world.standing) == (("root/mailbox",), False, ["account"])
        await stage.clock.advance(TIMEOUT + SETTLE)
        await run.settle("root/mailbox", Settlement.DID_NOT)
        state = await stage.ended(run)
    assert (state.status, world.standing) == ("CANCELLED", [])
    assert told(state) == {"root/account": Undone.UNDONE}


async def test_what_turns_out_to_have_happened_is_undone_from_the_result_that_somebody_gives() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["lost"])
    flow = saga(ACCOUNT, opening("mailbox", "open_once"), BADGE)
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        await run.cancel("never mind")
        await stage.ended(run)
        await run.settle("root/mailbox", Settlement.HAPPENED, "mailbox-1", by="Ann")
        state = await stage.ended(run)
    assert world.log == ["open account", "open mailbox", "close mailbox", "close account"]
    assert (state.status, world.standing) == ("CANCELLED", [])


async def test_a_keyed_call_that_nobody_wants_any_more_is_settled_before_it_is_undone() -> None:
    stage = Stage()
    world = office(stage)
    flow = saga(ACCOUNT, opening("mailbox", seconds=TIMEOUT / 2), BADGE)
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        await run.cancel("never mind")
        state = await stage.ended(run)
        assert (state.doubts, world.standing) == (("root/mailbox",), ["account"])
        await stage.clock.advance(HOUR)
        await run.settle("root/mailbox", Settlement.DID_NOT)
        state = await stage.ended(run)
    assert (state.status, world.standing) == ("CANCELLED", [])


async def test_a_cancelled_run_ends_once_its_saga_is_undone() -> None:
    stage = Stage()
    world = office(stage)
    flow = Sequence("root", (Saga("join", (ACCOUNT, SagaStep(FunctionNode("hang", "hang", "{}")))),))

    @tool(effect=Effect.READ, timeout_seconds=HOUR)
    async def hang() -> None:
        """Wait."""
        await stage.clock.sleep(HOUR)

    async with stage.runtime(apps=[world.app(flow, functions=(*FUNCTIONS, hang))]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(1)
        assert world.standing == ["account"]
        await run.cancel("enough")
        state = await stage.ended(run)
    assert (state.status, world.standing) == ("CANCELLED", [])
    assert state.nodes["root/join"].fault is not None
    assert state.nodes["root/join"].fault.message == "cancelled: enough; undone: account"


async def test_a_run_that_was_cancelled_while_nobody_drove_it_undoes_its_saga_in_the_next_process() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["lost"])
    app = world.app(saga(ACCOUNT, opening("mailbox", "open_once")))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
    await stage.clock.advance(HOUR)
    async with stage.runtime(apps=[app], drives=False) as runtime:
        away = await runtime.run(run.id)
        await away.settle("root/mailbox", Settlement.DID_NOT)
        await away.cancel("enough")
    async with stage.runtime(apps=[app]) as runtime:
        state = await stage.ended(await runtime.run(run.id))
    assert (state.status, "account" in world.standing) == ("CANCELLED", False)


async def test_a_timeout_of_the_saga_ends_its_step_and_undoes_what_was_done() -> None:
    stage = Stage()
    world = office(stage)

    @tool(effect=Effect.READ, timeout_seconds=HOUR)
    async def hang() -> None:
        """Wait."""
        await stage.clock.sleep(HOUR)

    flow = Saga("root", (ACCOUNT, SagaStep(FunctionNode("wait", "hang", "{}"))), timeout_seconds=60)
    async with stage.runtime(apps=[world.app(flow, functions=(*FUNCTIONS, hang))]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert (state.status, world.standing) == ("FAILED", [])
    assert state.fault is not None
    assert state.fault.message == "wait: it did not end within 60 seconds; undone: account"


@pytest.mark.parametrize("around", ["parallel", "map", "block", "timeout"])
async def test_a_saga_that_is_cut_off_by_what_lies_around_it_is_undone(around: str) -> None:
    stage = Stage()
    world = office(stage)

    @tool(effect=Effect.READ, timeout_seconds=HOUR)
    async def hang() -> None:
        """Wait."""
        await stage.clock.sleep(HOUR)

    @tool(effect=Effect.READ)
    async def fail() -> None:
        """Fail, after a while."""
        await stage.clock.sleep(5)
        raise ValueError("it broke")

    join = Saga("join", (ACCOUNT, SagaStep(FunctionNode("wait", "hang", "{}"))))
    failing = FunctionNode("fail", "fail", "{}")
    flows: dict[str, Node] = {
        "parallel": Parallel("root", (join, failing)),
        "map": Parallel("root", (Map("each", "['a']", join), failing)),
        "block": Parallel("root", (Block("all", join), failing)),
        "timeout": Sequence("root", (join,), timeout_seconds=30),
    }
    async with stage.runtime(apps=[world.app(flows[around], functions=(*FUNCTIONS, hang, fail))]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert (state.status, world.standing, state.sagas) == ("FAILED", [], ())
    assert set(told(state).values()) == {Undone.UNDONE}


async def test_sagas_of_a_fan_out_are_undone_each_for_itself() -> None:
    stage = Stage()
    world = office(stage, open_a=["well"], open_b2=["badly"])
    branches = (saga(opening("a"), opening("a2"), name="a"), saga(opening("b"), opening("b2"), name="b"))
    async with stage.runtime(apps=[world.app(Parallel("root", branches, join=Join.BEST_EFFORT))]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert (state.status, state.outcome) == ("COMPLETE", Outcome.PARTIAL)
    assert world.standing == ["a", "a2"]


async def test_a_run_of_which_something_stands_that_should_be_undone_does_not_succeed() -> None:
    stage = Stage()
    world = office(stage, open_b2=["badly"])
    halves = (
        saga(opening("a"), name="a"),
        saga(opening("b", undo=None, is_irreversible=True), opening("b2"), name="b"),
    )
    async with stage.runtime(apps=[world.app(Parallel("root", halves, join=Join.BEST_EFFORT))]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert (state.status, state.outcome) == ("FAILED", Outcome.FAILED)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.NOT_UNDONE
    assert state.fault.message == "b2: no open of b2; not undone: b (nothing undoes it)"


@pytest.mark.parametrize(
    ("choice", "status", "standing", "how"),
    [
        ("retry", ErrorKind.COMPENSATED, [], Undone.UNDONE),
        ("done_by_hand", ErrorKind.COMPENSATED, ["account"], Undone.BY_HAND),
        ("give_up", ErrorKind.NOT_UNDONE, ["account"], Undone.STANDS),
    ],
)
async def test_where_undoing_fails_for_good_a_person_says_what_becomes_of_it(
    choice: str, status: ErrorKind, standing: list[str], how: Undone
) -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["badly"], close_account=["badly"])
    async with stage.runtime(apps=[world.app(saga(ACCOUNT, MAILBOX))]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert state.parked == "a person is to decide at root/undo[account]/ask.1"
        (question,) = await run.questions()
        assert question.question == (
            "root/account is to be undone, and could not be: no close of account. What becomes of it?"
        )
        assert question.details == {"given": {"name": "account", "seconds": 0.0}, "result": "account-1"}
        assert [option.name for option in question.options] == ["retry", "done_by_hand", "give_up"]
        await run.answer(question.path, choice, by="Ann")
        state = await stage.ended(run)
    assert state.fault is not None
    assert (state.status, state.fault.kind, world.standing) == ("FAILED", status, standing)
    (report,) = sagas_of(state)
    assert [(each.step, each.how) for each in report.steps] == [("root/account", how)]
    assert report.steps[0].by == ("" if choice == "retry" else "Ann")


async def test_a_second_failure_is_another_question() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["badly"], close_account=["badly", "badly"])
    async with stage.runtime(apps=[world.app(saga(ACCOUNT, MAILBOX))]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        await run.answer("", "retry")
        state = await stage.ended(run)
        assert state.questions == ("root/undo[account]/ask.2",)
        await run.answer("", "retry")
        state = await stage.ended(run)
        keys = {event.key for event in of_kind(await events_of(run), StepIntended) if "undo" in event.node}
    assert (state.status, world.standing, len(keys)) == ("FAILED", [], 3), "after a definite failure the key is another"


async def test_nobody_is_offered_to_try_again_what_may_have_been_done() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["badly"], close_account=["lost"])
    flow = saga(opening("account", undo="close_once"), MAILBOX)
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert state.doubts == ("root/undo[account]",)
        await run.settle("", Settlement.ABANDONED)
        await stage.ended(run)
        (question,) = await run.questions()
        assert [option.name for option in question.options] == ["done_by_hand", "give_up"]
        await run.answer("", "done_by_hand")
        state = await stage.ended(run)
    assert (state.status, state.outcome, world.done["close account"]) == ("FAILED", Outcome.FAILED, 1)


async def test_a_person_is_asked_also_once_the_run_was_cancelled() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["lost"], close_account=["badly"])
    flow = saga(ACCOUNT, opening("mailbox", "open_once"))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        await stage.clock.advance(HOUR)
        await run.cancel("enough")
        await run.settle("", Settlement.ABANDONED)
        state = await stage.ended(run)
        assert state.questions == ("root/undo[mailbox]/ask.1",), "it may have been done, and there is no result"
        await run.answer("", "done_by_hand", by="Ann")
        state = await stage.ended(run)
        (question,) = await run.questions()
        assert question.path == "root/undo[account]/ask.1"
        await run.answer("", "give_up", by="Ann")
        state = await stage.ended(run)
    assert (state.status, state.standing) == ("CANCELLED", ("root",))
    assert told(state) == {"root/mailbox": Undone.BY_HAND, "root/account": Undone.STANDS}


async def test_a_run_that_is_to_end_without_waiting_gives_up_what_cannot_be_undone() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["badly"], close_account=["badly"])
    async with stage.runtime(apps=[world.app(saga(ACCOUNT, MAILBOX))]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        await run.cancel("enough", abandons_doubts=True)
        state = await stage.ended(run)
    assert (state.status, state.standing) == ("CANCELLED", ("root",))


async def test_at_the_deadline_of_the_question_it_stands() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["badly"], close_account=["badly"])
    async with stage.runtime(apps=[world.app(saga(ACCOUNT, MAILBOX, answer_seconds_max=HOUR))]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(HOUR)
        state = await stage.ended(run)
    assert told(state) == {"root/account": Undone.STANDS}


async def test_an_input_that_cannot_be_had_is_put_to_a_person() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["badly"])
    undo = FunctionNode("shut", "close", "{'number': result.number}")
    flow = saga(SagaStep(ACCOUNT.do, undo), MAILBOX)
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        (question,) = await run.questions()
        assert "result.number" in question.question
        assert [option.name for option in question.options] == ["done_by_hand", "give_up"]


async def test_what_a_step_of_several_effects_did_before_it_failed_is_put_to_a_person() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["badly"])
    both = Sequence("both", (ACCOUNT.do, MAILBOX.do))
    flow = saga(BADGE, SagaStep(both, is_irreversible=True))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert state.questions == ("root/undo[both]/ask.1",)
        await run.answer("", "done_by_hand")
        state = await stage.ended(run)
    assert world.log == ["open badge", "open account", "close badge"]


async def test_a_saga_inside_a_saga_is_undone_before_what_came_before_it() -> None:
    stage = Stage()
    world = office(stage, open_c=["badly"])
    inner = saga(opening("b"), opening("c"), name="inner")
    flow = saga(opening("a"), SagaStep(inner, is_irreversible=True))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert world.log == ["open a", "open b", "close b", "close a"]
    assert state.standing == ()


async def test_names_that_look_like_undoing_are_names_like_others() -> None:
    stage = Stage()
    world = office(stage, open_c=["badly"])
    inner = saga(opening("b"), opening("c"), name="undoer")
    around = Sequence("work", (Map("undo", "['x']", inner, key="item"),))
    async with stage.runtime(apps=[world.app(saga(opening("a"), SagaStep(around, is_irreversible=True)))]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert (state.status, world.log) == ("FAILED", ["open a", "open b", "close b", "close a"])
    assert "root/work/undo[x]/undo[b]" in state.nodes


async def test_a_step_that_came_out_in_part_is_not_done_and_is_undone() -> None:
    stage = Stage()
    world = office(stage, open_badge=["badly"])
    both = Parallel("both", (MAILBOX.do, BADGE.do), join=Join.BEST_EFFORT)
    undo = FunctionNode("shut", "close", "{'number': result.mailbox}")
    async with stage.runtime(apps=[world.app(saga(ACCOUNT, SagaStep(both, undo)))]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert state.nodes["root/both"].outcome is Outcome.PARTIAL
    assert (state.status, state.outcome, world.standing) == ("FAILED", Outcome.FAILED, [])
    assert world.log[-2:] == ["close mailbox", "close account"]


async def test_what_a_child_run_has_done_is_undone_from_its_result() -> None:
    stage = Stage()
    world = office(stage, open_badge=["badly"])
    kid = world.app(FunctionNode("kid", "open_it", "{'name': 'mailbox'}"))
    step = SagaStep(ChildNode("child", "kid"), FunctionNode("shut", "close", "{'number': result}"))
    async with stage.runtime(apps=[world.app(saga(ACCOUNT, step, BADGE)), kid]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert (state.status, world.log[-2:]) == ("FAILED", ["close mailbox", "close account"])


async def test_of_a_child_run_that_failed_nobody_knows_and_a_person_is_asked() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["badly"])
    kid = world.app(FunctionNode("kid", "open_it", "{'name': 'mailbox'}"))
    step = SagaStep(ChildNode("child", "kid"), FunctionNode("shut", "close", "{'number': result}"))
    async with stage.runtime(apps=[world.app(saga(ACCOUNT, step)), kid]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert (state.questions, world.standing) == (("root/undo[child]/ask.1",), ["account"])
        await run.answer("", "done_by_hand")
        assert (await stage.ended(run)).status == "FAILED"
    assert world.standing == []


async def test_a_parent_that_is_cancelled_ends_once_the_saga_of_its_child_is_undone() -> None:
    stage = Stage()
    world = office(stage)

    @tool(effect=Effect.READ, timeout_seconds=HOUR)
    async def hang() -> None:
        """Wait."""
        await stage.clock.sleep(HOUR)

    waiting = saga(ACCOUNT, SagaStep(FunctionNode("wait", "hang", "{}")), name="kid")
    kid = world.app(waiting, functions=(*FUNCTIONS, hang))
    parent = world.app(Sequence("root", (ChildNode("child", "kid"),)))
    async with stage.runtime(apps=[parent, kid]) as runtime:
        run = await runtime.start("root", None)
        await stage.clock.advance(5)
        assert world.standing == ["account"]
        await run.cancel("enough")
        assert (await stage.ended(run)).status == "CANCELLED"
    assert world.standing == []


async def test_what_was_undone_is_done_anew_under_other_keys_when_the_run_is_requeued() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["badly"])
    async with stage.runtime(apps=[world.app(saga(ACCOUNT, MAILBOX))]) as runtime:
        run = await runtime.start("root", None)
        state = await stage.ended(run)
        assert state.status == "FAILED"
        await run.requeue()
        assert await stage.result(run) == "mailbox-1"
    assert world.log == ["open account", "close account", "open account", "open mailbox"]
    assert world.standing == ["account", "mailbox"]


@dataclass
class Account:
    """What opening one gives."""

    number: str


@tool(effect=Effect.UNSAFE)
async def shut(name: str, number: str, reason: str = "saga", *, office: Provided[Office]) -> str:
    """Close it."""
    office.log.append(f"shut {name} {number} {reason}")
    return name


@tool(effect=Effect.UNSAFE, undo=shut)
async def begin(name: str) -> Account:
    """Open it."""
    return Account(f"{name}-7")


@tool(effect=Effect.UNSAFE, undo=shut)
async def begin_silently(name: str) -> None:
    """Open it, and tell nothing."""


async def test_a_fork_undoes_nothing_that_the_original_has_done() -> None:
    stage = Stage()
    world = office(stage)
    async with stage.runtime(apps=[world.app(saga(ACCOUNT, MAILBOX))]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        world.goes["open mailbox"] = ["badly"]
        fork = await runtime.fork(run, at=BeforeStep("root/mailbox"), live=True)
        state = await stage.ended(fork)
    assert (state.outcome, told(state)) == (Outcome.FAILED, {"root/account": Undone.STANDS})
    assert state.fault is not None
    assert "it was done by the run that this one is a fork of" in state.fault.message
    assert world.standing == ["account", "mailbox"]


async def test_a_fork_that_sends_nothing_asks_nobody() -> None:
    stage = Stage()
    world = office(stage, open_badge=["badly"])
    flow = saga(
        SagaStep(opening("here", "look", None).do), ACCOUNT, SagaStep(FunctionNode("wrong", "look", "{'name': 1}"))
    )
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await stage.ended(run)
        assert world.log == ["open account", "close account"]
        fork = await runtime.fork(run, at=BeforeStep("root/here"))
        state = await stage.ended(fork)
    assert (state.is_over, state.outcome, world.log) == (True, Outcome.FAILED, ["open account", "close account"])


async def test_the_tool_that_a_tool_declares_as_its_undo_is_called_with_its_result_and_its_arguments() -> None:
    stage = Stage()
    world = office(stage, open_mailbox=["badly"])
    flow = Saga("root", (SagaStep(FunctionNode("first", "begin", "{'name': 'x'}")), MAILBOX))
    app = world.app(flow, functions=(*FUNCTIONS, begin))
    assert "function:shut" in app.definitions, "what the flow may call is part of its version"
    assert isinstance(app.flow, Saga)
    assert app.flow.steps[0].undo == FunctionNode("shut", "shut", "{'name': given['name'], 'number': result['number']}")
    async with stage.runtime(apps=[app]) as runtime:
        state = await stage.ended(await runtime.start("root", None))
    assert world.log == ["shut x x-7 saga"]
    assert told(state) == {"root/first": Undone.UNDONE}


def test_an_undo_whose_arguments_nobody_knows_must_be_written_out() -> None:
    world = Office(Stage().clock)
    flow = Saga("root", (SagaStep(FunctionNode("first", "begin_silently", "{'name': 'x'}")), MAILBOX))
    with pytest.raises(DefinitionError, match=r"root/first: expected each argument of shut, .* neither for number"):
        world.app(flow, functions=(*FUNCTIONS, begin_silently, shut))


def test_a_step_that_nothing_undoes_must_be_the_last_or_say_so() -> None:
    world = Office(Stage().clock)
    flow = saga(opening("account", undo=None), MAILBOX)
    with pytest.raises(DefinitionError, match="root/account: expected something that undoes it"):
        world.app(flow)
    world.app(saga(opening("account", undo=None, is_irreversible=True), opening("mailbox", undo=None)))


@pytest.mark.parametrize(
    ("flow", "told"),
    [
        (Saga("root", ()), "root: expected at least one node below it"),
        (saga(opening("undo")), "root/undo: expected another name"),
        (saga(opening("a", is_irreversible=True)), "root/a: expected it to be undone or irreversible"),
        (saga(SagaStep(ACCOUNT.do, FunctionNode("x", "close"))), r"root/undo\[account\]: expected an input"),
        (saga(SagaStep(ACCOUNT.do, FunctionNode("x", "close", "{'number': mailbox}"))), "names mailbox, which it can"),
        (saga(SagaStep(ACCOUNT.do, FunctionNode("x", "shred", "{}"))), "expected function 'shred'"),
        (
            saga(SagaStep(ACCOUNT.do, FunctionNode("x", "close", "{'number': result}", timeout_seconds=3))),
            "expected no timeout_seconds",
        ),
    ],
)
def test_a_saga_that_cannot_be_undone_as_it_says_is_refused(flow: Saga, told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        Office(Stage().clock).app(flow)
