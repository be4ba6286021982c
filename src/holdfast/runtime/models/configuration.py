"""The models that an operator has configured: names such as ``small`` and ``large``, and what they stand for."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from holdfast.integration.gateway.limits.admission import Prefer
from holdfast.integration.gateway.pricing.price import Price, Rate, Rates
from holdfast.integration.gateway.pricing.prices import CONFIGURED, Override
from holdfast.integration.gateway.providers.settings import Settings
from holdfast.integration.gateway.routing.hedging import HedgeAfter
from holdfast.kernel.errors import InputError
from holdfast.kernel.ids import digest
from holdfast.runtime.models.configured_accounts import ConfiguredAccount, check_account
from holdfast.runtime.models.file_problems import problems_of
from holdfast.runtime.models.hosted import hosted_in
from holdfast.runtime.models.name import FORM, ModelName, parse_name

VARIABLE = "HOLDFAST_MODELS"
"""Names the file in which models are configured."""
PRICES, ACCOUNTS = "prices", "accounts"
"""The tables of the file that are of prices and windows, and of accounts: no model can have these names."""
SECONDS_OF = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
Of = TypeVar("Of")
SECONDS_OF_SILENCE = {"s": 1.0, "ms": 0.001}
SILENCE = re.compile(r"(?P<amount>(?=.*[1-9])\d{1,5}(\.\d{1,3})?)(?P<unit>ms|s)|p(?P<share>[5-9]\d)")
AGE = re.compile(r"([1-9]\d{0,5}[smhd])?")


class ConfiguredPlace(BaseModel):
    """Where a model is served: whose it is, through what account, and what is laid over each request to it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    model: str = ""
    account: str = ""
    window: int | None = Field(default=None, gt=0)
    body: dict[str, object] = Field(default_factory=dict)
    tools: dict[str, dict[str, object]] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
    has_tool_calls: bool = True
    caches_prompt: bool = True
    streams: bool = True
    hosted: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_the_hosted_tools_granted(self) -> Self:
        if denied := [name for name in hosted_in(self.body) if name not in self.hosted]:
            names = ", ".join(f'"{name}"' for name in denied)
            raise ValueError(
                f"body has the provider run {', '.join(denied)} itself, where no policy sees it: leave it out, or "
                f"grant it with hosted = [{names}]"
            )
        return self

    @property
    def settings(self) -> Settings:
        return Settings(
            self.body | dict.fromkeys(self.without),
            self.tools,
            has_tool_calls=self.has_tool_calls,
            caches_prompt=self.caches_prompt,
            streams=self.streams,
        )

    @property
    def named(self) -> ModelName:
        """Its name, taken apart. Raises InputError for one that names no provider's model."""
        named = parse_name(self.model)
        if named is None:
            raise InputError(f"expected {FORM}, found {self.model!r}")
        return named


class Configured(ConfiguredPlace):
    """One model as the file has it: one place, or several that stand in for one another."""

    routes: tuple[ConfiguredPlace, ...] = ()
    prefer: Prefer = Prefer.ORDER
    cache: str = ""
    hedge: str = ""

    @model_validator(mode="before")
    @classmethod
    def _of_names(cls, found: object) -> object:
        """A name alone stands for a model, and for a place."""
        if isinstance(found, str):
            return {"model": found}
        if isinstance(found, dict) and isinstance(found.get("routes"), list):
            places = [{"model": one} if isinstance(one, str) else one for one in found["routes"]]
            return {**found, "routes": places}
        return found

    @field_validator("cache")
    @classmethod
    def _is_an_age(cls, cache: str) -> str:
        if not AGE.fullmatch(cache):
            raise ValueError("expected how long replies are kept, such as 30s, 10m, 1h or 7d, found something else")
        return cache

    @field_validator("hedge")
    @classmethod
    def _is_a_silence(cls, hedge: str) -> str:
        if hedge and not SILENCE.fullmatch(hedge):
            raise ValueError(
                "expected after how long a second is asked beside one that is silent, such as 3s, 800ms or p95 "
                "(p50 to p99), found something else"
            )
        return hedge

    @model_validator(mode="after")
    def _is_one_or_many(self) -> Self:
        if bool(self.model) == bool(self.routes):
            raise ValueError("expected either a model or routes to several")
        of_a_place = set(ConfiguredPlace.model_fields) & self.model_fields_set
        if self.routes and of_a_place:
            raise ValueError(f"{', '.join(sorted(of_a_place))} is said of each of the routes, not beside them")
        told = [(each.model, each.account) for each in self.routes]
        if len(set(told)) != len(told):
            raise ValueError("expected each route once, found one twice")
        if self.hedge and len(self.routes) < 2:
            raise ValueError("a second is asked elsewhere: hedge is said of a model that has two routes at the least")
        return self

    @property
    def hedge_after(self) -> HedgeAfter | None:
        """After how long a second is asked beside one that is silent, None if none is."""
        if not (found := SILENCE.fullmatch(self.hedge)):
            return None
        if found["unit"]:
            return HedgeAfter(seconds=float(found["amount"]) * SECONDS_OF_SILENCE[found["unit"]])
        return HedgeAfter(share=int(found["share"]) / 100)

    @property
    def cached_seconds(self) -> float | None:
        """How long replies are kept for identical requests, None if they are not."""
        return float(self.cache[:-1]) * SECONDS_OF[self.cache[-1]] if self.cache else None

    @property
    def signature(self) -> str:
        """What decides about its replies beside the request."""
        return digest(self.model_dump_json(exclude={"hedge"}).encode())

    @property
    def places(self) -> tuple[ConfiguredPlace, ...]:
        """Where it is served, in order."""
        return self.routes or (self,)


