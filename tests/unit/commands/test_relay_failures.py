"""The relay counts what was rejected and nobody has settled, by connection and code."""

from __future__ import annotations

import pytest

from consumer.commands.relay_failures import FailureWatch
from consumer.ops.metrics import Metrics
from tests.support import topic_records

ABOUT = '{code="invalid_mapping",connection="netsuite-eu"}'


@pytest.fixture
def metrics():
    return Metrics(version="1")


@pytest.fixture
def watch(metrics):
    return FailureWatch(None, metrics)


def shown(metrics):
    lines = metrics.exposition().decode().splitlines()
    return {line.removeprefix("lago_netsuite_") for line in lines if line.startswith("lago_netsuite_open_f")}


def test_open_failures_are_counted_until_they_end(watch, metrics):
    """How many, and since when the oldest is open; afterwards nothing, and no age."""
    for number in (1, 2):
        watch.note_record(topic_records.failed(number, at_ms=1_000 * number, offset=number))
    watch.show()

    assert shown(metrics) == {
        f"open_failures{ABOUT} 2.0",
        f"open_failures_oldest_timestamp_seconds{ABOUT} 1.0",
    }

    for number in (1, 2):
        value = topic_records.example("error_resolved") | {"error_id": f"error-{number}"}
        watch.note_record(topic_records.ended(value, offset=2 + number))
    watch.show()

    assert shown(metrics) == {f"open_failures{ABOUT} 0.0"}


def test_the_topic_may_be_read_anew(watch, metrics):
    """After a failure of Kafka: nothing counts twice."""
    for _ in range(2):
        watch.note_record(topic_records.failed(1, at_ms=1_000))
    watch.show()

    assert f"open_failures{ABOUT} 1.0" in shown(metrics)


def test_what_could_not_be_read_counts_too(watch, metrics):
    """A record without a document ends by an act only, so that somebody has to see it."""
    broken = topic_records.failed(1, object={"type": "", "lago_id": "", "number": None})
    watch.note_record(broken)
    watch.show()

    assert f"open_failures{ABOUT} 1.0" in shown(metrics)
