"""The way to a provider whose client hands out the raw HTTP response: bytes to JSON, a client's errors to failures."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import httpx2
import msgspec

from holdfast.integration.gateway.port import ModelCallFailed
from holdfast.integration.gateway.providers.dialect import Body
from holdfast.integration.gateway.providers.server_events import EventReader
from holdfast.integration.gateway.providers.troubles import SAID_CHARACTERS_MAX, Said, concealed, failure
from holdfast.kernel.outcomes import ErrorKind, Fault

END_OF_STREAM = b"[DONE]"
END_SECONDS_MAX = 0.1
"""How long a server that has declared its stream to be over may take to end it; then the connection is given up."""
UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol, httpx2.ProxyError)
"""What goes wrong before a request has left: it cost nothing for certain."""

OnHeaders = Callable[[Mapping[str, str]], None]
"""Told the headers of each answer, also of one that says no: they tell what is left of the limits."""


class Post(Protocol):
    """A client, as far as it is needed here."""

    async def __call__(self, body: Body, *, streams: bool) -> httpx2.Response:
        """Send ``body``; return the response with its own body unread. Raises what the client raises."""


def unheard(_headers: Mapping[str, str]) -> None:
    """Hear headers, and do nothing about them."""


@dataclass(frozen=True, slots=True)
class ClientErrors:
    """What a client raises, by what it means. Each may hold the response, or be caused by what HTTP had to say."""

    status: type[Exception]
    connection: type[Exception]
    """Also that of a timeout."""


class HttpLine:
    """Sends through a client; reads what comes back."""

    def __init__(
        self, name: str, post: Post, errors: ClientErrors, *, secret: str = "", on_headers: OnHeaders = unheard
    ) -> None:
        """``secret`` is left out of what the server says: a failure stands in the journal."""
        self._name, self._post, self._errors, self._on_headers = name, post, errors, on_headers
        self._secret = secret

    @asynccontextmanager
    async def send(self, body: Body, *, streams: bool) -> AsyncIterator[AsyncIterator[Body]]:
        response = await self._response(body, streams=streams)
        try:
            self._on_headers(response.headers)
            yield self._events(response) if streams else self._whole(response)
        finally:
            await response.aclose()

    async def _response(self, body: Body, *, streams: bool) -> httpx2.Response:
        try:
            return await self._post(body, streams=streams)
        except self._errors.status as error:
            response = getattr(error, "response")  # noqa: B009  # the two clients share no type that declares it
            self._on_headers(response.headers)
            text = concealed(response.text, self._secret)
            raise failure(self._name, Said(response.status_code, text, response.headers)) from error
        except httpx2.HTTPError as error:
            raise broken_line(self._name, error) from error
        except self._errors.connection as error:
            raise broken_line(self._name, error.__cause__ or error) from error

    async def _whole(self, response: httpx2.Response) -> AsyncIterator[Body]:
        try:
            said = await response.aread()
        except httpx2.HTTPError as error:
            raise broken_line(self._name, error) from error
        yield self._object(said)

    async def _events(self, response: httpx2.Response) -> AsyncIterator[Body]:
        reader, chunks = EventReader(), response.aiter_bytes()
        try:
            async for chunk in chunks:
                for data in reader.feed(chunk):
                    if data.startswith(END_OF_STREAM):
                        yield {}
                        await _drain(chunks)
                        return
                    yield self._object(data)
        except httpx2.HTTPError as error:
            raise broken_line(self._name, error) from error
        except ValueError as error:
            raise unreadable(self._name, str(error)) from error
        for data in reader.end():
            yield {} if data.startswith(END_OF_STREAM) else self._object(data)

    def _object(self, said: bytes) -> Body:
        try:
            found = msgspec.json.decode(said)
        except (msgspec.DecodeError, UnicodeDecodeError):
            found = None
        if not isinstance(found, dict):
            raise unreadable(self._name, said[:SAID_CHARACTERS_MAX].decode("utf-8", "replace"))
        return found


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read the little that follows the last event: only a connection that is read to its end is used again."""
    with contextlib.suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(END_SECONDS_MAX):
            async for _ in chunks:
                pass


def unreadable(name: str, said: str) -> ModelCallFailed:
    """Return the failure of a server that sent something other than JSON objects."""
    message = f"model {name!r}: expected a JSON object, found {said[:SAID_CHARACTERS_MAX] or 'nothing'}"
    return ModelCallFailed(Fault(ErrorKind.BAD_REPLY, message, retryable=True), may_be_billed=True)


def broken_line(name: str, error: BaseException) -> ModelCallFailed:
    """Return the failure of a line that broke, or was silent for too long."""
    is_late = isinstance(error, httpx2.TimeoutException)
    kind = ErrorKind.TIMEOUT if is_late else ErrorKind.BROKEN_STREAM
    what = "nothing came for too long" if is_late else "the line broke"
    message = f"model {name!r}: {what}: {type(error).__name__}: {error}"
    return ModelCallFailed(Fault(kind, message, retryable=True), may_be_billed=not isinstance(error, UNSENT))
