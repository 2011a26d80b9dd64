"""The memory of a record that is read ahead, beside its bytes."""

from __future__ import annotations

import gc
import tracemalloc

from consumer.engine.ledger import Partition
from tests.support import lago
from tests.unit.engine.records import TOPIC, engine_of, own, record

RECORDS = 2_000


def test_a_record_that_is_read_ahead_takes_little_beside_its_bytes():
    """Thousands wait, nearly each in a lane of its own: what each of them has is worth counting."""
    engine, value = engine_of(), b"{}"
    own(engine, [Partition(topic=TOPIC, number=0)])
    lanes = [f"invoice:{lago.id_of('lane', number)}" for number in range(RECORDS)]
    gc.collect()
    tracemalloc.start()
    before_bytes, _ = tracemalloc.get_traced_memory()

    for offset, lane in enumerate(lanes):
        engine.admit(record(offset, lane=lane, value=value))

    after_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert engine.queued == RECORDS
    assert (after_bytes - before_bytes) / RECORDS < 900
