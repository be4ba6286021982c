"""Anthropic's own client: one for each account, shared by all its models."""

import msgspec
from anthropic import APIConnectionError, APIStatusError, AsyncAnthropic
from httpx2 import AsyncBaseTransport, AsyncClient, Response

from holdfast.integration.gateway.providers.anthropic.caching import MARK
from holdfast.integration.gateway.providers.anthropic.dialect import Messages
from holdfast.integration.gateway.providers.dialect import Body
from holdfast.integration.gateway.providers.http_line import ClientErrors, HttpLine, OnHeaders, unheard
from holdfast.integration.gateway.providers.model import ProviderModel
from holdfast.integration.gateway.providers.own import to_json
from holdfast.integration.gateway.providers.raw import PATIENCE, RAW
from holdfast.integration.gateway.providers.settings import Settings

ERRORS = ClientErrors(APIStatusError, APIConnectionError)


class AnthropicAccount:
    """One key of one provider, with its connections. Close it when its event loop ends."""

    def __init__(
        self,
        key: str,
        *,
        base_url: str | None = None,
        transport: AsyncBaseTransport | None = None,
        on_headers: OnHeaders = unheard,
    ) -> None:
        http = AsyncClient(transport=transport) if transport else None
        self._client = AsyncAnthropic(api_key=key, base_url=base_url, max_retries=0, timeout=PATIENCE, http_client=http)
        self._on_headers = on_headers

    def model(self, name: str, model: str, settings: Settings | None = None) -> ProviderModel:
        """Return the model that the provider calls ``model``."""
        line = HttpLine(name, self._post, ERRORS, secret=self._client.api_key or "", on_headers=self._on_headers)
        settings = settings or Settings()
        caches_prompt = settings.caches_prompt and MARK not in to_json(settings.body)
        return ProviderModel(name, model, Messages(settings.tools, caches_prompt=caches_prompt), line, settings)

    async def close(self) -> None:
        await self._client.close()

    async def _post(self, body: Body, *, streams: bool) -> Response:
        sent = msgspec.json.encode(body)
        return await self._client.post("/v1/messages", content=sent, cast_to=Response, options={"headers": dict(RAW)})
