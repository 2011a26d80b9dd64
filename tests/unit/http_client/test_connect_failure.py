"""Why a host is not reached is said with the host's name, in words that say what to do."""

import socket
import ssl

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.http_client import connect_failure
from consumer.lago.public_key import FetchedKey, Unavailable
from consumer.netsuite.client import Client
from consumer.outcome import Delivered
from consumer.outcome import Unavailable as NetSuiteUnavailable
from tests.support.connection_files import connection
from tests.unit.netsuite import examples

UNKNOWN_NAME = socket.gaierror(-2, "Name or service not known")


def certificate(code: int, message: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    return error


def failing(cause: Exception) -> httpx.ConnectError:
    """As httpx raises it: around what the system said."""
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = OSError("in between")
    error.__cause__.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (UNKNOWN_NAME, "the name h.example cannot be resolved (Name or service not known)"),
        (certificate(10, "certificate has expired"), "h.example does not hold (certificate has expired): it"),
        (certificate(18, "self-signed certificate"), "SSL_CERT_FILE"),
        (certificate(62, "Hostname mismatch"), "certificate of h.example does not hold (Hostname mismatch)"),
        (ssl.SSLError(1, "handshake"), "agree on no TLS connection"),
        (ConnectionRefusedError(), "h.example refuses the connection"),
    ],
)
def test_each_cause_is_a_sentence(cause, words):
    assert words in connect_failure.sentence(failing(cause), "h.example")


def test_what_is_none_of_them_says_nothing():
    assert connect_failure.sentence(httpx.ReadError("gone"), "h.example") is None


@pytest.mark.parametrize("cause", [UNKNOWN_NAME, certificate(10, "certificate has expired")])
async def test_netsuite_is_unavailable_until_its_name_or_certificate_is_mended(cause):
    """Nothing was sent; the record waits, and is written when the host is there again."""
    is_mended = False

    def handle(_: httpx.Request) -> httpx.Response:
        if not is_mended:
            raise failing(cause)
        return httpx.Response(200, json=examples.envelope(examples.created()))

    async def no_sleep(_: float) -> None:
        return None

    transport = httpx.MockTransport(handle)
    async with Client(
        examples.connection(), clock=FakeClock(), transport=transport, sleep=no_sleep
    ) as client:
        away = await client.write(examples.request())
        is_mended = True
        back = await client.write(examples.request())

    assert isinstance(away, NetSuiteUnavailable)
    assert "1234567-sb1.restlets.api.netsuite.com" in away.reason
    assert isinstance(back, Delivered)


async def test_lagos_key_is_not_fetched_from_where_a_redirect_leads():
    """The configured address is the operator's; another may be internal and would get the API key."""
    asked = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"location": "http://169.254.169.254/key"})

    place = connection(lago={"api_url": "https://lago.internal", "api_key": "lago-key"})
    key = FetchedKey(place, clock=FakeClock(), transport=httpx.MockTransport(handle))

    assert await key.current() == Unavailable(reason="Lago does not give its public key: HTTP 302")
    assert asked == ["lago.internal"]


async def test_lagos_name_that_does_not_resolve_is_said():
    def handle(_: httpx.Request) -> httpx.Response:
        raise failing(UNKNOWN_NAME)

    place = connection(lago={"api_url": "https://lago.internal", "api_key": "lago-key"})
    key = FetchedKey(place, clock=FakeClock(), transport=httpx.MockTransport(handle))

    told = await key.current()

    assert "ConnectError: the name lago.internal cannot be resolved" in told.reason
