"""Who acts on what: writers alone, readers together, first come first served, and nobody waits for ever."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.tools.occupancy import LINE_MAX, Key, Occupancy, Seat

ORDER: Key = ("acme", "order:1")
OTHER: Key = ("acme", "order:2")
TURNS = 20


async def settle() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


def entering(occupancy: Occupancy, *keys: Key, is_shared: bool = False) -> "asyncio.Task[Seat]":
    return asyncio.ensure_future(occupancy.enter(frozenset(keys), is_shared=is_shared))


async def test_who_changes_a_resource_is_alone_and_the_others_follow_in_their_order() -> None:
    occupancy, went = Occupancy(), list[int]()

    async def act(number: int) -> None:
        seat = await occupancy.enter(frozenset((ORDER,)), is_shared=False)
        went.append(number)
        await asyncio.sleep(0)
        assert went[-1] == number
        occupancy.leave(seat)

    await asyncio.gather(*(act(number) for number in range(5)))
    assert went == [0, 1, 2, 3, 4]


async def test_who_only_looks_shares_but_overtakes_nobody() -> None:
    occupancy = Occupancy()
    first, second = (await occupancy.enter(frozenset((ORDER,)), is_shared=True) for _ in range(2)), None
    seats = [seat async for seat in first]
    writer, late = entering(occupancy, ORDER), entering(occupancy, ORDER, is_shared=True)
    await settle()
    assert (writer.done(), late.done(), second) == (False, False, None)
    for seat in seats:
        occupancy.leave(seat)
    await settle()
    assert (writer.done(), late.done()) == (True, False)
    occupancy.leave(await writer)
    occupancy.leave(await late)


async def test_resources_that_have_nothing_to_do_with_each_other_are_used_at_once() -> None:
    occupancy = Occupancy()
    one = await occupancy.enter(frozenset((ORDER,)), is_shared=False)
    other = await occupancy.enter(frozenset((OTHER,)), is_shared=False)
    of_another = await occupancy.enter(frozenset((("other tenant", ORDER[1]),)), is_shared=False)
    for seat in (one, other, of_another):
        occupancy.leave(seat)


async def test_two_that_want_the_same_two_do_not_deadlock() -> None:
    occupancy = Occupancy()
    held = await occupancy.enter(frozenset((OTHER,)), is_shared=False)
    both, one = entering(occupancy, ORDER, OTHER), entering(occupancy, ORDER)
    await settle()
    assert (both.done(), one.done()) == (False, False)
    occupancy.leave(held)
    occupancy.leave(await both)
    occupancy.leave(await one)


@pytest.mark.parametrize("is_granted", [True, False])
async def test_who_is_cancelled_stands_in_nobodys_way(is_granted: bool) -> None:
    occupancy = Occupancy()
    held = await occupancy.enter(frozenset((ORDER,)), is_shared=False)
    waiting, behind = entering(occupancy, ORDER), entering(occupancy, ORDER)
    await settle()
    if is_granted:
        occupancy.leave(held)  # its turn has come, and it does not know yet
    waiting.cancel()
    await settle()
    assert waiting.cancelled()
    if not is_granted:
        occupancy.leave(held)
    occupancy.leave(await behind)


async def test_a_line_has_an_end() -> None:
    occupancy = Occupancy()
    waiting = [entering(occupancy, ORDER) for _ in range(LINE_MAX)]
    await settle()
    assert occupancy.is_full((OTHER, ORDER))
    assert not occupancy.is_full((OTHER,))
    for each in waiting:
        each.cancel()
    await asyncio.wait(waiting)


@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from("abc"), min_size=1), st.booleans(), st.integers(0, 3), st.booleans()),
        max_size=12,
    )
)
async def test_no_two_conflict_and_all_that_are_not_cancelled_get_through(
    wanted: list[tuple[set[str], bool, int, bool]],
) -> None:
    occupancy, inside, through = Occupancy(), Counter[tuple[str, bool]](), 0

    async def act(names: set[str], turns: int, *, is_shared: bool) -> None:
        nonlocal through
        seat = await occupancy.enter(frozenset(("t", name) for name in names), is_shared=is_shared)
        try:
            for name in names:
                assert not inside[name, False]
                assert is_shared or not inside[name, True]
                inside[name, is_shared] += 1
            for _ in range(turns):
                await asyncio.sleep(0)
            through += 1
        finally:
            inside.subtract((name, is_shared) for name in names)
            occupancy.leave(seat)

    tasks = [asyncio.ensure_future(act(names, turns, is_shared=shared)) for names, shared, turns, _ in wanted]
    await asyncio.sleep(0)
    for task, (_, _, _, is_cancelled) in zip(tasks, wanted, strict=True):
        if is_cancelled:
            task.cancel()
    done = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 60)
    assert not [each for each in done if isinstance(each, Exception)]
    assert through >= sum(not is_cancelled for *_, is_cancelled in wanted)
    again = await occupancy.enter(frozenset(("t", name) for name in "abc"), is_shared=False)
    occupancy.leave(again)
