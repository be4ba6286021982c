"""The accounts that an operator has configured: a key, a server, and what may be consumed there in a minute."""

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from holdfast.integration.gateway.limits.rate import Counting, Rate
from holdfast.kernel.errors import InputError
from holdfast.runtime.models.name import EXTRAS, OPENAI_COMPATIBLE, PROVIDERS, ModelName

COUNTING = {
    "anthropic": Counting(counts_cached_input=False),
    "openai": Counting(reserves_output_max=True, joins_output=True),
    "google": Counting(),
    OPENAI_COMPATIBLE: Counting(joins_output=True),
}
"""How providers publish that they count; by extra, but for servers of one's own."""
VARIABLE_FORM = re.compile(r"[A-Z_][A-Z0-9_]*")
Count = Annotated[int | None, Field(gt=0)]


class Limits(BaseModel):
    """What may be consumed in a minute, and how many calls may be under way."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    requests_per_minute: Count = None
    input_tokens_per_minute: Count = None
    output_tokens_per_minute: Count = None
    tokens_per_minute: Count = None
    at_once: Count = None

    @model_validator(mode="after")
    def _joins_or_not(self) -> Self:
        if self.tokens_per_minute and (self.input_tokens_per_minute or self.output_tokens_per_minute):
            raise ValueError("expected tokens_per_minute, or input_ and output_tokens_per_minute, found both")
        return self

    @property
    def rate(self) -> Rate:
        return Rate(
            requests=self.requests_per_minute,
            input_tokens=self.tokens_per_minute or self.input_tokens_per_minute,
            output_tokens=self.output_tokens_per_minute,
            at_once=self.at_once,
        )


class ConfiguredAccount(Limits):
    """One account as the file has it. One that is named like a provider is that provider's usual account."""

    provider: str = ""
    key: str = ""
    base_url: str = ""
    models: dict[str, Limits] = Field(default_factory=dict)
    counts_cached_input: bool | None = None
    reserves_output_max: bool | None = None

    def kind(self, name: str) -> str:
        """Return the provider, told or by its name."""
        return self.provider or name

    def serves(self, name: str, model: ModelName) -> bool:
        """Whether a model can be asked through it."""
        kind = self.kind(name)
        if OPENAI_COMPATIBLE in (kind, model.provider):
            return kind == model.provider and self.base_url.rstrip("/") == (model.url or "").rstrip("/")
        return EXTRAS[kind] == EXTRAS[model.provider]

    def told(self, name: str) -> str:
        """Return whose it is, in words."""
        return f"{self.kind(name)} at {self.base_url}" if self.base_url else self.kind(name)

    def limits_of(self, model: str) -> Limits:
        """Return what holds for ``model``."""
        return self.models.get(model, self)

    def counting(self, name: str, limits: Limits) -> Counting:
        """Return how calls are counted: as told, else as the provider does."""
        usual = usual_counting(self.kind(name))
        apart = limits.input_tokens_per_minute or limits.output_tokens_per_minute
        joins = bool(limits.tokens_per_minute) or (usual.joins_output and not apart)
        cached, reserves = self.counts_cached_input, self.reserves_output_max
        return Counting(
            counts_cached_input=usual.counts_cached_input if cached is None else cached,
            reserves_output_max=usual.reserves_output_max if reserves is None else reserves,
            joins_output=joins,
        )


def usual_counting(provider: str) -> Counting:
    """Return how a provider counts, as it publishes."""
    return COUNTING[provider if provider == OPENAI_COMPATIBLE else EXTRAS[provider]]


def check_account(name: str, account: ConfiguredAccount) -> None:
    """Raise InputError for what contradicts itself. What is in the place of a key's variable is not repeated."""
    kind = account.kind(name)
    if kind not in PROVIDERS:
        raise InputError(f"expected the account {name!r} to have a provider ({', '.join(PROVIDERS)}), found {kind!r}")
    if name in PROVIDERS and EXTRAS[name] != EXTRAS[kind]:
        raise InputError(f"expected the account {name!r} to be that provider's, found one of {kind}: name it otherwise")
    if account.key and not VARIABLE_FORM.fullmatch(account.key):
        raise InputError(
            f"expected the account {name!r} to name the variable of the environment that holds its key, such as "
            "OPENAI_BACKUP_KEY, found something else: a key itself must not stand in the file"
        )
    if kind == OPENAI_COMPATIBLE and not account.base_url:
        raise InputError(f"expected the account {name!r} to say of what server it is, found no base_url")
    parts = urlsplit(account.base_url)
    if account.base_url and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise InputError(f"expected the base_url of the account {name!r} to be http:// or https://, found another")
    if parts.username or parts.password or parts.query:
        raise InputError(f"expected the base_url of the account {name!r} without a user or a query, found one")
