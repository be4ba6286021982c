"""A run asks a person, leaves memory, and goes on by itself with what was decided."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import RunFailed
from holdfast.journal.events import NodeLeft, QuestionAnswered, QuestionAsked, RunParked
from holdfast.journal.fold.state import RunState
from holdfast.journal.mail import Answer, encode_mail
from holdfast.journal.port import Letter
from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.errors import AlreadySettled, DefinitionError, InputError
from holdfast.kernel.ids import LetterId, RunId
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.application.app import App
from holdfast.orchestration.flow.nodes import (
    Branch,
    Case,
    DecisionNode,
    Join,
    Node,
    Option,
    Parallel,
    Sequence,
    WaitNode,
)
from holdfast.orchestration.run.handle import Run
from tests.orchestration.bank import Bank, paying
from tests.orchestration.lives import live, recorded, repeated
from tests.orchestration.world import World, step
from tests.runtime.stage import Stage, drivers, events_of, of_kind

HOUR = 3_600.0
ASK = DecisionNode("root", question="'Send it?'")


def asks(flow: Node = ASK) -> App:
    return App(flow.name, flow, input=object)


async def asking(stage: Stage, run: Run, *paths: str) -> RunState:
    """Return the run's state once it is parked for somebody to decide."""
    state = await stage.ended(run)
    assert (state.status, state.questions) == ("WAITING", paths or ("root",))
    return state


async def test_what_is_asked_can_quote_what_was_done_and_what_is_decided_leads_on() -> None:
    stage = Stage()
    world = World(stage.clock)
    ask = DecisionNode(
        "ask",
        question="'Send ' + draft + ' to ' + input.who + '?'",
        options=(Option("send", impact="input.who + ' reads it today'"), "drop"),
        goal="'answer a letter'",
        details="{'draft': draft, 'length': len(draft)}",
        deadline_seconds=HOUR,
        at_deadline="drop",
    )
    then = Branch("then", (Case("ask.choice == 'send' and ask.value.copies == 2", step("sent")),))
    flow = Sequence("root", (step("draft"), ask, then))
    async with stage.runtime() as runtime:
        run = await runtime.start(world.app(flow), {"who": "Ann"})
        state = await asking(stage, run, "root/ask")
        assert state.parked == "a person is to decide at root/ask"
        (question,) = await run.questions()
        assert (question.question, question.goal) == ("Send draft to Ann?", "answer a letter")
        assert question.details == {"draft": "draft", "length": 5}
        assert [(option.name, option.impact) for option in question.options] == [
            ("send", "Ann reads it today"),
            ("drop", None),
        ]
        assert question.asked_at == state.nodes["root/ask"].entered_at
        assert (question.deadline, question.default) == (question.asked_at + HOUR, "drop")
        await run.answer("root/ask", "send", {"copies": 2}, by="Bob", note="go ahead")
        assert await stage.result(run) == "sent"
        assert await run.questions() == []
        assert await run.value(await run.state(), "root/ask") == {
            "choice": "send",
            "by": "Bob",
            "note": "go ahead",
            "value": {"copies": 2},
        }
        (answered,) = of_kind(await events_of(run), QuestionAnswered)
    assert (answered.number, answered.choice, answered.by, answered.note) == (1, "send", "Bob", "go ahead")


@pytest.mark.parametrize("deadline_seconds", [None, HOUR])
async def test_a_run_that_waits_for_a_person_is_not_in_memory(deadline_seconds: float | None) -> None:
    stage = Stage()
    app = asks(DecisionNode("root", "'?'", deadline_seconds=deadline_seconds))
    others = drivers()
    async with stage.runtime(apps=[app]) as runtime:
        runs = [await runtime.start("root", number) for number in range(20)]
        for run in runs:
            await asking(stage, run)
            with pytest.raises(RunFailed, match="is parked: a person is to decide at root"):
                await stage.result(run)
        assert [task for task in asyncio.all_tasks() if task.get_name().startswith("root")] == []
        assert drivers() <= others
        for run in runs:
            await run.answer("", "approve")
            assert (await stage.ended(run)).outcome is Outcome.SUCCEEDED


