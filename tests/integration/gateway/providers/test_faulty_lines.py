"""Over real HTTP, whatever goes wrong with a provider becomes one failure of the right kind, after one request."""

import asyncio
import json

import pytest

from holdfast.integration.gateway.gateway import Gateway
from holdfast.integration.gateway.port import ModelCallFailed, TextDelta
from holdfast.integration.gateway.providers.anthropic.client import AnthropicAccount
from holdfast.kernel.clock import SystemClock, VirtualClock
from holdfast.kernel.messages import StopReason, Usage
from holdfast.kernel.outcomes import ErrorKind
from tests.integration.gateway.asking import asked, replied, streamed
from tests.integration.gateway.providers.faulty import KEY, Faulty, model_at, serving
from tests.integration.gateway.providers.recordings import APIS, RESPONSES
from tests.integration.gateway.providers.speaking import events, half_way
from tests.integration.gateway.providers.stand_in import StandIn

STREAM = {"content-type": "text/event-stream"}
JSON = {"content-type": "application/json"}


def error(message: str, **about: object) -> tuple[bytes]:
    return (json.dumps({"error": {"message": message} | about}).encode(),)


async def failed(api: str, faulty: Faulty, *, streams: bool = True) -> ModelCallFailed:
    async with serving(faulty), model_at(api, faulty.url, streams=streams) as model:
        with pytest.raises(ModelCallFailed) as failure:
            await streamed(model, asked("Hello."))
    assert faulty.requests == 1, "trying again is the gateway's business"
    return failure.value


@pytest.mark.parametrize("api", APIS)
async def test_a_whole_stream_is_a_reply(api: str) -> None:
    async with serving(Faulty(headers=STREAM, pieces=events(api))) as server, model_at(api, server.url) as model:
        *deltas, _ = await streamed(model, asked("Hello."))
        reply = await replied(model, asked("Hello."))
    assert [delta.text for delta in deltas if isinstance(delta, TextDelta) and delta.text] == ["Let me ", "look."]
    assert reply.message.text == "Let me look."
    assert [(call.call_id, call.tool) for call in reply.message.calls] == [("c_1", "look")]
    assert (reply.usage, reply.model, reply.reply_id) == (Usage(10, 5), "m-1", "r_1")
    assert reply.stop is StopReason.TOOL_USE


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize(
    ("status", "kind", "retryable", "billed"),
    [
        (400, ErrorKind.BAD_REQUEST, False, False),
        (401, ErrorKind.AUTH, False, False),
        (402, ErrorKind.RATE_LIMITED, False, False),
        (403, ErrorKind.AUTH, False, False),
        (413, ErrorKind.CONTEXT_TOO_LONG, False, False),
        (429, ErrorKind.RATE_LIMITED, True, False),
        (500, ErrorKind.MODEL_FAILED, True, True),
        (502, ErrorKind.MODEL_FAILED, True, True),
        (503, ErrorKind.OVERLOADED, True, False),
        (504, ErrorKind.TIMEOUT, True, True),
        (529, ErrorKind.OVERLOADED, True, False),
    ],
)
async def test_a_status_is_a_kind_of_failure(
    api: str, streams: bool, status: int, kind: ErrorKind, retryable: bool, billed: bool
) -> None:
    faulty = Faulty(status, JSON | {"retry-after": "7"}, error("not now"))
    failure = await failed(api, faulty, streams=streams)
    assert (failure.fault.kind, failure.fault.retryable, failure.may_be_billed) == (kind, retryable, billed)
    assert failure.retry_after_seconds == 7.0
    assert "not now" in failure.fault.message


@pytest.mark.parametrize("api", APIS)
async def test_what_no_kind_fits_is_kept_whole(api: str) -> None:
    said = "all about it: " + "x" * 3_000
    failure = await failed(api, Faulty(500, JSON, error(said)))
    assert said in failure.fault.message


@pytest.mark.parametrize("api", APIS)
async def test_a_page_of_a_proxy_is_told_as_it_is(api: str) -> None:
    failure = await failed(api, Faulty(502, {"content-type": "text/html"}, (b"<h1>Bad gateway of ours</h1>",)))
    assert failure.fault.kind is ErrorKind.MODEL_FAILED
    assert "Bad gateway of ours" in failure.fault.message


@pytest.mark.parametrize("api", APIS)
async def test_a_key_that_a_server_repeats_is_not_passed_on(api: str) -> None:
    failure = await failed(api, Faulty(401, JSON, error(f"no such key: {KEY}")))
    assert "no such key" in failure.fault.message
    assert KEY not in failure.fault.message


@pytest.mark.parametrize("api", APIS)
async def test_a_line_that_breaks_in_the_middle_of_a_call_gives_no_call(api: str) -> None:
    failure = await failed(api, Faulty(headers=STREAM, pieces=half_way(api), breaks_off=True))
    assert failure.fault.kind is ErrorKind.BROKEN_STREAM
    assert (failure.fault.retryable, failure.may_be_billed) == (True, True)


