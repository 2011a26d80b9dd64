"""The relay counts the refunds that people have to make, by connection and currency."""

from consumer.commands.relay_refunds import RefundWatch
from consumer.failures.refunds import Refunds
from consumer.ops.metrics import Metrics
from consumer.record import LaneKey, Record, Source
from tests.support.refunds_by_hand import note_to_pay_back


def record(result, at_ms):
    source = Source(topic="lago.netsuite.results", partition=0, offset=at_ms)
    value = result.model_dump_json().encode()
    return Record(source=source, timestamp_ms=at_ms, key=None, value=value, lane=LaneKey(""))


def shown(metrics):
    lines = metrics.exposition().decode().splitlines()
    return {line for line in lines if line.startswith("lago_netsuite_refunds")}


def test_open_refunds_are_counted_until_they_are_closed():
    """Count, sum and the oldest; afterwards nothing, and no age."""
    metrics = Metrics(version="1")
    watch, refunds = RefundWatch(None, metrics), Refunds()
    watch._refunds = refunds
    for number, amount in enumerate(("59.50", "0.50"), start=1):
        refunds.note_record(record(note_to_pay_back(amount, number=number), 1_000 * number))

    watch.show()

    about = '{connection="netsuite-eu",currency="EUR"}'
    assert shown(metrics) == {
        f"lago_netsuite_refunds_to_make{about} 2.0",
        f"lago_netsuite_refunds_to_make_amount{about} 60.0",
        f"lago_netsuite_refunds_to_make_oldest_timestamp_seconds{about} 1.0",
    }

    for each in refunds.to_make:
        refunds.note_record(record(each.closed("synced", each.since), 9_000))
    watch.show()

    assert shown(metrics) == {
        f"lago_netsuite_refunds_to_make{about} 0.0",
        f"lago_netsuite_refunds_to_make_amount{about} 0.0",
    }


def test_what_is_no_result_is_passed_over():
    """Tombstones, and what others write to the topic."""
    refunds, template = Refunds(), record(note_to_pay_back("1"), 1)
    for value in (None, b"{", b'{"action_needed":"refund"}'):
        refunds.note_record(
            Record(source=template.source, timestamp_ms=1, key=None, value=value, lane=template.lane)
        )

    assert refunds.to_make == []
