"""The books that the benchmark compares: copies of one block agree on both sides."""

from __future__ import annotations

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.commands.lago_documents import LagoDocuments, Scope
from consumer.commands.reconcile_sides import Sides
from consumer.lago.client import LagoClient
from consumer.reconcile.comparison import Comparison
from consumer.sandbox.lago.http import API_KEY, LagoServer
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.profile import Profile
from tests.bench import books
from tests.contract import sandbox_server
from tests.support.lago_to_netsuite import LAGO, MAPPING

COPIES = 2


@pytest.fixture
async def account(tmp_path):
    await books.write(tmp_path / "books.sqlite", COPIES)
    return Account.open(Profile.load(), tmp_path / "books.sqlite", FakeClock())


async def test_every_copy_agrees_with_lago(account):
    """Each of its documents is there once, with its own customer, and nothing is missing or extra."""
    lago, comparison = books.organization(COPIES), Comparison()
    with sandbox_server.serving(account, FakeClock()) as sandbox:
        chosen = sandbox.connection(
            lago={"organization_id": lago.lago_id, "api_url": LAGO, "api_key": API_KEY},
            customers={"subsidiary": "1"},
            mapping=MAPPING,
        )
        server = LagoServer.of(lago, monotonic_s=sandbox.clock.monotonic_s)
        server.rest.limit.requests_per_s = None
        transport = httpx.ASGITransport(server.app())
        client = LagoClient(chosen, clock=sandbox.clock, transport=transport, sleep=sandbox_server.no_sleep)
        sides = Sides(connection=chosen, connections=(chosen,), scope=Scope())
        await sides.read_lago(LagoDocuments(connection=chosen, client=client), comparison)
        async with sandbox.client() as netsuite:
            await sides.read_netsuite(netsuite, comparison)
            await sides.read_netsuite_customers(netsuite, comparison)

    assert comparison.end({}) == []
    assert sum(comparison.counts.values()) == COPIES * books.DOCUMENTS
    assert len(lago.customers) == COPIES * books.CUSTOMERS
