"""The inbox believes what is signed over the exact bytes, and nothing else."""

import base64
import hashlib
import hmac

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.commands.demo.webhook import PATH, Inbox, signed_headers

SECRET = "whsec_" + base64.b64encode(b"a secret of enough bytes").decode()
BODY = b'{"webhook_type":"customer.accounting_provider_error","id":"e1"}'


@pytest.fixture
def inbox():
    return Inbox(secret=SECRET, clock=FakeClock())


@pytest.fixture
def deliver(inbox):
    async def send(body=BODY, **changes):
        headers = signed_headers(SECRET, webhook_id="e1", timestamp_s=now_s(inbox), body=BODY) | changes
        transport = httpx.ASGITransport(app=inbox.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://inbox") as client:
            return (await client.post(PATH, content=body, headers=headers)).status_code

    return send


def now_s(inbox):
    return int(inbox.clock.now().timestamp())


async def test_a_signed_webhook_is_accepted(inbox, deliver):
    assert await deliver() == 204
    assert inbox.verified["e1"]["webhook_type"] == "customer.accounting_provider_error"


async def test_a_repeated_webhook_counts_once(inbox, deliver):
    """Its id stays the same over attempts."""
    await deliver()
    await deliver()

    assert len(inbox.verified) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"body": BODY + b" "},
        {"webhook-id": "e2"},
        {"webhook-timestamp": "12345"},
        {"webhook-timestamp": "soon"},
        {"webhook-signature": "v1,AAAA"},
        {"X-Lago-Signature": "AAAA"},
        {"X-Lago-Signature-Algorithm": "jwt"},
    ],
)
async def test_a_webhook_that_was_changed_on_its_way_is_refused(inbox, deliver, changes):
    """One byte, one header, or too long ago: 401, and it is not kept."""
    assert await deliver(**changes) == 401
    assert inbox.verified == {}
    assert len(inbox.refused) == 1


async def test_one_of_several_signatures_is_enough(inbox, deliver):
    """While a secret is rotated, a webhook carries one signature for each."""
    signature = signed_headers(SECRET, webhook_id="e1", timestamp_s=now_s(inbox), body=BODY)[
        "webhook-signature"
    ]

    assert await deliver(**{"webhook-signature": f"v1,AAAA {signature}"}) == 204


def test_the_headers_are_those_of_standard_webhooks_and_of_lago():
    """HMAC-SHA256 over id.timestamp.body with the decoded key, and over the body with the secret's text."""
    headers = signed_headers(SECRET, webhook_id="e1", timestamp_s=1_785_000_000, body=BODY)

    standard = hmac.new(b"a secret of enough bytes", b"e1.1785000000." + BODY, hashlib.sha256).digest()
    lago = hmac.new(SECRET.encode(), BODY, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(standard).decode()
    assert headers["X-Lago-Signature"] == base64.b64encode(lago).decode()
    assert headers["X-Lago-Unique-Key"] == headers["webhook-id"] == "e1"
