"""The models that can be named: as a table, and as JSON. Keys are told by the names of their variables alone."""

from collections.abc import Mapping, Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from holdfast.integration.gateway.pricing.price import Rate
from holdfast.integration.gateway.pricing.prices import CONFIGURED
from holdfast.runtime.models.health import Health
from holdfast.runtime.models.listing import ListedModel
from holdfast.runtime.models.prices import NOTHING_KNOWN, KnownPrice
from holdfast.surfaces.cli.showing.accounts_table import health_record
from holdfast.surfaces.cli.showing.terminal import styled
from holdfast.surfaces.cli.showing.wording import tokens

COLUMNS = ("name", "model", "where", "window", "$/M in + out", "state")
UNKNOWN, SET = "unknown", " (set)"


def models_records(
    found: Sequence[ListedModel], known: Mapping[str, KnownPrice], health: Health | None, now: float
) -> list[dict[str, object]]:
    """Return the models as JSON objects, in order."""
    return [
        {
            "name": one.name,
            "provider": one.provider,
            "model": one.model or None,
            "server": one.server,
            "keys": one.keys,
            "has_key": one.has_key,
            "extra": one.extra,
            "is_installed": one.is_installed,
            "is_ready": one.is_ready,
            **_price_record(_known(one, known)),
            "account": one.account or None,
            "limits": msgspec.to_builtins(one.limits),
            "prefer": one.prefer,
            "cache": one.cache,
            "hedge": one.hedge,
            "health": health_record(one.health, health, now) if one.health and health else None,
        }
        for one in found
    ]


def print_models(found: Sequence[ListedModel], known: Mapping[str, KnownPrice], console: Console) -> None:
    """Print the models, those that are configured first, each with what it still needs."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in COLUMNS:
        table.add_column(name, overflow="fold")
    for one in found:
        state = styled("ready", style="green") if one.is_ready else styled(_missing(one), style="yellow")
        told = (one.model or "any", _where(one), *_priced(one, _known(one, known)))
        table.add_row(styled(one.name, style="bold"), *map(styled, told), state)
    console.print(table)
    for source in sorted({each.price.source for each in known.values() if each.price} - {CONFIGURED}):
        console.print(styled(f"prices of {source}, in dollars for a million tokens", style="bright_black"))


def _known(one: ListedModel, known: Mapping[str, KnownPrice]) -> KnownPrice:
    """Return what is known of a place: a window that the file gives it goes before all else."""
    found = known.get(one.place, NOTHING_KNOWN)
    return found if one.window is None else KnownPrice(found.price, one.window, is_window_configured=True)


def _price_record(known: KnownPrice) -> dict[str, object]:
    """Return what is known as fields of JSON: prices are in dollars for a million tokens."""
    rates = known.price.rates if known.price else None
    return {
        "window": known.window,
        "is_window_configured": known.is_window_configured,
        "price": rates,
        "prices": known.price.source if known.price else None,
    }


def _priced(one: ListedModel, known: KnownPrice) -> tuple[str, str]:
    """Return the window and the price, and whether a user has set them; a line that names no model has none."""
    if not one.model:
        return "", ""
    window = UNKNOWN if known.window is None else tokens(known.window)
    price = UNKNOWN
    if known.price is not None:
        rates = known.price.rates
        price = f"{_rate(rates.input)} + {_rate(rates.output)}" + SET * (known.price.source == CONFIGURED)
    return window + SET * known.is_window_configured, price


def _rate(rate: Rate) -> str:
    """Return a price, with that of its last step where it rises with the length of the input."""
    return "–".join(f"{usd:g}" for usd in (rate.usd, *(usd for _, usd in rate.steps[-1:])))


def _where(one: ListedModel) -> str:
    place = one.provider if one.server is None else f"{one.provider} at {one.server}"
    is_usual = one.account == one.extra or (one.server or "").split("://")[-1].startswith(one.account)
    return place if is_usual else f"{place} by {one.account}"


def _missing(one: ListedModel) -> str:
    missing = [] if one.is_installed else [f"pip install 'holdfast[{one.extra}]'"]
    return "; ".join(missing if one.has_key else [*missing, f"set {' or '.join(one.keys)}"])
