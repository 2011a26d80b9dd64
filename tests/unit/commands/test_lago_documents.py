"""Lago's documents are read through short failures of Lago, and no run waits for what a person must mend."""

import asyncio

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.commands import backfill, day_option
from consumer.commands.lago_contact import FIRST_ATTEMPTS, MAX_ATTEMPTS, LagoContact
from consumer.commands.lago_documents import LagoDocuments, LagoUnavailableError, Scope
from consumer.errors import ConfigurationError
from consumer.lago import client as lago_client
from consumer.lago.client import LagoClient
from tests.support import lago
from tests.support.connection_files import connection


class Lago:
    """Answers with these statuses, then with one page."""

    def __init__(self, *statuses, body=None):
        self.statuses = list(statuses)
        self.body = {} if body is None else body
        self.clock, self.asked = FakeClock(), 0
        chosen = connection(lago={"api_url": "https://api.lago.example", "api_key": "k"})
        client = LagoClient(
            chosen, clock=self.clock, transport=httpx.MockTransport(self.respond), sleep=self.sleep
        )
        self.said = []
        contact = LagoContact(say=self.said.append)
        self.documents = LagoDocuments(connection=chosen, client=client, sleep=self.sleep, contact=contact)

    async def respond(self, _):
        self.asked += 1
        status = self.statuses.pop(0) if self.statuses else 200
        body = {"payments": [lago.payment()]} if status == 200 else self.body
        return httpx.Response(status, json=body, headers={"x-ratelimit-reset": "1"})

    async def sleep(self, seconds):
        self.clock.advance(seconds)

    async def listed(self):
        return [row async for rows in self.documents.listed("payment", Scope()) for row in rows]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_list_is_read_through_an_outage_that_is_longer_than_one_request_lasts(status):
    """A run over thousands of pages does not end for some seconds without Lago."""
    server = Lago(*[status] * (lago_client.MAX_ATTEMPTS * 2))

    assert len(await server.listed()) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_ends_a_run_at_once(status):
    """It stays refused."""
    server = Lago(*[status] * 100)

    with pytest.raises(LagoUnavailableError, match=f"HTTP {status}"):
        await server.listed()

    assert server.asked == 1


@pytest.mark.parametrize(("answers_first", "attempts"), [(True, MAX_ATTEMPTS), (False, FIRST_ATTEMPTS)])
async def test_an_outage_without_end_ends_a_run_with_its_reason(answers_first, attempts):
    """After minutes; after seconds where Lago has not answered once."""
    server = Lago(*([200] if answers_first else []), *[503] * 100)
    if answers_first:
        await server.listed()
    asked, began_s = server.asked, server.clock.monotonic_s()

    with pytest.raises(LagoUnavailableError, match="Lago answers HTTP 503"):
        await server.listed()

    assert server.asked - asked == attempts * lago_client.MAX_ATTEMPTS
    assert (server.clock.monotonic_s() - began_s > 60) is answers_first


async def test_a_lago_that_does_not_answer_is_said_at_once_and_once():
    """With the time for which it is asked again; its return is said, too."""
    server = Lago(*[503] * lago_client.MAX_ATTEMPTS * 2)

    await server.listed()

    assert server.said == [
        "Lago answers HTTP 503; it is asked again for 3 s or longer",
        "Lago answers again.",
    ]


async def test_an_outage_after_the_first_answer_is_asked_through_for_minutes():
    """What was read is not given up for a restart of Lago."""
    server = Lago(200, *[503] * lago_client.MAX_ATTEMPTS)
    await server.listed()

    await server.listed()

    assert server.said[0] == "Lago answers HTTP 503; it is asked again for 123 s or longer"


async def test_a_used_up_rate_is_no_outage():
    """Who says so answers, and says when to ask again."""
    server = Lago(*[429] * lago_client.MAX_ATTEMPTS * FIRST_ATTEMPTS)

    await server.listed()

    assert server.said == []


async def test_a_signal_ends_the_wait_between_chunks():
    """At a low rate that wait is long."""
    stopping = asyncio.Event()
    stopping.set()

    async with asyncio.timeout(5):
        await backfill._pace(0.001, 1, stopping)


def test_a_window_that_ends_before_it_begins_is_refused():
    """Nothing would be read, and nothing would differ."""
    with pytest.raises(ConfigurationError, match="--until 2026-07-01: is before --since 2026-08-01"):
        day_option.window("2026-08-01", "2026-07-01")

    assert day_option.window("2026-08-01", "2026-08-01")
    assert day_option.window(None, None) == (None, None)
