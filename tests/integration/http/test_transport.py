"""What a transport promises, of the real one on a port of this machine and of the fake."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from holdfast.integration.http.client import HttpClient
from holdfast.integration.http.direct import Direct
from holdfast.integration.http.port import Answer, AnswerLost, NotSent, Request, Transport
from holdfast.integration.http.served import Handler, HangUp, served

BYTES_MAX = 1_000
Reaches = Callable[[Handler], AbstractAsyncContextManager[tuple[Transport, str]]]


@contextlib.asynccontextmanager
async def by_line(handler: Handler) -> AsyncIterator[tuple[Transport, str]]:
    client = HttpClient()
    async with served(handler) as url:
        try:
            yield client, url
        finally:
            await client.close()


@contextlib.asynccontextmanager
async def directly(handler: Handler) -> AsyncIterator[tuple[Transport, str]]:
    yield Direct(handler), "https://api.example"


class Echo:
    """Answers what it is told to; remembers what was asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer = Answer(200)

    async def __call__(self, request: Request) -> Answer:
        self.requests.append(request)
        if request.url == "/gone":
            raise HangUp
        return self.answer


@pytest.fixture(params=[by_line, directly])
def reaches(request: pytest.FixtureRequest) -> Reaches:
    found: Reaches = request.param
    return found


async def test_a_request_arrives_as_it_was_sent(reaches: Reaches) -> None:
    echo = Echo()
    async with reaches(echo) as (transport, url):
        await transport.send(Request("POST", f"{url}/a%2Fb?c=%20", (("X-One", "1"),), b"body"), BYTES_MAX)
    (found,) = echo.requests
    assert (found.method, found.url, found.header("x-one"), found.body) == ("POST", "/a%2Fb?c=%20", "1", b"body")


@pytest.mark.parametrize("status", [200, 201, 404, 500])
async def test_whatever_the_status_it_is_an_answer(reaches: Reaches, status: int) -> None:
    echo = Echo()
    echo.answer = Answer(status, {"x-two": "2"}, b"said")
    async with reaches(echo) as (transport, url):
        answer = await transport.send(Request("GET", url), BYTES_MAX)
    assert (answer.status, answer.headers["x-two"], answer.body) == (status, "2", b"said")


async def test_no_redirect_is_followed(reaches: Reaches) -> None:
    echo = Echo()
    echo.answer = Answer(302, {"location": "https://evil.example/"})
    async with reaches(echo) as (transport, url):
        assert (await transport.send(Request("GET", url), BYTES_MAX)).status == 302
    assert len(echo.requests) == 1


@pytest.mark.parametrize("headers", [{}, {"content-encoding": "gzip"}])
async def test_an_answer_that_is_too_long_or_packed_is_cut(reaches: Reaches, headers: dict[str, str]) -> None:
    echo = Echo()
    echo.answer = Answer(200, headers, b"x" * (1 if headers else BYTES_MAX + 1))
    async with reaches(echo) as (transport, url):
        answer = await transport.send(Request("GET", url), BYTES_MAX)
    assert (answer.status, answer.body, answer.is_cut) == (200, b"", True)


async def test_a_line_that_breaks_after_the_request_loses_the_answer(reaches: Reaches) -> None:
    echo = Echo()
    async with reaches(echo) as (transport, url):
        with pytest.raises(AnswerLost):
            await transport.send(Request("POST", f"{url}/gone"), BYTES_MAX)
    assert len(echo.requests) == 1


async def test_where_nobody_listens_nothing_was_sent() -> None:
    async with by_line(Echo()) as (_, url):
        pass
    client, direct = HttpClient(), Direct(Echo())
    direct.is_down = True
    for each in (client, direct):
        with pytest.raises(NotSent):
            await each.send(Request("POST", url), BYTES_MAX)
    await client.close()


def test_a_request_that_is_printed_shows_no_credentials() -> None:
    request = Request("GET", "https://api.example/a?token=s3cret", (("authorization", "Bearer s3cret"),))
    assert repr(request) == "Request(GET https://api.example/a)"
