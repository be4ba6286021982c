"""Whoever asks in one turn of the event loop is called back at its end, in order, by one entry of the loop."""

import asyncio
from functools import partial

from holdfast.journal.afterwards import Afterwards


async def test_all_who_ask_in_one_turn_are_called_at_its_end_in_order() -> None:
    afterwards, called = Afterwards(), list[int]()
    for number in range(3):
        afterwards.call(partial(called.append, number))
    assert called == []
    await asyncio.sleep(0)
    assert called == [0, 1, 2]


async def test_who_asks_while_others_are_called_waits_for_the_next_turn() -> None:
    afterwards, called = Afterwards(), list[str]()
    afterwards.call(lambda: afterwards.call(lambda: called.append("later")))
    await asyncio.sleep(0)
    assert called == []
    await asyncio.sleep(0)
    assert called == ["later"]
