"""The position and offset map that the last owner of a partition has committed."""

from __future__ import annotations

import pytest
from aiokafka.errors import KafkaConnectionError
from structlog.testing import capture_logs

from consumer.engine.admission import Admission
from consumer.engine.ledger import Ledger, Partition, Position
from consumer.kafka.position_restore import Seeder
from consumer.ops.metrics import Metrics
from tests.unit.engine.records import TOPIC, engine_of, record
from tests.unit.kafka.fakes import FakeConsumer, tp

HERE = Partition(topic=TOPIC, number=0)


class Scene:
    """An engine to which one partition was assigned, and a broker that answers with `answer`."""

    def __init__(self, answer: Position | Exception | None) -> None:
        self.answer = answer
        self.consumer = FakeConsumer()
        self.engine = engine_of()
        self.engine.assign([HERE])
        self.metrics = Metrics(version="test")
        self.begin = 0
        self.seeder = Seeder(
            consumer=self.consumer,
            engine=self.engine,
            committed=self.committed,
            begins=self.begins,
            metrics=self.metrics,
        )

    async def begins(self, partitions):
        return dict.fromkeys(partitions, self.begin)

    async def committed(self, partitions):
        assert list(partitions) == [HERE]
        if isinstance(self.answer, Exception):
            raise self.answer
        return {HERE: self.answer} if self.answer else {}


async def test_a_partition_goes_on_where_it_was_left_and_with_what_was_done_beyond():
    """Read from the commit, and sought, so that position and ledger cannot disagree."""
    left = Ledger.at(5)
    for offset in (5, 6, 7):
        left.admit(offset)
    left.complete(6)
    scene = Scene(left.position())

    assert await scene.seeder.seed()

    assert scene.consumer.seeks == [(tp(), 5)]
    admitted = [scene.engine.admit(record(offset, lane=str(offset))) for offset in (5, 6, 7)]
    assert admitted == [Admission.TAKEN, Admission.DONE_BEFORE, Admission.TAKEN]


async def test_a_group_that_never_committed_begins_where_kafka_says():
    """The first record makes the ledger."""
    scene = Scene(None)

    assert await scene.seeder.seed()

    assert scene.consumer.seeks == []
    assert scene.engine.admit(record(40)) is Admission.TAKEN
    assert scene.engine.owned_partitions.positions()[HERE].offset == 40


async def test_a_map_that_disagrees_is_ignored_counted_and_said():
    """Everything from the position on is carried again, to no effect."""
    left = Ledger.at(5)
    left.admit(5)
    left.admit(6)
    left.complete(6)
    scene = Scene(Position(offset=905, metadata=left.position().metadata))

    with capture_logs() as logs:
        assert await scene.seeder.seed()

    assert [(log["event"], log["reason"]) for log in logs] == [("offset_map_ignored", "base")]
    assert 'offset_map_rejected_total{reason="base"} 1.0' in scene.metrics.exposition().decode()
    assert scene.engine.admit(record(906)) is Admission.TAKEN


@pytest.mark.parametrize(
    "error", [KafkaConnectionError("gone"), TimeoutError(), AttributeError("'error_code'")]
)
async def test_as_long_as_it_is_not_known_nothing_is_taken(error):
    """The next turn asks again."""
    scene = Scene(error)

    with capture_logs():
        assert not await scene.seeder.seed()
    refused = scene.engine.admit(record(5))
    scene.answer = Position(offset=5)
    assert await scene.seeder.seed()

    assert refused is Admission.FOREIGN
    assert scene.engine.admit(record(5)) is Admission.TAKEN


async def test_what_kafka_deleted_before_it_was_carried_is_counted_and_said():
    """Offset 5 was open and 6 done; 7 to 9 had never come in: four records are lost."""
    left = Ledger.at(5)
    for offset in (5, 6):
        left.admit(offset)
    left.complete(6)
    scene = Scene(left.position())
    scene.begin = 10

    with capture_logs() as logs:
        await scene.seeder.seed()

    assert [(log["event"], log["count"]) for log in logs] == [("unsettled_records_deleted", 4)]
    assert b'lago_netsuite_offset_gap_total{topic="lago.invoices"} 4.0' in scene.metrics.exposition()


async def test_nothing_is_lost_where_kafka_still_has_what_is_open():
    """The counter is there at 0, so that the first loss is an increase."""
    scene = Scene(Position(offset=5))
    scene.begin = 5

    await scene.seeder.seed()

    assert b'lago_netsuite_offset_gap_total{topic="lago.invoices"} 0.0' in scene.metrics.exposition()