@pytest.mark.parametrize("api", APIS)
async def test_a_stream_that_ends_before_its_reply_is_a_broken_one(api: str) -> None:
    failure = await failed(api, Faulty(headers=STREAM, pieces=half_way(api)))
    assert failure.fault.kind is ErrorKind.BROKEN_STREAM
    assert failure.may_be_billed


@pytest.mark.parametrize("api", APIS)
async def test_a_stream_without_any_event_is_a_broken_one(api: str) -> None:
    assert (await failed(api, Faulty(headers=STREAM))).fault.kind is ErrorKind.BROKEN_STREAM


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("streams", [True, False])
async def test_what_is_no_json_is_a_bad_reply(api: str, streams: bool) -> None:
    said = b"data: <html>\n\n" if streams else b"<html>"
    failure = await failed(api, Faulty(headers=STREAM if streams else JSON, pieces=(said,)), streams=streams)
    assert failure.fault.kind is ErrorKind.BAD_REPLY
    assert (failure.fault.retryable, failure.may_be_billed) == (True, True)


@pytest.mark.parametrize("api", APIS)
async def test_json_that_is_no_reply_is_a_bad_one(api: str) -> None:
    failure = await failed(api, Faulty(headers=JSON, pieces=(b'{"weather": "fine"}',)), streams=False)
    assert failure.fault.kind is ErrorKind.BAD_REPLY
    assert '"weather"' in failure.fault.message


@pytest.mark.parametrize("api", APIS)
async def test_an_error_in_the_middle_of_a_stream_may_have_cost_something(api: str) -> None:
    late = json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": "too much", "code": 529}})
    failure = await failed(api, Faulty(headers=STREAM, pieces=[*half_way(api), b"data: %b\n\n" % late.encode()]))
    assert failure.fault.kind is ErrorKind.OVERLOADED
    assert (failure.fault.retryable, failure.may_be_billed) == (True, True)


@pytest.mark.parametrize("api", APIS)
async def test_where_nobody_listens_nothing_was_billed(api: str) -> None:
    async with serving(Faulty()) as gone:
        url = gone.url
    async with model_at(api, url) as model:
        with pytest.raises(ModelCallFailed) as failure:
            await streamed(model, asked("Hello."))
    assert failure.value.fault.kind is ErrorKind.BROKEN_STREAM
    assert (failure.value.fault.retryable, failure.value.may_be_billed) == (True, False)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("has_begun", [False, True])
async def test_a_call_that_is_cancelled_leaves_the_provider(api: str, has_begun: bool) -> None:
    faulty = Faulty(headers=STREAM, pieces=half_way(api) if has_begun else (), falls_silent=True)
    async with serving(faulty), model_at(api, faulty.url) as model:
        calling = asyncio.create_task(
            Gateway({"m": model}, SystemClock()).call("m", asked("Hello."), lambda _text: None)
        )
        await faulty.asked.wait()
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        await faulty.was_left.wait()


@pytest.mark.parametrize("api", APIS)
async def test_a_first_word_that_does_not_come_is_waited_for_so_long_and_no_longer(api: str) -> None:
    clock, faulty = VirtualClock(), Faulty(falls_silent=True)
    async with serving(faulty), model_at(api, faulty.url) as model:
        gateway = Gateway({"m": model}, clock, first_item_seconds=20.0)
        calling = asyncio.create_task(gateway.call("m", asked("Hello."), lambda _text: None))
        await faulty.asked.wait()
        await clock.advance(21.0)
        with pytest.raises(ModelCallFailed) as failure:
            await calling
        await faulty.was_left.wait()
    assert failure.value.fault.kind is ErrorKind.TIMEOUT
    assert failure.value.may_be_billed


@pytest.mark.parametrize("status", [200, 429])
async def test_the_headers_of_an_answer_are_heard_whatever_it_says(status: int) -> None:
    told = {"content-type": "application/json", "anthropic-ratelimit-requests-remaining": "4"}
    heard: list[str | None] = []
    server = StandIn(status, told, error("not now"))
    account = AnthropicAccount(
        KEY,
        transport=server,
        on_headers=lambda headers: heard.append(headers.get("anthropic-ratelimit-requests-remaining")),
    )
    with pytest.raises(ModelCallFailed):
        await streamed(account.model("m", "m"), asked("Hello."))
    assert heard == ["4"]


async def test_a_response_that_fails_in_the_end_may_have_cost_something() -> None:
    failed_in_the_end = {
        "type": "response.failed",
        "response": {"status": "failed", "error": {"code": "server_error", "message": "it fell over"}},
    }
    pieces = [*half_way(RESPONSES), b"data: %b\n\n" % json.dumps(failed_in_the_end).encode()]
    failure = await failed(RESPONSES, Faulty(headers=STREAM, pieces=pieces))
    assert failure.fault.kind is ErrorKind.MODEL_FAILED
    assert "it fell over" in failure.fault.message
    assert failure.may_be_billed
