"""Opens the table of published prices when it is first asked for something: to load it costs 0.14 s of CPU."""

from holdfast.integration.gateway.pricing.prices import Table

PACKAGE = "genai_prices"
"""What the extra of each provider brings."""


def published() -> Table | None:
    """Return the table, None where its package is not installed: then no price is known but what a user has set."""
    try:
        from holdfast.integration.gateway.pricing.published import PublishedPrices
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != PACKAGE:
            raise
        return None
    return PublishedPrices()
