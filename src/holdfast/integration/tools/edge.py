"""The tool edge for what is awaited: an author's code may raise anything, and each of it becomes a value."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from holdfast.integration.tools.caught import Raised

T = TypeVar("T")


async def awaited(work: Awaitable[T]) -> T | Raised:
    """Return what ``work`` gives, or what it raised. Raises CancelledError if, and only if, this task was cancelled.

    Code that awaits something which it has cancelled itself raises CancelledError too; let through, that would pass for
    the end of the whole task. And code that answers a cancellation with an error of its own must not pass for code that
    failed: nobody knows what became of it.
    """
    before = _cancellations()
    try:
        return await work
    except asyncio.CancelledError:
        if _cancellations():
            raise
        return Raised(RuntimeError("it awaited something that was cancelled"))
    except SystemExit as error:
        return Raised(RuntimeError(f"it raised SystemExit: {error}"))
    except Exception as error:
        if _cancellations() > before:
            raise asyncio.CancelledError from error
        return Raised(error)


def _cancellations() -> int:
    task = asyncio.current_task()
    return task.cancelling() if task else 0
