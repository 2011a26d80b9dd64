"""
aiohttp's errors as httpx's, which say whether a request was sent.

Only errors from before a connection stands become `httpx.ConnectError`, `ConnectTimeout` or `ProxyError`;
what breaks later is another error, also where no byte may have left.
"""

from __future__ import annotations

import aiohttp
import httpx
from aiohttp.http import HttpProcessingError

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
    (HttpProcessingError, httpx.RemoteProtocolError, "the response is not HTTP"),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError, "the response is not HTTP"),
    (aiohttp.ClientPayloadError, httpx.RemoteProtocolError, "the response is not complete"),
    (aiohttp.ClientError, httpx.ReadError, "the connection broke"),
    (TimeoutError, httpx.WriteTimeout, "the host did not take the request in time"),
    (OSError, httpx.ReadError, "the connection broke"),
    # Found before anything is sent.
    (ValueError, httpx.LocalProtocolError, "a header has characters that HTTP cannot carry"),
)
KNOWN = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError)
"""What aiohttp raises when a call fails; any other error is a defect."""


def as_httpx(error: Exception) -> httpx.TransportError:
    """
    The error of httpx's for one of `KNOWN`.

    Raises:
        StopIteration: it is none of them.
    """
    kind, text = next((ours, text) for theirs, ours, text in _ERRORS if isinstance(error, theirs))
    cause = getattr(error, "os_error", None)
    return kind(f"{text}: {cause}" if cause else text)
