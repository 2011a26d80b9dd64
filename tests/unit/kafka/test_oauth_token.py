"""The token of OAUTHBEARER: cached, asked for once, and what is said when there is none."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.http_client.client_credentials import Granted, Refused, TokenRequest
from consumer.kafka.oauth_token import RefusalRead, TokenNotGranted, Tokens

URL = "https://id.example.com/token"


@dataclass(slots=True)
class Server:
    """Gives one result after the other."""

    results: list[Granted | Refused]
    client_id: str = "connector"
    asked: int = field(default=0, init=False)

    async def grant(self) -> Granted | Refused:
        self.asked += 1
        await asyncio.sleep(0)
        return self.results.pop(0)


def granted(token: str) -> Granted:
    return Granted(access_token=token, expires_in=300)


async def answered(response: httpx.Response | Exception) -> Granted | Refused:
    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(response, Exception):
            raise response
        return response

    request = TokenRequest(url=URL, client_id="connector", client_secret="no-secret")
    return await request.grant(httpx.MockTransport(handle))


async def test_connections_that_are_made_at_once_share_a_token():
    """aiokafka asks once a connection."""
    server = Server([granted("one")])
    tokens = Tokens(server, {})

    assert await asyncio.gather(*(tokens.token() for _ in range(5))) == ["one"] * 5
    assert server.asked == 1


async def test_a_token_is_replaced_before_it_ends():
    """At four fifths of its life."""
    clock = FakeClock()
    tokens = Tokens(Server([granted("one"), granted("two")]), {}, clock=clock)
    seen = [await tokens.token()]
    clock.advance(239)
    seen.append(await tokens.token())
    clock.advance(1)
    seen.append(await tokens.token())

    assert seen == ["one", "one", "two"]


async def test_a_failure_is_not_repeated_by_every_connection_at_once():
    """It is kept for a moment; then the server is asked again."""
    clock = FakeClock()
    server = Server([Refused(why="id.example.com grants no token: HTTP 503"), granted("one")])
    tokens = Tokens(server, {}, clock=clock)
    for _ in range(2):
        with pytest.raises(TokenNotGranted) as refused:
            await tokens.token()
        assert refused.value.why == "id.example.com grants no token: HTTP 503"
    clock.advance(2)

    assert await tokens.token() == "one"
    assert server.asked == 2


async def test_a_token_that_the_broker_refuses_is_replaced():
    """It may be revoked, or its server has said a life that is far too long; the same one would never do."""
    clock = FakeClock()
    tokens = Tokens(Server([Granted(access_token="one", expires_in=1e300), granted("two")]), {}, clock=clock)
    login = RefusalRead(sasl_oauth_token_provider=tokens)
    assert await login.step(None) is not None

    with pytest.raises(TokenNotGranted) as refused:
        await login.step(b'{"status":"invalid_token"}')
    assert refused.value.why == "the broker refuses the token (invalid_token)"
    with pytest.raises(TokenNotGranted):
        await tokens.token()
    clock.advance(2)

    assert await tokens.token() == "two"


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (httpx.Response(200, json={"access_token": "a b"}), "answers with something that is no token"),
        (
            httpx.Response(200, json={"access_token": "a\x01auth=b"}),
            "answers with something that is no token",
        ),
        (httpx.Response(200, json={"access_token": "a", "expires_in": -1}), "answers with something"),
        (httpx.Response(200, content=b"<html>"), "answers with something that is no token"),
        (httpx.Response(302, headers={"location": "https://elsewhere"}), "grants no token: HTTP 302"),
        (httpx.Response(400, json={"error": "invalid_scope"}), "grants no token: invalid_scope (HTTP 400)"),
        (httpx.Response(400, json={"error": "no-secret\n"}), "grants no token: HTTP 400"),
        (httpx.Response(200, content=b"[" * 100_000), "larger than"),
        (httpx.ReadTimeout("no response came in time"), "no response came in time"),
    ],
)
async def test_what_is_no_token_is_a_sentence(response, why):
    """It names the host, and neither the secret nor what the server says beyond its code."""
    found = await answered(response)

    assert isinstance(found, Refused)
    assert "id.example.com" in found.why or "token server" in found.why
    assert why in found.why
    assert "no-secret" not in found.why


async def test_a_token_without_a_life_is_used_for_minutes_only():
    """RFC 6749 5.1 leaves ``expires_in`` to the server."""
    assert await answered(httpx.Response(200, json={"access_token": "one"})) == Granted(access_token="one")
    assert "one" not in repr(granted("one"))
