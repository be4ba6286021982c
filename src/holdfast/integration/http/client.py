"""The way to a server by httpx2."""

from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from holdfast.integration.http.port import Answer, AnswerLost, NotSent, Request

CONNECT_SECONDS_MAX = 10.0
CONNECTIONS_MAX = 50
UNSENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)
"""What goes wrong before a request has left."""


class HttpClient:
    """See ``port.Transport``. Neither proxies nor credentials are taken from the environment.

    How long an answer may take is for the call to say: only connecting has a limit here.
    """

    def __init__(self) -> None:
        self._client = httpx2.AsyncClient(
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # one user's must not go out for another
            trust_env=False,
            timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS_MAX, pool=CONNECT_SECONDS_MAX),
            limits=httpx2.Limits(max_connections=CONNECTIONS_MAX),
        )

    async def send(self, request: Request, answer_bytes_max: int) -> Answer:
        # An answer that is not packed cannot be larger than it looks.
        headers = [*request.headers, ("accept-encoding", "identity")]
        try:
            asked = self._client.build_request(request.method, request.url, headers=headers, content=request.body)
        except (httpx2.InvalidURL, ValueError) as error:
            raise NotSent(str(error)) from error
        try:
            answer = await self._client.send(asked, stream=True)
        except UNSENT as error:
            raise NotSent(_said(error)) from error
        except httpx2.HTTPError as error:
            raise AnswerLost(_said(error)) from error
        try:
            return await _whole(answer, answer_bytes_max)
        except httpx2.HTTPError as error:
            raise AnswerLost(_said(error)) from error
        finally:
            await answer.aclose()

    async def close(self) -> None:
        await self._client.aclose()


async def _whole(answer: httpx2.Response, bytes_max: int) -> Answer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if headers.get("content-encoding", "identity") != "identity":
        return Answer(answer.status_code, headers, is_cut=True)
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > bytes_max:
            return Answer(answer.status_code, headers, is_cut=True)
    return Answer(answer.status_code, headers, bytes(body))


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
