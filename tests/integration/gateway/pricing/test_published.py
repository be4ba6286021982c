"""The published table is read as its own package reads it."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from genai_prices import Usage as TheirUsage
from genai_prices import calc_price
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, TimeOfDateConstraint

from holdfast.integration.gateway.pricing.price import Price
from holdfast.integration.gateway.pricing.prices import Place
from holdfast.integration.gateway.pricing.published import SOURCE, PublishedPrices
from holdfast.kernel.messages import Usage

TABLE = PublishedPrices()
DAYS = [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 11, 20, 9, tzinfo=UTC)]
USAGES = [
    Usage(1_200, 300),
    Usage(1_000_000, 64_000, 640_000, cache_write_tokens=100_000, cache_write_long_tokens=40_000),
    Usage(150_000, 2_000, reasoning_tokens=1_500),
]


def theirs(usage: Usage) -> TheirUsage:
    return TheirUsage(
        input_tokens=usage.input_tokens,
        cache_read_tokens=usage.cached_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cache_write_1h_tokens=usage.cache_write_long_tokens,
        output_tokens=usage.output_tokens,
        output_reasoning_tokens=usage.reasoning_tokens,
    )


def priced(place: Place, at: datetime) -> Price:
    listed = TABLE.find(place)
    assert listed is not None, place
    price = listed.price(at.timestamp())
    assert price is not None, place
    return price


def models_of(provider: str) -> list[str]:
    (found,) = (each for each in get_snapshot().providers if each.id == provider)
    return [model.id for model in found.models if _is_paid_by_the_token(model) and model.is_match(model.id)]


def _is_paid_by_the_token(model: ModelInfo) -> bool:
    listed = [model.prices] if isinstance(model.prices, ModelPrice) else [each.prices for each in model.prices]
    return all(each.input_mtok is not None and each.output_mtok is not None for each in listed)


@pytest.mark.parametrize("provider", ["anthropic", "openai", "google", "deepseek", "groq", "mistral", "perplexity"])
def test_every_cost_is_the_one_that_the_package_finds(provider: str) -> None:
    compared = 0
    for model, usage, at in product(models_of(provider), USAGES, DAYS):
        price = priced(Place(provider, model), at)
        found = calc_price(theirs(usage), model, provider_id=provider, genai_request_timestamp=at)
        assert price.cost_usd(usage) == pytest.approx(float(found.total_price), abs=1e-9), model
        compared += 1
    assert compared >= 40


@pytest.mark.parametrize("tier", ["priority", "flex", "default", "unheard of"])
def test_what_a_provider_says_of_its_tier_has_that_price(tier: str) -> None:
    at = DAYS[-1]
    price = priced(Place("openai", "gpt-5.5"), at)
    found = calc_price(
        theirs(USAGES[0]),
        "gpt-5.5",
        provider_id="openai",
        genai_request_timestamp=at,
        price_context={"service_tier": tier},
    )
    assert price.cost_usd(Usage(1_200, 300, tier=tier)) == pytest.approx(float(found.total_price), abs=1e-9)


def test_who_asks_for_a_dearer_tier_reserves_its_price() -> None:
    cheap, dear = (priced(Place("openai", "gpt-5.5", tier=tier), DAYS[-1]) for tier in ("", "priority"))
    assert dear.cost_usd_max(1_000, 1_000) == pytest.approx(2.5 * cheap.cost_usd_max(1_000, 1_000))


def test_a_price_by_the_hour_is_never_higher_than_the_most_said_at_any_hour() -> None:
    hourly = [
        model.id
        for provider in get_snapshot().providers
        if provider.id == "deepseek"
        for model in provider.models
        if not isinstance(model.prices, ModelPrice)
        and any(isinstance(each.constraint, TimeOfDateConstraint) for each in model.prices)
    ]
    assert hourly
    for model in hourly:
        listed = TABLE.find(Place("deepseek", model))
        assert listed is not None
        assert listed.changes_by_the_hour
        told = [priced(Place("deepseek", model), DAYS[-1] + timedelta(hours=hour)) for hour in range(24)]
        most = min(price.cost_usd_max(10_000, 1_000) for price in told)
        assert max(price.cost_usd(Usage(10_000, 1_000)) for price in told) <= most


def test_a_server_is_known_by_its_url() -> None:
    place = Place("openai-compatible", "llama-3.1-8b-instant", "https://api.groq.com/openai/v1")
    assert priced(place, DAYS[-1]) == priced(Place("groq", "llama-3.1-8b-instant"), DAYS[-1])


def test_a_server_of_ones_own_and_a_model_nobody_lists_have_no_price() -> None:
    assert TABLE.find(Place("openai-compatible", "gpt-5.5", "http://127.0.0.1:8080/v1")) is None
    assert TABLE.find(Place("anthropic", "no-such-model")) is None


def test_a_model_that_is_not_paid_by_the_token_has_no_price() -> None:
    listed = TABLE.find(Place("openai", "whisper-1"))
    assert listed is not None
    assert listed.price(DAYS[-1].timestamp()) is None


def test_the_table_says_which_version_it_is() -> None:
    name, _, version = SOURCE.partition(" ")
    assert name == "genai-prices"
    assert version[0].isdigit()
