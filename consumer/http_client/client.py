"""An HTTP client for external hosts: no redirects, no cookies, limited bodies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import httpx

from consumer.http_client import authorities, environment_proxies
from consumer.http_client.answer_limit import AnswerLimit

LIMITS = httpx.Limits(max_connections=100)

Hook = Callable[[httpx.Response], Awaitable[None]]
"""Called with every response before its body is read."""


def client(
    limit: AnswerLimit, *, headers: Mapping[str, str], hooks: Sequence[Hook] = (), **options: Any
) -> httpx.AsyncClient:
    """
    Make a client; nothing is sent yet.

    Redirects are not followed: they could send a signed request, or one within this network, anywhere.

    Args:
        limit: of every body.
        headers: of every request.
        hooks: called with every response.
        options: of `over_aiohttp`.
    """
    return over_aiohttp(
        headers={"User-Agent": "lago-netsuite", "Accept-Encoding": "gzip", **headers},
        event_hooks={"response": [limit.enforce, *hooks]},
        **options,
    )


def over_aiohttp(
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    limits: httpx.Limits = LIMITS,
    trust_env: bool = True,
    **options: Any,
) -> httpx.AsyncClient:
    """
    Make a client without redirects and cookies, since calls are stateless.

    Args:
        transport: replaces the network in tests.
        limits: on the connections, to each proxy and without one.
        trust_env: whether the environment's proxies and certificate authorities are used.
        options: of `httpx.AsyncClient`.

    Raises:
        ValueError: the environment names a proxy that is not one of HTTP.
    """
    proxies = environment_proxies.patterns() if trust_env and transport is None else {}
    if transport is None:
        # aiohttp is half of what a command imports that asks nobody over HTTP, as `replay` does.
        from consumer.http_client.aiohttp_transport import AiohttpTransport  # noqa: PLC0415

        reach = partial(AiohttpTransport, limits=limits, verify=authorities.trusted(trust_env=trust_env))
        transport = reach()
        options["mounts"] = {pattern: proxy and reach(proxy=proxy) for pattern, proxy in proxies.items()}
    return _Stateless(transport=transport, follow_redirects=False, **options)


class _NoCookies(httpx.Cookies):
    """Takes none from a response; the standard library's jar parses a response before it refuses a cookie."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Nothing."""


class _Stateless(httpx.AsyncClient):
    @property  # type: ignore[misc]  # nobody sets any
    def cookies(self) -> httpx.Cookies:
        """None, whatever the responses have set."""
        return _NO_COOKIES

    async def _send_handling_redirects(  # type: ignore[override]  # httpx names the two that are left out
        self, request: httpx.Request, **_: object
    ) -> httpx.Response:
        """As httpx's, which also follows redirects, takes cookies, takes the time and logs each request."""
        try:
            response = await self._transport_for_url(request.url).handle_async_request(request)
        except httpx.RequestError as error:
            error.request = request
            raise
        response.request = request
        try:
            for hook in self.event_hooks["response"]:
                await hook(response)
        except BaseException:
            await response.aclose()
            raise
        return response


_NO_COOKIES = _NoCookies()
