"""OpenAI's own client: one for each account or server, shared by all its models and both its APIs."""

import msgspec
from httpx2 import AsyncBaseTransport, AsyncClient, Response
from openai import APIConnectionError, APIStatusError, AsyncOpenAI

from holdfast.integration.gateway.providers.dialect import Body, Dialect
from holdfast.integration.gateway.providers.http_line import ClientErrors, HttpLine, OnHeaders, unheard
from holdfast.integration.gateway.providers.model import ProviderModel
from holdfast.integration.gateway.providers.openai.call_or_reply.dialect import CallOrReply
from holdfast.integration.gateway.providers.openai.chat.dialect import COMMON_LIMIT, OPENAI_LIMIT, ChatCompletions
from holdfast.integration.gateway.providers.openai.responses.dialect import Responses
from holdfast.integration.gateway.providers.raw import PATIENCE, RAW
from holdfast.integration.gateway.providers.settings import Settings

ERRORS = ClientErrors(APIStatusError, APIConnectionError)
NO_KEY = "none"
"""What a server on one's own machine is shown as a key."""


class OpenAIAccount:
    """One key of OpenAI, or one server compatible with it. Close it when its event loop ends."""

    def __init__(
        self,
        key: str | None,
        *,
        base_url: str | None = None,
        transport: AsyncBaseTransport | None = None,
        on_headers: OnHeaders = unheard,
    ) -> None:
        http = AsyncClient(transport=transport) if transport else None
        self._client = AsyncOpenAI(
            api_key=key or NO_KEY, base_url=base_url, max_retries=0, timeout=PATIENCE, http_client=http
        )
        self._key, self._on_headers = key or "", on_headers

    def responses(self, name: str, model: str, settings: Settings | None = None) -> ProviderModel:
        """Return the model that the provider calls ``model``, by the Responses API."""
        dialect = Responses((settings or Settings()).tools)
        return self._model(name, model, dialect, "/responses", settings)

    def chat(
        self, name: str, model: str, settings: Settings | None = None, *, is_openai: bool = False
    ) -> ProviderModel:
        """Return the model that the provider calls ``model``, by the chat completions API."""
        limit_field = OPENAI_LIMIT if is_openai else COMMON_LIMIT
        settings = settings or Settings()
        chat = ChatCompletions(settings.tools, limit_field=limit_field)
        dialect = chat if settings.has_tool_calls else CallOrReply(chat)
        return self._model(name, model, dialect, "/chat/completions", settings)

    async def close(self) -> None:
        await self._client.close()

    def _model(self, name: str, model: str, dialect: Dialect, path: str, settings: Settings | None) -> ProviderModel:
        async def post(body: Body, *, streams: bool) -> Response:
            sent = msgspec.json.encode(body)
            return await self._client.post(path, content=sent, cast_to=Response, options={"headers": dict(RAW)})

        line = HttpLine(name, post, ERRORS, secret=self._key, on_headers=self._on_headers)
        return ProviderModel(name, model, dialect, line, settings)
