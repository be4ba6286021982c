"""Every recorded reply of the supported APIs comes out of the real client without loss, or as the right failure."""

import json

import pytest

from holdfast.integration.gateway.port import ModelCallFailed, TextDelta
from holdfast.kernel.messages import Refusal, Reply, StopReason, ToolCall
from holdfast.kernel.messages_codec import decode_message, encode_message
from tests.integration.gateway.asking import asked, streamed
from tests.integration.gateway.providers.plain import Plain, Trouble, read
from tests.integration.gateway.providers.recordings import APIS, Counted, Exchange, exchanges, needs_recordings
from tests.integration.gateway.providers.stand_in import Accounts, recut, serving

pytestmark = needs_recordings

STOPS = {
    "end_turn": StopReason.END_TURN,
    "stop": StopReason.END_TURN,
    "completed": StopReason.END_TURN,
    "STOP": StopReason.END_TURN,
    "max_tokens": StopReason.MAX_TOKENS,
    "length": StopReason.MAX_TOKENS,
    "max_output_tokens": StopReason.MAX_TOKENS,
    "MAX_TOKENS": StopReason.MAX_TOKENS,
    "tool_use": StopReason.TOOL_USE,
    "tool_calls": StopReason.TOOL_USE,
    "pause_turn": StopReason.PAUSE,
    "stop_sequence": StopReason.STOP_SEQUENCE,
    "refusal": StopReason.REFUSAL,
    "content_filter": StopReason.CONTENT_FILTER,
}


def plain(reply: Reply) -> Plain:
    usage = reply.usage
    calls = tuple((call.tool, value_of(call)) for call in reply.message.calls)
    return Plain(
        reply.message.text, calls, (usage.input_tokens, usage.output_tokens, usage.cached_tokens), reply.reported
    )


def value_of(call: ToolCall) -> object:
    try:
        return json.loads(call.arguments)
    except ValueError:
        return None


@pytest.fixture(scope="module")
def accounts() -> Accounts:
    return Accounts()


async def heard(
    accounts: Accounts, exchange: Exchange, pieces: list[bytes] | None
) -> tuple[list[str], Reply] | ModelCallFailed:
    model = accounts.model(exchange, serving(exchange, pieces))
    try:
        *deltas, reply = await streamed(model, asked("Hello."))
    except ModelCallFailed as failed:
        return failed
    assert isinstance(reply, Reply)
    return [delta.text for delta in deltas if isinstance(delta, TextDelta)], reply


async def loss(accounts: Accounts, exchange: Exchange, pieces: list[bytes] | None = None) -> str | None:
    """Return what is lost of an exchange, None if nothing is."""
    expected = read(exchange.api or "", exchange.body, streams=exchange.streams)
    found = await heard(accounts, exchange, pieces)
    if isinstance(found, ModelCallFailed):
        return None if isinstance(expected, Trouble) else f"expected a reply, found {found.fault.message[:200]}"
    pieces_of_text, reply = found
    text = "".join(pieces_of_text)
    if isinstance(expected, Trouble):
        return f"expected a failure for {expected.said[:200]}"
    if plain(reply) != expected:
        return f"expected {expected}, found {plain(reply)}"
    if exchange.streams and text != reply.message.text:
        return f"expected the text that was streamed, found {reply.message.text!r} after {text!r}"
    has_parts = any(not isinstance(part, Refusal) for part in reply.message.parts)  # to refuse takes no word
    if exchange.streams and has_parts and not pieces_of_text:
        return "expected word that the reply had begun before it was whole"
    if decode_message(encode_message(reply.message)) != reply.message:
        return "expected a message that can be journalled"
    stop = STOPS.get(reply.reported)
    wants_tools = stop is StopReason.END_TURN and reply.message.calls
    return None if stop in (None, reply.stop) or wants_tools else f"expected {stop}, found {reply.stop}"


def told(losses: dict[str, str]) -> str:
    return "\n".join(f"{name}: {what[:600]}" for name, what in losses.items())


@pytest.mark.parametrize("api", APIS)
async def test_nothing_of_a_recorded_reply_is_lost(api: str, accounts: Accounts, record_property: Counted) -> None:
    found = {exchange.name: await loss(accounts, exchange) for exchange in exchanges(api)}
    losses = {name: what for name, what in found.items() if what}
    record_property("counted", f"{api}: {len(found) - len(losses)} of {len(found)} recorded replies parsed")
    assert not losses, told(losses)


@pytest.mark.parametrize("api", APIS)
async def test_nothing_of_a_stream_is_lost_wherever_the_line_cuts_it(
    api: str, accounts: Accounts, record_property: Counted
) -> None:
    streams = [exchange for exchange in exchanges(api) if exchange.streams]
    found = {
        exchange.name: await loss(accounts, exchange, recut(exchange.body, seed))
        for seed, exchange in enumerate(streams)
    }
    losses = {name: what for name, what in found.items() if what}
    record_property(
        "counted", f"{api}: {len(found) - len(losses)} of {len(found)} recorded streams parsed wherever they are cut"
    )
    assert not losses, told(losses)
