"""Every response is counted, every kind of refusal is logged, and no sender can fill log or memory."""

import pytest
from structlog.testing import capture_logs

from consumer.ingest.answer_log import NOBODY, SAY_AGAIN_AFTER_S
from consumer.ingest.response import Answer
from tests.support import lago
from tests.support.webhooks import CODE, UNIQUE_KEY, House, headers

BODY = lago.invoice_event()


@pytest.fixture
def house():
    return House()


async def test_a_refused_webhook_is_one_warning_by_which_it_can_be_found(house):
    """Whose it was, why, where it came from, and Lago's key of it; nothing of its body or signature."""
    given = headers(BODY, x_lago_signature="forged", x_forwarded_for="203.0.113.7")
    with capture_logs() as said:
        await house.post(BODY, given)

    assert said == [
        {
            "event": "webhook_refused",
            "log_level": "warning",
            "connection": CODE,
            "reason": "bad_signature",
            "status": 401,
            "detail": "X-Lago-Signature is not the HMAC of this body under the organisation's key",
            "source": "127.0.0.1",
            "forwarded_for": "'203.0.113.7'",
            "unique_key": f"'{UNIQUE_KEY}'",
            "not_said_before": 0,
        }
    ]


async def test_each_kind_is_said_once_a_minute_with_how_many_were_not(house):
    """A kind is a connection and a reason; another reason is another kind."""
    forged, unsigned = headers(BODY, x_lago_signature="x"), headers(BODY, x_lago_signature=None)
    with capture_logs() as said:
        for _ in range(5):
            await house.post(BODY, forged)
        await house.post(BODY, unsigned)
        house.clock.advance(SAY_AGAIN_AFTER_S)
        await house.post(BODY, forged)

    assert [(each["reason"], each["not_said_before"]) for each in said] == [
        ("bad_signature", 0),
        ("no_signature", 0),
        ("bad_signature", 4),
    ]


async def test_an_accepted_webhook_is_not_said(house):
    with capture_logs() as said:
        await house.post(BODY)

    assert said == []
    assert f'ingest_accepted_total{{connection="{CODE}"}} 1.0' in house.metrics.exposition().decode()


async def test_a_webhook_posted_to_an_organisation_counts_for_its_connections(house):
    await house.post(BODY, headers(BODY, x_lago_signature="x"), to=f"/lago/{lago.ORGANIZATION_ID}")

    exposed = house.metrics.exposition().decode()
    assert f'ingest_refused_total{{connection="{CODE}",reason="bad_signature"}} 1.0' in exposed


async def test_names_that_nobody_has_make_one_label_and_one_line(house):
    """For any number of unknown names with any content."""
    with capture_logs() as said:
        for number in range(50):
            await house.post(BODY, to=f"/lago/nobody{number}%1b%0a")

    exposed = [line for line in house.metrics.exposition().decode().splitlines() if "nobody" in line]
    counted = f'ingest_refused_total{{connection="{NOBODY}",reason="unknown_name"}} 50.0'
    assert exposed == []
    assert counted in house.metrics.exposition().decode()
    assert len(said) == len(house.answers._kinds) == 1
    assert said[0]["detail"].isprintable()


def test_every_answer_but_those_of_success_is_a_refusal():
    assert Answer(name="too_busy").is_refusal
    assert not Answer(name="repeated").is_refusal
