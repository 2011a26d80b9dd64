"""
Whether webhooks may be posted to an IP address: not to private or special-purpose ones (SSRF protection).

The check is on resolved addresses, and on embedded ones: IPv4-mapped addresses, NAT64 and 6to4 contain an
IPv4 address. The tables are explicit, because the ranges of `ipaddress` differ between versions of Python.

Sources: IANA's special-purpose registries (iana.org/assignments/iana-ipv4-special-registry and
iana-ipv6-special-registry, as of 2025-10-09), the IPv6 address space registry (only 2000::/3 is assigned to
unicast), and the documentation of each cloud for its metadata service.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


# The addresses that `allow_http` permits; never link-local ones, where clouds serve credentials.
PRIVATE = _networks("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")

SPECIAL_PURPOSE = _networks(
    "0.0.0.0/8",  # this network
    "10.0.0.0/8",  # private use
    "100.64.0.0/10",  # shared address space
    "127.0.0.0/8",  # loopback
    "169.254.0.0/16",  # link local
    "172.16.0.0/12",  # private use
    "192.0.0.0/24",  # IETF protocol assignments, anycast services among them
    "192.0.2.0/24",  # documentation
    "192.31.196.0/24",  # AS112
    "192.52.193.0/24",  # automatic multicast tunnelling
    "192.88.99.0/24",  # 6to4 relays, deprecated
    "192.168.0.0/16",  # private use
    "192.175.48.0/24",  # AS112
    "198.18.0.0/15",  # benchmarking
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, and limited broadcast
    "2001::/23",  # IETF protocol assignments: Teredo, benchmarking, ORCHID, anycast services
    "2001:db8::/32",  # documentation
    "2620:4f:8000::/48",  # AS112
    "3fff::/20",  # documentation
)
"""
Addresses that cannot be a webhook's receiver. For IPv6 only those within `UNICAST`, since all others are
refused.
"""

CLOUD_METADATA = _networks(
    "168.63.129.16/32",  # Azure: an address of the public range, answered by the host of the machine
    "169.254.0.0/16",  # AWS, Azure, Google, Oracle, DigitalOcean, Hetzner, …
    "100.100.100.200/32",  # Alibaba
    "192.0.0.192/32",  # Oracle
    "fd00:ec2::/32",  # AWS
    "fd20:ce::254/128",  # Google
    "fd00:c1::a9fe:a9fe/128",  # Oracle
    "fd00:42::42/128",  # Scaleway
    "fd00:100::100:200/128",  # Alibaba
    "fd00:a9fe:a9fe::1/128",  # Akamai
)
"""Refused even with `allow_http`, since these addresses serve credentials without authentication."""

# RFC 6052; the range of RFC 8215 for local use is outside of `UNICAST`, and so refused.
NAT64 = IPv6Network("64:ff9b::/96")
UNICAST = IPv6Network("2000::/3")


def is_allowed(address: Address, *, may_be_private: bool) -> bool:
    """Whether connections to this address are allowed."""
    inner = _carried(address)
    if inner is not None:
        return is_allowed(inner, may_be_private=may_be_private)
    if _is_in(address, CLOUD_METADATA):
        return False
    return _is_public(address) or (may_be_private and _is_in(address, PRIVATE))


def _is_public(address: Address) -> bool:
    if _is_in(address, SPECIAL_PURPOSE):
        return False
    return isinstance(address, IPv4Address) or address in UNICAST


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in each for each in networks)


def _carried(address: Address) -> IPv4Address | None:
    """The IPv4 address that is embedded in an IPv6 address; None without one."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in NAT64 else None
