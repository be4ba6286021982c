"""An address is connected to if it is public, in whatever form it is written, or of a network that was declared."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.integration.tools.stock.http.addresses import networks, why_closed
from holdfast.kernel.errors import DefinitionError


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_open(address: str) -> None:
    assert why_closed(address, ()) is None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
        "::1", "::", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:7f00:1", "fe80::1",
        "fe80::1%lo", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
        "2002:7f00:1::", "2001::1", "2001:db8::1", "localhost", "", "0x7f000001", "127.1",
    ],
)  # fmt: skip
def test_any_other_is_closed(address: str) -> None:
    assert why_closed(address, ()) is not None


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:{}", "64:ff9b::{}", "::{}", "::ffff:0:{}"]))
def test_an_address_within_an_address_is_no_way_round(inner: ipaddress.IPv4Address, form: str) -> None:
    if why_closed(str(inner), ()) is not None:
        assert why_closed(form.format(inner), ()) is not None


@given(st.ip_addresses())
def test_what_is_not_global_is_never_open(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if not address.is_global and getattr(address, "ipv4_mapped", None) is None:
        assert why_closed(str(address), ()) is not None


def test_a_declared_network_is_open_and_nothing_beside_it() -> None:
    declared = networks(["10.1.2.0/24", "fd00::/64"])
    assert [why_closed(each, declared) for each in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::7")] == [None] * 3
    assert why_closed("10.1.3.1", declared) is not None
    with pytest.raises(DefinitionError, match=r"expected a network such as 10\.1\.2\.0/24"):
        networks(["everything"])
