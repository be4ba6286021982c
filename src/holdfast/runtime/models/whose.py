"""Whose account a model is asked through: the one that is named, the one configured for its provider, or the usual."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from holdfast.runtime.models.configured_accounts import ConfiguredAccount
from holdfast.runtime.models.name import EXTRAS, OPENAI_COMPATIBLE, ModelName


@dataclass(frozen=True, slots=True)
class AccountName:
    """An account by its name, and what is said of it."""

    name: str
    configured: ConfiguredAccount


def account_of(named: ModelName, wanted: str, accounts: Mapping[str, ConfiguredAccount]) -> AccountName:
    """Return the account through which a model is asked, ``wanted`` if that says any."""
    if wanted:
        return AccountName(wanted, accounts[wanted])
    usual = EXTRAS[named.provider]
    if named.provider != OPENAI_COMPATIBLE:
        return AccountName(usual, accounts.get(usual) or ConfiguredAccount(provider=named.provider))
    for name, account in accounts.items():
        if account.serves(name, named):
            return AccountName(name, account)
    return AccountName(_server(named.url or ""), ConfiguredAccount(provider=named.provider, base_url=named.url or ""))


def _server(url: str) -> str:
    """Return what sets a server apart from others: where it is, without what all of them end with."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path.rstrip('/').removesuffix('/v1')}"
