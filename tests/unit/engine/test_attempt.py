"""Deliveries of an admitted record are counted, and the first one is timed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from consumer.engine.attempt import Attempt
from consumer.engine.retry_state import RetryState
from tests.unit.engine.records import record

FIRST = datetime(2026, 8, 1, tzinfo=UTC)


def test_each_delivery_counts_and_the_first_keeps_its_time():
    admitted = Attempt(record=record(3), epoch=7)

    once = admitted.tried(FIRST)
    twice = once.tried(FIRST + timedelta(minutes=1))

    assert once == Attempt(record=record(3), epoch=7, retry_state=RetryState().tried(FIRST))
    assert (once.delivered.tries, once.delivered.first_tried_at) == (1, FIRST)
    assert (twice.delivered.tries, twice.delivered.first_tried_at) == (2, FIRST)
    assert admitted.retry_state.tries == 0
