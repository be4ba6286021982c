"""Finds the model that a name stands for: one that is configured, a provider's, or a recording."""

from collections.abc import Mapping
from pathlib import Path

from holdfast.integration.gateway.port import Model
from holdfast.integration.gateway.providers.settings import Settings
from holdfast.integration.gateway.recorded import RecordedModel
from holdfast.integration.gateway.transcript import Transcript
from holdfast.runtime.models.accounts import Accounts
from holdfast.runtime.models.configuration import Configured, read_configuration
from holdfast.runtime.models.name import parse_name

RECORDED = "recorded:"
"""A model of this name and a path replays the transcript in that file."""


class NamedModels:
    """The models that need no declaration. Close it when its event loop ends."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._accounts = Accounts(environ)
        self._read: dict[str, Configured] | None = None

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
        if self._read is None:
            self._read = read_configuration(self._environ)
        return self._read

    async def close(self) -> None:
        """Let go of all connections."""
        await self._accounts.close()
