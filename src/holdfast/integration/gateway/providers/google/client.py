"""Google's own client: one for each account, shared by all its models."""

import msgspec
from google.genai import Client
from google.genai.errors import APIError
from google.genai.types import HttpOptions
from httpx2 import AsyncBaseTransport, AsyncClient, HTTPError, Response

from holdfast.integration.gateway.providers.dialect import Body
from holdfast.integration.gateway.providers.google.dialect import GenerateContent
from holdfast.integration.gateway.providers.http_line import ClientErrors, HttpLine, OnHeaders, unheard
from holdfast.integration.gateway.providers.model import ProviderModel
from holdfast.integration.gateway.providers.raw import SILENCE_SECONDS
from holdfast.integration.gateway.providers.settings import Settings

ERRORS = ClientErrors(APIError, HTTPError)
WHOLE, STREAMED = "generateContent", "streamGenerateContent?alt=sse"


class GoogleAccount:
    """One key of the Gemini API. Close it when its event loop ends."""

    def __init__(
        self,
        key: str,
        *,
        base_url: str | None = None,
        transport: AsyncBaseTransport | None = None,
        on_headers: OnHeaders = unheard,
    ) -> None:
        self._http = AsyncClient(transport=transport, follow_redirects=True)
        options = HttpOptions(
            base_url=base_url,
            timeout=int(SILENCE_SECONDS * 1_000),
            httpx_async_client=self._http,  # without one it takes aiohttp, where that happens to be installed
        )
        self._client = Client(api_key=key, vertexai=False, http_options=options)
        self._key, self._on_headers = key, on_headers

    def model(self, name: str, model: str, settings: Settings | None = None) -> ProviderModel:
        """Return the model that the provider calls ``model``."""

        async def post(body: Body, *, streams: bool) -> Response:
            return await self._post(model, body, streams=streams)

        line = HttpLine(name, post, ERRORS, secret=self._key, on_headers=self._on_headers)
        return ProviderModel(name, model, GenerateContent((settings or Settings()).tools), line, settings)

    async def close(self) -> None:
        await self._client.aio.aclose()
        await self._http.aclose()

    async def _post(self, model: str, body: Body, *, streams: bool) -> Response:
        """Send below the client's typed methods: those drop fields, and take some signs for the end of a line."""
        api = self._client._api_client  # noqa: SLF001  # the only door to this client that loses nothing
        how = STREAMED if streams else WHOLE
        request = api._build_request("post", f"models/{model}:{how}", {}, None)  # noqa: SLF001
        request.data = msgspec.json.encode(body)
        said = await api._async_request(http_request=request, stream=True)  # noqa: SLF001
        assert isinstance(said.response_stream, Response), "it sends through the HTTP client that it was given"
        return said.response_stream
