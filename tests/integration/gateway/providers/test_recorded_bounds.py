"""No recorded request was more tokens to its provider than the most that a budget reserves for it."""

import statistics
from typing import Any

import msgspec
import pytest

from holdfast.integration.gateway.port import ModelCallFailed, ModelRequest
from holdfast.kernel.token_bounds import message_tokens_max, offer_tokens_max
from tests.integration.gateway.asking import replied
from tests.integration.gateway.providers.asked.same import uniform
from tests.integration.gateway.providers.recordings import APIS, GOOGLE, Counted, Exchange, exchanges, needs_recordings
from tests.integration.gateway.providers.stand_in import Accounts, serving
from tests.integration.gateway.providers.test_recorded_requests import READ_BACK

pytestmark = needs_recordings

LARGE = 1_000
"""From how many tokens on it is the words that count, and no longer what is allowed around them."""
OURS = ("custom", "function")
DECLARED_BY = {"input_schema", "function", "parameters", "functionDeclarations", "format"}
KEPT_BY_NAME = ("mcp_servers", "container", "cachedContent", "previous_response_id", "transforms")
MODELS_WITH_TOOLS = ("compound-beta",)


def bound(request: ModelRequest) -> int:
    """Return the most tokens that an agent's first call of this kind would reserve for its input."""
    is_empty = not request.offer.tools and request.offer.output_schema is None
    offered = offer_tokens_max(msgspec.json.encode(request.offer), is_empty=is_empty)
    return offered + sum(map(message_tokens_max, request.messages))


async def measured(accounts: Accounts, exchange: Exchange) -> tuple[int, int] | None:
    """Return the bound and what was reported; None where no reply came, or none with a usage."""
    api = exchange.api or ""
    asked = READ_BACK[api](_body(exchange))
    model = accounts.model(exchange, serving(exchange), asked.settings(streams=exchange.asks_for_stream))
    try:
        reply = await replied(model, asked.request())
    except ModelCallFailed:
        return None
    tokens = reply.usage.input_tokens
    return (bound(asked.request()), tokens) if tokens else None


def sees_more(exchange: Exchange) -> bool:
    """Whether the provider shows its model more than was sent: what its own tools find, what it keeps under a name."""
    body = _body(exchange)
    is_by_name = any(body.get(key) for key in KEPT_BY_NAME)
    is_pro = (body.get("reasoning") or {}).get("mode") == "pro"
    return (
        is_by_name or is_pro or body.get("model") in MODELS_WITH_TOOLS or any(map(_is_theirs, body.get("tools") or ()))
    )


def _body(exchange: Exchange) -> dict[str, Any]:
    body: dict[str, Any] = exchange.request
    return uniform(GOOGLE, body) if exchange.api == GOOGLE else body


def _is_theirs(tool: dict[str, object]) -> bool:
    return tool.get("type", "custom") not in OURS or not tool.keys() & DECLARED_BY


@pytest.mark.parametrize("api", APIS)
async def test_a_recorded_request_was_no_more_tokens_than_can_be(api: str, record_property: Counted) -> None:
    accounts = Accounts()
    shown = [exchange for exchange in exchanges(api) if not sees_more(exchange)]
    found = {exchange.name: await measured(accounts, exchange) for exchange in shown}
    known = {name: pair for name, pair in found.items() if pair is not None}
    large = [most / tokens for most, tokens in known.values() if tokens >= LARGE]
    times = f"{len(large)} of {LARGE} and more in the median {statistics.median(large or [0.0]):.1f} times"
    record_property("counted", f"{api}: {len(known)} recorded requests within their bound, {times} what they were")
    assert {name: pair for name, pair in known.items() if pair[1] > pair[0]} == {}
    assert len(known) > 100
