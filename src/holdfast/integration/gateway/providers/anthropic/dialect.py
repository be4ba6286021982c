"""Anthropic's Messages API as a dialect."""

from collections.abc import Mapping

from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.providers.anthropic.caching import marked
from holdfast.integration.gateway.providers.anthropic.reply import reply_of
from holdfast.integration.gateway.providers.anthropic.request import API, request_body
from holdfast.integration.gateway.providers.anthropic.stream import MessageGathering
from holdfast.integration.gateway.providers.dialect import Body
from holdfast.kernel.messages import Reply


class Messages:
    """The Messages API."""

    api = API

    def __init__(
        self, tool_fields: Mapping[str, Mapping[str, object]] | None = None, *, caches_prompt: bool = False
    ) -> None:
        self._tool_fields, self._caches_prompt = tool_fields or {}, caches_prompt

    def body(self, model: str, request: ModelRequest, *, streams: bool) -> Body:
        body = request_body(model, request, self._tool_fields)
        if self._caches_prompt:
            body = marked(body)
        return body | {"stream": True} if streams else body

    def reply(self, body: Body) -> Reply:
        return reply_of(body)

    def gathering(self) -> MessageGathering:
        return MessageGathering()
