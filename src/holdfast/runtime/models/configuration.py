"""The models that an operator has configured: names such as ``small`` and ``large``, and what they stand for."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from holdfast.integration.gateway.providers.settings import Settings
from holdfast.kernel.errors import InputError
from holdfast.runtime.models.name import parse_name

VARIABLE = "HOLDFAST_MODELS"
"""Names the file in which models are configured."""


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


def read_configuration(environ: Mapping[str, str]) -> dict[str, Configured]:
    """Return what the file says that the environment names, nothing if it names none. Raises InputError."""
    if not (path := environ.get(VARIABLE)):
        return {}
    try:
        file = TypeAdapter(dict[str, str | Configured])
        found = file.validate_python(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise InputError(
            f'expected a file of models such as large = "anthropic:claude-sonnet-4-6" in {path} ({VARIABLE}), '
            f"found: {error}"
        ) from error
    configured = {name: Configured(model=one) if isinstance(one, str) else one for name, one in found.items()}
    for name, one in configured.items():
        if parse_name(one.model) is None:
            raise InputError(f"expected {name!r} in {path} to stand for provider:model, found {one.model!r}: mend it")
    return configured
