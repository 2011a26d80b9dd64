"""The inbox believes what is signed over the exact bytes, and nothing else."""

import base64
import hashlib
import hmac

import httpx
import pytest
from standardwebhooks import Webhook

from consumer.clock import FakeClock
from consumer.demo.webhook_inbox import PATH, Inbox

SECRET = "whsec_" + base64.b64encode(b"a secret of enough bytes").decode()
BODY = b'{"webhook_type":"customer.accounting_provider_error","id":"e1"}'


@pytest.fixture
def inbox():
    return Inbox(secret=SECRET, clock=FakeClock())


@pytest.fixture
def deliver(inbox):
    async def send(body=BODY, **changes):
        headers = signed(inbox, BODY) | changes
        transport = httpx.ASGITransport(app=inbox.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://inbox") as client:
            return (await client.post(PATH, content=body, headers=headers)).status_code

    return send


def signed(inbox, body):
    """The headers as their standard's own library and Lago's documentation make them."""
    now = inbox.clock.now()
    lago = hmac.new(SECRET.encode(), body, hashlib.sha256).digest()
    return {
        "webhook-id": "e1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("e1", now, body.decode()),
        "X-Lago-Signature": base64.b64encode(lago).decode(),
        "X-Lago-Signature-Algorithm": "hmac",
    }


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
    signature = signed(inbox, BODY)["webhook-signature"]

    assert await deliver(**{"webhook-signature": f"v1,AAAA {signature}"}) == 204


async def test_one_that_stumbles_takes_the_webhook_when_it_is_posted_again(inbox, deliver):
    """So that the relay has something to repeat; both attempts carry one id."""
    inbox.stumbles = 1

    answers = [await deliver(), await deliver()]

    assert answers == [503, 204]
    assert inbox.attempts == {"e1": 2}
    assert list(inbox.failures) == ["e1"]


async def test_customers_that_were_made_are_no_failures(inbox, deliver):
    body = b'{"webhook_type":"customer.accounting_provider_created","customer":{"lago_id":"c1"}}'

    assert await deliver(body, **signed(inbox, body)) == 204
    assert (inbox.customers, inbox.failures) == ({"c1"}, {})