async def test_an_answer_wakes_the_run_in_whatever_process_drives_then() -> None:
    stage = Stage()
    app = asks()
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await asking(stage, run)
    await stage.clock.advance(100 * HOUR)
    async with stage.runtime(apps=[app], drives=False) as runtime:
        await (await runtime.run(run.id)).answer("root", "reject", by="Ann")
    async with stage.runtime(apps=[app]) as runtime:
        value = await stage.result(await runtime.run(run.id))
    assert value == {"choice": "reject", "by": "Ann", "note": "", "value": None}


async def test_at_the_deadline_the_default_is_chosen() -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        begun_at = stage.clock.now()
        run = await runtime.start(asks(DecisionNode("root", "'?'", deadline_seconds=HOUR, at_deadline="reject")), None)
        await stage.clock.advance(HOUR)
        assert await stage.result(run) == {"choice": "reject", "by": "deadline", "note": "", "value": None}
        assert (await run.state()).ended_at == begun_at + HOUR
        with pytest.raises(
            AlreadySettled, match="found that deadline has chosen 'reject' already: nothing of this run"
        ):
            await run.answer("root", "approve")


async def test_a_deadline_without_a_default_fails_the_node() -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        run = await runtime.start(asks(DecisionNode("root", "'?'", deadline_seconds=90)), None)
        await stage.clock.advance(90)
        state = await stage.ended(run)
        assert (state.outcome, state.questions) == (Outcome.FAILED, ())
        assert state.fault is not None
        assert (state.fault.kind, state.fault.message) == (
            ErrorKind.TIMEOUT,
            "nobody has decided by the deadline",
        )
        with pytest.raises(AlreadySettled, match="found that its branch has ended"):
            await run.answer("root", "approve")


async def test_who_answers_in_time_is_heard_though_nobody_drove_until_the_deadline_was_over() -> None:
    stage = Stage()
    app = asks(DecisionNode("root", "'?'", deadline_seconds=HOUR, at_deadline="reject"))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await asking(stage, run)
    async with stage.runtime(apps=[app], drives=False) as runtime:
        await (await runtime.run(run.id)).answer("root", "approve", by="Ann")
    await stage.clock.advance(2 * HOUR)
    async with stage.runtime(apps=[app]) as runtime:
        value: Any = await stage.result(await runtime.run(run.id))
    assert (value["choice"], value["by"]) == ("approve", "Ann")


async def test_who_answers_after_the_deadline_is_told_though_nobody_has_driven_since() -> None:
    stage = Stage()
    app = asks(DecisionNode("root", "'?'", deadline_seconds=HOUR, at_deadline="reject"))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await asking(stage, run)
    await stage.clock.advance(HOUR)
    async with stage.runtime(apps=[app], drives=False) as runtime:
        with pytest.raises(AlreadySettled, match="the deadline of root, found that it has passed: 'reject' is chosen"):
            await (await runtime.run(run.id)).answer("root", "approve", by="Ann")
    async with stage.runtime(apps=[app]) as runtime:
        value: Any = await stage.result(await runtime.run(run.id))
    assert value["by"] == "deadline"


async def test_of_two_who_answer_the_first_is_heard_and_the_second_is_told() -> None:
    stage = Stage()
    app = asks()
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await asking(stage, run)
    async with stage.runtime(apps=[app], drives=False) as runtime:
        again = await runtime.run(run.id)
        await again.answer("root", "approve", by="Ann")
        await again.answer("root", "approve", by="Ann")
        with pytest.raises(AlreadySettled, match="found it answered before: Ann has chosen 'approve'"):
            await again.answer("root", "reject", by="Bob")
    async with stage.runtime(apps=[app]) as runtime:
        again = await runtime.run(run.id)
        value: Any = await stage.result(again)
        assert value["by"] == "Ann"
        with pytest.raises(AlreadySettled, match="found that Ann has chosen 'approve' already"):
            await again.answer("root", "reject", by="Bob")


async def test_an_answer_that_cannot_be_used_is_refused_and_the_run_goes_on_asking() -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        run = await runtime.start(asks(), None)
        await asking(stage, run)
        with pytest.raises(InputError, match="expected one of approve, reject, found 'maybe'"):
            await run.answer("root", "maybe")
        with pytest.raises(InputError, match="expected one of approve, reject, found 'none'"):
            await run.answer("root", value=7)
        with pytest.raises(InputError, match="found 'rot': what asks is root"):
            await run.answer("rot", "approve")
        with pytest.raises(InputError, match="expected the value as JSON data"):
            await run.answer("root", "approve", object())
        with pytest.raises(InputError, match="that is who decides where nobody does"):
            await run.answer("root", "approve", by="deadline")
        with pytest.raises(AlreadySettled, match="expected question 2 to be open at root, found question 1"):
            await run.answer("root", "approve", number=2)
        await asking(stage, run)
        await run.answer("root", "approve", number=1)
        assert (await stage.ended(run)).outcome is Outcome.SUCCEEDED


