from __future__ import annotations

import asyncio
from contextlib import ExitStack

import httpx
import pytest

from consumer.netsuite.connection_pool import Pool


class Building:
    """Builds clients and records the number of connections of each."""

    def __init__(self) -> None:
        self.connections: list[int] = []
        self.clients: list[httpx.AsyncClient] = []

    def __call__(self, connections: int) -> httpx.AsyncClient:
        self.connections.append(connections)
        self.clients.append(httpx.AsyncClient())
        return self.clients[-1]


@pytest.mark.parametrize(
    ("connections", "expected"),
    [(1, [1]), (5, [5]), (13, [13]), (14, [7, 7]), (26, [13, 13]), (65, [13, 13, 13, 13, 13])],
)
def test_many_connections_are_spread_over_small_clients(connections, expected):
    """
    No client has more than about thirteen, and together they have enough.
    """
    building = Building()

    Pool(connections, building)

    assert building.connections == expected


def test_client_that_came_back_last_is_lent_first():
    """
    A trickle of calls stays on one warm connection instead of waking all of them.
    """
    pool = Pool(26, Building())
    with pool.client() as first:
        pass

    with pool.client() as second:
        assert second is first


def test_no_client_is_lent_more_often_than_it_has_connections():
    """
    Under full load every client works at its own limit.
    """
    building = Building()
    pool = Pool(26, building)

    with ExitStack() as calls:
        lent = [calls.enter_context(pool.client()) for _ in range(26)]

    assert [lent.count(client) for client in building.clients] == [13, 13]


def test_call_beyond_the_limit_still_gets_a_client():
    """
    A ping beside a full pool waits in a client's own queue instead of failing.
    """
    pool = Pool(1, Building())

    with pool.client() as first, pool.client() as second:
        assert second is first


def test_closing_closes_every_client():
    """
    Nothing stays open.
    """
    building = Building()
    pool = Pool(26, building)

    asyncio.run(pool.aclose())

    assert all(client.is_closed for client in building.clients)
