"""What models this machine can use: those that are configured, and each provider whose key and client are there."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec

import msgspec

from holdfast.kernel.errors import InputError
from holdfast.runtime.models.configuration import read_configuration
from holdfast.runtime.models.name import (
    BASE_URLS,
    EXTRAS,
    FORM,
    KEYS,
    OPENAI_COMPATIBLE,
    PROVIDERS,
    ModelName,
    parse_name,
)

PACKAGES = {"anthropic": "anthropic", "google": "google.genai", "openai": "openai"}
"""The package that each extra is for."""


class ListedModel(msgspec.Struct, frozen=True):
    """One name that can be given to an agent; ``model`` is empty where the name is only how one begins."""

    name: str
    provider: str
    model: str
    server: str | None
    """Where it is asked, if that is not the provider's own place."""
    keys: tuple[str, ...]
    """The variables of the environment in which its key is looked for."""
    has_key: bool
    extra: str
    is_installed: bool

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing on this machine; whether the key is good only the provider knows."""
        return self.is_installed and (self.has_key or self.provider == OPENAI_COMPATIBLE)


def list_models(environ: Mapping[str, str], names: Sequence[str] = ()) -> list[ListedModel]:
    """Return the configured models, then a line for each provider; or the models of those names and no other.

    Raises InputError for a file that is not right, or for a name that means nothing.
    """
    if names:
        return [_named(name, environ) for name in names]
    return [*_configured(environ), *(_entry(f"{name}:…", ModelName(name, ""), environ) for name in PROVIDERS)]


def _configured(environ: Mapping[str, str]) -> Iterator[ListedModel]:
    for name, configured in sorted(read_configuration(environ).items()):
        named = parse_name(configured.model)
        assert named is not None, "a configuration is read once it is right"
        yield _entry(name, named, environ)


def _named(name: str, environ: Mapping[str, str]) -> ListedModel:
    configured = read_configuration(environ).get(name)
    named = parse_name(configured.model if configured else name)
    if named is None:
        raise InputError(f"expected {FORM}, or a name that is configured, found {name!r}: 'holdfast models' lists them")
    return _entry(name, named, environ)


def _entry(name: str, named: ModelName, environ: Mapping[str, str]) -> ListedModel:
    keys, extra = KEYS[named.provider], EXTRAS[named.provider]
    return ListedModel(
        name=name,
        provider=named.provider,
        model=named.model,
        server=named.url or environ.get(BASE_URLS.get(named.provider, "")) or None,
        keys=keys,
        has_key=any(environ.get(key) for key in keys),
        extra=extra,
        is_installed=_is_installed(PACKAGES[extra]),
    )


def _is_installed(package: str) -> bool:
    """Look for a package without importing it."""
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False
