"""The tool edge for plain functions: what a tool's author wrote may raise anything, and each of it becomes a value."""

from collections.abc import Callable
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
