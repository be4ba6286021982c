"""The tool edge: the one place where what a tool's author wrote may raise anything, and each of it becomes a value."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Raised:
    """The author's code raised ``error``."""

    error: Exception


def caught(work: Callable[..., T], *arguments: object) -> T | Raised:
    """Return what ``work`` returns, or what it raised."""
    try:
        return work(*arguments)
    except Exception as error:
        return Raised(error)


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