async def test_without_options_the_answer_is_free() -> None:
    stage = Stage()
    app = asks(DecisionNode("root", "'What now?'", options=()))
    async with stage.runtime(apps=[app]) as runtime:
        for choice, value in (("wait a week", None), ("", {"weeks": 1}), ("so", [1, 2])):
            run = await runtime.start("root", None)
            await asking(stage, run)
            with pytest.raises(InputError, match="expected an answer, found none"):
                await run.answer("root")
            with pytest.raises(InputError, match="at most 1,000 characters, found 1,001"):
                await run.answer("root", "x" * 1_001)
            await run.answer("root", choice, value)
            assert await stage.result(run) == {"choice": choice, "by": "caller", "note": "", "value": value}


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (DecisionNode("root", "input"), "root: expected 'input' to be a text, found dict"),
        (DecisionNode("root", "'?'", goal="input.at"), "expected 'input.at' to be a text, found int"),
        (DecisionNode("root", "'?'", options=(Option("a", "input.no"),)), "input.no"),
        (DecisionNode("root", "'?'", details="input.no"), "input.no"),
    ],
)
async def test_a_question_that_cannot_be_put_fails_the_node(ask: DecisionNode, told: str) -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        run = await runtime.start(asks(ask), {"at": 7})
        state = await stage.ended(run)
        assert of_kind(await events_of(run), QuestionAsked) == []
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.EXPRESSION
    assert told in state.fault.message


async def test_several_questions_are_open_at_once_and_answered_in_any_order() -> None:
    stage = Stage()
    flow = Parallel("root", (DecisionNode("one", "'1?'"), DecisionNode("two", "'2?'"), DecisionNode("three", "'3?'")))
    async with stage.runtime() as runtime:
        run = await runtime.start(asks(flow), None)
        await asking(stage, run, "root/one", "root/two", "root/three")
        assert [question.number for question in await run.questions()] == [1, 2, 3]
        with pytest.raises(InputError, match="found 'none': what asks is root/one, root/two, root/three"):
            await run.answer("", "approve")
        for path in ("root/two", "root/three", "root/one"):
            await run.answer(path, "approve", by=path)
            await stage.ended(run)
        assert (await run.state()).outcome is Outcome.SUCCEEDED
        assert [event.node for event in of_kind(await events_of(run), QuestionAnswered)] == [
            "root/two",
            "root/three",
            "root/one",
        ]


async def test_questions_that_are_put_at_the_same_time_have_different_numbers(tmp_path: Path) -> None:
    """After a rest the input is fetched from the store, and each of the two waits for that."""
    stage = Stage()
    each = (DecisionNode(name, "'Which?'", options=(), choices=f"[input, '{name}']") for name in ("first", "second"))
    flow = Sequence("root", (WaitNode("rest", seconds=900), Parallel("both", tuple(each))))
    async with stage.runtime(apps=[asks(flow)], store=SqliteStore(tmp_path / "runs.db", stage.clock)) as runtime:
        run = await runtime.start("root", "any")
        await stage.ended(run)
        await stage.until(stage.clock.sleep(1_000))
        await stage.ended(run)
        assert {question.number for question in await run.questions()} == {1, 2}


