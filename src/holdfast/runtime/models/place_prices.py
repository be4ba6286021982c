"""What the models of this machine cost and how much they can read: what the file says of each place, else the table."""

from collections.abc import Callable, Mapping
from functools import cached_property

from msgspec.structs import replace

from holdfast.integration.gateway.pricing.prices import Override, Place, Prices
from holdfast.integration.gateway.providers.tiers import tier_of
from holdfast.kernel.clock import Clock
from holdfast.kernel.messages import Usage
from holdfast.runtime.models.configuration import Configured, ConfiguredPlace, ModelsFile
from holdfast.runtime.models.name import parse_name
from holdfast.runtime.models.table import published

A_MILLION = Usage(input_tokens=750_000, output_tokens=250_000)
"""What places are compared by: three tokens of input for one of output."""


class PlacePrices:
    """Prices and windows by names, and by the places that names stand for."""

    def __init__(self, file: Callable[[], ModelsFile], clock: Clock) -> None:
        self._file, self._clock = file, clock
        self.prices = Prices(lambda: self._said, self._places, published)

    def usd_per_million(self, place: ConfiguredPlace) -> float | None:
        """Return what a million tokens cost there, input and output as they come; None if that is not known."""
        price = self.prices.of(place.model, self._clock.now())
        return None if price is None else price.cost_usd(A_MILLION)

    def window(self, place: ConfiguredPlace) -> int | None:
        """Return how many tokens can be read there, None if that is not known."""
        return place.window or self.prices.window(place.model)

    @cached_property
    def _said(self) -> Mapping[str, Override]:
        """What the file says of prices and windows, a model's own table after that of prices."""
        file = self._file()
        said = {name: priced.override for name, priced in file.prices.items()}
        for name, one in file.models.items():
            windows = [place.window for place in one.places if place.window is not None]
            known = said.get(name, Override())
            if len(windows) == len(one.places) and known.window is None:
                said[name] = replace(known, window=max(windows))
        return said

    def _places(self, name: str) -> tuple[Place, ...]:
        """Return where a name leads, nothing where no provider serves it."""
        configured = self._file().models.get(name)
        if configured is None and parse_name(name) is None:
            return ()
        return tuple(_place(each) for each in (configured or Configured(model=name)).places)


def _place(place: ConfiguredPlace) -> Place:
    tier = tier_of(place.body.get("speed"), place.body.get("service_tier"))
    return Place(place.named.provider, place.named.model, place.named.url, tier)
