"""There is room for so many, and whoever waits comes in first come, first in."""

import asyncio

import pytest

from holdfast.journal.stores.sqlite.room import Room


async def test_there_is_room_for_so_many_and_no_more() -> None:
    room = Room(2)
    assert [room.enters(), room.enters(), room.enters()] == [True, True, False]
    room.leave()
    assert room.enters()


async def test_a_place_goes_to_whoever_waits_longest() -> None:
    room, came = Room(1), list[str]()
    await room.enter()

    async def comes(name: str) -> None:
        await room.enter()
        came.append(name)

    waiting = [asyncio.create_task(comes(name)) for name in ("first", "second")]
    await asyncio.sleep(0)
    room.leave()
    assert not room.enters()  # it is somebody's already
    await waiting[0]
    assert came == ["first"]
    room.leave()
    await waiting[1]
    assert came == ["first", "second"]
    room.leave()
    assert room.enters()


async def test_nobody_overtakes_those_who_wait() -> None:
    room = Room(1)
    await room.enter()
    waiting = asyncio.create_task(room.enter())
    await asyncio.sleep(0)
    room.leave()
    assert not room.enters()
    await waiting


@pytest.mark.parametrize("is_given_the_place", [False, True])
async def test_whoever_gives_up_takes_no_place_along(is_given_the_place: bool) -> None:
    room = Room(1)
    await room.enter()
    waiting = asyncio.create_task(room.enter())
    await asyncio.sleep(0)
    if is_given_the_place:
        room.leave()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    if not is_given_the_place:
        room.leave()
    assert room.enters()
    assert not room.enters()
