"""The tool edge for what is awaited: an author's code may raise anything, and each of it becomes a value."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from holdfast.integration.tools.caught import Raised

T = TypeVar("T")


async def awaited(work: Awaitable[T]) -> T | Raised:
    """Return what ``work`` gives, or what it raised. Raises CancelledError only if this task was cancelled.

    Code that awaits something which it has cancelled itself raises CancelledError too; let through, that would pass for
    the end of the whole task.
    """
    try:
        return await work
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        return Raised(RuntimeError("it awaited something that was cancelled"))
    except Exception as error:
        return Raised(error)
