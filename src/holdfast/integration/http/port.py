"""What is asked of whoever carries a request to a server: its answer, whole and bounded, or why there is none."""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec


class Request(msgspec.Struct, frozen=True):
    """What is sent. It may hold credentials, so it shows only where it goes."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Request({self.method} {self.url.partition('?')[0]})"

    def header(self, name: str) -> str:
        """Return the first header of this name, in whatever letters; empty if there is none."""
        return next((value for each, value in self.headers if each.lower() == name.lower()), "")


class Answer(msgspec.Struct, frozen=True):
    """What came back. Redirects are answers like any other."""

    status: int
    headers: Mapping[str, str] = {}
    """By their names in small letters."""
    body: bytes = b""
    is_cut: bool = False
    """Whether the body was longer than is taken, and left out."""

    @property
    def media_type(self) -> str:
        """What the body is said to be, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class NotSent(Exception):
    """The request never reached the server."""


class AnswerLost(Exception):
    """The request was sent, and no answer came back."""


class Transport(Protocol):
    """Carries requests. It follows no redirect, and keeps no cookies."""

    async def send(self, request: Request, answer_bytes_max: int) -> Answer:
        """Return the answer. Raises NotSent or AnswerLost."""

    async def close(self) -> None:
        """Let go of every connection."""


Connect = Callable[[], Transport]
