"""The partition of a key is the one that every Kafka client chooses."""

import pytest
from aiokafka.partitioner import DefaultPartitioner

from consumer.kafka.partitioner import partition_of

PARTITIONS = list(range(12))


@pytest.mark.parametrize("key", [b"", b"k", b"org:cus_7f21c0", "org:Łódź".encode(), bytes(range(256))])
@pytest.mark.parametrize("count", [1, 5, 12])
def test_a_key_has_kafkas_own_partition(key, count):
    """The first time and from memory."""
    expected = DefaultPartitioner()(key, PARTITIONS[:count], [])

    assert [partition_of(key, PARTITIONS[:count], []) for _ in range(2)] == [expected, expected]


def test_keys_are_spread():
    """Remembering one does not put others beside it."""
    chosen = {partition_of(b"customer %d" % number, PARTITIONS, []) for number in range(200)}

    assert chosen == set(PARTITIONS)


def test_a_record_without_a_key_goes_where_a_broker_answers():
    assert partition_of(None, PARTITIONS, [7]) == 7
