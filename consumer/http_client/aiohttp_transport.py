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
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import aiohttp
import httpx
from aiohttp.abc import AbstractStreamWriter
from aiohttp.connector import Connection
from yarl import URL

CONNECTIONS = 100
CONNECT_ATTEMPTS = 3
PROXY_SCHEMES = ("http", "https")
HEADER_LIMIT_BYTES = 16 * 1024
HEADERS = 128
DEFAULT_HEADERS = frozenset(("Accept", "Accept-Encoding", "Content-Type", "User-Agent"))
"""What aiohttp adds by itself; httpx has decided on the headers already."""

# The first match counts, so subclasses come before their parents. The texts of aiohttp's errors are not used:
# they contain addresses, which may be secret, and parts of responses.
_ERRORS: tuple[tuple[type[Exception], type[httpx.TransportError], str], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout, "no connection was made in time"),
    (aiohttp.ClientHttpProxyError, httpx.ProxyError, "the proxy makes no connection to the host"),
    (aiohttp.ClientConnectorError, httpx.ConnectError, "no connection can be made"),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol, "this is no address of a host"),
    (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol, "only http and https are spoken"),
    (aiohttp.SocketTimeoutError, httpx.ReadTimeout, "no response came in time"),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError, "the host closed the connection"),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError, "the response is not HTTP"),
    (aiohttp.ClientPayloadError, httpx.RemoteProtocolError, "the response is not complete"),
    (aiohttp.ClientError, httpx.ReadError, "the connection broke"),
    (TimeoutError, httpx.WriteTimeout, "the host did not take the request in time"),
    (OSError, httpx.ReadError, "the connection broke"),
    # Found before anything is sent.
    (ValueError, httpx.LocalProtocolError, "a header has characters that HTTP cannot carry"),
)


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
        if proxy is not None and (scheme := URL(proxy).scheme) not in PROXY_SCHEMES:
            raise ValueError(f"a proxy must be one of http or https, not of {scheme}")
        self._keepalive_s = limits.keepalive_expiry
        self._slots = asyncio.Semaphore(limits.max_connections or CONNECTIONS)
        self._tls = verify or httpx.create_ssl_context()
        self._tls.set_alpn_protocols(["http/1.1"])
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """
        Send a request whose content is in memory, and return the response before its body.

        Raises:
            httpx.TransportError: of the kind that says whether the request was sent.
            httpx.RequestNotRead: the content is a stream.
        """
        limits_s: dict[str, float | None] = request.extensions.get("timeout", {})
        await self._take_slot(limits_s.get("pool"))
        try:
            with _as_httpx():
                answer = await self._send(request, limits_s)
        except BaseException:
            self._slots.release()
            raise
        return httpx.Response(
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
        if self._session is not None:
            await self._session.close()

    async def _take_slot(self, limit_s: float | None) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout(limit_s):
                await self._slots.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout(f"no connection was free within {limit_s} s") from error

    async def _send(
        self, request: httpx.Request, limits_s: dict[str, float | None]
    ) -> aiohttp.ClientResponse:
        body = request.content
        return await self._opened().request(
            request.method,
            _url(request.url.scheme, request.url.netloc, request.url.raw_path),
            headers=[(name.decode(), value.decode()) for name, value in request.headers.raw],
            data=_Content(body, limits_s.get("write")) if body else None,
            server_hostname=request.extensions.get("sni_hostname"),
            timeout=_timeout(limits_s.get("connect"), limits_s.get("read")),
            proxy=self._proxy,
            allow_redirects=False,
        )

    def _opened(self) -> aiohttp.ClientSession:
        # aiohttp's parts belong to the running loop, and a client is made before there is one.
        if self._session is None:
            connector = _Connector(
                ssl=self._tls,
                limit=0,  # the slots are the limit
                keepalive_timeout=self._keepalive_s,
                resolver=aiohttp.ThreadedResolver(),
                use_dns_cache=False,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=DEFAULT_HEADERS,
                auto_decompress=False,
                middlewares=(_once,),
                max_line_size=HEADER_LIMIT_BYTES,
                max_field_size=HEADER_LIMIT_BYTES,
                max_headers=HEADERS,
            )
        return self._session


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


class _Content(aiohttp.Payload):
    """The body of a request; a write that the peer does not take in raises TimeoutError."""

    def __init__(self, body: bytes, limit_s: float | None) -> None:
        super().__init__(body)
        self._size = len(body)
        self._limit_s = limit_s

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Unused; aiohttp's for logs."""
        return bytes(self._value).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write all of it, and wait until the transport has taken it."""
        async with asyncio.timeout(self._limit_s):
            await writer.write(self._value)
            await writer.drain()


class _Body(httpx.AsyncByteStream):
    """The body of a response, as it was received; `release` is called when it is closed."""

    def __init__(self, answer: aiohttp.ClientResponse, release: Callable[[], None]) -> None:
        self._answer = answer
        self._release: Callable[[], None] | None = release

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for piece in self._answer.content.iter_any():
                yield piece

    async def aclose(self) -> None:
        # A connection whose response was not read to its end is closed, not reused.
        self._answer.close()
        if self._release is not None:
            self._release()
            self._release = None


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send once: aiohttp itself would repeat a GET or PUT whose connection broke, but not httpx's errors."""
    with _as_httpx():
        return await handler(request)


@contextmanager
def _as_httpx() -> Iterator[None]:
    try:
        yield
    except httpx.TransportError:
        raise
    except (aiohttp.ClientError, OSError, ValueError) as error:
        kind, text = next((ours, text) for theirs, ours, text in _ERRORS if isinstance(error, theirs))
        cause = getattr(error, "os_error", None)
        raise kind(f"{text}: {cause}" if cause else text) from error


@lru_cache(maxsize=64)
def _url(scheme: str, netloc: bytes, target: bytes) -> URL:
    """The address without user and password, which httpx has made a header of; nothing is encoded anew."""
    return URL(f"{scheme}://{netloc.decode('ascii')}{target.decode('ascii')}", encoded=True)


@lru_cache(maxsize=64)
def _timeout(connect_s: float | None, read_s: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=connect_s, sock_connect=connect_s, sock_read=read_s)
