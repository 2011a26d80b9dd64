"""The environment's proxies: ``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``, as in httpx."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.request import getproxies


def patterns() -> dict[str, str | None]:
    """
    The URL of a proxy for each pattern of addresses, as keys of httpx's ``mounts``; None for no proxy.

    httpx applies the most specific pattern. It reads the environment by itself only for its own transport.
    """
    found = getproxies()
    spared = [host for each in found.get("no", "").split(",") if (host := each.strip())]
    if "*" in spared:
        return {}
    return dict(_of_schemes(found)) | {_spared(host): None for host in spared}


def _of_schemes(found: dict[str, str]) -> Iterator[tuple[str, str]]:
    for scheme in ("http", "https", "all"):
        if proxy := found.get(scheme):
            yield f"{scheme}://", proxy if "://" in proxy else f"http://{proxy}"


def _spared(host: str) -> str:
    if "://" in host:
        return host
    try:
        version = ip_address(host.partition("/")[0]).version
    except ValueError:
        return "all://localhost" if host.lower() == "localhost" else f"all://*{host}"
    return f"all://[{host}]" if version == 6 else f"all://{host}"
