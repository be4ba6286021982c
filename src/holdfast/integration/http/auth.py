"""How a request says for whom it is made: by a secret, in one header."""

from base64 import b64encode
from dataclasses import dataclass

from holdfast.integration.secrets.secret import NAME, Secret
from holdfast.kernel.errors import DefinitionError


@dataclass(frozen=True, slots=True)
class Bearer:
    """``Authorization: Bearer …``, with the secret of this name."""

    secret: str


@dataclass(frozen=True, slots=True)
class HeaderKey:
    """The secret in a header of its own."""

    header: str
    secret: str


@dataclass(frozen=True, slots=True)
class Basic:
    """``Authorization: Basic …``, with a user's name that is no secret and a password that is."""

    user: str
    secret: str


Auth = Bearer | HeaderKey | Basic


def check_auth(auth: Auth, what: str) -> None:
    """Raise DefinitionError for what no secret, user or header can be called."""
    if NAME.fullmatch(auth.secret) is None:
        raise DefinitionError(f"{what}: expected a secret's name of small letters, digits, - _ and ., not its value")
    if isinstance(auth, Basic) and ":" in auth.user:
        raise DefinitionError(f"{what}: expected a user's name without ':', found {auth.user!r}")
    if isinstance(auth, HeaderKey) and not auth.header.replace("-", "").replace("_", "").isalnum():
        raise DefinitionError(f"{what}: expected the name of a header, found {auth.header!r}")


def header_name(auth: Auth) -> str:
    """Return the header in which it stands."""
    return auth.header if isinstance(auth, HeaderKey) else "Authorization"


def header_of(auth: Auth, secret: Secret) -> tuple[str, str]:
    """Return the header. Raises ValueError for a secret that was never resolved."""
    value = secret.reveal()
    match auth:
        case Bearer():
            return header_name(auth), f"Bearer {value}"
        case HeaderKey():
            return header_name(auth), value
        case Basic():
            return header_name(auth), "Basic " + b64encode(f"{auth.user}:{value}".encode()).decode()
