"""Finds the model that a name stands for: one that is configured, a provider's, or a recording."""

from collections.abc import Mapping
from pathlib import Path

from holdfast.integration.gateway.port import Model
from holdfast.integration.gateway.pricing.prices import Override, Place, Prices
from holdfast.integration.gateway.providers.settings import Settings
from holdfast.integration.gateway.providers.tiers import tier_of
from holdfast.integration.gateway.recorded import RecordedModel
from holdfast.integration.gateway.transcript import Transcript
from holdfast.runtime.models.accounts import Accounts
from holdfast.runtime.models.configuration import Configured, ModelsFile, read_models_file
from holdfast.runtime.models.name import parse_name
from holdfast.runtime.models.table import published

RECORDED = "recorded:"
"""A model of this name and a path replays the transcript in that file."""


class NamedModels:
    """The models that need no declaration. Close it when its event loop ends."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._accounts = Accounts(environ)
        self._read: ModelsFile | None = None
        self._overrides: dict[str, Override] | None = None
        self.prices = Prices(self._said_of_prices, self._places, published)
        """What calls of these models cost, and how much they can read."""

    def find(self, name: str) -> Model | None:
        """Return the model called ``name``, None if the name means nothing here.

        Raises InputError for a name or a file of models that cannot be right, DefinitionError if a key or a client is
        missing.
        """
        if name.startswith(RECORDED):
            return RecordedModel(Transcript.read(Path(name.removeprefix(RECORDED))), name=name)
        configured = self.configured.get(name)
        named = parse_name(configured.model if configured else name)
        if named is None:
            return None
        return self._accounts.model(name, named, configured.settings if configured else Settings())

    @property
    def configured(self) -> Mapping[str, Configured]:
        """The models that an operator has named, read once."""
        return self._file.models

    @property
    def _file(self) -> ModelsFile:
        if self._read is None:
            self._read = read_models_file(self._environ)
        return self._read

    def _said_of_prices(self) -> Mapping[str, Override]:
        if self._overrides is None:
            self._overrides = {name: priced.override for name, priced in self._file.prices.items()}
        return self._overrides

    def _places(self, name: str) -> tuple[Place, ...]:
        """Return where a name leads, nothing where no provider serves it."""
        configured = self.configured.get(name)
        named = parse_name(configured.model if configured else name)
        if named is None:
            return ()
        body = configured.body if configured else {}
        tier = tier_of(body.get("speed"), body.get("service_tier"))
        return (Place(named.provider, named.model, named.url, tier),)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._accounts.close()
