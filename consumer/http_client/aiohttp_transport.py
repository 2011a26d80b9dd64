"""
httpx's API over aiohttp's connections, which cost less CPU time, and no more when there are many.

A caller repeats a request that was never sent, and asks about one that may have been executed. Therefore only
errors from before a connection stands become `httpx.ConnectError`, `ConnectTimeout`, `PoolTimeout` or
`ProxyError`; what breaks later is another error, also where no byte may have left. ``httpx-aiohttp`` 0.2
reports each broken connection as never sent (``transport.py``), so it is not used.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from functools import lru_cache
from typing import Any

import aiohttp
import httpx
from aiohttp.connector import Connection
from yarl import URL

from consumer.http_client import aiohttp_errors, aiohttp_request
from consumer.http_client.aiohttp_exchange import Exchange, Received, in_one_piece
from consumer.http_client.answer import Answer, Body

CONNECTIONS = 100
CONNECT_ATTEMPTS = 3
SCHEMES = ("http", "https")
HOSTS_REMEMBERED = 64
HEADER_LIMIT_BYTES = 16 * 1024
HEADERS = 128


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Sends httpx's requests as they are: no header, cookie, redirect, retry or encoding of its own."""

    def __init__(
        self, *, limits: httpx.Limits, verify: ssl.SSLContext | None = None, proxy: str | None = None
    ) -> None:
        """
        Prepare; nothing is connected yet.

        Args:
            limits: the number of connections, and the seconds that an idle one is kept. All may be idle.
            verify: which certificates are trusted, and the client's own; None for httpx's default.
            proxy: the URL of the proxy for all requests, with its user and password.

        Raises:
            ValueError: the proxy is not one of HTTP.
        """
        if proxy is not None and (scheme := URL(proxy).scheme) not in SCHEMES:
            raise ValueError(f"a proxy must be one of http or https, not of {scheme}")
        self._keepalive_s = limits.keepalive_expiry
        self._slots = asyncio.Semaphore(limits.max_connections or CONNECTIONS)
        self._tls = verify or httpx.create_ssl_context()
        self._tls.set_alpn_protocols(["http/1.1"])
        self._proxy = URL(proxy) if proxy else None
        self._connector: _Connector | None = None
        self._hosts: dict[tuple[str, str, str | None], aiohttp.ClientRequest] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """
        Send a request whose content is in memory, and return the response before its body.

        Raises:
            httpx.TransportError: of the kind that says whether the request was sent.
            httpx.RequestNotRead: the content is a stream.
        """
        limits_s: dict[str, float | None] = request.extensions.get("timeout", {})
        if self._slots.locked():
            await self._wait_for_slot(limits_s.get("pool"))
        else:
            await self._slots.acquire()
        try:
            answer = await self._send(request, limits_s)
        except aiohttp_errors.KNOWN as error:
            self._slots.release()
            raise aiohttp_errors.as_httpx(error) from error
        except BaseException:
            self._slots.release()
            raise
        return Answer(
            answer.status,
            headers=answer.raw_headers,
            stream=_Body(answer, self._slots.release),
            extensions={
                "http_version": b"HTTP/1.1",
                "reason_phrase": (answer.reason or "").encode("ascii", "replace"),
            },
        )

    async def aclose(self) -> None:
        """Close all connections."""
        if self._connector is not None:
            await self._connector.close()

    async def _wait_for_slot(self, limit_s: float | None) -> None:
        try:
            async with asyncio.timeout(limit_s):
                await self._slots.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout(f"no connection was free within {limit_s} s") from error

    async def _send(self, request: httpx.Request, limits_s: dict[str, float | None]) -> Received:
        """The response before its body; aiohttp's session does this too, and much more."""
        limits = _timeout(limits_s.get("connect"), limits_s.get("read"))
        url = _url(request.url.scheme, request.url.netloc, request.url.raw_path)
        if url.scheme not in SCHEMES:
            raise aiohttp.NonHttpUrlClientError(url)
        piece = None if self._proxy else in_one_piece(request)
        if piece is not None:
            connection = await self._connection(self._host_of(request, url), limits)
            return await _exchanged(connection, request.method, limits, piece)
        sent = aiohttp_request.of(request, url, proxy=self._proxy, write_limit_s=limits_s.get("write"))
        connection = await self._connection(sent, limits)
        return await _sent_by_aiohttp(sent, connection, limits)

    async def _connection(self, sent: aiohttp.ClientRequest, limits: aiohttp.ClientTimeout) -> Connection:
        try:
            return await self._opened().connect(sent, traces=[], timeout=limits)
        except TimeoutError as error:
            raise aiohttp.ConnectionTimeoutError from error

    def _host_of(self, request: httpx.Request, url: URL) -> aiohttp.ClientRequest:
        """What aiohttp connects by, which is the same for all requests to a host."""
        name = request.extensions.get("sni_hostname")
        host = (url.scheme, url.raw_authority, name)
        if (known := self._hosts.get(host)) is not None:
            return known
        if len(self._hosts) >= HOSTS_REMEMBERED:
            self._hosts.clear()
        made = aiohttp.ClientRequest("POST", url, loop=asyncio.get_running_loop(), server_hostname=name)
        return self._hosts.setdefault(host, made)

    def _opened(self) -> _Connector:
        # aiohttp's parts belong to the running loop, and a client is made before there is one.
        if self._connector is None:
            self._connector = _Connector(
                ssl=self._tls,
                limit=0,  # the slots are the limit
                keepalive_timeout=self._keepalive_s,
                resolver=aiohttp.ThreadedResolver(),
                use_dns_cache=False,
            )
        return self._connector


