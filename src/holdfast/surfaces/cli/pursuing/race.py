"""Waiting for whichever comes first."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


# Any: what a coroutine yields and is sent is asyncio's own business.
async def first_of(*rivals: Coroutine[Any, Any, T]) -> T:
    """Return what the first of ``rivals`` to end returns, or raise what it raises; the others are cancelled."""
    tasks = [asyncio.create_task(rival) for rival in rivals]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task for task in tasks if task in done).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
