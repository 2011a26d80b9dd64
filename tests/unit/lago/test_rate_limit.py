"""How fast one client asks Lago, and what Lago's responses change about it."""

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.lago.client import LagoClient
from tests.support.connection_files import connection

LINKS = {"requests_per_s": 10, "when_free_per_s": 25}


class Asked:
    """A client of a Lago whose responses carry these headers; `took_s` is the time of the requests so far."""

    def __init__(self, headers, **pace):
        self.headers = headers
        self.clock = FakeClock()
        self.client = LagoClient(
            connection(lago={"api_url": "https://api.lago.example", "api_key": "key"}),
            clock=self.clock,
            transport=httpx.MockTransport(lambda _: httpx.Response(200, json={}, headers=self.headers)),
            sleep=self.sleep,
            **pace,
        )
        self.began_s = self.clock.monotonic_s()

    async def sleep(self, seconds):
        self.clock.advance(seconds)

    async def ask(self, times):
        for _ in range(times):
            await self.client.get("customers/acme", resource="customer")

    @property
    def took_s(self):
        return self.clock.monotonic_s() - self.began_s


def left(remaining, limit=50):
    return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(remaining)}


async def test_links_are_written_faster_while_nobody_else_asks():
    """26 requests: the first two at the usual distance, 25 a second once Lago has said what is left."""
    asked = Asked(left(49), **LINKS)
    await asked.ask(26)
    assert asked.took_s == pytest.approx(1 / 10 + 24 / 25)


@pytest.mark.parametrize(
    "headers",
    [left(24), {}, left("many"), left(""), left("9" * 5_000), {"X-RateLimit-Remaining": "50"}],
    ids=["others ask", "a Lago without a limit", "no number", "empty", "no such number", "half of it"],
)
async def test_links_leave_four_fifths_to_others_otherwise(headers):
    """A backfill beside it needs its 49 a second; a self-hosted Lago does not say how much it bears."""
    asked = Asked(headers, **LINKS)
    await asked.ask(11)
    assert asked.took_s == pytest.approx(10 / 10)


async def test_links_slow_down_as_soon_as_others_ask():
    """The next response says so."""
    asked = Asked(left(49), **LINKS)
    await asked.ask(3)
    asked.headers = left(10)
    await asked.ask(1)
    fast_s = asked.took_s
    await asked.ask(2)
    assert asked.took_s - fast_s == pytest.approx(1 / 25 + 1 / 10)


async def test_a_client_without_a_second_pace_keeps_its_own():
    """A backfill asks 49 times a second, whatever is left."""
    asked = Asked(left(50))
    await asked.ask(50)
    assert asked.took_s == pytest.approx(1)
