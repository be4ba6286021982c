"""The chat completions API as a dialect."""

from collections.abc import Mapping

from msgspec.structs import replace

from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.providers.dialect import Body
from holdfast.integration.gateway.providers.openai.chat.reply import reply_of
from holdfast.integration.gateway.providers.openai.chat.request import API, request_body
from holdfast.integration.gateway.providers.openai.chat.stream import CompletionGathering
from holdfast.integration.gateway.providers.schemas import countable
from holdfast.kernel.messages import Reply

OPENAI_LIMIT = "max_completion_tokens"
COMMON_LIMIT = "max_tokens"
"""What servers other than OpenAI's call the length allowed."""


class ChatCompletions:
    """The chat completions API."""

    api = API

    def __init__(
        self, tool_fields: Mapping[str, Mapping[str, object]] | None = None, *, limit_field: str = OPENAI_LIMIT
    ) -> None:
        self._tool_fields, self._limit_field = tool_fields or {}, limit_field

    def body(self, model: str, request: ModelRequest, *, streams: bool) -> Body:
        if self._limit_field == COMMON_LIMIT and (schema := request.offer.output_schema) is not None:
            request = replace(request, offer=replace(request.offer, output_schema=countable(schema)))
        body = request_body(model, request, self._tool_fields, self._limit_field)
        return body | {"stream": True, "stream_options": {"include_usage": True}} if streams else body

    def reply(self, body: Body) -> Reply:
        return reply_of(body)

    def gathering(self) -> CompletionGathering:
        return CompletionGathering()