async def test_a_doubt_beside_a_question_is_told_apart() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    flow = Parallel("root", (paying("cash", "pay"), DecisionNode("ask", "'?'")), join=Join.BEST_EFFORT)
    async with stage.runtime(apps=[bank.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        state = await asking(stage, run, "root/ask")
        assert state.parked == ("in doubt: nobody knows what became of root/pay; a person is to decide at root/ask")
        await run.answer("root/ask", "approve")
        state = await stage.ended(run)
        assert (state.questions, state.doubts) == ((), ("root/pay",))
        await run.cancel("never mind")
        assert (await stage.ended(run)).parked == "cancelled, but in doubt: nobody knows what became of root/pay"


async def test_cancelling_a_run_withdraws_its_question() -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        run = await runtime.start(asks(), None)
        await asking(stage, run)
        await run.cancel("never mind")
        state = await stage.ended(run)
        assert (state.status, state.questions) == ("CANCELLED", ())
        assert await run.questions() == []
        with pytest.raises(AlreadySettled, match="found that the run was cancelled"):
            await run.answer("root", "approve")


async def test_a_run_that_cannot_end_for_a_doubt_asks_nothing_more_once_it_is_cancelled() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    flow = Parallel("root", (paying("cash", "pay"), DecisionNode("ask", "'?'")), join=Join.BEST_EFFORT)
    async with stage.runtime(apps=[bank.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await asking(stage, run, "root/ask")
        await run.cancel("never mind")
        assert (await stage.ended(run)).parked == "cancelled, but in doubt: nobody knows what became of root/pay"
        assert await run.questions() == []
        with pytest.raises(AlreadySettled, match="the run was cancelled: nothing of this run asks"):
            await run.answer("root/ask", "approve")


async def test_a_branch_that_fails_withdraws_the_question_beside_it() -> None:
    stage = Stage()
    world = World(stage.clock)
    flow = Parallel("root", (DecisionNode("ask", "'?'"), step("beside", goes="badly", seconds=5)))
    async with stage.runtime() as runtime:
        run = await runtime.start(world.app(flow), None)
        state = await stage.ended(run)
        assert (state.outcome, state.questions) == (Outcome.FAILED, ())
        with pytest.raises(AlreadySettled, match="its branch has ended"):
            await run.answer("root/ask", "approve")


@pytest.mark.parametrize(
    "flow",
    [
        DecisionNode("root", "'?'", timeout_seconds=60, deadline_seconds=HOUR),
        Sequence("root", (DecisionNode("ask", "'?'"),), timeout_seconds=60),
    ],
)
async def test_a_timeout_around_a_question_still_counts(flow: Node) -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        run = await runtime.start(asks(flow), None)
        await stage.clock.advance(60)
        state = await stage.ended(run)
    assert (state.outcome, state.questions) == (Outcome.FAILED, ())
    assert (state.fault and state.fault.message) == "it did not end within 60 seconds"


ANSWERS = st.tuples(st.just("answer"), st.sampled_from(("approve", "reject", "maybe")), st.sampled_from("AB"))
LETTERS = st.tuples(st.just("letter"), st.sampled_from(("approve", "maybe")), st.integers(0, 2))
LULLS = st.tuples(st.just("advance"), st.sampled_from((1.0, 40.0, 100.0)), st.none())
OTHERS = st.tuples(st.sampled_from(("cancel", "restart", "away", "resume")), st.none(), st.none())


@given(st.lists(ANSWERS | LETTERS | LULLS | OTHERS, max_size=8), st.sampled_from((None, "reject")))
def test_one_answer_at_most_is_recorded_whatever_comes_in_whatever_order(
    happens: list[tuple[str, Any, Any]], default: str | None
) -> None:
    stage, accepted = asyncio.run(_through(happens, default))
    events = recorded(stage)
    answers = of_kind(events, QuestionAnswered)
    (left,) = of_kind(events, NodeLeft)
    assert len(answers) == (1 if left.outcome is Outcome.SUCCEEDED else 0) or left.outcome is Outcome.CANCELLED
    assert len(answers) <= 1
    for answer in answers:
        assert answer.choice in ("approve", "reject")
        assert answer.number == 1
    if accepted is not None and left.outcome is not Outcome.CANCELLED:
        (heard,) = answers
        assert (heard.choice, heard.by) == accepted, "who was not refused was heard"


async def _through(happens: list[tuple[str, Any, Any]], default: str | None) -> tuple[Stage, tuple[str, str] | None]:
    """Let all that happen to a run that asks, then its deadline pass; return who was told nothing bad first."""
    stage = Stage()
    app = asks(DecisionNode("root", "'?'", deadline_seconds=100, at_deadline=default))
    accepted: tuple[str, str] | None = None
    drives, run_id = True, RunId("")
    for what, first, second in [*happens, ("advance", 100.0, None), ("restart", None, None)]:
        async with stage.runtime(apps=[app], drives=drives) as runtime:
            run = await (runtime.run(run_id) if run_id else runtime.start("root", None))
            run_id = run.id
            if drives:
                await stage.clock.advance(0)
            match what:
                case "answer":
                    try:
                        await run.answer("root", first, by=second)
                    except InputError:
                        pass
                    else:
                        accepted = accepted or (first, second)
                case "letter":
                    await _post(stage, run_id, first, second)
                case "advance":
                    await stage.clock.advance(first)
                case "cancel":
                    await run.cancel("never mind")
                case "resume":
                    await run.resume()
                case _:
                    pass
            drives = what != "away"
            if drives and what == "restart":
                await stage.ended(run)
    return stage, accepted


async def _post(stage: Stage, run: RunId, choice: str, number: int) -> None:
    """Put a letter into the inbox that no handle would write."""
    store = stage.store()
    await store.open()
    mail = Answer(path="root", number=number + 2, choice=choice, by="nobody")
    await store.post((Letter(LetterId(f"ltr_{number}{choice}"), run, encode_mail(mail)),))
    await store.close()


@pytest.mark.parametrize("is_answered", [True, False])
async def test_killed_at_each_point_a_question_is_asked_once_and_decided_once(is_answered: bool) -> None:
    ask = DecisionNode("ask", "'Send ' + draft + '?'", deadline_seconds=60, at_deadline="reject")
    then = Branch("then", (Case("ask.choice == 'approve'", step("sent")),), otherwise=step("dropped"))
    kill_at = 0
    while True:
        kill_at += 1
        stage = Stage()
        world = World(stage.clock)
        app = world.app(Sequence("root", (step("draft"), ask, then)))
        died = await live(stage, app, None, (), kill_at) is None
        waiting = await live(stage, app, None, ())
        assert waiting is not None
        if not waiting.is_over:
            assert waiting.questions == ("root/ask",), kill_at
            if is_answered:
                async with stage.runtime(apps=[app], drives=False) as runtime:
                    await (await runtime.run(waiting.run)).answer("", "approve")
            else:
                await stage.clock.advance(60)
        died_again = await live(stage, app, None, (), kill_at) is None
        state = await live(stage, app, None, ())
        assert state is not None
        assert state.outcome is Outcome.SUCCEEDED, kill_at
        assert repeated(recorded(stage)) == []
        assert len(of_kind(recorded(stage), QuestionAsked)) == 1
        assert [event.choice for event in of_kind(recorded(stage), QuestionAnswered)] == [
            "approve" if is_answered else "reject"
        ]
        if not died and not died_again:
            break
    assert kill_at > 8


async def test_a_run_parked_for_a_person_and_a_deadline_is_woken_at_it() -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        run = await runtime.start(asks(DecisionNode("root", "'?'", deadline_seconds=HOUR)), None)
        state = await asking(stage, run)
        (parked,) = of_kind(await events_of(run), RunParked)
        assert parked.wake_at == state.nodes["root"].entered_at + HOUR
        entries = [entry async for entry in run.events()]
        assert entries[-1].event == parked, "who follows is not kept waiting for a person"


async def test_the_options_may_be_what_only_the_run_can_say() -> None:
    stage = Stage()
    app = asks(DecisionNode("root", "'Which?'", options=(), choices="input.offers"))
    async with stage.runtime() as runtime:
        run = await runtime.start(app, {"offers": ["blue", "green"]})
        await asking(stage, run)
        (question,) = await run.questions()
        assert [option.name for option in question.options] == ["blue", "green"]
        with pytest.raises(InputError, match="expected one of blue, green, found 'red'"):
            await run.answer("root", "red")
        await run.answer("root", "green")
        await stage.result(run)
        free = await runtime.start(app, {"offers": []})
        await asking(stage, free)
        await free.answer("root", "red")
        assert (await stage.ended(free)).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("offers", ["blue", [1], ["blue", "blue"], ["x" * 65], [str(n) for n in range(21)]])
async def test_options_among_which_nobody_can_choose_fail_the_node(offers: object) -> None:
    stage = Stage()
    async with stage.runtime() as runtime:
        run = await runtime.start(asks(DecisionNode("root", "'?'", options=(), choices="input")), offers)
        state = await stage.ended(run)
    assert state.fault is not None
    assert state.fault.kind is ErrorKind.EXPRESSION


def test_options_that_are_declared_and_options_that_the_run_says_do_not_go_together() -> None:
    with pytest.raises(DefinitionError, match=r"expected options=\(\) beside choices, found approve, reject"):
        asks(DecisionNode("root", "'?'", choices="input"))
