"""
Whether an address may be posted to: nothing that lies inside of a network is reached through us.

An address is judged after it has been resolved, and whatever it carries inside: IPv4 in IPv6, NAT64, 6to4.
"""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

Address = IPv4Address | IPv6Address

# What `allow_http` opens; never link-local addresses, where clouds keep their credentials.
PRIVATE = tuple(
    ip_network(each)
    for each in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
CLOUD_METADATA: tuple[IPv4Network | IPv6Network, ...] = (ip_network("fd00:ec2::/32"),)
# RFC 6052; RFC 8215's range for networks of one's own is not global, and refused as that.
NAT64 = IPv6Network("64:ff9b::/96")
UNICAST = IPv6Network("2000::/3")


def is_allowed(address: Address, *, may_be_private: bool) -> bool:
    """Whether this very address may be connected to."""
    inner = _carried(address)
    if inner is not None:
        return is_allowed(inner, may_be_private=may_be_private)
    return _is_public(address) or (may_be_private and _is_private(address))


def _is_public(address: Address) -> bool:
    if address.is_multicast or not address.is_global:
        return False
    return isinstance(address, IPv4Address) or address in UNICAST


def _is_private(address: Address) -> bool:
    return any(address in each for each in PRIVATE) and not any(address in each for each in CLOUD_METADATA)


def _carried(address: Address) -> IPv4Address | None:
    """The IPv4 address inside of an IPv6 address that leads to it."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in NAT64 else None
