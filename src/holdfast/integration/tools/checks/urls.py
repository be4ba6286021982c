"""Whether a URL is one of those that are allowed, by its text alone: no name is looked up, nothing is connected to."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from holdfast.integration.tools.checks.objection import Objection
from holdfast.kernel.errors import DefinitionError

_PORTS = {"https": 443, "http": 80}
_UNSEEMLY = re.compile(r"[\x00-\x20\x7f\\]")
"""Characters that parsers drop or read in different ways."""


@dataclass(frozen=True, slots=True, init=False)
class UrlAmong:
    """A URL of one of the given sites: the same scheme, host and port, and a path that begins with theirs.

    ``UrlAmong("https://api.example.com/v1/")``. Where the name leads to is found out when it is connected to: that an
    address is no private one is up to whoever connects.
    """

    allowed: tuple[str, ...]
    name = "url_among"

    def __init__(self, *allowed: str) -> None:
        """Raises DefinitionError for what is no such URL."""
        for each in allowed:
            if isinstance(found := _read(each), str):
                raise DefinitionError(f"expected a URL that may be called, found {each!r}: {found}")
        if not allowed:
            raise DefinitionError("expected at least one URL that may be called, found none: nothing would be allowed")
        object.__setattr__(self, "allowed", allowed)

    @property
    def definition(self) -> tuple[object, ...]:
        return (self.name, self.allowed)

    def objection(self, value: object) -> Objection | None:
        wanted = _read(value) if isinstance(value, str) else "it is no text"
        if isinstance(wanted, str):
            return Objection(f"a URL that is allowed: {wanted}", value, self.allowed, self.allowed[0])
        if any(_covers(read, wanted) for each in self.allowed if not isinstance(read := _read(each), str)):
            return None
        return Objection("a URL that is allowed", value, self.allowed, self.allowed[0])


@dataclass(frozen=True, slots=True)
class _Site:
    scheme: str
    host: str
    port: int
    segments: tuple[str, ...]


def _read(text: str) -> _Site | str:
    """Return what ``text`` names, or why that is not plain."""
    if _UNSEEMLY.search(text):
        return "it holds blanks, control characters or backslashes"
    try:
        parts = urlsplit(text)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        return f"it cannot be read ({error})"
    return _checked(parts, host, port)


def _checked(parts: SplitResult, host: str, port: int | None) -> _Site | str:
    if parts.scheme not in _PORTS:
        return "it does not begin with https:// or http://"
    if not host:
        return "it names no host"
    if "@" in parts.netloc:
        return "it holds a user name or password"
    segments = tuple(unquote(each) for each in parts.path.split("/")[1:])
    if any(map(_leads_astray, segments)):
        return "its path holds '.', '..', an encoded slash, or what is encoded twice"
    return _Site(parts.scheme, host, port if port is not None else _PORTS[parts.scheme], segments)


def _leads_astray(segment: str) -> bool:
    """Whether servers may read it as a way out of the path before it."""
    is_step = segment.partition(";")[0] in (".", "..")
    return is_step or "/" in segment or "\\" in segment or unquote(segment) != segment


def _covers(allowed: _Site, wanted: _Site) -> bool:
    if (allowed.scheme, allowed.host, allowed.port) != (wanted.scheme, wanted.host, wanted.port):
        return False
    prefix = allowed.segments[:-1] if allowed.segments and allowed.segments[-1] == "" else allowed.segments
    return wanted.segments[: len(prefix)] == prefix
