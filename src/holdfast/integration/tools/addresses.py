"""Whether an address may be that of a server: whole, without credentials, and safe on its way."""

from urllib.parse import urlsplit

from holdfast.kernel.errors import DefinitionError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def check_address(what: str, url: str) -> None:
    """Raise DefinitionError for an address that a server should not be reached at."""
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise DefinitionError(f"{what}: expected a url such as https://host/path, found {url!r}")
    if address.username or address.password:
        raise DefinitionError(f"{what}: its url holds credentials: name them in secrets")
    if address.scheme == "http" and address.hostname not in LOOPBACK:
        raise DefinitionError(
            f"{what}: expected https for a server elsewhere, found {url!r}: whoever sits between could change what is "
            "said"
        )
