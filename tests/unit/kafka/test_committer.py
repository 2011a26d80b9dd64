"""What is committed."""

from __future__ import annotations

import pytest
from aiokafka.errors import (
    CommitFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    OffsetMetadataTooLargeError,
)
from structlog.testing import capture_logs

from consumer.engine import offset_map
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.engine.offset_map import OffsetMap
from consumer.kafka.committer import Committer
from consumer.ops.metrics import Metrics
from tests.unit.engine.records import TOPIC, engine_of, own, record, started
from tests.unit.kafka.fakes import FakeConsumer, tp


@pytest.fixture
def engine() -> Engine:
    engine = engine_of(9)
    own(engine, [Partition(topic=TOPIC, number=0)])
    return engine


def settle(engine: Engine, offset: int) -> None:
    engine.admit(record(offset, lane=str(offset)))
    engine.complete(started(engine))


async def test_only_what_has_changed_is_committed(engine):
    """A tick without news costs no request."""
    consumer = FakeConsumer()
    committer = Committer(consumer=consumer, engine=engine, metrics=Metrics(version="test"))
    settle(engine, 5)

    await committer.commit()
    await committer.commit()
    settle(engine, 6)
    await committer.commit()

    assert consumer.offsets == [{tp(): 6}, {tp(): 7}]


@pytest.mark.parametrize("error", [CommitFailedError("rebalanced"), KafkaConnectionError("gone")])
async def test_a_commit_that_fails_is_carried_by_the_next(engine, error):
    """Nothing is marked as committed that Kafka has not acknowledged."""
    consumer = FakeConsumer(refuse_commit=error)
    committer = Committer(consumer=consumer, engine=engine, metrics=Metrics(version="test"))
    settle(engine, 5)

    refused = await committer.commit()
    consumer.refuse_commit = None
    accepted = await committer.commit()

    assert (refused, accepted) == (False, True)
    assert consumer.offsets == [{tp(): 6}]


async def test_after_a_rebalance_everything_is_news_again(engine):
    """Another member may have committed meanwhile."""
    consumer = FakeConsumer()
    committer = Committer(consumer=consumer, engine=engine, metrics=Metrics(version="test"))
    settle(engine, 5)
    await committer.commit()

    committer.forget()
    await committer.commit()

    assert consumer.offsets == [{tp(): 6}, {tp(): 6}]


async def test_what_is_settled_beyond_the_position_is_committed_as_metadata(engine):
    """So that the next owner does not process it again."""
    consumer = FakeConsumer()
    committer = Committer(consumer=consumer, engine=engine, metrics=Metrics(version="test"))
    engine.admit(record(5, lane="parked"))
    started(engine)
    settle(engine, 6)

    await committer.commit()

    [committed] = consumer.commits
    assert offset_map.decode(committed[tp()].metadata, 5) == OffsetMap(base=5, end=7, open=(5,))


async def test_a_broker_that_refuses_metadata_gets_the_position_alone(engine):
    """With a lowered limit of the broker the position is more important than the map; it is logged."""
    consumer = FakeConsumer(refuse_metadata=OffsetMetadataTooLargeError())
    committer = Committer(consumer=consumer, engine=engine, metrics=Metrics(version="test"))
    settle(engine, 5)

    with capture_logs() as logs:
        assert await committer.commit()

    assert consumer.offsets == [{tp(): 6}]
    assert [log["event"] for log in logs] == ["offset_map_refused"]


@pytest.mark.parametrize(
    ("error", "result", "is_refused"),
    [
        (None, "ok", False),
        (CommitFailedError("rebalanced"), "superseded", False),
        (KafkaConnectionError("gone"), "failed", False),
        (GroupAuthorizationFailedError("g"), "failed", True),
    ],
)
async def test_every_commit_is_counted_by_how_it_ended(engine, error, result, is_refused):
    """Only a broker that answers and refuses is a reason to restart; one that is away is none."""
    metrics = Metrics(version="test")
    committer = Committer(consumer=FakeConsumer(refuse_commit=error), engine=engine, metrics=metrics)
    settle(engine, 5)

    await committer.commit()

    assert f'lago_netsuite_commits_total{{result="{result}"}} 1.0' in metrics.exposition().decode()
    assert committer.is_refused == is_refused


async def test_a_turn_without_news_is_no_commit(engine):
    """Else the figure would only count seconds."""
    metrics = Metrics(version="test")
    committer = Committer(consumer=FakeConsumer(), engine=engine, metrics=metrics)

    assert await committer.commit()

    assert 'lago_netsuite_commits_total{result="ok"} 0.0' in metrics.exposition().decode()
