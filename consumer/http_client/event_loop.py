"""
The event loop of the long-running processes: uvloop's, with name lookups that do not delay each other.

uvloop looks up names in the four threads of libuv. One host whose name server does not respond would occupy
all of them, and Kafka and all other connections would wait.
"""

from __future__ import annotations

import socket
from typing import Any

import uvloop

from consumer.http_client.name_lookup import NameLookup

# Less than the time-out of connecting, so that the error names the name server.
LOOKUP_LIMIT_S = 8.0

_Key = tuple[Any, Any, int, int, int, int]
_Places = list[tuple[Any, ...]]


class EventLoop(uvloop.Loop):
    """uvloop's event loop with another `getaddrinfo`."""

    def __init__(self) -> None:
        super().__init__()
        self._lookup: NameLookup[_Key, _Places] = NameLookup(_found, limit_s=LOOKUP_LIMIT_S)

    async def getaddrinfo(
        self,
        host: Any,
        port: Any,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - asyncio's name for it
        proto: int = 0,
        flags: int = 0,
    ) -> Any:
        """As asyncio's, in a thread of its own for each host; raises OSError after `LOOKUP_LIMIT_S`."""
        return await self._lookup.of((host, port, family, type, proto, flags))


def _found(key: _Key) -> _Places:
    host, port, family, kind, proto, flags = key
    return list(socket.getaddrinfo(host, port, family=family, type=kind, proto=proto, flags=flags))
