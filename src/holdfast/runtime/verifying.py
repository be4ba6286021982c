"""Verifies apps with what the whole system knows: installed apps, policies as they decide, prices, a clock."""

import os
import time
from collections.abc import Callable

from holdfast.integration.gateway.pricing.price import Price
from holdfast.orchestration.application.app import App
from holdfast.orchestration.application.catalogue import Catalogue
from holdfast.runtime.models.prices import known_prices
from holdfast.runtime.policies import uses_for
from holdfast.verify.bounds import DEFAULT, Bounds
from holdfast.verify.report import Report
from holdfast.verify.search.search import Tell
from holdfast.verify.verifying import Verifier

MILLION = 1_000_000


def verify(
    app: App, *, catalogue: Catalogue | None = None, bounds: Bounds = DEFAULT, tell: Tell | None = None
) -> Report:
    """Return what can be proved of ``app`` within ``bounds``: its runs are searched, none is begun.

    The apps of which it begins runs are found in ``catalogue``, by default among those that are installed. ``tell`` is
    called now and then with how many situations were visited, and how many wait.
    """
    known = catalogue or Catalogue((app,))
    return Verifier(known.find, time.monotonic, uses_for, token_prices(app), bounds, tell).verify(app)


def token_prices(app: App) -> Callable[[str], float | None]:
    """Return a function that gives the most dollars that one token of a model can cost."""
    found = known_prices({agent.model for agent in app.agents}, os.environ, time.time())

    def most(model: str) -> float | None:
        price: Price | None = found[model].price if model in found else None
        return None if price is None else max(price.cost_usd_max(MILLION, 0), price.cost_usd_max(0, MILLION)) / MILLION

    return most
