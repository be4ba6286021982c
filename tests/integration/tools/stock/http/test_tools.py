"""``http_get`` and ``http_post``, through the stages that every call passes."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager

import pytest

from holdfast.integration.tools.stock.http.exchange import HttpLimits
from holdfast.integration.tools.stock.http.tools import http_tools
from holdfast.kernel.effects import Effect
from holdfast.kernel.errors import DefinitionError
from holdfast.kernel.outcomes import Outcome
from tests.integration.tools.stock.http.sites import LOOPBACK, Names, Site, answering, serving
from tests.integration.tools.workshop import Workshop, workshop

SECONDS = 7.0


def made(site: Site) -> AbstractAsyncContextManager[Workshop]:
    tools = http_tools(
        site.url("/v1/"),
        key_header="Idempotency-Key",
        private=[LOOPBACK],
        limits=HttpLimits(seconds_max=SECONDS, silence_seconds_max=60),
        resolver=Names(api_example_test=["127.0.0.1"]),
    )
    return workshop(*tools)


async def test_a_url_that_is_not_allowed_is_refused_before_anything_is_resolved() -> None:
    names = Names()
    async with workshop(*http_tools("https://api.example.test/v1/", resolver=names)) as shop:
        ended = await shop.ended(shop.order("http_get", json.dumps({"url": "https://evil.test/v1/"})))
    assert (ended.outcome, ended.stage) == (Outcome.REFUSED, "semantics")
    assert names.asked == []


async def test_a_post_goes_out_with_its_key_and_again_under_the_same() -> None:
    answers = iter([answering("", "503 Down"), answering('{"id":7}', content_type="application/json")])

    async def script(path: str, writer: asyncio.StreamWriter) -> None:
        await next(answers)(path, writer)

    async with serving(script) as site, made(site) as shop:
        order = shop.order("http_post", json.dumps({"url": site.url("/v1/orders"), "body": {"n": 1}}))
        await shop.invoke(order)
        await shop.invoke(shop.order("http_post", order.call.arguments, attempt=2))
    keys = [line for head in site.requests for line in head.splitlines() if line.startswith("Idempotency-Key")]
    assert len(keys) == 2
    assert len({*keys}) == 1
    assert site.requests[0].endswith('{"n":1}')


async def test_a_body_that_never_ends_is_given_up_once_the_time_of_the_call_is_over() -> None:
    dripped = asyncio.Event()

    async def drip(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n")
        writer.write(b"x")
        await writer.drain()
        dripped.set()
        await asyncio.Event().wait()

    async with serving(drip) as site, made(site) as shop:
        ending = asyncio.create_task(shop.ended(shop.order("http_get", json.dumps({"url": site.url("/v1/")}))))
        await dripped.wait()
        await shop.clock.advance(SECONDS)
        ended = await ending
    assert ended.outcome is Outcome.FAILED
    assert ended.fault is not None
    assert "no answer in 7 seconds" in ended.fault.message


def test_only_sites_that_know_keys_are_posted_to() -> None:
    assert [tool.name for tool in http_tools("https://api.example.test/")] == ["http_get"]
    tools = {tool.name: tool.effect for tool in http_tools("https://api.example.test/", key_header="Key")}
    assert tools == {"http_get": Effect.READ, "http_post": Effect.KEYED}


def test_what_is_no_site_or_network_is_said_when_it_is_declared() -> None:
    with pytest.raises(DefinitionError, match="expected at least one URL"):
        http_tools()
    with pytest.raises(DefinitionError, match="expected a network"):
        http_tools("https://api.example.test/", private=["home"])