class Priced(BaseModel):
    """What the file says of one model's price, in dollars for a million tokens, and of its window."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    output: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    cached: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    cache_write: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    window: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _is_whole(self) -> "Priced":
        of_price = (self.input, self.output, self.cached, self.cache_write)
        if any(usd is not None for usd in of_price) and (self.input is None or self.output is None):
            raise ValueError("a price has both input and output: what the one costs says nothing of the other")
        return self

    @property
    def override(self) -> Override:
        if self.input is None or self.output is None:
            return Override(window=self.window)
        cached, write = (None if usd is None else Rate(usd) for usd in (self.cached, self.cache_write))
        rates = Rates(input=Rate(self.input), output=Rate(self.output), cached=cached, cache_write=write)
        return Override(Price(rates, CONFIGURED), self.window)


@dataclass(frozen=True, slots=True)
class ModelsFile:
    """All that the file says: models by their names, accounts by theirs, and what is said of prices and windows."""

    models: Mapping[str, Configured] = field(default_factory=dict)
    accounts: Mapping[str, ConfiguredAccount] = field(default_factory=dict)
    prices: Mapping[str, Priced] = field(default_factory=dict)


def read_models_file(environ: Mapping[str, str]) -> ModelsFile:
    """Return all that the file says that the environment names, nothing if it names none. Raises InputError."""
    if not (path := environ.get(VARIABLE)):
        return ModelsFile()
    try:
        tables = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f'expected a file of models such as large = "anthropic:claude-sonnet-4-6" in {path} ({VARIABLE}), '
            f"found: {error}"
        ) from error
    try:
        prices = _table(TypeAdapter(dict[str, Priced]), tables.pop(PRICES, {}), PRICES)
        accounts = _table(TypeAdapter(dict[str, ConfiguredAccount]), tables.pop(ACCOUNTS, {}), ACCOUNTS)
        models = _table(TypeAdapter(dict[str, Configured]), tables)
        for name, account in accounts.items():
            check_account(name, account)
        for name, one in models.items():
            _check_model(name, one, accounts)
    except InputError as error:
        raise InputError(f"{error}: mend it in {path} ({VARIABLE})") from error
    return ModelsFile(models, accounts, prices)


def _table(adapter: TypeAdapter[dict[str, Of]], found: object, name: str = "") -> dict[str, Of]:
    """Return the entries of a table by their names. Raises InputError without a text of the file: keys may be in it."""
    try:
        return adapter.validate_python(found)
    except ValidationError as error:
        told = problems_of(error, name)
        raise InputError(f"expected models, accounts and prices with the fields these have, found {told}") from None


def _check_model(name: str, configured: Configured, accounts: Mapping[str, ConfiguredAccount]) -> None:
    for place in configured.places:
        named = parse_name(place.model)
        if named is None:
            raise InputError(f"expected {name!r} to stand for provider:model, found {place.model!r}")
        if not place.account:
            continue
        account = accounts.get(place.account)
        if account is None:
            known = ", ".join(sorted(accounts)) or "none"
            raise InputError(f"expected {name!r} to use an account of the file ({known}), found {place.account!r}")
        if not account.serves(place.account, named):
            raise InputError(
                f"expected the account {place.account!r} of {name!r} to be one that serves {place.model!r}, "
                f"found one of {account.told(place.account)}"
            )
