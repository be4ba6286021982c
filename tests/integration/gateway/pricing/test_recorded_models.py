"""Every model of the recorded exchanges has a price in the table, or stands here by its name."""

import re

from holdfast.integration.gateway.port import ModelCallFailed
from holdfast.integration.gateway.pricing.prices import Place
from holdfast.integration.gateway.pricing.published import PublishedPrices
from holdfast.kernel.messages import Reply
from tests.integration.gateway.asking import asked, replied
from tests.integration.gateway.providers.recordings import (
    ANTHROPIC,
    APIS,
    CHAT,
    GOOGLE,
    RESPONSES,
    Counted,
    Exchange,
    exchanges,
    needs_recordings,
)
from tests.integration.gateway.providers.stand_in import Accounts, serving

pytestmark = needs_recordings

TABLE = PublishedPrices()
AT = 1_795_000_000.0  # November 2026
PROVIDERS = {ANTHROPIC: "anthropic", CHAT: "openai-chat", RESPONSES: "openai", GOOGLE: "google"}
OWN_HOSTS = {"api.anthropic.com", "api.openai.com", "generativelanguage.googleapis.com"}
OF_UNKNOWN_PRICE = {
    "api.groq.com: compound-beta",
    "api.openai.com: muse-spark-1.1",
    "bedrock-mantle.us-east-1.api.aws: openai.gpt-5.5",
    "bedrock-mantle.us-east-1.api.aws: openai.gpt-5.6-luna",
    "bedrock-mantle.us-east-1.api.aws: openai.gpt-oss-120b",
    "bedrock-mantle.us-east-1.api.aws: openai.gpt-oss-safeguard-20b",
    "generativelanguage.googleapis.com: gemini-2.5-pro-preview-05-06",
    "localhost:11434: qwen3:0.6b",
    "ollama.com: gpt-oss:20b",
    "openrouter.ai: anthropic/claude-sonnet-4-5",
    "openrouter.ai: google/gemini-2.0-flash-exp:free",
    "openrouter.ai: minimax/minimax-m2:free",
    "router.huggingface.co: meta-llama/Llama-4-Scout-17B-16E-Instruct",
}
"""Servers that publish no list, models that were withdrawn, names that a server understands and its list does not."""
CLOSE = 0.02
REPORTED_MIN, CLOSE_SHARE_MIN = 40, 0.5


def place_of(exchange: Exchange) -> Place:
    assert exchange.api is not None
    named = re.search(r"/models/([^:/]+):", exchange.url) if exchange.api == GOOGLE else None
    model = named[1] if named else str(exchange.request["model"])
    return Place(PROVIDERS[exchange.api], model, None if exchange.host in OWN_HOSTS else exchange.url)


def answered() -> list[Exchange]:
    return [exchange for api in APIS for exchange in exchanges(api) if exchange.status == 200]


def test_a_price_is_found_for_every_recorded_model_or_its_name_is_listed(record_property: Counted) -> None:
    known: set[str] = set()
    unknown: set[str] = set()
    windows: set[str] = set()
    for exchange in answered():
        place = place_of(exchange)
        name = f"{exchange.host}: {place.model}"
        listed = TABLE.find(place)
        (known if listed and listed.price(AT) else unknown).add(name)
        if listed and listed.window:
            windows.add(name)
    record_property(
        "counted", f"prices: {len(known)} of {len(known | unknown)} recorded models, windows: {len(windows)}"
    )
    assert unknown == OF_UNKNOWN_PRICE
    assert known


async def test_what_a_server_reports_as_the_cost_is_near_what_the_table_says(record_property: Counted) -> None:
    """Prices have changed since some were recorded, searches are charged apart, and such a server may pick another
    place: most must agree.
    """
    accounts = Accounts()
    shares = []
    for exchange in answered():
        if exchange.api not in (CHAT, RESPONSES) or b'"cost"' not in exchange.body:
            continue
        reply = await _reply(accounts, exchange)
        listed = TABLE.find(place_of(exchange))
        price = listed and listed.price(AT)
        if reply is not None and price and reply.usage.cost_usd:
            shares.append(price.cost_usd(reply.usage) / reply.usage.cost_usd)
    close = sum(abs(share - 1) <= CLOSE for share in shares)
    record_property("counted", f"prices: {close} of {len(shares)} reported costs are within {CLOSE:.0%} of the table's")
    assert len(shares) >= REPORTED_MIN
    assert close >= CLOSE_SHARE_MIN * len(shares)


async def _reply(accounts: Accounts, exchange: Exchange) -> Reply | None:
    try:
        return await replied(accounts.model(exchange, serving(exchange)), asked("Hello."))
    except ModelCallFailed:
        return None
