"""A person says what became of an effect in doubt, and its run goes on by itself."""

import re
from datetime import UTC, datetime

import pytest

from holdfast import HoldfastError, Settlement
from holdfast.integration.gateway.lines import answer, call
from holdfast.journal.events import DoubtSettled, StepIntended
from holdfast.journal.fold.state import RunState
from holdfast.journal.mail import LateOutcome, Settle, encode_mail, late_letter
from holdfast.journal.port import Letter
from holdfast.kernel.errors import AlreadySettled, InputError
from holdfast.kernel.ids import LetterId
from holdfast.kernel.messages import ToolResult
from holdfast.kernel.messages_codec import decode_message
from holdfast.kernel.outcomes import ErrorKind, Outcome
from holdfast.orchestration.flow.nodes import AgentNode, Join, Parallel, Sequence
from holdfast.orchestration.run.handle import Run
from tests.orchestration.bank import SETTLE, TIMEOUT, Bank, card, cash, paying
from tests.orchestration.lives import live, recorded, repeated
from tests.runtime.stage import Stage, desk, events_of, of_kind


async def doubtful(stage: Stage, run: Run, path: str = "root") -> RunState:
    """Return the run's state once it is parked in doubt."""
    state = await stage.ended(run)
    assert (state.status, state.doubts) == ("WAITING", (path,))
    return state


async def test_what_happened_is_given_its_result_and_the_run_goes_on() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    async with stage.runtime(apps=[bank.app(paying("cash"))]) as runtime:
        run = await runtime.start("root", None)
        await doubtful(stage, run)
        await run.settle("root", Settlement.HAPPENED, "receipt 7", by="Ann", note="rang the bank")
        assert await stage.result(run) == "receipt 7"
        (settled,) = of_kind(await events_of(run), DoubtSettled)
    assert (settled.how, settled.by, settled.note) == (Settlement.HAPPENED, "Ann", "rang the bank")
    assert bank.booked == {"root": 1}


async def test_what_did_not_happen_is_made_again_once_nothing_can_still_arrive() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["dropped"])
    async with stage.runtime(apps=[bank.app(paying("cash"))]) as runtime:
        run = await runtime.start("root", None)
        await doubtful(stage, run)
        await stage.clock.advance(TIMEOUT + SETTLE)
        await run.settle("root", Settlement.DID_NOT)
        assert await stage.result(run) == "receipt of root"
    (first, second) = (at for _, _, at in bank.requests)
    assert second - first == pytest.approx(TIMEOUT + SETTLE)
    assert bank.booked == {"root": 1}


async def test_nobody_can_say_that_it_did_not_happen_while_what_was_sent_may_still_arrive() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    async with stage.runtime(apps=[bank.app(paying("cash"))]) as runtime:
        run = await runtime.start("root", None)
        await doubtful(stage, run)
        (doubt,) = await run.doubts()
        assert doubt.settles_at == bank.requests[0][2] + TIMEOUT + SETTLE
        instant = datetime.fromtimestamp(doubt.settles_at, UTC).isoformat()
        await stage.clock.advance(TIMEOUT + SETTLE - 1)
        with pytest.raises(InputError, match=f"expected nobody to say before {re.escape(instant)} that root did not"):
            await run.settle("root", Settlement.DID_NOT)
        assert (await run.state()).doubts == ("root",)
        await run.settle("root", Settlement.ABANDONED)
        assert (await stage.ended(run)).outcome is Outcome.FAILED


async def test_a_keyed_call_that_did_not_happen_is_made_again_under_its_key() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["dropped"] * card.attempts_max)
    async with stage.runtime(apps=[bank.app(paying("card"))]) as runtime:
        run = await runtime.start("root", None)
        await doubtful(stage, run)
        await stage.clock.advance(TIMEOUT + SETTLE)
        await run.settle("root", Settlement.DID_NOT)
        assert await stage.result(run) == "receipt of root"
        attempts = [event.attempt for event in of_kind(await events_of(run), StepIntended)]
    assert attempts == [1, 2, 3]
    assert len(bank.keys) == 1


