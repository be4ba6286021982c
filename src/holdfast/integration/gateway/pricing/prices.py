"""Which price and window a model's name stands for: what a user has said wins over what is published."""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec
from msgspec.structs import replace

from holdfast.integration.gateway.pricing.price import Price, worst_of
from holdfast.kernel.messages import Reply

CONFIGURED = "configured"
"""The source of a price that a user has set."""
REPORTED = "reported"
"""The source of a cost that came with the reply."""
DAY_SECONDS, MINUTE_SECONDS = 86_400, 60
PRICES_REMEMBERED_MAX = 4_096


class Place(msgspec.Struct, frozen=True):
    """Where a model is asked: whose it is, what it is called there, and the server's address if it is not theirs."""

    provider: str
    model: str
    url: str | None = None
    tier: str = ""
    """How fast it is asked to be, in the provider's own word."""


class Override(msgspec.Struct, frozen=True):
    """What a user has said of a model; what is None is looked up."""

    price: Price | None = None
    window: int | None = None


class Listed(Protocol):
    """A model as a table has it."""

    @property
    def window(self) -> int | None:
        """How many tokens it can read."""

    @property
    def changes_by_the_hour(self) -> bool:
        """Whether its price is another one in the course of a day."""

    def price(self, at: float) -> Price | None:
        """Return what it costs at that instant, None where it is not paid by the token."""


class Table(Protocol):
    """Prices and windows that somebody publishes."""

    def find(self, place: Place) -> Listed | None:
        """Return what is listed for the model there, None if it is not in the table."""


class Prices:
    """Prices and windows by the names that runs are configured with. What is not known is None, never zero."""

    def __init__(
        self,
        overrides: Callable[[], Mapping[str, Override]] = dict,
        places: Callable[[str], tuple[Place, ...]] = lambda _name: (),
        table: Callable[[], Table | None] = lambda: None,
    ) -> None:
        """``places`` says where a name may lead; ``table`` is opened when first needed, None if there is none."""
        self._overrides, self._places, self._open = overrides, places, table
        self._table: Table | None = None
        self._is_open = False
        self._listed: dict[Place, Listed | None] = {}
        self._windows_said: Mapping[str, Override] | None = None
        self._windows: dict[str, int | None] = {}
        """What was found under the overrides of ``_windows_said``: it is asked for every turn."""
        self._known: dict[tuple[Place, int], Price | None] = {}

    def of(self, model: str, at: float) -> Price | None:
        """Return what calls of ``model`` cost at that instant, at the dearest of its places; None if one is unknown."""
        said = self._said_of(model)
        return said.price or worst_of([self._at(place, at) for place in self._places(model)])

    def window(self, model: str) -> int | None:
        """Return how many tokens ``model`` can read: where most of them, None if that is not known of each place."""
        said = self._overrides()
        if said is not self._windows_said or len(self._windows) >= PRICES_REMEMBERED_MAX:
            self._windows_said, self._windows = said, {}
        if model not in self._windows:
            self._windows[model] = self._widest(model)
        return self._windows[model]

    def _widest(self, model: str) -> int | None:
        if (set_by_user := self._said_of(model).window) is not None:
            return set_by_user
        windows = [self._window(place) for place in self._places(model)]
        known = [window for window in windows if window is not None]
        return max(known) if known and len(known) == len(windows) else None

    def priced(self, model: str, reply: Reply, at: float, name: str = "") -> Reply:
        """Return the reply of a call of ``model`` sent at that instant with its cost, and whose price that is.

        What is said of ``name``, by which it was asked for, wins. The model that the provider says has answered counts
        before the one that was asked: an alias has no price.
        """
        price = self._said_of(name).price or self._said_of_all(model)
        if price is None and reply.usage.cost_usd is not None:
            return replace(reply, prices=reply.prices or REPORTED)
        if price is None and reply.model:
            answered = (replace(place, model=reply.model) for place in self._places(model))
            price = worst_of([self._published(place, at) for place in answered])
        price = price or self.of(model, at)
        if price is None:
            return reply
        return replace(reply, usage=replace(reply.usage, cost_usd=price.cost_usd(reply.usage)), prices=price.source)

    def is_window_set(self, model: str) -> bool:
        """Whether a user has set the window of ``model``, or of all that it stands for."""
        told = [self._said_of_place(place).window for place in self._places(model)]
        return self._said_of(model).window is not None or (bool(told) and None not in told)

    def _said_of(self, model: str) -> Override:
        """Return what a user has said of that very name."""
        return self._overrides().get(model, NOTHING_SAID)

    def _said_of_all(self, model: str) -> Price | None:
        """Return what a user has set for the name, else for all that it stands for."""
        said = self._said_of(model).price
        return said or worst_of([self._said_of_place(place).price for place in self._places(model)])

    def _said_of_place(self, place: Place) -> Override:
        """Return what a user has said of what is asked there, else of the bare model."""
        first, then = self._said_of(f"{place.provider}:{place.model}"), self._said_of(place.model)
        return Override(first.price or then.price, then.window if first.window is None else first.window)

    def _at(self, place: Place, at: float) -> Price | None:
        return self._said_of_place(place).price or self._published(place, at)

    def _window(self, place: Place) -> int | None:
        if (set_by_user := self._said_of_place(place).window) is not None:
            return set_by_user
        listed = self._find(place)
        return None if listed is None else listed.window

    def _published(self, place: Place, at: float) -> Price | None:
        listed = self._find(place)
        if listed is None:
            return None
        key = (place, int(at // (MINUTE_SECONDS if listed.changes_by_the_hour else DAY_SECONDS)))
        if key not in self._known:
            if len(self._known) >= PRICES_REMEMBERED_MAX:
                self._known.clear()
            self._known[key] = listed.price(at)
        return self._known[key]

    def _find(self, place: Place) -> Listed | None:
        if not self._is_open:
            self._table, self._is_open = self._open(), True
        if self._table is None:
            return None
        if place not in self._listed:
            if len(self._listed) >= PRICES_REMEMBERED_MAX:
                self._listed.clear()
            self._listed[place] = self._table.find(place)
        return self._listed[place]


NOTHING_SAID = Override()
