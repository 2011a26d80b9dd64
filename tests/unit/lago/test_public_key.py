"""Lago's public key is asked for once, and again only in doubt and seldom."""

import base64
import textwrap

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.lago.public_key import FetchedKey, GivenKey, Unavailable
from tests.support.connection_files import connection
from tests.support.webhooks import SIGNER, Signer

OTHER = Signer()


def answer_with(pem):
    text = "\n".join(textwrap.wrap(base64.b64encode(pem.encode()).decode(), 60))
    return httpx.Response(200, json={"webhook": {"public_key": text}})


class Lago:
    """Gives one answer after another, the last of them for ever."""

    def __init__(self, *script):
        self.script = list(script)
        self.requests = []
        self.clock = FakeClock()
        place = connection(lago={"api_url": "https://api.lago.example/", "api_key": "lago-key"})
        self.key = FetchedKey(place, clock=self.clock, transport=httpx.MockTransport(self.answer))

    def answer(self, request):
        self.requests.append(request)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        return httpx.Response(step.status_code, content=step.content)


async def test_the_key_is_asked_for_once_and_kept():
    """With the API key, at the page for it."""
    lago = Lago(answer_with(SIGNER.pem))

    first, second = await lago.key.current(), await lago.key.current()

    assert first is second
    assert first.as_dict() == SIGNER.key.as_dict()
    [request] = lago.requests
    assert str(request.url) == "https://api.lago.example/api/v1/webhooks/json_public_key"
    assert request.headers["authorization"] == "Bearer lago-key"


async def test_a_key_in_doubt_is_asked_for_again_but_not_within_a_minute():
    """Bad signatures must not cause a request to Lago each."""
    lago = Lago(answer_with(SIGNER.pem), answer_with(OTHER.pem))
    old = await lago.key.current()

    assert await lago.key.renewed(old) is None
    lago.clock.advance(60)
    new = await lago.key.renewed(old)

    assert new.as_dict() == OTHER.key.as_dict()
    assert await lago.key.current() is new
    assert await lago.key.renewed(old) is new
    assert len(lago.requests) == 2


async def test_a_key_that_has_not_changed_stays_the_one_in_doubt():
    lago = Lago(answer_with(SIGNER.pem))
    old = await lago.key.current()
    lago.clock.advance(60)

    assert await lago.key.renewed(old) is None
    assert await lago.key.current() is old


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (httpx.Response(401), "Lago does not give its public key: HTTP 401"),
        (httpx.Response(302), "Lago does not give its public key: HTTP 302"),
        (httpx.ConnectError("secret"), "Lago does not give its public key: ConnectError"),
        (httpx.Response(200, content=b"<html>"), "Lago gives no public key that can be used"),
        (httpx.Response(200, json=[]), "Lago gives no public key that can be used"),
        (
            httpx.Response(200, json={"webhook": {"public_key": None}}),
            "Lago gives no public key that can be used",
        ),
    ],
)
async def test_a_lago_that_gives_no_key_is_asked_again_after_a_while(step, reason):
    """And nobody's signature is refused or accepted meanwhile."""
    lago = Lago(step, answer_with(SIGNER.pem))

    assert await lago.key.current() == Unavailable(reason=reason)
    assert await lago.key.current() == Unavailable(reason=reason)
    assert len(lago.requests) == 1
    lago.clock.advance(5)

    assert (await lago.key.current()).as_dict() == SIGNER.key.as_dict()


async def test_a_key_once_had_outlives_a_lago_that_is_away():
    """What verified a minute ago still does."""
    lago = Lago(answer_with(SIGNER.pem), httpx.ConnectError("away"))
    old = await lago.key.current()
    lago.clock.advance(60)

    assert await lago.key.renewed(old) is None
    assert await lago.key.current() is old


async def test_a_given_key_never_changes():
    given = GivenKey(SIGNER.key)
    key = await given.current()

    assert await given.renewed(key) is None


@pytest.mark.parametrize(
    "origin", ["https://10.0.0.5", "https://lago.internal:8443", "http://127.0.0.1:3000"]
)
async def test_a_lago_of_ones_own_may_be_asked_within_the_network(origin):
    """The address is the operator's; it is what a webhook or a redirect says that must not lead inside."""
    asked = []

    def answer(request):
        asked.append(str(request.url))
        return answer_with(SIGNER.pem)

    place = connection(lago={"api_url": origin, "api_key": "lago-key"})
    key = FetchedKey(place, clock=FakeClock(), transport=httpx.MockTransport(answer))

    assert (await key.current()).as_dict() == SIGNER.key.as_dict()
    assert asked == [f"{origin}/api/v1/webhooks/json_public_key"]
