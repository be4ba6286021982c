"""What models this machine can use: those that are configured, and each provider whose key and client are there."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec

import msgspec

from holdfast.integration.gateway.limits.rate import Rate
from holdfast.kernel.errors import InputError
from holdfast.runtime.models.configuration import Configured, ConfiguredPlace, ModelsFile, read_models_file
from holdfast.runtime.models.health import AccountHealth, Health
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
from holdfast.runtime.models.whose import account_of

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
    place: str = ""
    """The name by which prices and windows know it."""
    window: int | None = None
    """What the file says of this place's window."""
    account: str = ""
    """Through whose account it is asked."""
    limits: Rate = Rate()
    """What is configured that this account may consume a minute."""
    prefer: str | None = None
    """How it is chosen from the others of its name, where there are any."""
    cache: str | None = None
    """How long replies are kept for identical requests."""
    hedge: str | None = None
    """After how long a second place is asked beside this one, as the file says it."""
    health: AccountHealth | None = None
    """How the account stands in the process that drives the runs, if that is known."""

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing on this machine; whether the key is good only the provider knows."""
        return self.is_installed and (self.has_key or self.provider == OPENAI_COMPATIBLE)


def list_models(
    environ: Mapping[str, str], names: Sequence[str] = (), health: Health | None = None
) -> list[ListedModel]:
    """Return the configured models, each with all its places, then a line for each provider; or those of ``names``.

    Raises InputError for a file that is not right, or for a name that means nothing.
    """
    file = read_models_file(environ)
    if names:
        return [each for name in names for each in _named(name, file, environ, health)]
    providers = (_entry(f"{name}:…", ConfiguredPlace(), ModelName(name, ""), file, environ) for name in PROVIDERS)
    configured = (_placed(name, one, file, environ, health) for name, one in sorted(file.models.items()))
    return [*(each for places in configured for each in places), *providers]


def _placed(
    name: str, configured: Configured, file: ModelsFile, environ: Mapping[str, str], health: Health | None
) -> Iterator[ListedModel]:
    known = {(each.account, each.model): each for each in health.accounts} if health else {}
    for place in configured.places:
        entry = _entry(name, place, place.named, file, environ)
        yield msgspec.structs.replace(
            entry,
            place=place.model if configured.routes else name,
            window=place.window,
            prefer=str(configured.prefer) if configured.routes else None,
            cache=configured.cache or None,
            hedge=configured.hedge or None,
            health=known.get((entry.account, place.model)),
        )


def _named(name: str, file: ModelsFile, environ: Mapping[str, str], health: Health | None) -> Iterator[ListedModel]:
    if name not in file.models and parse_name(name) is None:
        raise InputError(f"expected {FORM}, or a name that is configured, found {name!r}: 'holdfast models' lists them")
    return _placed(name, file.models.get(name) or Configured(model=name), file, environ, health)


def _entry(
    name: str, place: ConfiguredPlace, named: ModelName, file: ModelsFile, environ: Mapping[str, str]
) -> ListedModel:
    whose = account_of(named, place.account, file.accounts)
    configured, extra = whose.configured, EXTRAS[named.provider]
    keys = (configured.key,) if configured.key else KEYS[named.provider]
    return ListedModel(
        name=name,
        provider=named.provider,
        model=named.model,
        server=configured.base_url or named.url or environ.get(BASE_URLS.get(named.provider, "")) or None,
        keys=keys,
        has_key=any(environ.get(key) for key in keys),
        extra=extra,
        is_installed=_is_installed(PACKAGES[extra]),
        account=whose.name,
        limits=configured.limits_of(named.model).rate,
    )


def _is_installed(package: str) -> bool:
    """Look for a package without importing it."""
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False
