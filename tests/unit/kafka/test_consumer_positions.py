"""The positions and end offsets of a consumer, without a request to the broker."""

from types import SimpleNamespace

from consumer.engine.ledger import Partition
from consumer.kafka.consumer_positions import ConsumerPositions
from tests.unit.kafka.fakes import tp


def standing():
    return ConsumerPositions(
        SimpleNamespace(
            paused=lambda: {tp(1)}, assignment=lambda: {tp(0), tp(1)}, highwater={tp(0): 7, tp(1): None}.get
        )
    )


def test_paused_partitions_go_by_the_engines_names():
    assert standing().paused() == {Partition(topic="lago.invoices", number=1)}


def test_the_end_is_known_after_the_first_fetch_and_only_of_what_is_ours():
    """aiokafka raises for a partition that is not assigned."""
    ends = [standing().end(Partition(topic="lago.invoices", number=number)) for number in (0, 1, 2)]

    assert ends == [7, None, None]
