"""What is committed."""

from __future__ import annotations

import pytest
from aiokafka.errors import CommitFailedError, KafkaConnectionError

from consumer.clock import FakeClock
from consumer.engine.backoff import Backoff
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.kafka.committer import Committer
from consumer.limits.gate import Gate
from tests.unit.engine.records import TOPIC, record
from tests.unit.kafka.fakes import FakeConsumer, tp


@pytest.fixture
def engine() -> Engine:
    engine = Engine(gate=Gate(permits=9), backoff=Backoff(jitter=lambda: 0.5), clock=FakeClock())
    engine.assign([Partition(topic=TOPIC, number=0)])
    return engine


def settle(engine: Engine, offset: int) -> None:
    engine.admit(record(offset, lane=str(offset)))
    attempt = engine.take()
    assert attempt is not None
    engine.complete(attempt)


async def test_only_what_has_changed_is_committed(engine):
    """A tick without news costs no request."""
    consumer = FakeConsumer()
    committer = Committer(consumer=consumer, engine=engine)
    settle(engine, 5)

    await committer.commit()
    await committer.commit()
    settle(engine, 6)
    await committer.commit()

    assert consumer.commits == [{tp(): 6}, {tp(): 7}]


@pytest.mark.parametrize("error", [CommitFailedError("rebalanced"), KafkaConnectionError("gone")])
async def test_a_commit_that_fails_is_carried_by_the_next(engine, error):
    """Nothing is marked as committed that Kafka has not acknowledged."""
    consumer = FakeConsumer(refuse_commit=error)
    committer = Committer(consumer=consumer, engine=engine)
    settle(engine, 5)

    refused = await committer.commit()
    consumer.refuse_commit = None
    accepted = await committer.commit()

    assert (refused, accepted) == (False, True)
    assert consumer.commits == [{tp(): 6}]


async def test_after_a_rebalance_everything_is_news_again(engine):
    """Another member may have committed meanwhile."""
    consumer = FakeConsumer()
    committer = Committer(consumer=consumer, engine=engine)
    settle(engine, 5)
    await committer.commit()

    committer.forget()
    await committer.commit()

    assert consumer.commits == [{tp(): 6}, {tp(): 6}]
