"""The relay shows the last whole comparison of each connection; a CronJob is gone before a scrape."""

import pytest

from consumer.commands.relay_reconciliations import ReconciliationWatch
from consumer.ops.metrics import Metrics
from consumer.record import LaneKey, Record, Source
from schemas.reconciliation import Reconciliation


def record(value):
    source = Source(topic="lago.netsuite.reconciliations", partition=0, offset=1)
    return Record(source=source, timestamp_ms=1, key=None, value=value, lane=LaneKey(""))


def run(ended_at="2026-09-01T02:00:00Z", **changes):
    known = {
        "connection": "netsuite-eu", "run_id": "1", "started_at": ended_at, "ended_at": ended_at,
        "actor": "cronjob", "outcome": "in_balance", "documents": {"invoice": 3}, "difference_count": 0,
    }  # fmt: skip
    return record(Reconciliation.model_validate(known | changes).model_dump_json().encode())


def test_accepted_differences_are_shown_apart(watch, metrics):
    """They disturb nobody."""
    watch.note_record(run(accepted_count=2, accepted_by_kind={"tax": 2}))

    assert 'reconcile_accepted_differences{connection="netsuite-eu",what="tax"} 2.0' in shown(metrics)
    assert 'reconcile_in_balance{connection="netsuite-eu"} 1.0' in shown(metrics)

    watch.note_record(run("2026-09-02T02:00:00Z"))

    assert 'reconcile_accepted_differences{connection="netsuite-eu",what="tax"} 0.0' in shown(metrics)


def differing(ended_at="2026-09-01T02:00:00Z", **changes):
    found = {"outcome": "not_in_balance", "difference_count": 2, "differences_by_kind": {"missing": 2}}
    return run(ended_at, **found | changes)


@pytest.fixture
def metrics():
    return Metrics(version="1")


@pytest.fixture
def watch(metrics):
    return ReconciliationWatch(None, metrics)


def shown(metrics):
    lines = metrics.exposition().decode().splitlines()
    return {
        line.removeprefix("lago_netsuite_") for line in lines if line.startswith("lago_netsuite_reconcile")
    }


def test_a_run_shows_its_differences_until_a_later_one_finds_none(watch, metrics):
    """With what was compared, and when."""
    watch.note_record(differing())

    assert shown(metrics) == {
        'reconcile_differences{connection="netsuite-eu",what="missing"} 2.0',
        'reconcile_documents{connection="netsuite-eu",kind="invoice"} 3.0',
        'reconcile_in_balance{connection="netsuite-eu"} 0.0',
        'reconcile_last_run_timestamp_seconds{connection="netsuite-eu"} 1.788228e+09',
    }

    watch.note_record(run("2026-09-02T02:00:00Z"))

    assert 'reconcile_differences{connection="netsuite-eu",what="missing"} 0.0' in shown(metrics)
    assert 'reconcile_in_balance{connection="netsuite-eu"} 1.0' in shown(metrics)


@pytest.mark.parametrize("part", [{"since": "2026-08-01"}, {"until": "2026-08-31"}, {"customers": ["acme"]}])
def test_a_run_over_a_part_changes_nothing(watch, metrics, part):
    """It says nothing of the documents that it left out."""
    watch.note_record(differing())
    watch.note_record(run("2026-09-02T02:00:00Z", **part))

    assert 'reconcile_in_balance{connection="netsuite-eu"} 0.0' in shown(metrics)


def test_an_earlier_run_that_is_read_later_changes_nothing(watch, metrics):
    """The runs of one connection lie in several partitions."""
    watch.note_record(run("2026-09-02T02:00:00Z"))
    watch.note_record(differing("2026-09-01T02:00:00Z"))

    assert 'reconcile_in_balance{connection="netsuite-eu"} 1.0' in shown(metrics)


@pytest.mark.parametrize("value", [None, b"{", b'{"connection":"x"}', run("yesterday").value])
def test_what_is_no_run_is_passed_over(watch, metrics, value):
    """What others write to the topic."""
    watch.note_record(record(value))

    assert shown(metrics) == set()
