"""A redirect is an answer: no client of ours follows it, so no secret of a request goes where it leads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from consumer.clock import FakeClock
from consumer.lago.api import Failed, LagoApi
from consumer.lago.public_key import FetchedKey, Unavailable
from consumer.netsuite.client import Client
from consumer.outcome import AccountDown
from tests.support.connection_files import connection
from tests.unit.netsuite import examples

ELSEWHERE = "https://elsewhere.example/steal"
OAUTH2 = {
    "type": "oauth2",
    "client_id": "c",
    "certificate_id": "k",
    "private_key": ECKey.generate_key("P-256").as_pem(private=True).decode(),
}
TOKEN = {"access_token": "t1", "expires_in": 3600}
STATUSES = (301, 302, 303, 307, 308)
LAGO = {"api_url": "https://api.lago.example", "api_key": "lago-key"}


class Net:
    """Sends everything elsewhere, but what it is to answer first."""

    def __init__(self, status: int, *first: httpx.Response) -> None:
        self.status = status
        self.first = list(first)
        self.hosts: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host != "elsewhere.example", dict(request.headers)
        self.hosts.append(request.url.host)
        if self.first:
            return self.first.pop(0)
        return httpx.Response(self.status, headers={"location": ELSEWHERE})

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)


async def no_sleep(_: float) -> None:
    return None


async def netsuite(net: Net, auth: dict[str, str], ask: Callable[[Client], Awaitable[Any]]) -> str:
    place = examples.connection(auth=auth)
    async with Client(place, clock=FakeClock(), transport=net.transport, sleep=no_sleep) as client:
        outcome = await ask(client)
    assert isinstance(outcome, AccountDown)
    return outcome.reason


def write(client: Client) -> Awaitable[Any]:
    return client.write(examples.request())


@pytest.mark.parametrize("ask", [write, Client.ping], ids=["write", "ping"])
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("login", ["tba", "oauth2"])
async def test_a_signed_call_goes_to_netsuites_address_and_no_further(login, status, ask):
    """The sentence says which setting leads to a host that does not serve the account."""
    net = Net(status, *([httpx.Response(200, json=TOKEN)] if login == "oauth2" else []))

    reason = await netsuite(net, OAUTH2 if login == "oauth2" else examples.TBA, ask)

    assert reason == (
        f"NetSuite refuses connection netsuite-eu with HTTP_{status}: copy restlet_url again from the "
        "deployment's External URL: this host does not serve the account"
    )
    assert net.hosts[-1] == "1234567-sb1.restlets.api.netsuite.com"


@pytest.mark.parametrize("status", STATUSES)
async def test_an_assertion_goes_to_the_token_address_and_no_further(status):
    """It is as good as a password for five minutes; the call that wanted the token is not made."""
    net = Net(status)

    reason = await netsuite(net, OAUTH2, write)

    assert "this host does not serve the account" in reason
    assert net.hosts == ["1234567-sb1.suitetalk.api.netsuite.com"]


@pytest.mark.parametrize("status", STATUSES)
async def test_lagos_api_key_goes_to_lago_and_no_further(status):
    """Whether a customer, payments or the key of webhooks is asked for."""
    net = Net(status)
    place = connection(lago=LAGO)
    api = LagoApi(place, clock=FakeClock(), transport=net.transport, sleep=no_sleep)
    key = FetchedKey(place, clock=FakeClock(), transport=net.transport)

    customer, payments = await api.customer("acme"), await api.payments_of_invoice("5f")

    for answer in (customer, payments):
        assert isinstance(answer, Failed)
        assert f"lago.api_url of connection {place.code}" in answer.reason
        assert f"does not lead to Lago's API (HTTP {status})" in answer.reason
    assert await key.current() == Unavailable(reason=f"Lago does not give its public key: HTTP {status}")
    assert net.hosts == ["api.lago.example"] * 3
