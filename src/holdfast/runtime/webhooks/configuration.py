"""The webhooks that an operator has written into a file."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from holdfast.kernel.errors import InputError
from holdfast.runtime.webhooks.signing import Secret, read_secret

VARIABLE = "HOLDFAST_WEBHOOKS"
"""Names the file in which webhooks are declared."""


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A service that is told."""

    url: str
    secret: Secret
    apps: tuple[str, ...] = ()
    """Only of the runs of these apps; none: of all."""
    is_thin: bool = False
    """It is told that somebody is asked, and where; not what."""


class _Declared(msgspec.Struct, forbid_unknown_fields=True):
    url: str
    secret_env: str
    apps: tuple[str, ...] = ()
    thin: bool = False


class _File(msgspec.Struct, forbid_unknown_fields=True):
    webhooks: tuple[_Declared, ...]


def read_webhooks(environ: Mapping[str, str]) -> tuple[Webhook, ...]:
    """Return what the file declares that the environment names, nothing if it names none. Raises InputError."""
    if not (path := environ.get(VARIABLE)):
        return ()
    try:
        file = msgspec.convert(tomllib.loads(Path(path).read_text(encoding="utf-8")), _File)
        return tuple(_webhook(one, environ) for one in file.webhooks)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, InputError) as error:
        raise InputError(
            f"expected a file of [[webhooks]] with url, secret_env, apps and thin in {path} ({VARIABLE}), "
            f"found: {error}"
        ) from error


def _webhook(declared: _Declared, environ: Mapping[str, str]) -> Webhook:
    parts = urlsplit(declared.url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
        raise InputError(f"expected an https:// address without a password, found {declared.url!r}")
    if not (text := environ.get(declared.secret_env)):
        raise InputError(f"expected the secret of {declared.url} in the variable {declared.secret_env}, found none")
    return Webhook(url=declared.url, secret=read_secret(text), apps=declared.apps, is_thin=declared.thin)
