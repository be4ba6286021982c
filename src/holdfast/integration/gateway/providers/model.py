"""A provider's model behind the port: one request out, one reply or one failure back, whoever the provider is."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import msgspec

from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest, TextDelta
from holdfast.integration.gateway.providers.dialect import Body, Dialect
from holdfast.integration.gateway.providers.settings import Settings, laid_over
from holdfast.integration.gateway.providers.troubles import SAID_CHARACTERS_MAX, Said, failure
from holdfast.kernel.messages import Reply
from holdfast.kernel.outcomes import ErrorKind, Fault


class Line(Protocol):
    """The way to a provider: its own client, with a key, for one model."""

    def send(self, body: Body, *, streams: bool) -> AbstractAsyncContextManager[AsyncIterator[Body]]:
        """Send a request; what comes back are the events of a stream, or one whole body. Raises ModelCallFailed."""


class ProviderModel:
    """One model of one provider. Tries once; trying again is the gateway's business."""

    def __init__(self, name: str, model: str, dialect: Dialect, line: Line, settings: Settings | None = None) -> None:
        """``name`` is what runs are configured with, ``model`` what the provider calls it."""
        self._name, self._model = name, model
        self._dialect, self._line = dialect, line
        self._settings = settings or Settings()

    @property
    def name(self) -> str:
        return self._name

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        """Yield text as it comes, then the reply. Raises ModelCallFailed."""
        streams = self._settings.streams
        body = laid_over(self._dialect.body(self._model, request, streams=streams), self._settings.body)
        async with self._line.send(body, streams=streams) as items:
            if not streams:
                yield self._reply(await anext(items, None), is_midway=False)
                return
            gathering = self._dialect.gathering()
            has_begun = is_told = False
            async for event in items:
                self._check(event, is_midway=has_begun)
                has_begun = True
                try:
                    text = gathering.feed(event)
                except (LookupError, TypeError, ValueError, AttributeError) as error:
                    raise self._unreadable(event, error) from error
                if text or (not is_told and gathering.has_begun):
                    is_told = True
                    yield TextDelta(text)
            yield self._reply(gathering.whole(), is_midway=has_begun)

    def _reply(self, body: Body | None, *, is_midway: bool) -> Reply:
        if body is None:
            raise self._cut_off()
        self._check(body, is_midway=is_midway)
        try:
            return self._dialect.reply(body)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise self._unreadable(body, error) from error

    def _check(self, said: Mapping[str, Any], *, is_midway: bool) -> None:
        """Raise what a provider tells of as an error though the status was that of a success."""
        if said.get("type") == "error" or said.get("error"):
            text = msgspec.json.encode(said).decode()
            raise failure(self._name, Said(200, text, {}, is_midway=is_midway))

    def _cut_off(self) -> ModelCallFailed:
        message = f"model {self._name!r}: expected a reply with an end, found one that broke off"
        return ModelCallFailed(Fault(ErrorKind.BROKEN_STREAM, message, retryable=True), may_be_billed=True)

    def _unreadable(self, said: object, error: Exception) -> ModelCallFailed:
        text = msgspec.json.encode(said).decode()[:SAID_CHARACTERS_MAX]
        message = f"model {self._name!r}: expected a reply as {self._dialect.api!r} writes it, found {text}"
        fault = Fault(ErrorKind.BAD_REPLY, f"{message} ({type(error).__name__}: {error})", retryable=True)
        return ModelCallFailed(fault, may_be_billed=True)
