"""What is asked for is fetched from where it may be, and from nowhere else: over real HTTP."""

import asyncio
import ssl
from pathlib import Path

import pytest

from holdfast.integration.tools.checks.urls import UrlAmong
from holdfast.integration.tools.contract import OutcomeUnknown, ToolFailure
from holdfast.integration.tools.stock.http.addresses import networks
from holdfast.integration.tools.stock.http.connecting import VettedBackend
from holdfast.integration.tools.stock.http.exchange import REDIRECTS_MAX, Answer, Exchange, HttpLimits, Request
from tests.integration.tools.stock.http.sites import HOST, LOOPBACK, Names, Site, answering, certificate, serving

LIMITS = HttpLimits(connect_seconds_max=5, silence_seconds_max=5, body_bytes_max=1_000)
PLAIN = ssl.create_default_context()


def here() -> Names:
    return Names(api_example_test=["127.0.0.1"])


def exchange(
    site: Site, names: Names | None = None, *also: str, trust: ssl.SSLContext = PLAIN, limits: HttpLimits = LIMITS
) -> Exchange:
    backend = VettedBackend(names or here(), networks([LOOPBACK]))
    return Exchange(UrlAmong(site.url("/v1/"), *also), backend, limits, trust)


def get(url: str) -> Request:
    return Request("GET", url, {}, {"X-Own": "token"})


def post(url: str) -> Request:
    return Request("POST", url, {}, {"Idempotency-Key": "hf_1"}, b"{}")


async def test_a_page_is_fetched_with_its_host_named() -> None:
    async with serving(answering("héllo", content_type="text/plain; charset=utf-8")) as site:
        answer = await exchange(site).send(get(site.url("/v1/page?q=1")))
    assert answer == Answer(site.url("/v1/page?q=1"), 200, "text/plain; charset=utf-8", "héllo")
    head = site.requests[0].lower()
    assert head.startswith("get /v1/page?q=1 http/1.1")
    assert f"host: {HOST}:{site.port}" in head
    assert "x-own: token" in head


async def test_tls_is_made_with_the_name_and_not_with_the_address(tmp_path: Path) -> None:
    shown, trust = certificate(tmp_path, HOST)
    async with serving(answering(), tls=shown) as site:
        assert (await exchange(site, trust=trust).send(get(site.url("/v1/")))).text == "hello"
    other, trust_other = certificate(tmp_path, "other.example.test")
    async with serving(answering(), tls=other) as site:
        with pytest.raises(ToolFailure, match="cannot be reached"):
            await exchange(site, trust=trust_other).send(get(site.url("/v1/")))


@pytest.mark.parametrize(
    "answers", ["169.254.169.254", "10.0.0.1", "::1", "93.184.215.14 10.0.0.1", "127.0.0.1 fe80::1"]
)
async def test_a_name_that_leads_to_a_closed_address_is_not_connected_to(answers: str) -> None:
    async with serving(answering()) as site:
        with pytest.raises(ToolFailure, match="which is not connected to"):
            await exchange(site, Names(api_example_test=[answers])).send(get(site.url("/v1/")))
    assert site.requests == []


async def test_a_name_that_is_rebound_after_it_was_vetted_leads_nowhere_else() -> None:
    names = Names(api_example_test=["127.0.0.1", "169.254.169.254"])
    async with serving(answering()) as site:
        reach = exchange(site, names)
        assert (await reach.send(get(site.url("/v1/")))).text == "hello"
        assert names.asked == [HOST]
        with pytest.raises(ToolFailure, match=r"leads to 169\.254\.169\.254"):
            await reach.send(get(site.url("/v1/")))


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "[::1]", "localhost"])
async def test_a_loopback_in_disguise_is_not_connected_to(host: str) -> None:
    from_system = {"127.1": "127.0.0.1", "2130706433": "127.0.0.1", "0x7f000001": "127.0.0.1", "localhost": "127.0.0.1"}

    class System(Names):
        async def addresses(self, host: str, port: int) -> list[str]:
            return [from_system.get(host, host)]

    async with serving(answering()) as site:
        reach = Exchange(UrlAmong(site.url("/", host)), VettedBackend(System(), ()), LIMITS, PLAIN)
        with pytest.raises(ToolFailure, match="not connected to"):
            await reach.send(get(site.url("/", host)))
    assert site.requests == []


async def test_a_redirect_is_followed_where_it_may_lead() -> None:
    async def moved(path: str, writer: asyncio.StreamWriter) -> None:
        script = answering("there") if path == "/v1/there" else answering("", "302 Found", location="there")
        await script(path, writer)

    async with serving(moved) as site:
        answer = await exchange(site).send(get(site.url("/v1/here")))
    assert (answer.url, answer.text) == (site.url("/v1/there"), "there")


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "/v2/",
        "//evil.test/v1/",
        "file:///etc/passwd",
        "https://api.example.test/",
    ],
)
async def test_a_redirect_to_elsewhere_is_not_followed(location: str) -> None:
    async with serving(answering("", "302 Found", location=location)) as site:
        with pytest.raises(ToolFailure, match="not called"):
            await exchange(site).send(get(site.url("/v1/")))
    assert len(site.requests) == 1


