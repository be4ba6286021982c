"""What became of the deeds of a saga that is not whole is told in one line, in the order of undoing."""

from holdfast.orchestration.sagas.telling import sagas_of
from holdfast.surfaces.cli.showing.sagas import saga_lines
from tests.orchestration.clerks import Office, opening, saga
from tests.runtime.stage import Stage


async def test_a_saga_that_is_not_whole_is_told_step_by_step() -> None:
    stage = Stage()
    goes = {"open badge": ["badly"], "close mailbox": ["badly"]}
    world = Office(stage.clock, goes)
    flow = saga(opening("account"), opening("mailbox"), opening("badge"))
    async with stage.runtime(apps=[world.app(flow)]) as runtime:
        run = await runtime.start("root", None)
        assert list(saga_lines(await stage.ended(run))) == ["root: mailbox being undone"]
        await run.answer("", "done_by_hand", by="Ann")
        state = await stage.ended(run)
    assert list(saga_lines(state)) == ["root: mailbox undone by hand (Ann), account undone"]


async def test_one_that_had_done_nothing_says_so_and_one_that_is_whole_is_not_told() -> None:
    stage = Stage()
    world = Office(stage.clock, {"open account": ["badly", "well"]})
    async with stage.runtime(apps=[world.app(saga(opening("account")))]) as runtime:
        failed = await stage.ended(await runtime.start("root", None))
        whole = await stage.ended(await runtime.start("root", None))
    assert (list(saga_lines(failed)), sagas_of(whole)) == (["root: nothing was done"], [])
