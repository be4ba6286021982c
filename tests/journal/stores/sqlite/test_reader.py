"""Questions asked together share a way to a thread and back, and nothing else."""

import asyncio

import pytest

from holdfast.journal.stores.sqlite import SqliteStore
from holdfast.kernel.errors import RunNotFound, StoreClosed
from holdfast.kernel.ids import RunId
from holdfast.testing.conformance.journal.samples import RUN, begin

UNKNOWN = RunId("run_unknown")


async def test_what_is_wrong_with_one_question_is_no_others_trouble(store: SqliteStore) -> None:
    await begin(store)
    unfit = RunId("run_\ud800")
    good, missing, odd, again = await asyncio.gather(
        *(store.head(run) for run in (RUN, UNKNOWN, unfit, RUN)), return_exceptions=True
    )
    assert good == again == await store.head(RUN)
    assert isinstance(missing, RunNotFound)
    assert isinstance(odd, UnicodeEncodeError)


async def test_who_is_cancelled_takes_no_neighbour_along(store: SqliteStore) -> None:
    await begin(store)
    gone, stays = asyncio.create_task(store.head(RUN)), asyncio.create_task(store.head(RUN))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).run == RUN
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_what_was_asked_before_the_end_is_answered(store: SqliteStore) -> None:
    await begin(store)
    asked = asyncio.create_task(store.head(RUN))
    await asyncio.sleep(0)
    await store.close()
    assert (await asked).run == RUN
    with pytest.raises(StoreClosed):
        await store.head(RUN)


async def test_more_questions_than_may_be_on_their_way_are_all_answered(store: SqliteStore) -> None:
    await begin(store)
    heads = await asyncio.gather(*(store.head(RUN) for _ in range(2_500)))
    assert {head.run for head in heads} == {RUN}
