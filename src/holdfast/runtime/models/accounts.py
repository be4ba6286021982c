"""The accounts with providers that a process uses: opened when a model of theirs is first named, closed together."""

from collections.abc import Mapping
from typing import Protocol

from holdfast.integration.gateway.port import Model
from holdfast.integration.gateway.providers.settings import Settings
from holdfast.integration.gateway.routing.hearing import told
from holdfast.kernel.errors import DefinitionError
from holdfast.runtime.models.name import (
    ANTHROPIC,
    BASE_URLS,
    EXTRAS,
    GOOGLE,
    KEYS,
    OPENAI,
    OPENAI_COMPATIBLE,
    ModelName,
)
from holdfast.runtime.models.whose import AccountName

CLIENTS = frozenset({"anthropic", "google", "httpx2", "openai"})
"""The packages that the extras bring."""


class Account(Protocol):
    """What is closed in the end."""

    async def close(self) -> None:
        """Let go of the connections."""


class Accounts:
    """One client for each account, whatever models are asked through it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """``environ`` holds the keys; they go to the clients and nowhere else."""
        self._environ = environ
        self._open: dict[str, Account] = {}

    def model(self, name: str, named: ModelName, settings: Settings, whose: AccountName) -> Model:
        """Return the model called ``name``. Raises DefinitionError if its key or its client's package is missing."""
        try:
            return self._model(name, named, settings, whose)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in CLIENTS:
                raise
            extra = EXTRAS[named.provider]
            raise DefinitionError(
                f"expected the client for {name!r} to be installed, found no package {error.name!r}: "
                f"pip install 'holdfast[{extra}]'"
            ) from error

    async def close(self) -> None:
        """Close them all."""
        while self._open:
            await self._open.popitem()[1].close()

    def _model(self, name: str, named: ModelName, settings: Settings, whose: AccountName) -> Model:
        """Import a client only now: each costs between 0.4 and 1 s of CPU."""
        account: Account | None = self._open.get(whose.name)
        url = whose.configured.base_url or named.url or self._environ.get(BASE_URLS.get(named.provider, "")) or None
        if named.provider == ANTHROPIC:
            from holdfast.integration.gateway.providers.anthropic.client import AnthropicAccount

            if not isinstance(account, AnthropicAccount):
                account = AnthropicAccount(self._key(named, whose), base_url=url, on_headers=told)
            model: Model = account.model(name, named.model, settings)
        elif named.provider == GOOGLE:
            from holdfast.integration.gateway.providers.google.client import GoogleAccount

            if not isinstance(account, GoogleAccount):
                account = GoogleAccount(self._key(named, whose), base_url=url, on_headers=told)
            model = account.model(name, named.model, settings)
        else:
            from holdfast.integration.gateway.providers.openai.client import OpenAIAccount

            if not isinstance(account, OpenAIAccount):
                account = OpenAIAccount(self._key(named, whose), base_url=url, on_headers=told)
            if named.provider == OPENAI:
                model = account.responses(name, named.model, settings)
            else:
                is_openai = named.provider != OPENAI_COMPATIBLE
                model = account.chat(name, named.model, settings, is_openai=is_openai)
        self._open[whose.name] = account
        return model

    def _key(self, named: ModelName, whose: AccountName) -> str:
        configured = whose.configured.key
        names = (configured,) if configured else KEYS[named.provider]
        key = next((self._environ[name] for name in names if self._environ.get(name)), "")
        if not key and (configured or named.provider != OPENAI_COMPATIBLE):
            raise DefinitionError(
                f"expected a key for {named.provider} in {' or '.join(names)}, found none: set it in the environment"
            )
        return key
