"""The administration client in a cluster of which a broker is away."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import NodeNotReadyError

from consumer.kafka.admin import Admin


class FakeClient:
    """Knows three brokers, of which some take no connection."""

    def __init__(self, *away: int) -> None:
        self.away = away
        self.asked: list[int] = []
        self.cluster = SimpleNamespace(brokers=lambda: [SimpleNamespace(nodeId=each) for each in (1, 2, 3)])

    async def send(self, node: int, _: Any) -> str:
        self.asked.append(node)
        if node in self.away:
            raise NodeNotReadyError(f"node id {node}")
        return f"answer of {node}"

    async def close(self) -> None:
        pass


def admin_of(client: FakeClient) -> Admin:
    admin = Admin.__new__(Admin)
    admin._client, admin._closed = client, False
    return admin


@pytest.mark.parametrize("away", [1, 2, 3])
async def test_a_broker_that_is_away_is_passed_over(away):
    """It stays in the metadata until its session ends, and is chosen by chance."""
    client = FakeClient(away)

    answers = [await admin_of(client)._send_request(object()) for _ in range(20)]

    assert away in client.asked
    assert f"answer of {away}" not in answers


async def test_when_all_are_away_it_is_said():
    """After each was asked once."""
    client = FakeClient(1, 2, 3)

    with pytest.raises(NodeNotReadyError):
        await admin_of(client)._send_request(object())

    assert sorted(client.asked) == [1, 2, 3]


async def test_who_is_meant_is_asked_and_nobody_else():
    """Only a group's coordinator knows its offsets."""
    client = FakeClient(2)

    with pytest.raises(NodeNotReadyError):
        await admin_of(client)._send_request(object(), 2)

    assert client.asked == [2]
