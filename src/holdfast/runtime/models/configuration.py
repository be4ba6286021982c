"""The models that an operator has configured: names such as ``small`` and ``large``, and what they stand for."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from holdfast.integration.gateway.pricing.price import Price, Rate, Rates
from holdfast.integration.gateway.pricing.prices import CONFIGURED, Override
from holdfast.integration.gateway.providers.settings import Settings
from holdfast.kernel.errors import InputError
from holdfast.runtime.models.name import parse_name

VARIABLE = "HOLDFAST_MODELS"
"""Names the file in which models are configured."""
PRICES = "prices"
"""The table of the file that is of prices and windows: no model can have that name."""


class Configured(BaseModel):
    """One model as the file has it: whose it is, and what is laid over each request to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    body: dict[str, object] = Field(default_factory=dict)
    tools: dict[str, dict[str, object]] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
    has_tool_calls: bool = True
    streams: bool = True

    @property
    def settings(self) -> Settings:
        return Settings(
            self.body | dict.fromkeys(self.without),
            self.tools,
            has_tool_calls=self.has_tool_calls,
            streams=self.streams,
        )


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
    """All that the file says: models by the names they are given, and what is said of models' prices and windows."""

    models: Mapping[str, Configured] = field(default_factory=dict)
    prices: Mapping[str, Priced] = field(default_factory=dict)


def read_configuration(environ: Mapping[str, str]) -> dict[str, Configured]:
    """Return the models of the file that the environment names, nothing if it names none. Raises InputError."""
    return dict(read_models_file(environ).models)


def read_models_file(environ: Mapping[str, str]) -> ModelsFile:
    """Return all that the file says that the environment names, nothing if it names none. Raises InputError."""
    if not (path := environ.get(VARIABLE)):
        return ModelsFile()
    try:
        tables = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        prices = TypeAdapter(dict[str, Priced]).validate_python(tables.pop(PRICES, {}))
        found = TypeAdapter(dict[str, str | Configured]).validate_python(tables)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise InputError(
            f'expected a file of models such as large = "anthropic:claude-sonnet-4-6" in {path} ({VARIABLE}), '
            f"found: {error}"
        ) from error
    configured = {name: Configured(model=one) if isinstance(one, str) else one for name, one in found.items()}
    for name, one in configured.items():
        if parse_name(one.model) is None:
            raise InputError(f"expected {name!r} in {path} to stand for provider:model, found {one.model!r}: mend it")
    return ModelsFile(configured, prices)
