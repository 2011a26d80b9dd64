"""Addresses of private networks are refused in every notation."""

from ipaddress import ip_address

import pytest

from consumer.relay.address import is_allowed

PUBLIC = ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
PRIVATE = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "::1", "fd12::1", "::ffff:127.0.0.1"]
SPECIAL = [
    "0.0.0.0", "0.1.2.3", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.0.8", "192.0.0.9",
    "192.0.0.10", "192.0.0.170", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.88.99.2",
    "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::127.0.0.1", "::ffff:0:7f00:1", "64:ff9b:1::1", "100::1", "100:0:0:1::1", "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:1::1", "2001:1::2", "2001:1::3", "2001:2::1", "2001:3::1",
    "2001:4:112::1", "2001:10::1", "2001:20::1", "2001:30::1", "2001:db8::1", "2620:4f:8000::1", "3fff::1",
    "3fff:fff:ffff::1", "4000::1", "5f00::1", "fe80::1", "fec0::1", "ff02::1",
]  # fmt: skip
METADATA = [
    "169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254",
    "fd00:ec2::23", "fd20:ce::254", "fd00:c1::a9fe:a9fe", "fd00:42::42", "fd00:100::100:200",
    "fd00:a9fe:a9fe::1",
]  # fmt: skip
DRESSED_UP = [
    "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "::ffff:168.63.129.16",
    "64:ff9b::a83f:8110", "2002:a83f:8110::1", "::ffff:192.0.0.192", "64:ff9b::6464:64c8",
]  # fmt: skip
NEIGHBOURS = [
    "1.0.0.0", "100.63.255.255", "100.128.0.0", "168.63.129.15", "168.63.129.17", "172.15.255.255",
    "172.32.0.0", "192.0.1.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:200::1",
    "2001:db7::1", "2001:db9::1", "3ffe::1", "3fff:1000::1", "2003::1",
]  # fmt: skip


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_allowed(text):
    """Also one that carries a public IPv4 address."""
    assert is_allowed(ip_address(text), may_be_private=False)


@pytest.mark.parametrize("text", PRIVATE)
def test_a_private_address_needs_permission(text):
    """Which `allow_http` gives."""
    assert not is_allowed(ip_address(text), may_be_private=False)
    assert is_allowed(ip_address(text), may_be_private=True)


@pytest.mark.parametrize("text", NEIGHBOURS)
def test_what_lies_beside_a_special_range_is_allowed(text):
    """No range is wider than its registry says."""
    assert is_allowed(ip_address(text), may_be_private=False)


@pytest.mark.parametrize("text", SPECIAL + METADATA + DRESSED_UP)
def test_what_is_neither_is_never_allowed(text):
    """Every range of IANA's registries and every cloud's metadata: permission or not."""
    assert not is_allowed(ip_address(text), may_be_private=False)
    assert not is_allowed(ip_address(text), may_be_private=True)


@pytest.mark.parametrize("text", ["2002:7f00:1::1", "64:ff9b::7f00:1", "2002:0a00:1::1"])
def test_a_private_address_inside_of_another_is_refused(text):
    """6to4 and NAT64 lead to what they carry."""
    assert not is_allowed(ip_address(text), may_be_private=False)
