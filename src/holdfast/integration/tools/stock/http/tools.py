"""The tools that speak HTTP: GET, and POST to sites that know their callers' keys."""

import ssl
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated

import httpcore2
import msgspec
from pydantic import Field, JsonValue

from holdfast.integration.tools.checks.urls import UrlAmong
from holdfast.integration.tools.contract import IdempotencyKey, Tool, tool
from holdfast.integration.tools.stock.http.addresses import networks
from holdfast.integration.tools.stock.http.connecting import Resolver, SystemResolver, VettedBackend
from holdfast.integration.tools.stock.http.exchange import Answer, Exchange, HttpLimits, Request
from holdfast.kernel.effects import Effect
from holdfast.version import VERSION

URL_CHARACTERS_MAX = 2_000
_AGENT = f"holdfast/{VERSION}"
_NO_LIMITS = HttpLimits()
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


def http_tools(
    *allowed: str,
    key_header: str | None = None,
    key_seconds: float | None = None,
    headers: Mapping[str, str] = _NO_HEADERS,
    private: Sequence[str] = (),
    limits: HttpLimits = _NO_LIMITS,
    resolver: Resolver | None = None,
    trust: ssl.SSLContext | None = None,
) -> tuple[Tool, ...]:
    """Return ``http_get`` for the sites ``allowed``, and ``http_post`` if all of them honour a key in ``key_header``.

    ``key_seconds``: how long they know a key. ``headers`` go with each request to the site that was called, not to one
    that it redirects to. ``private``: networks that are no public ones and may be reached all the same. Raises
    DefinitionError for what is no site or network.
    """
    sites = UrlAmong(*allowed)
    backend = VettedBackend(resolver or SystemResolver(), networks(private))
    exchange = Exchange(sites, backend, limits, trust or httpcore2.default_ssl_context())
    get = _get(exchange, sites, limits, headers)
    return (get,) if key_header is None else (get, _post(exchange, sites, limits, headers, key_header, key_seconds))


def _get(exchange: Exchange, sites: UrlAmong, limits: HttpLimits, headers: Mapping[str, str]) -> Tool:
    url_type = Annotated[str, Field(max_length=URL_CHARACTERS_MAX, description=_sites(sites)), sites]

    @tool(effect=Effect.READ, timeout_seconds=limits.seconds_max)
    async def http_get(url: url_type) -> Answer:
        """Fetch a page or document of an allowed site."""
        return await exchange.send(Request("GET", url, {"User-Agent": _AGENT}, headers))

    return http_get


def _post(
    exchange: Exchange,
    sites: UrlAmong,
    limits: HttpLimits,
    headers: Mapping[str, str],
    key_header: str,
    key_seconds: float | None,
) -> Tool:
    url_type = Annotated[str, Field(max_length=URL_CHARACTERS_MAX, description=_sites(sites)), sites]

    @tool(effect=Effect.KEYED, timeout_seconds=limits.seconds_max, key_seconds=key_seconds)
    async def http_post(
        url: url_type,
        body: Annotated[dict[str, JsonValue], Field(description="What is sent, as JSON")],
        *,
        key: IdempotencyKey,
    ) -> Answer:
        """Send a JSON document to an allowed site."""
        sent = {"User-Agent": _AGENT, "Content-Type": "application/json"}
        return await exchange.send(Request("POST", url, sent, {**headers, key_header: key}, msgspec.json.encode(body)))

    return http_post


def _sites(sites: UrlAmong) -> str:
    return f"A URL that begins with {' or '.join(sites.allowed)}"
