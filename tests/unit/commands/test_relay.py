"""What `relay` refuses before it starts anything."""

import pytest

from consumer.clock import FakeClock
from consumer.commands import relay
from consumer.config.settings import Settings
from consumer.errors import ConfigurationError
from consumer.limits.failure_rate import LARGEST_BATCH
from consumer.outcome import Delivered
from tests.support.connection_files import connection


async def test_without_any_endpoint_there_is_nothing_to_start():
    """The sentence says where to name one."""
    with pytest.raises(ConfigurationError, match="webhooks"):
        await relay.run(Settings(), [connection()])


async def test_a_test_of_an_unknown_endpoint_names_those_that_are_known():
    """A typing error is seen at once."""
    described = connection(webhooks=[{"id": "finance", "url": "https://h.example/", "secret": "s"}])

    with pytest.raises(ConfigurationError, match="known: finance"):
        await relay.test([described], "finanze")


def test_a_call_carries_one_webhook_however_well_the_endpoint_does():
    """A slow webhook must not keep those beside it waiting."""
    permit_pool = relay.OneByOne(cap=2, clock=FakeClock(), jitter=lambda: 0.5)

    for _ in range(LARGEST_BATCH):
        permit_pool.leave(permit_pool.enter(), [Delivered(written=())], in_flight=1)

    assert permit_pool.largest_batch == 1
