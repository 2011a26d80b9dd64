"""Records as small as a test of the engine needs them."""

from __future__ import annotations

from consumer.record import LaneKey, Record, Source

TOPIC = "lago.invoices"


def record(offset: int, *, lane: str = "a", partition: int = 0, value: bytes = b"") -> Record:
    return Record(
        source=Source(topic=TOPIC, partition=partition, offset=offset),
        timestamp_ms=0,
        key=None,
        value=value,
        lane=LaneKey(lane),
    )
