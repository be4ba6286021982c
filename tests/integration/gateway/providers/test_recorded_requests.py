"""Every recorded request is written anew by our adapters from our own messages, and comes out as it was."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from holdfast.integration.gateway.port import ModelCallFailed
from tests.integration.gateway.asking import streamed
from tests.integration.gateway.providers.asked import anthropic, chat, google, responses
from tests.integration.gateway.providers.asked.asked import Asked
from tests.integration.gateway.providers.asked.same import difference, uniform
from tests.integration.gateway.providers.recordings import (
    ANTHROPIC,
    APIS,
    CHAT,
    GOOGLE,
    RESPONSES,
    Counted,
    Exchange,
    every_exchange,
    exchanges,
    needs_recordings,
)
from tests.integration.gateway.providers.stand_in import Accounts, serving

pytestmark = needs_recordings

READ_BACK: dict[str, Callable[[dict[str, Any]], Asked]] = {
    ANTHROPIC: anthropic.asked_of,
    CHAT: chat.asked_of,
    RESPONSES: responses.asked_of,
    GOOGLE: google.asked_of,
}
OTHERS = re.compile(
    r"/count_tokens|:countTokens|/responses/compact$|/responses/input_tokens$|/responses/resp_"  # no model's reply
    r"|bedrock|localhost:8787/bedrock|api\.cohere\.com"  # Amazon's and Cohere's own APIs
)
PATHS = {ANTHROPIC: "/v1/messages", GOOGLE: "/models/", CHAT: "/chat/completions", RESPONSES: "/responses"}


async def changed(accounts: Accounts, exchange: Exchange) -> str | None:
    """Return what is different in the request that is sent, None if nothing is."""
    api = exchange.api or ""
    theirs = uniform(api, exchange.request)
    asked = READ_BACK[api](theirs if api == GOOGLE else exchange.request)
    server = serving(exchange)
    model = accounts.model(exchange, server, asked.settings(streams=exchange.asks_for_stream))
    try:
        await streamed(model, asked.request())
    except ModelCallFailed as failed:
        if not server.requests:
            return f"refused: {failed.fault.message[:300]}"
    sent = server.requests[0]
    if PATHS[api] not in sent.url.path:
        return f"sent to {sent.url}"
    return difference(uniform(api, json.loads(sent.content)), theirs)


@pytest.fixture(scope="module")
def accounts() -> Accounts:
    return Accounts()


@pytest.mark.parametrize("api", APIS)
async def test_a_recorded_request_is_written_as_it_was(api: str, accounts: Accounts, record_property: Counted) -> None:
    found = {exchange.name: await changed(accounts, exchange) for exchange in exchanges(api)}
    changes = {name: what for name, what in found.items() if what}
    record_property("counted", f"{api}: {len(found) - len(changes)} of {len(found)} recorded requests written alike")
    assert not changes, "\n".join(f"{name}: {what}" for name, what in changes.items())


def test_what_is_recorded_and_not_supported_is_of_other_apis() -> None:
    """Told by host and path: other operations of the providers', and the APIs of others."""
    others = {(exchange.host, OTHERS.search(exchange.url)) for exchange in every_exchange() if exchange.api is None}
    assert sorted(host for host, known in others if known is None) == []


def test_no_exchange_of_a_supported_api_is_left_out(record_property: Counted) -> None:
    supported = [exchange for exchange in every_exchange() if exchange.api is not None]
    record_property("counted", f"{len(supported)} of {len(every_exchange())} recorded exchanges are of supported APIs")
    assert len(supported) > 1_000
