"""What is known of the prices and windows of models: of those that are configured, and of any that are named."""

from collections.abc import Iterable, Mapping

import msgspec

from holdfast.integration.gateway.pricing.price import Price
from holdfast.runtime.models.finding import NamedModels


class KnownPrice(msgspec.Struct, frozen=True):
    """What calls of one model cost now, and how much it can read; None where nobody knows."""

    price: Price | None
    window: int | None
    is_window_configured: bool
    """Whether the window is what a user has set."""


NOTHING_KNOWN = KnownPrice(None, None, is_window_configured=False)


def known_prices(names: Iterable[str], environ: Mapping[str, str], at: float) -> dict[str, KnownPrice]:
    """Return what is known of each name. Raises InputError for a file of models that is not right."""
    prices = NamedModels(environ).prices
    return {name: KnownPrice(prices.of(name, at), prices.window(name), prices.is_window_set(name)) for name in names}
