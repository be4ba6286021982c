"""Which addresses may be connected to: public ones, and those of networks that were declared. Pure."""

import ipaddress
from collections.abc import Iterable, Sequence

from holdfast.kernel.errors import DefinitionError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_CLOSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # behind a provider's NAT
        "169.254.0.0/16",  # link-local, where clouds keep their metadata
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",
        "::/96",  # IPv4 in an old form
        "::ffff:0:0:0/96",  # translated
        "64:ff9b::/96",  # NAT64: any IPv4 address within
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo, benchmarks, and the like
        "2002::/16",  # 6to4: any IPv4 address within
        "fec0::/10",
    )
)
"""Beside what Python's tables, which differ between its versions, know to be private."""


def networks(declared: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks that were declared reachable. Raises DefinitionError for what is none."""
    found = list[Network]()
    for each in declared:
        try:
            found.append(ipaddress.ip_network(each))
        except ValueError as error:
            raise DefinitionError(f"expected a network such as 10.1.2.0/24, found {each!r}: {error}") from error
    return tuple(found)


def why_closed(text: str, private: Sequence[Network]) -> str | None:
    """Return why ``text`` is no address to connect to; None if it is one."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "it is no address"
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return "it names an interface of this machine"
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
    if any(address in network for network in private):
        return None
    is_open = address.is_global and not address.is_multicast and not address.is_reserved
    if not is_open or any(address in network for network in _CLOSED):
        return "it is no public address"
    return None
