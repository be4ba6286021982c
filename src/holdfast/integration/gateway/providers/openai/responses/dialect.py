"""OpenAI's Responses API as a dialect: nothing is left with the provider, so that the journal has it all."""

from collections.abc import Mapping

from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.providers.dialect import Body
from holdfast.integration.gateway.providers.openai.responses.reply import reply_of
from holdfast.integration.gateway.providers.openai.responses.request import API, request_body
from holdfast.integration.gateway.providers.openai.responses.stream import ResponseGathering
from holdfast.kernel.messages import Reply

ENCRYPTED = "reasoning.encrypted_content"
REASONING_MODELS = ("gpt-5", "o1", "o3", "o4", "gpt-oss", "codex")
"""How the names of models begin that reason; others refuse to be asked for their reasoning."""


class Responses:
    """The Responses API."""

    api = API

    def __init__(self, tool_fields: Mapping[str, Mapping[str, object]] | None = None) -> None:
        self._tool_fields = tool_fields or {}

    def body(self, model: str, request: ModelRequest, *, streams: bool) -> Body:
        body = request_body(model, request, self._tool_fields) | {"store": False}
        if model.startswith(REASONING_MODELS):
            body["include"] = [ENCRYPTED]
        return body | {"stream": True} if streams else body

    def reply(self, body: Body) -> Reply:
        return reply_of(body)

    def gathering(self) -> ResponseGathering:
        return ResponseGathering()