async def test_a_redirect_to_an_allowed_site_at_a_closed_address_is_not_followed() -> None:
    names = Names(api_example_test=["127.0.0.1"], inner_example_test=["10.0.0.1"])
    async with serving(answering("", "307 Temporary Redirect", location="http://inner.example.test/v1/")) as site:
        with pytest.raises(ToolFailure, match=r"inner\.example\.test leads to 10\.0\.0\.1"):
            await exchange(site, names, "http://inner.example.test/v1/").send(get(site.url("/v1/")))


async def test_headers_of_a_site_do_not_go_to_one_that_it_redirects_to() -> None:
    names = Names(api_example_test=["127.0.0.1"], other_example_test=["127.0.0.1"])
    async with serving(answering("other")) as other:
        elsewhere = other.url("/v1/", "other.example.test")
        async with serving(answering("", "302 Found", location=elsewhere)) as site:
            assert (await exchange(site, names, elsewhere).send(get(site.url("/v1/")))).text == "other"
    assert "x-own: token" in site.requests[0].lower()
    assert "x-own" not in other.requests[0].lower()


async def test_a_site_that_redirects_to_itself_is_left() -> None:
    async with serving(answering("", "302 Found", location="/v1/")) as site:
        with pytest.raises(ToolFailure, match=f"redirects more than {REDIRECTS_MAX} times"):
            await exchange(site).send(get(site.url("/v1/")))
    assert len(site.requests) == REDIRECTS_MAX + 1


async def test_a_body_without_end_is_cut_and_hung_up_on() -> None:
    async def endless(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n")
        while True:
            writer.write(b"x" * 10_000)
            await writer.drain()

    async with serving(endless) as site:
        answer = await exchange(site).send(get(site.url("/v1/")))
        async with asyncio.timeout(30):
            await site.gone.wait()
    assert len(answer.text) == 1_000
    assert "longer than 1000 bytes" in answer.left_out


async def test_a_site_that_falls_silent_is_left() -> None:
    async def silent(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx")
        await writer.drain()
        await asyncio.Event().wait()

    async with serving(silent) as site:
        with pytest.raises(ToolFailure, match="broke off") as raised:
            await exchange(site, limits=HttpLimits(silence_seconds_max=0.05)).send(get(site.url("/v1/")))
    assert raised.value.retryable


@pytest.mark.parametrize(
    ("headers", "told"),
    [({"content_type": "image/png"}, "image/png, which is no text"), ({"content_encoding": "gzip"}, "encoded as gzip")],
)
async def test_a_body_that_is_no_text_is_left_out(headers: dict[str, str], told: str) -> None:
    async with serving(answering("bytes", **headers)) as site:
        answer = await exchange(site).send(get(site.url("/v1/")))
    assert (answer.text, told in answer.left_out) == ("", True)


async def test_a_charset_that_is_none_is_no_way_to_run_a_codec() -> None:
    async with serving(answering("aGk=", content_type="text/plain; charset=base64")) as site:
        assert (await exchange(site).send(get(site.url("/v1/")))).text == "aGk="


@pytest.mark.parametrize(
    ("status", "is_retryable", "after"),
    [("404 Not Found", False, None), ("429 Slow", True, 7.0), ("503 Down", True, 7.0)],
)
async def test_an_error_is_told_with_whether_to_try_again(status: str, is_retryable: bool, after: float | None) -> None:
    headers = {} if after is None else {"retry_after": "7"}
    async with serving(answering("why", status, **headers)) as site:
        with pytest.raises(ToolFailure, match=f"answered {status[:3]}: why") as raised:
            await exchange(site).send(get(site.url("/v1/")))
    assert (raised.value.retryable, raised.value.retry_after_seconds) == (is_retryable, after)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("400 Bad Request", ToolFailure), ("404 Not Found", ToolFailure), ("429 Too Many", ToolFailure),
        ("408 Timeout", OutcomeUnknown), ("409 Conflict", OutcomeUnknown), ("500 Oops", OutcomeUnknown),
        ("504 Timeout", OutcomeUnknown),
    ],
)  # fmt: skip
async def test_a_post_has_failed_only_where_nothing_can_have_been_done(status: str, expected: type[Exception]) -> None:
    async with serving(answering("", status)) as site:
        with pytest.raises(expected):
            await exchange(site).send(post(site.url("/v1/")))


async def test_what_became_of_a_post_that_was_never_answered_is_unknown() -> None:
    async def hangs_up(path: str, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with serving(hangs_up) as site:
        with pytest.raises(OutcomeUnknown, match="broke off"):
            await exchange(site).send(post(site.url("/v1/")))


async def test_a_post_that_was_never_sent_has_failed_and_may_be_tried_again() -> None:
    async with serving(answering()) as site:
        pass  # nobody listens there any more
    with pytest.raises(ToolFailure, match="cannot be reached") as raised:
        await exchange(site).send(post(site.url("/v1/")))
    assert raised.value.retryable


async def test_a_post_is_never_sent_on() -> None:
    async with serving(answering("", "307 Temporary Redirect", location="/v1/there")) as site:
        answer = await exchange(site).send(post(site.url("/v1/here")))
    assert (answer.status, answer.location, len(site.requests)) == (307, "/v1/there", 1)


async def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serving(answering()) as site:
        assert (await exchange(site).send(get(site.url("/v1/")))).text == "hello"
