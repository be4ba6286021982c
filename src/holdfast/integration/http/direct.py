"""The fake: requests handed to a function in this process, without a line between."""

from urllib.parse import urlsplit

from holdfast.integration.http.port import Answer, AnswerLost, NotSent, Request
from holdfast.integration.http.served import Handler, HangUp


class Direct:
    """See ``port.Transport``. Give a service ``lambda: Direct(handler)`` to reach ``handler`` by it."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.is_down = False
        """Whether nobody listens."""

    async def send(self, request: Request, answer_bytes_max: int) -> Answer:
        if self.is_down:
            raise NotSent("nobody listens")
        address = urlsplit(request.url)
        target = f"{address.path or '/'}?{address.query}" if address.query else address.path or "/"
        try:
            answer = await self._handler(Request(request.method, target, request.headers, request.body))
        except HangUp:
            raise AnswerLost("the line broke") from None
        if len(answer.body) > answer_bytes_max or answer.headers.get("content-encoding", "identity") != "identity":
            return Answer(answer.status, answer.headers, is_cut=True)
        return answer

    async def close(self) -> None:
        """Nothing is held."""
