"""One request and its answer: redirects checked anew, bytes counted, failures told apart by whether it was sent."""

import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

import httpcore2

from holdfast.integration.tools.checks.urls import UrlAmong
from holdfast.integration.tools.contract import OutcomeUnknown, ToolFailure
from holdfast.integration.tools.stock.http.connecting import VettedBackend

REDIRECTS_MAX = 5
ERROR_CHARACTERS_SHOWN = 500
ANYWAY_BYTES_MAX = 4_096
"""How much of an error's body is read, whatever its type."""
TEXTS = ("text/", "application/json", "application/xml", "application/xhtml+xml", "application/javascript")
"""The beginnings of the types whose bodies are text; those that end in +json or +xml are as well."""

_MOVED = (301, 302, 303, 307, 308)
_UNDECIDED = (408, 409, 425)
"""Statuses of a POST that leave open whether it was, or is being, carried out."""
_CHARSETS = frozenset({"us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16"})
"""Beside UTF-8. Not whatever Python can decode: some of its codecs are no charsets."""
_UNSENT = (httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.PoolTimeout)
_BROKEN = (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError)


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What one call may cost."""

    seconds_max: float = 20.0
    silence_seconds_max: float = 10.0
    connect_seconds_max: float = 5.0
    body_bytes_max: int = 200_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answered; ``left_out`` says what of its body is missing, and is empty if nothing is."""

    url: str
    status: int
    content_type: str
    text: str
    location: str = ""
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. ``own_headers`` go to the site of the first URL only."""

    method: str
    url: str
    headers: Mapping[str, str]
    own_headers: Mapping[str, str]
    body: bytes | None = None

    @property
    def is_repeatable(self) -> bool:
        return self.method == "GET"


class Exchange:
    """Sends requests, each over connections of its own, so that every one of them is vetted."""

    def __init__(self, allowed: UrlAmong, backend: VettedBackend, limits: HttpLimits, trust: ssl.SSLContext) -> None:
        self._allowed, self._backend, self._limits, self._trust = allowed, backend, limits, trust

    async def send(self, request: Request) -> Answer:
        """Return the answer. Raises ToolFailure, and OutcomeUnknown where a POST may have been carried out."""
        try:
            async with httpcore2.AsyncConnectionPool(
                ssl_context=self._trust, network_backend=self._backend, max_connections=1
            ) as pool:
                return await self._followed(pool, request)
        except _UNSENT as error:
            raise ToolFailure(f"{request.url} cannot be reached: {_said(error)}", retryable=True) from error
        except _BROKEN as error:
            told = f"{request.url} broke off: {_said(error)}"
            if request.is_repeatable:
                raise ToolFailure(told, retryable=True) from error
            raise OutcomeUnknown(told) from error

    async def _followed(self, pool: httpcore2.AsyncConnectionPool, request: Request) -> Answer:
        url, times = self._checked(request.url), self._times()
        for _ in range(REDIRECTS_MAX + 1):
            is_first_site = urlsplit(url)[:2] == urlsplit(request.url)[:2]
            headers = {**request.headers, **(request.own_headers if is_first_site else {})}
            sent = [*headers.items(), ("Accept-Encoding", "identity"), ("Connection", "close")]
            async with pool.stream(
                request.method, url, headers=sent, content=request.body, extensions={"timeout": times}
            ) as response:
                location = _header(response, b"location")
                if not (request.is_repeatable and response.status in _MOVED and location):
                    return await self._answer(request, url, response, location)
            url = self._checked(urldefrag(urljoin(url, location)).url)
        raise ToolFailure(f"{request.url} redirects more than {REDIRECTS_MAX} times")

    def _checked(self, url: str) -> str:
        """Raises ToolFailure for a URL that may not be called, be it the first or one that was redirected to."""
        if (objection := self._allowed.objection(url)) is not None:
            raise ToolFailure(f"not called: {objection}")
        if not url.isascii():
            raise ToolFailure(f"expected a URL in ASCII, found {url[:80]!r}", hint="encode other characters as %XX")
        return url

    def _times(self) -> dict[str, float]:
        connect, silence = self._limits.connect_seconds_max, self._limits.silence_seconds_max
        return {"connect": connect, "pool": connect, "read": silence, "write": silence}

    async def _answer(self, request: Request, url: str, response: httpcore2.Response, location: str) -> Answer:
        kind = _header(response, b"content-type")
        if response.status >= 400:
            body, _ = await _read(response.aiter_stream(), ANYWAY_BYTES_MAX)
            raise _refusal(request, url, response, _decoded(body, kind)[:ERROR_CHARACTERS_SHOWN])
        unreadable = _unreadable(kind, _header(response, b"content-encoding"))
        if unreadable:
            return Answer(url, response.status, kind, "", location, unreadable)
        body, is_whole = await _read(response.aiter_stream(), self._limits.body_bytes_max)
        cut = "" if is_whole else f"the body is longer than {self._limits.body_bytes_max} bytes: this is its beginning"
        return Answer(url, response.status, kind, _decoded(body, kind), location, cut)


def _refusal(request: Request, url: str, response: httpcore2.Response, shown: str) -> Exception:
    told = f"{url} answered {response.status}: {shown}"
    may_have_been_done = response.status >= 500 or response.status in _UNDECIDED
    if may_have_been_done and not request.is_repeatable:
        return OutcomeUnknown(told)
    after = _header(response, b"retry-after")
    return ToolFailure(
        told,
        retryable=may_have_been_done or response.status == 429,
        retry_after_seconds=float(after) if after.isascii() and after.isdigit() and len(after) < 7 else None,
    )


async def _read(pieces: AsyncIterator[bytes], bytes_max: int) -> tuple[bytes, bool]:
    """Return the beginning of a body, and whether it is all of it."""
    body = b""
    async for piece in pieces:
        body += piece
        if len(body) > bytes_max:
            return body[:bytes_max], False
    return body, True


def _unreadable(content_type: str, encoding: str) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    if encoding.lower() not in ("", "identity"):
        return f"the body is encoded as {encoding[:40]}, which was not asked for"
    if kind and not kind.startswith(TEXTS) and not kind.endswith(("+json", "+xml")):
        return f"the body is {kind[:80]}, which is no text"
    return ""


def _decoded(body: bytes, content_type: str) -> str:
    charset = content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    return body.decode(charset if charset in _CHARSETS else "utf-8", "replace")


def _header(response: httpcore2.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "")


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