class _Connector(aiohttp.TCPConnector):
    """Makes connections, and reuses none on which something has arrived that was not asked for."""

    async def connect(self, req: aiohttp.ClientRequest, *args: Any, **options: Any) -> Connection:
        """
        As aiohttp's; what has arrived early would be taken for the response of this request.

        Raises:
            aiohttp.ServerDisconnectedError: the host sends before it is asked, on new connections too.
        """
        for _ in range(CONNECT_ATTEMPTS):
            connection = await super().connect(req, *args, **options)
            if connection.protocol is not None and not connection.protocol.should_close:
                return connection
            connection.close()
        raise aiohttp.ServerDisconnectedError


class _Body(Body):
    """The body of a response, as it was received; `release` is called when it is closed."""

    def __init__(self, answer: Received, release: Callable[[], None]) -> None:
        self._answer = answer
        self._release: Callable[[], None] | None = release

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._answer.content.iter_any():
                yield piece
        except aiohttp_errors.KNOWN as error:
            raise aiohttp_errors.as_httpx(error) from error

    def at_hand(self) -> bytes | None:
        content = self._answer.content
        if not content.is_eof():
            return None
        try:
            return content.read_nowait()
        except aiohttp_errors.KNOWN as error:
            raise aiohttp_errors.as_httpx(error) from error

    async def aclose(self) -> None:
        # A connection whose response was not read to its end is closed, not reused.
        self._answer.close()
        if self._release is not None:
            self._release()
            self._release = None


async def _exchanged(
    connection: Connection, method: str, limits: aiohttp.ClientTimeout, piece: bytes
) -> Exchange:
    try:
        _expect_response(connection, method, limits)
        exchange = Exchange(connection)
        exchange.write(piece)
        return await exchange.read()
    except BaseException:
        connection.close()
        raise


async def _sent_by_aiohttp(
    sent: aiohttp.ClientRequest, connection: Connection, limits: aiohttp.ClientTimeout
) -> aiohttp.ClientResponse:
    try:
        _expect_response(connection, sent.method, limits)
        answer = await sent.send(connection)
        try:
            return await answer.start(connection)
        except BaseException:
            answer.close()
            raise
    except BaseException:
        connection.close()
        raise


def _expect_response(connection: Connection, method: str, limits: aiohttp.ClientTimeout) -> None:
    protocol = connection.protocol
    if protocol is None:
        raise aiohttp.ServerDisconnectedError
    protocol.set_response_params(
        skip_payload=method == "HEAD",
        read_until_eof=True,
        auto_decompress=False,
        read_timeout=limits.sock_read,
        max_line_size=HEADER_LIMIT_BYTES,
        max_field_size=HEADER_LIMIT_BYTES,
        max_headers=HEADERS,
    )


@lru_cache(maxsize=64)
def _url(scheme: str, netloc: bytes, target: bytes) -> URL:
    """The address without user and password, which httpx has made a header of; nothing is encoded anew."""
    return URL(f"{scheme}://{netloc.decode('ascii')}{target.decode('ascii')}", encoded=True)


@lru_cache(maxsize=64)
def _timeout(connect_s: float | None, read_s: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=connect_s, sock_connect=connect_s, sock_read=read_s)
