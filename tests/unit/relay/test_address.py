"""Nothing inside of a network is reached, however its address is dressed up."""

from ipaddress import ip_address

import pytest

from consumer.relay.address import is_allowed

PUBLIC = ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
PRIVATE = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "::1", "fd12::1", "::ffff:127.0.0.1"]
NEVER = [
    "169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "fd00:ec2::254",
    "0.0.0.0", "255.255.255.255", "100.64.0.1", "100.100.100.200", "192.0.2.1", "198.18.0.1", "224.0.0.1",
    "240.0.0.1", "::", "::127.0.0.1", "fe80::1", "ff02::1", "2001:db8::1", "64:ff9b:1::1", "2001::1",
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


@pytest.mark.parametrize("text", NEVER)
def test_what_is_neither_is_never_allowed(text):
    """Link-local, shared, reserved, multicast: permission or not."""
    assert not is_allowed(ip_address(text), may_be_private=False)
    assert not is_allowed(ip_address(text), may_be_private=True)


@pytest.mark.parametrize("text", ["2002:7f00:1::1", "64:ff9b::7f00:1", "2002:0a00:1::1"])
def test_a_private_address_inside_of_another_is_refused(text):
    """6to4 and NAT64 lead to what they carry."""
    assert not is_allowed(ip_address(text), may_be_private=False)
