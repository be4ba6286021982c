"""Connects to the addresses that a name has led to once they were vetted, and to no other."""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from typing import Protocol

import httpcore2

from holdfast.integration.tools.contract import ToolFailure
from holdfast.integration.tools.stock.http.addresses import Network, why_closed

ADDRESSES_MAX = 8
"""Of one name; the others are not tried."""
_Options = Iterable[tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]]


class Resolver(Protocol):
    """Finds out where a name leads."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return its addresses. Raises OSError for a name that leads nowhere."""


class SystemResolver:
    """Asks the operating system."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [str(address[0]) for *_, address in found]


class VettedBackend(httpcore2.AsyncNetworkBackend):
    """Resolves a name once and connects to what came of it, so that a second answer cannot lead elsewhere.

    TLS and the Host header go on naming the host. One closed address among several closes the name: a host that is
    meant to be reached has no reason to list one.
    """

    def __init__(self, resolver: Resolver, private: Sequence[Network]) -> None:
        self._resolver, self._private = resolver, private
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # as the interface has it
        local_address: str | None = None,
        socket_options: _Options | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Raises ToolFailure for a name that leads to a closed address, ConnectError for one that leads nowhere."""
        failure: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for address in await self._vetted(host, port, timeout):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError(f"{host} has no address")

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)

    async def _vetted(self, host: str, port: int, seconds_max: float | None) -> Sequence[str]:
        try:
            async with asyncio.timeout(seconds_max):
                found = await self._resolver.addresses(host.strip("[]"), port)
        except (OSError, UnicodeError, TimeoutError) as error:
            raise httpcore2.ConnectError(f"{host} cannot be resolved ({error})") from error
        for address in found:
            if (reason := why_closed(address, self._private)) is not None:
                raise ToolFailure(f"{host} leads to {address}, which is not connected to: {reason}")
        return found[:ADDRESSES_MAX]
