"""Google's generateContent as a dialect."""

from collections.abc import Mapping

from holdfast.integration.gateway.port import ModelRequest
from holdfast.integration.gateway.providers.dialect import Body
from holdfast.integration.gateway.providers.google.reply import reply_of
from holdfast.integration.gateway.providers.google.request import API, request_body
from holdfast.integration.gateway.providers.google.stream import ContentGathering
from holdfast.kernel.messages import Reply


class GenerateContent:
    """The generateContent API; which model and whether it streams is in the path, not in the body."""

    api = API

    def __init__(self, tool_fields: Mapping[str, Mapping[str, object]] | None = None) -> None:
        self._tool_fields = tool_fields or {}

    def body(self, model: str, request: ModelRequest, *, streams: bool) -> Body:
        return request_body(request, self._tool_fields)

    def reply(self, body: Body) -> Reply:
        return reply_of(body)

    def gathering(self) -> ContentGathering:
        return ContentGathering()