async def test_what_is_abandoned_has_failed_and_the_join_says_what_that_means() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    flow = Parallel("root", (paying("cash", "pay"), paying("cash", "beside", seconds=1)), join=Join.BEST_EFFORT)
    async with stage.runtime(apps=[bank.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        await doubtful(stage, run, "root/pay")
        await run.settle("root/pay", Settlement.ABANDONED, by="Ann")
        state = await stage.ended(run)
    assert (state.status, state.outcome, state.abandoned) == ("COMPLETE", Outcome.PARTIAL, ("root/pay",))
    fault = state.nodes["root/pay"].fault
    assert fault is not None
    assert fault.kind is ErrorKind.IN_DOUBT
    assert "abandoned by Ann" in fault.message


@pytest.mark.parametrize(
    ("how", "shown", "is_error"),
    [(Settlement.HAPPENED, "receipt 7", False), (Settlement.ABANDONED, "error: in_doubt", True)],
)
async def test_an_agent_is_shown_what_was_said_of_its_call(how: Settlement, shown: str, is_error: bool) -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    app = bank.app(AgentNode("root", "desk"), agents=(desk(tools=[cash]),))
    async with stage.runtime([call("cash", {"what": "pay"}), answer("done")], apps=[app]) as runtime:
        run = await runtime.start("root", "pay!")
        await doubtful(stage, run, "root/turn.1/call.1")
        await run.settle("", how, "receipt 7" if how is Settlement.HAPPENED else None)
        assert await stage.result(run) == "done"
        (settled,) = of_kind(await events_of(run), DoubtSettled)
        assert settled.shown is not None
        message = decode_message(await (await run.payloads(await run.state())).fetch(settled.shown))
    (part,) = message.parts
    assert isinstance(part, ToolResult)
    assert part.content.startswith(shown)
    assert part.is_error is is_error


async def test_a_person_can_see_what_was_sent_and_what_can_be_said() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    async with stage.runtime(apps=[bank.app(paying("cash"))]) as runtime:
        run = await runtime.start("root", None)
        await doubtful(stage, run)
        (doubt,) = await run.doubts()
    assert (doubt.path, doubt.tool, doubt.arguments) == ("root", "cash", '{"seconds":0.0,"what":"root"}')
    assert doubt.sent_at == bank.requests[0][2]
    assert doubt.options == (Settlement.HAPPENED, Settlement.DID_NOT, Settlement.ABANDONED)


async def test_a_result_that_the_tool_could_not_have_returned_is_refused() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    async with stage.runtime(apps=[bank.app(paying("cash"))]) as runtime:
        run = await runtime.start("root", None)
        await doubtful(stage, run)
        with pytest.raises(InputError, match="cash could not have returned this: the result: Input should be a valid"):
            await run.settle("root", Settlement.HAPPENED, {"receipt": 7})
        with pytest.raises(InputError, match="expected the result of cash as JSON data"):
            await run.settle("root", Settlement.HAPPENED, object())
        with pytest.raises(InputError, match="only the tool itself can say that"):
            await run.settle("root", Settlement.FAILED)
        with pytest.raises(InputError, match="found 'rot': in doubt are root"):
            await run.settle("rot", Settlement.DID_NOT)
        assert (await run.state()).doubts == ("root",)


async def test_of_two_who_settle_a_doubt_the_first_is_heard_and_the_second_is_told() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["lost"])
    app = bank.app(paying("cash"))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await doubtful(stage, run)
    async with stage.runtime(apps=[app], drives=False) as runtime:
        again = await runtime.run(run.id)
        await again.settle("root", Settlement.HAPPENED, "receipt 7", by="Ann")
        await again.settle("root", Settlement.HAPPENED, "receipt 7", by="Ann")
        await stage.clock.advance(TIMEOUT + SETTLE)
        with pytest.raises(AlreadySettled, match="Ann has said happened"):
            await again.settle("root", Settlement.DID_NOT, by="Bob")
    async with stage.runtime(apps=[app]) as runtime:
        again = await runtime.run(run.id)
        assert await stage.result(again) == "receipt 7"
        with pytest.raises(AlreadySettled, match="found it succeeded already"):
            await again.settle("root", Settlement.DID_NOT, by="Bob")
    assert bank.booked == {"root": 1}


@pytest.mark.parametrize("how", [Settlement.HAPPENED, Settlement.DID_NOT, Settlement.ABANDONED])
async def test_killed_at_each_point_a_settled_run_ends_the_same(how: Settlement) -> None:
    kill_at = 0
    while True:
        kill_at += 1
        stage = Stage()
        bank = Bank(stage.clock, goes=["dropped"])
        app = bank.app(Sequence("root", (paying("cash", "pay"), paying("card", "then"))))
        waiting = await live(stage, app, None, ())
        assert waiting is not None
        await stage.clock.advance(TIMEOUT + SETTLE)
        async with stage.runtime(apps=[app], drives=False) as runtime:
            await (await runtime.run(waiting.run)).settle("", how, "r" if how is Settlement.HAPPENED else None)
        died = await live(stage, app, None, (), kill_at) is None
        state = await live(stage, app, None, ())
        while state is not None and state.doubts:  # the death left the second attempt in doubt
            async with stage.runtime(apps=[app], drives=False) as runtime:
                await (await runtime.run(state.run)).settle("", Settlement.HAPPENED, "r")
            state = await live(stage, app, None, ())
        assert state is not None
        assert state.outcome is (Outcome.FAILED if how is Settlement.ABANDONED else Outcome.SUCCEEDED), kill_at
        assert repeated(recorded(stage)) == []
        assert max(bank.booked.values(), default=0) <= 1
        if not died:
            break
    assert kill_at > 8


async def posted(stage: Stage, letter: Letter) -> None:
    """Put a letter into an inbox, as another process would."""
    store = stage.store()
    await store.open()
    await store.post((letter,))
    await store.close()


async def test_a_word_on_an_attempt_that_is_not_in_doubt_any_more_says_nothing() -> None:
    stage = Stage()
    bank = Bank(stage.clock, goes=["dropped", "dropped"])
    app = bank.app(paying("cash"))
    async with stage.runtime(apps=[app]) as runtime:
        run = await runtime.start("root", None)
        await doubtful(stage, run)
        await stage.clock.advance(TIMEOUT + SETTLE)
        await run.settle("root", Settlement.DID_NOT)
        await stage.clock.advance(1)
        (doubt,) = await run.doubts()
        assert doubt.attempt == 2
    late = Settle(path="root", attempt=1, how=Settlement.HAPPENED, by="Bob", result=b'"a lie"')
    await posted(stage, Letter(LetterId("ltr_late"), run.id, encode_mail(late)))
    async with stage.runtime(apps=[app]) as runtime:
        again = await runtime.run(run.id)
        assert (await stage.ended(again)).doubts == ("root",)
        await again.settle("root", Settlement.HAPPENED, "receipt 8")
        assert await stage.result(again) == "receipt 8"


async def test_killed_at_each_point_of_hearing_a_late_outcome_a_run_ends_the_same() -> None:
    kill_at = 0
    while True:
        kill_at += 1
        stage = Stage()
        bank = Bank(stage.clock, goes=["lost"])
        app = bank.app(Sequence("root", (paying("cash", "pay"), paying("card", "then"))))
        waiting = await live(stage, app, None, ())
        assert waiting is not None
        late = LateOutcome(path="root/pay", attempt=1, outcome=Outcome.SUCCEEDED, worker="w", result=b'"receipt 7"')
        await posted(stage, Letter(late_letter("root/pay", 1, 0), waiting.run, encode_mail(late)))
        died = await live(stage, app, None, (), kill_at) is None
        state = await live(stage, app, None, ())
        assert state is not None
        assert (state.status, state.outcome) == ("COMPLETE", Outcome.SUCCEEDED), kill_at
        assert len(of_kind(recorded(stage), DoubtSettled)) == 1
        assert bank.booked == {"pay": 1, "then": 1}
        if not died:
            break
    assert kill_at > 8


def test_that_it_is_settled_already_is_an_error_of_ours() -> None:
    assert issubclass(AlreadySettled, HoldfastError)
