"""The worker builds what each connection needs, once, and closes it when it stops."""

from contextlib import AsyncExitStack

import pytest

from consumer import app
from consumer.clock import FakeClock
from consumer.lago.api import LagoApi
from tests.connection_files import connection

TBA = {"type": "tba", "client_id": "a", "client_secret": "b", "token_id": "c", "token_secret": "d"}
API = {"api_url": "https://api.lago.example", "api_key": "key"}


@pytest.fixture
def closed(monkeypatch):
    found = []

    async def aclose(api):
        found.append(api)

    monkeypatch.setattr(LagoApi, "aclose", aclose)
    return found


async def test_a_connection_with_a_key_can_ask_lago_until_the_worker_stops(closed):
    """One API a connection, with one cache."""
    async with AsyncExitStack() as stack:
        account = app._account(connection(auth=TBA, lago=API), FakeClock(), stack)
        assert closed == []

    assert [account.look_up.__self__] == closed


async def test_a_connection_without_a_key_asks_nobody(closed):
    """It needs none as long as it is the only one that carries payments."""
    async with AsyncExitStack() as stack:
        assert app._account(connection(auth=TBA), FakeClock(), stack).look_up is None

    assert closed == []
