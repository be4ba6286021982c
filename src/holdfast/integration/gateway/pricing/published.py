"""Reads the table of prices and windows that the package genai-prices carries; nothing is fetched from anywhere."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from genai_prices import __version__
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ConditionalPrice, ModelInfo, ModelPrice, TieredPrices, TimeOfDateConstraint

from holdfast.integration.gateway.pricing.price import Price, Rate, Rates
from holdfast.integration.gateway.pricing.prices import Listed, Place

SOURCE = f"genai-prices {__version__}"
CALLS_PRICED_TOGETHER = 1_000
PROVIDERS = {"openai-chat": "openai"}
"""What the table calls a provider, where that is another word."""
TIERED_BY = ({"service_tier"}, {"speed"}, {"processing"})
"""What a price may depend on that the provider tells with the reply."""


class PublishedPrices:
    """The table. A place that has a URL is known by it, any other by its provider."""

    def find(self, place: Place) -> Listed | None:
        """Return what is listed for a model of that place, None if it is not in the table."""
        provider = None if place.url else PROVIDERS.get(place.provider, place.provider)
        try:
            _, found = get_snapshot().find_provider_model(place.model, None, provider, place.url)
        except LookupError:
            return None
        return _ListedModel(found, place.tier)


class _ListedModel:
    """One entry of the table, for those who ask for ``tier``."""

    def __init__(self, found: ModelInfo, tier: str) -> None:
        self._found, self._tier = found, tier

    @property
    def window(self) -> int | None:
        return self._found.context_window

    @property
    def changes_by_the_hour(self) -> bool:
        return any(map(_is_of_hours, self._conditional))

    def price(self, at: float) -> Price | None:
        instant = datetime.fromtimestamp(at, UTC)
        rates = _rates(self._found.get_prices(instant))
        if rates is None:
            return None
        tiers = dict(self._tiers(instant))
        hours = [_rates(each.prices) for each in self._conditional if _is_of_hours(each)]
        possible = (tiers.get(self._tier, rates), *(each for each in hours if each is not None))
        return Price(rates, SOURCE, tiers, possible)

    @property
    def _conditional(self) -> list[ConditionalPrice]:
        return self._found.prices if isinstance(self._found.prices, list) else []

    def _tiers(self, instant: datetime) -> Iterator[tuple[str, Rates]]:
        for variant in self._found.price_variants or ():
            if variant.when.keys() not in TIERED_BY:
                continue
            (word,) = variant.when.values()
            if (rates := _rates(self._found.get_prices(instant, variant.when))) is not None:
                yield word, rates


def _is_of_hours(conditional: ConditionalPrice) -> bool:
    """Whether a price holds in some hours of each day."""
    return isinstance(conditional.constraint, TimeOfDateConstraint)


def _rates(listed: ModelPrice) -> Rates | None:
    """Return what is listed, None where the model is not paid by the token."""
    read, written = _rate(listed.input_mtok), _rate(listed.output_mtok)
    if read is None or written is None:
        return None
    calls = listed.requests_kcount
    return Rates(
        input=read,
        output=written,
        cached=_rate(listed.cache_read_mtok),
        cache_write=_rate(listed.cache_write_mtok),
        cache_write_long=_rate(listed.cache_write_1h_mtok),
        reasoning=_rate(listed.output_reasoning_mtok),
        call_usd=float(calls) / CALLS_PRICED_TOGETHER if isinstance(calls, Decimal) else 0.0,
    )


def _rate(listed: Decimal | TieredPrices | None) -> Rate | None:
    match listed:
        case None:
            return None
        case TieredPrices():
            return Rate(float(listed.base), tuple((tier.start, float(tier.price)) for tier in listed.tiers))
        case _:
            return Rate(float(listed))
