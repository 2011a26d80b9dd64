"""Whether tokens for Kafka are granted, as a metric."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from consumer.clock import FakeClock
from consumer.http_client.client_credentials import Refused
from consumer.kafka import token_watch
from consumer.kafka.cluster import Cluster
from consumer.kafka.oauth_token import Tokens
from consumer.ops.metrics import Metrics
from tests.unit.kafka.test_oauth_token import Server, granted

REFUSED = Refused(why="id.example.com grants no token: invalid_client (HTTP 401)")


@pytest.fixture
def metrics():
    return Metrics(version="1")


def refused(metrics):
    return metrics.registry.get_sample_value("lago_netsuite_token_refused", {"use": "kafka_client"})


async def test_a_refusal_is_shown_until_a_token_is_granted_again(metrics):
    """Before a connection needs it: the watch asks when the present token is near its end."""
    clock, server = FakeClock(), Server([granted("one"), REFUSED, granted("two")])
    tokens = Tokens(server, {}, clock=clock)
    await token_watch.show(tokens, metrics)
    await token_watch.show(tokens, metrics)
    assert (refused(metrics), server.asked) == (0, 1)

    clock.advance(240)
    with capture_logs() as lines:
        await token_watch.show(tokens, metrics)
    assert refused(metrics) == 1
    assert [(line["event"], line["reason"]) for line in lines] == [("kafka_token_not_granted", REFUSED.why)]

    clock.advance(60)
    await token_watch.show(tokens, metrics)
    assert refused(metrics) == 0


async def test_a_login_without_tokens_has_nothing_to_show(metrics):
    """PLAIN, SCRAM and certificates."""
    await token_watch.watch(Cluster(bootstrap_servers="kafka:9092"), metrics)

    assert refused(metrics) is None
